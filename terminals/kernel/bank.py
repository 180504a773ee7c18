"""The bank leg: what a settlement leaves is paid from the account on the card (0200), or undone (0400), or it is cash.

The medical leg stands whatever happens here, so that nothing below ends a visit. A reply that stays lost, and a card
that disagrees with its bank, are answered by the reversal of the same purchase, never by another purchase; one that
cannot be delivered stays in the journal, and the patient pays cash all the same, since it will be delivered. A wrong
PIN is judged: the next try is another transaction of the card and another message.
"""

from typing import Final, NamedTuple

import msgspec

from settlement.wire import codes
from settlement.wire.bank import (
    BANK_APPROVED,
    CONTACT,
    CONTACTLESS,
    WITH_PIN,
    WITHOUT_PIN,
    Purchase,
    PurchaseAnswered,
)
from settlement.wire.envelope import MalformedError, Reply, decode_output
from terminals.kernel import debit_dialogue
from terminals.kernel.bank_numbers import DAY, numbers_of
from terminals.kernel.bank_reversal import reverse_purchase
from terminals.kernel.capabilities import Use, uses
from terminals.kernel.data_objects import chip_data, terms
from terminals.kernel.debit_dialogue import UNABLE_TO_GO_ONLINE, Asking
from terminals.kernel.effects import AskBankPin, AwaitCard, Draw, NextMsgid, NoReply, Record, Show, Slot, Steps
from terminals.kernel.entries import Fate, PurchaseIntent, Resolution
from terminals.kernel.exchange import exchange
from terminals.kernel.outcome import Event, Outcome, Tender
from terminals.kernel.terminal_codes import CARD_TYPE, NO_CARD_ANSWERS, PIN_ENTRY, TerminalCode
from terminals.kernel.transaction import Transaction, cash_due, pause, said

PIN_ENTRIES_MAX: Final = 20
"""Entries in one conversation; the bank locks long before."""
PIN_EVENTS: Final = {
    codes.BANK_PIN_WRONG.code: Event.BANK_PIN_WRONG,
    codes.BANK_PIN_LOCKED.code: Event.BANK_PIN_LOCKED,
}


class Due(NamedTuple):
    """What is left to pay, of which settlement, and where its bank is."""

    amount_fen: int
    setl_id: str
    insuplc_admdvs: str


class Leg(NamedTuple):
    """How an attempt ended: what it paid, DE 39, the message that stands, and whether another PIN may be tried."""

    paid_fen: int = 0
    response_code: str = ""
    msgid: str = ""
    again: bool = False


CASH_ONLY: Final = Leg()


def pay_rest(transaction: Transaction, settled: Outcome, insuplc_admdvs: str) -> Steps[Outcome]:
    """Pay what a settlement left by the transaction's tender; return its outcome with what came of that."""
    due = Due(settled.amounts.psn_cash_pay_fen, settled.setl_ids[0], insuplc_admdvs)
    leg = yield from _leg(transaction, due)
    if not leg.paid_fen:
        yield cash_due(due.amount_fen)
    return msgspec.structs.replace(
        settled,
        events=tuple(transaction.events),
        messages=tuple(transaction.messages),
        bank_fen=leg.paid_fen,
        purchase_msgids=(leg.msgid,) if leg.msgid else (),
        response_code=leg.response_code,
    )


def _leg(transaction: Transaction, due: Due) -> Steps[Leg]:
    """Try until the bank pays, refuses for good, or the holder gives up."""
    slot = _slot_of(transaction)
    if Use.DEBIT not in uses(transaction.generation, slot):
        return (yield from _unavailable(transaction, CARD_TYPE))
    if slot is not transaction.slot:
        yield Show("请在支付处出示卡", "show the card where it pays")
        if not (yield AwaitCard(slot)):
            return (yield from _unavailable(transaction, NO_CARD_ANSWERS))
    leg = CASH_ONLY
    for _ in range(PIN_ENTRIES_MAX):
        msgid: str = yield NextMsgid()
        said = terms(due.amount_fen, msgid[DAY], (yield Draw(4)))
        presented = yield from (_tapped(slot, said) if slot is Slot.TAP else _inserted(transaction, slot, said))
        if isinstance(presented, TerminalCode):
            return (yield from _unavailable(transaction, presented))._replace(response_code=leg.response_code)
        leg = yield from _bought(transaction, due, slot, msgid, *presented)
        if not leg.again:
            break
    return leg


def _slot_of(transaction: Transaction) -> Slot:
    if transaction.tender is Tender.TAP:
        return Slot.TAP
    return Slot.LOCAL if transaction.slot is Slot.TAP else transaction.slot


def _unavailable(transaction: Transaction, why: TerminalCode) -> Steps[Leg]:
    transaction.events.append(Event.BANK_UNAVAILABLE)
    yield said(why)
    return CASH_ONLY


