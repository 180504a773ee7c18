"""The bank leg: a purchase (0200), judged by the bank of the city of insurance.

One that is refused after the card proved itself still uses up the card's counter, and a wrong PIN its try: a captured
message is of no use under another msgid. How the books tell a rest that was paid by card from one paid in cash:
books.py. Its undo: reversal.py, cancel.py.
"""

from typing import NamedTuple

import msgspec

from settlement.engine.bank.answer import answered, authorization_code, declined, declined_to
from settlement.engine.bank.batch import batch_refusal, counted, duplicate, traced
from settlement.engine.bank.card import Presented, Stranger, presented
from settlement.engine.bank.pin import counted_again, tapped, tried
from settlement.engine.bank.zone import zone_refusal
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger import books
from settlement.engine.ledger.identity import trade_id_of
from settlement.engine.ledger.state import SETTLED, BankAccount, BankTrade, Record, Settlement
from settlement.wire import codes
from settlement.wire.bank import BANK_APPROVED, Purchase


class Payable(NamedTuple):
    """A purchase that may be made: the account after its PIN, and the settlement whose rest it pays."""

    account: BankAccount
    settlement: Settlement | None


def purchase(case: Case) -> Verdict:
    """0200: debit the account on the card; an 0210 answers, whatever is decided."""
    asked = case.arrival.body
    assert isinstance(asked, Purchase)
    differs = batch_refusal(case, asked.batch)
    if differs:
        return declined(case, asked, differs)
    card = presented(case, asked)
    if isinstance(card, Stranger):
        return declined(case, asked, card.refused, card.chip_data)
    payable = _payable(case, asked, card)
    if isinstance(payable, Refused):
        return declined_to(case, asked, card, payable)
    return _paid(case, asked, card, payable)


def _payable(case: Case, asked: Purchase, card: Presented) -> Payable | Refused:
    stopped = duplicate(case, asked, card.account.psn_no) or zone_refusal(case, card.person, card.account)
    if stopped:
        return stopped
    account = card.account
    amount_max_fen = case.world.cities[case.home].bank.amount_max_fen
    if not 0 < asked.amount_fen <= amount_max_fen:
        return Refused(codes.BANK_AMOUNT_INVALID, f"1 to {amount_max_fen} fen")
    settlement = _settlement(case, asked, account.psn_no) if asked.setl_id else None
    if isinstance(settlement, Refused):
        return settlement
    known = tried(case, asked, account)
    if isinstance(known, Refused):
        return known
    if known.balance_fen < asked.amount_fen:
        return Refused(codes.BANK_INSUFFICIENT_FUNDS, changes=(known, *counted_again(case, asked, known)))
    return Payable(known, settlement)


def _settlement(case: Case, asked: Purchase, psn_no: str) -> Settlement | Refused:
    """Return the settlement that a purchase names, or why it pays nothing of it."""
    settlement = case.state.get(Settlement, case.home, psn_no, asked.setl_id)
    if settlement is None:
        return Refused(codes.ORIGINAL_UNKNOWN, f"setl_id {asked.setl_id}")
    if settlement.fixmedins_code != case.institution.code:
        return Refused(codes.NOT_OWNER, f"setl_id {asked.setl_id}")
    if settlement.state != SETTLED:
        return Refused(codes.ALREADY_UNDONE, f"setl_id {asked.setl_id} is {settlement.state}")
    unpaid_fen = settlement.psn_cash_pay_fen - settlement.deposit_used_fen - settlement.bank_paid_fen
    if asked.amount_fen > unpaid_fen:
        return Refused(codes.BANK_AMOUNT_INVALID, f"{unpaid_fen} fen are left to pay")
    return settlement


def _paid(case: Case, asked: Purchase, card: Presented, payable: Payable) -> Granted:
    account, settlement = payable
    trade = _trade(case, asked, account, settlement)
    changes: list[Record] = [
        msgspec.structs.replace(tapped(asked, account), balance_fen=account.balance_fen - asked.amount_fen),
        trade,
        traced(case, asked, account.psn_no),
        *counted_again(case, asked, account),
        *counted(case, debit_fen=asked.amount_fen),
    ]
    if settlement:
        paid_fen = settlement.bank_paid_fen + asked.amount_fen
        changes.append(msgspec.structs.replace(settlement, bank_paid_fen=paid_fen))
    output = answered(case, asked, BANK_APPROVED, card.answer(BANK_APPROVED), authorization_code(case))
    return Granted(output, tuple(changes), books.trading(trade))


def _trade(case: Case, asked: Purchase, account: BankAccount, settlement: Settlement | None) -> BankTrade:
    request = case.arrival.request
    return BankTrade(
        city=account.city,
        psn_no=account.psn_no,
        trade_id=trade_id_of(case.institution.city, case.institution.code, request.msgid),
        state=SETTLED,
        treatment_city=case.institution.city,
        fixmedins_code=case.institution.code,
        dev_no=request.dev_no,
        opter_no=case.opter_no,
        msgid=request.msgid,
        trace=asked.trace,
        batch=asked.batch,
        amount_fen=asked.amount_fen,
        entry_mode=asked.entry_mode,
        card_issue=account.card_issue,
        counter=account.counter,
        setl_id=asked.setl_id,
        drawer=settlement.dev_no if settlement else "",
        traded_ms=case.now_ms,
        undone_ms=0,
        undone_by="",
    )
