"""The step that moves money: intent written, request sent, outcome written; the same at pharmacy and hospital.

NEW -> AUTH_PIN -> PENDING -> SETTLED, REFUSED or IN_DOUBT; nobody wants the last, and it stays in the journal. A wrong
password is a judged refusal, so the next try is a new message; any other way to a new msgid would charge twice.
"""

from collections.abc import Callable
from typing import Final

from settlement.wire import codes
from settlement.wire.hospital import SettleStay
from settlement.wire.messages import SettleDrugSale, SettlementInfo, SettleOutpatient
from terminals.kernel.bank import pay_rest
from terminals.kernel.effects import AskPassword, NextMsgid, NoReply, Record, Steps
from terminals.kernel.entries import Fate, Intent, Resolution, standing
from terminals.kernel.exchange import exchange, output_of
from terminals.kernel.outcome import LOCAL, Event, Outcome, Result, Tender
from terminals.kernel.papers import TOKENS
from terminals.kernel.reception import Received
from terminals.kernel.recover import find_out
from terminals.kernel.transaction import Transaction, declined, pause

PASSWORD_ENTRIES_MAX: Final = 20
"""Entries in one conversation; the host locks long before."""

PASSWORD_EVENTS: Final = {
    codes.PIN_WRONG.code: Event.PASSWORD_WRONG,
    codes.PIN_LOCKED.code: Event.PASSWORD_LOCKED,
}

Settle = SettleDrugSale | SettleOutpatient | SettleStay
Make = Callable[[bytes], Settle]
"""Makes the settlement's message around a PIN block."""
MadeAnew = Steps[Settle | None]


def pay(transaction: Transaction, patient: Received, make: Make) -> Steps[Outcome]:
    """Settle, and then pay by the patient's tender what the settlement leaves."""
    outcome = yield from _settle(transaction, patient, make)
    unpaid = outcome.result is Result.SETTLED and outcome.amounts.psn_cash_pay_fen
    if transaction.tender is Tender.CASH or not unpaid:
        return outcome
    return (yield from pay_rest(transaction, outcome, patient.card.city))


def _settle(transaction: Transaction, patient: Received, make: Make) -> Steps[Outcome]:
    """Settle, asking for the local password where it is asked, again while it is wrong."""
    known = patient.mdtrt_cert_type in TOKENS  # the telephone has asked for a secret of its own
    if known or not (transaction.site.password_asked and transaction.route == LOCAL):
        return (yield from _settled(transaction, patient, make(b""), make, asked=False))
    for _ in range(PASSWORD_ENTRIES_MAX):
        yield from pause(transaction.pace.entry_s, "entry")
        block: bytes = yield AskPassword(patient.person.bank_card_no)
        if not block:
            return transaction.ended(Result.ABANDONED)
        outcome = yield from _settled(transaction, patient, make(block), make, asked=True)
        if outcome.refusal != codes.PIN_WRONG.code:
            return outcome
    return transaction.ended(Result.ABANDONED)


def _settled(transaction: Transaction, patient: Received, body: Settle, make: Make, *, asked: bool) -> Steps[Outcome]:
    msgid: str = yield NextMsgid()
    infno = str(body.__struct_config__.tag)
    intent = Intent(msgid, infno, body.psn_no, patient.card.city, body.medfee_sumamt_fen)
    yield Record(intent)

    def anew() -> MadeAnew:
        block: bytes = yield AskPassword(patient.person.bank_card_no, same=True)
        return make(block) if block else None

    reply = yield from exchange(transaction, body, patient.card.city, msgid=msgid, anew=anew if asked else None)
    info = output_of(reply, SettlementInfo)
    if info is not None:
        yield Record(Resolution(msgid, Fate.DONE, info.setl_id, settled=standing(info)))
        yield from pause(transaction.pace.pay_s, "pay")
        return transaction.ended(Result.SETTLED, info=info, infno=intent.infno)
    if isinstance(reply, NoReply) or reply.approved:
        return (yield from find_out(transaction, intent))
    yield Record(Resolution(msgid, Fate.REFUSED, refusal=reply.refusal))
    if reply.refusal in PASSWORD_EVENTS:
        transaction.events.append(PASSWORD_EVENTS[reply.refusal])
    return (yield from declined(transaction, reply.refusal))