def _inserted(
    transaction: Transaction, slot: Slot, said: dict[int, bytes]
) -> Steps[tuple[Asking, bytes] | TerminalCode]:
    """Have the card over its contacts ask its bank, once the PIN was typed; also return its block."""
    known = yield from debit_dialogue.identify(slot, said)
    if isinstance(known, TerminalCode):
        return known
    yield from pause(transaction.pace.entry_s, "entry")
    block: bytes = yield AskBankPin(debit_dialogue.account_of(known))
    if not block:
        return PIN_ENTRY
    asking = yield from debit_dialogue.ask(slot, known)
    return asking if isinstance(asking, TerminalCode) else (asking, block)


def _tapped(slot: Slot, said: dict[int, bytes]) -> Steps[tuple[Asking, bytes] | TerminalCode]:
    """Have a card in the field ask its bank, with the PIN only where the card wants one; also return its block."""
    asking = yield from debit_dialogue.tap(slot, said)
    if isinstance(asking, TerminalCode) or not asking.pin_wanted:
        return asking if isinstance(asking, TerminalCode) else (asking, b"")
    block: bytes = yield AskBankPin(asking.pan)
    return (asking, block) if block else PIN_ENTRY


def _bought(transaction: Transaction, due: Due, slot: Slot, msgid: str, card: Asking, block: bytes) -> Steps[Leg]:
    """Send the purchase, and end it at bank, card and journal alike."""
    batch, trace = numbers_of(msgid, transaction.site.bank_batch)
    intent = PurchaseIntent(msgid, due.insuplc_admdvs, card.pan, due.amount_fen, trace, batch, due.setl_id)
    yield Record(intent)
    body = _purchase(intent, slot, card, block)

    def anew() -> Steps[Purchase | None]:
        fresh: bytes = yield AskBankPin(card.pan, same=True)
        return msgspec.structs.replace(body, pin_block=fresh) if fresh else None

    reply = yield from exchange(transaction, body, due.insuplc_admdvs, msgid=msgid, anew=anew if block else None)
    answer = answer_of(reply)
    if isinstance(reply, NoReply) or (reply.approved and answer is None):
        yield from _told(slot, card, None, approved=False)
        yield from reverse_purchase(transaction, intent)
        return CASH_ONLY
    if not reply.approved:
        yield from _told(slot, card, answer, approved=False)
        return (yield from _declined(transaction, intent, reply.refusal))
    if (yield from _told(slot, card, answer, approved=True)):
        transaction.events.append(Event.BANK_PAID)
        yield Record(Resolution(msgid, Fate.DONE, due.setl_id))
        return Leg(due.amount_fen, BANK_APPROVED, msgid)
    yield from reverse_purchase(transaction, intent)
    return Leg(0, BANK_APPROVED)


def _purchase(intent: PurchaseIntent, slot: Slot, card: Asking, block: bytes) -> Purchase:
    return Purchase(
        pan=intent.pan,
        card_sequence=card.sequence,
        trace=intent.trace,
        batch=intent.batch,
        amount_fen=intent.amount_fen,
        entry_mode=(CONTACTLESS if slot is Slot.TAP else CONTACT) + (WITH_PIN if block else WITHOUT_PIN),
        chip_data=chip_data(card.known),
        pin_block=block,
        setl_id=intent.setl_id,
    )


def answer_of(reply: Reply | NoReply) -> PurchaseAnswered | None:
    """Return the bank's answer, which a refusal carries too; None where the bank gave none."""
    if isinstance(reply, NoReply):
        return None
    try:
        output = decode_output(reply)
    except MalformedError:
        return None
    return output if isinstance(output, PurchaseAnswered) else None


def _told(slot: Slot, card: Asking, answer: PurchaseAnswered | None, *, approved: bool) -> Steps[bool]:
    """Let the card hear its bank, if it still can: a tapped one has gone. Return whether both approve."""
    if slot is Slot.TAP:
        return approved
    code, data = (answer.response_code.encode(), answer.chip_data) if answer else (UNABLE_TO_GO_ONLINE, b"")
    return (yield from debit_dialogue.conclude(slot, card, code, data, approved=approved))


def _declined(transaction: Transaction, intent: PurchaseIntent, refusal: str) -> Steps[Leg]:
    yield Record(Resolution(intent.msgid, Fate.REFUSED, intent.setl_id, refusal))
    transaction.events.append(PIN_EVENTS.get(refusal, Event.BANK_DECLINED))
    known = codes.REFUSALS.get(refusal)
    yield Show(known.zh, known.en) if known else Show(refusal, refusal)
    response_code = codes.RESPONSE_CODES.get(refusal, codes.RESPONSE_CODE_OTHER)
    return Leg(0, response_code, again=refusal == codes.BANK_PIN_WRONG.code)
