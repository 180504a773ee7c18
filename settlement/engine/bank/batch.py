"""A terminal's batch at the bank: opened by 0800, closed by 0500, and after an unequal answer told line by line (0320).

Count and sum stand in one row of the terminal, changed in the commit of each purchase and undo, so that the close
compares and never searches. A terminal that has never signed in at the bank has no such row, and no batch.
"""

from typing import Final

import msgspec

from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger.bank_zone import BankBatch, BankTrace
from settlement.engine.ledger.identity import trade_id_of
from settlement.engine.ledger.state import SETTLED, BankTrade, Key, Record
from settlement.wire import bank_codes as codes
from settlement.wire.bank import (
    BANK_APPROVED,
    BATCH_EQUAL,
    BATCH_UNEQUAL,
    LINE_DIFFERS,
    LINE_EQUAL,
    LINE_UNKNOWN,
    TRACE_MAX,
    UPLOADED,
    BankSignedIn,
    BatchClose,
    BatchClosed,
    BatchLine,
    CardRequest,
    LineTaken,
)

COUNTS: Final = ("debit_count", "debit_fen", "credit_count", "credit_fen")


def batch_key(city: str, dev_no: str) -> Key:
    """Name a terminal's batch."""
    return BankBatch, (city, dev_no)


def open_batch(case: Case) -> BankBatch | None:
    """Return the batch of the terminal that asks, None if it keeps none."""
    return case.state.get(BankBatch, case.institution.city, case.arrival.request.dev_no)


def is_in(row: BankBatch, trade: BankTrade) -> bool:
    """Whether a purchase was counted in a batch: of its terminal and number, since it was opened."""
    return (trade.dev_no, trade.batch) == (row.dev_no, row.batch) and trade.traded_ms >= row.opened_ms


def batch_refusal(case: Case, batch: int) -> Refused | None:
    """Return why a terminal must sign in at the bank again (DE 39 77), or None."""
    row = open_batch(case)
    if row is None or (row.signed_in and row.batch == batch):
        return None
    return Refused(codes.BANK_BATCH_DIFFERS, f"batch {row.batch}" if row.signed_in else "closed")


def trace_key(city: str, dev_no: str, asked: CardRequest, psn_no: str) -> Key:
    """Name the batch and trace of what a card asks at a terminal."""
    return BankTrace, (city, dev_no, asked.batch, asked.trace, psn_no)


def duplicate(case: Case, asked: CardRequest, psn_no: str) -> Refused | None:
    """Return that this batch and trace have moved money of the card before (DE 39 94), or None."""
    table, key = trace_key(case.institution.city, case.arrival.request.dev_no, asked, psn_no)
    known = case.state.get(table, *key)
    return Refused(codes.BANK_DUPLICATE, f"batch {asked.batch}, trace {asked.trace}") if known else None


def traced(case: Case, asked: CardRequest, psn_no: str) -> BankTrace:
    """Return the row that keeps batch and trace of what moved money."""
    request = case.arrival.request
    return BankTrace(case.institution.city, request.dev_no, asked.batch, asked.trace, psn_no, request.msgid)


def counted(case: Case, *, debit_fen: int = 0, credit_fen: int = 0) -> tuple[Record, ...]:
    """Return the terminal's batch with one debit or credit more; a negative amount takes one back."""
    row = open_batch(case)
    if row is None:
        return ()
    return (
        msgspec.structs.replace(
            row,
            debit_count=row.debit_count + _sign(debit_fen),
            debit_fen=row.debit_fen + debit_fen,
            credit_count=row.credit_count + _sign(credit_fen),
            credit_fen=row.credit_fen + credit_fen,
        ),
    )


def _sign(fen: int) -> int:
    return (fen > 0) - (fen < 0)


def sign_in(case: Case) -> Verdict:
    """0800: go on with the open batch, or open the next."""
    row = open_batch(case)
    if row is None:
        return _opened(case, 1)
    return (
        Granted(BankSignedIn(BANK_APPROVED, row.batch)) if row.signed_in else _opened(case, row.batch % TRACE_MAX + 1)
    )


def _opened(case: Case, batch: int) -> Granted:
    row = BankBatch(case.institution.city, case.arrival.request.dev_no, batch, 1, 0, 0, 0, 0, 0, case.now_ms)
    return Granted(BankSignedIn(BANK_APPROVED, batch), (row,))


def close(case: Case) -> Verdict:
    """0500: equal closes the batch, unequal waits for its lines; after them (207) it is closed as it stands."""
    asked = case.arrival.body
    assert isinstance(asked, BatchClose)
    refused = batch_refusal(case, asked.batch)
    row = open_batch(case)
    if refused or row is None:
        return refused or Refused(codes.BANK_BATCH_DIFFERS, "no batch is open")
    if asked.network_code == UPLOADED and not row.uploading:
        return Refused(codes.BANK_BATCH_DIFFERS, "no lines were awaited")
    equal = all(getattr(asked, name) == getattr(row, name) for name in COUNTS)
    ended = equal or asked.network_code == UPLOADED
    after = msgspec.structs.replace(row, signed_in=int(not ended), uploading=int(not ended))
    counts = {name: getattr(row, name) for name in COUNTS}
    result = BATCH_EQUAL if equal else BATCH_UNEQUAL
    return Granted(BatchClosed(BANK_APPROVED, row.batch, result, **counts), (after,))


def line(case: Case) -> Verdict:
    """0320: how one purchase of the terminal stands at the bank."""
    asked = case.arrival.body
    assert isinstance(asked, BatchLine)
    refused = batch_refusal(case, asked.batch)
    row = open_batch(case)
    if refused or row is None or not row.uploading:
        return refused or Refused(codes.BANK_BATCH_DIFFERS, "no lines were awaited")
    psn_no = case.world.register.holder(asked.pan)
    place = case.institution
    name = trade_id_of(place.city, place.code, asked.omsgid)
    trade = case.state.get(BankTrade, case.home, psn_no, name) if psn_no and psn_no[:6] == case.home else None
    if trade is None or trade.state != SETTLED:
        return Granted(LineTaken(BANK_APPROVED, LINE_UNKNOWN))
    equal = trade.amount_fen == asked.amount_fen
    return Granted(LineTaken(BANK_APPROVED, LINE_EQUAL if equal else LINE_DIFFERS))
