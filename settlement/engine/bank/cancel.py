"""Undo of a purchase that was approved: cancel (0200:20) while its batch is open, refund (0220) once it is closed.

Both give the whole amount back and book contra transfers. A terminal without a batch cancels on the day of the
purchase and refunds later (`assumed`). Twice under one msgid is one undo, as of every message; under another msgid it
is refused (DE 39 22). To an account that was closed meanwhile nothing is given back.
"""

from collections.abc import Callable
from typing import Final

from settlement.engine.bank.answer import response_code
from settlement.engine.bank.batch import batch_refusal, counted, is_in, open_batch
from settlement.engine.bank.reversal import traded, undone
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger.bank_zone import CLOSED
from settlement.engine.ledger.state import REVERSED, SETTLED, VOIDED, BankAccount, BankTrade
from settlement.wire import bank_codes, codes
from settlement.wire.bank import BANK_APPROVED, PurchaseUndone, Undo
from settlement.wire.names import day_of
from settlement.wire.refusal import Refusal

REFUNDED: Final = "REFUNDED"
"""The state of a purchase after 0220; VOIDED after a cancel."""


def cancel(case: Case) -> Verdict:
    """0200:20: only inside the open batch."""
    return _undo(case, VOIDED, lambda trade: None if _is_open(case, trade) else bank_codes.BANK_BATCH_CLOSED)


def refund(case: Case) -> Verdict:
    """0220: only after the batch."""
    return _undo(case, REFUNDED, lambda trade: bank_codes.BANK_BATCH_OPEN if _is_open(case, trade) else None)


def _undo(case: Case, state: str, too_early_or_late: Callable[[BankTrade], Refusal | None]) -> Verdict:
    asked = case.arrival.body
    assert isinstance(asked, Undo)
    trade = traded(case)
    refused = batch_refusal(case, asked.batch) or _refusal(asked, trade) or _closed(case, trade)
    if refused:
        return _answered(asked, refused)
    assert trade is not None
    why = too_early_or_late(trade)
    if why:
        return _answered(asked, Refused(why, f"batch {trade.batch}"))
    changes, transfers = undone(case, trade, state)
    output = PurchaseUndone(BANK_APPROVED, asked.trace, asked.batch)
    return Granted(output, (*changes, *counted(case, credit_fen=trade.amount_fen)), transfers)


def _refusal(asked: Undo, trade: BankTrade | None) -> Refused | None:
    if trade is None:
        return Refused(codes.ORIGINAL_UNKNOWN, f"omsgid {asked.omsgid}")
    if (trade.trace, trade.batch) != (asked.original_trace, asked.original_batch):
        return Refused(codes.ORIGINAL_UNKNOWN, f"omsgid {asked.omsgid} has another trace or batch")
    if trade.state != SETTLED:
        return Refused(codes.ALREADY_UNDONE, "reversed" if trade.state == REVERSED else "undone")
    if trade.amount_fen != asked.amount_fen:
        return Refused(codes.BANK_AMOUNT_INVALID, "not the original's amount")
    return None


def _closed(case: Case, trade: BankTrade | None) -> Refused | None:
    """Return that there is no account any more to give back to: the goods are paid back in cash (assumed)."""
    account = case.state.get(BankAccount, trade.city, trade.psn_no) if trade else None
    return Refused(bank_codes.BANK_CLOSED) if account and account.status == CLOSED else None


def _is_open(case: Case, trade: BankTrade) -> bool:
    row = open_batch(case)
    if row is None:
        return day_of(trade.traded_ms) == day_of(case.now_ms)
    return is_in(row, trade)


def _answered(asked: Undo, refused: Refused) -> Refused:
    return refused._replace(output=PurchaseUndone(response_code(refused), asked.trace, asked.batch))
