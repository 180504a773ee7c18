"""What an institution settled in some days, row by row, and the files of its reconciliation. Data, and one reading.

A settlement is a row on the day it was settled, and its revoke a row of its own, with the exact negatives, on the day
of the revoke. What was reversed (2601) is no row at all: its institution never learned of it, or undid an unknown
outcome, and holds nothing of it (`assumed`: the interface speaks of forward and reverse rows of revokes only).
"""

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from msgspec import Struct

from settlement.engine.ledger.identity import setl_id_of
from settlement.engine.ledger.state import REVERSED, VOIDED, Record, Settlement
from settlement.engine.rules.clearing_type import clearing_type

FILE_DAYS: Final = 7
"""How long a file is kept for its reader (`assumed`)."""


class Period(Struct, frozen=True):
    """Whose rows, from `from_ms` to before `to_ms`."""

    fixmedins_code: str
    from_ms: int
    to_ms: int

    def has(self, moment_ms: int) -> bool:
        """Whether a moment lies in it."""
        return self.from_ms <= moment_ms < self.to_ms


class StatementRow(Struct, frozen=True):
    """One row of the centre; amounts in fen, of an undo (`refd`) negative.

    `settled_id` is the settlement that the row is about: its own setl_id, or that of the settlement which it undoes.
    """

    setl_id: str
    mdtrt_id: str
    psn_no: str
    msgid: str
    insutype: str
    clr_type: str
    refd: bool
    stated_ms: int
    medfee_sumamt_fen: int
    fund_pay_sumamt_fen: int
    acct_pay_fen: int
    psn_cash_pay_fen: int
    settled_id: str


class StatementFile(Record, frozen=True, array_like=True):
    """A file that an institution sent (9101), or the rows that answer it (3202)."""

    KEY: ClassVar[int] = 3
    city: str
    fixmedins_code: str
    file_qury_no: str
    filename: str
    content: bytes
    kept_ms: int
    until_ms: int


def rows_of(settlements: Iterable[Settlement], period: Period) -> tuple[StatementRow, ...]:
    """Return the rows of a period, in the order of their time; settlements outside it may be among those given."""
    rows = (row for settlement in settlements for row in _rows(settlement, period))
    return tuple(sorted(rows, key=lambda row: (row.stated_ms, row.setl_id)))


def _rows(settlement: Settlement, period: Period) -> Iterator[StatementRow]:
    if settlement.state == REVERSED or settlement.fixmedins_code != period.fixmedins_code:
        return
    if period.has(settlement.settled_ms):
        yield _row(settlement, settlement.setl_id, settlement.msgid, settlement.settled_ms, 1)
    if settlement.state == VOIDED and period.has(settlement.undone_ms):
        undo = setl_id_of(settlement.treatment_city, settlement.fixmedins_code, settlement.undone_by)
        yield _row(settlement, undo, settlement.undone_by, settlement.undone_ms, -1)


def _row(settlement: Settlement, setl_id: str, msgid: str, stated_ms: int, sign: int) -> StatementRow:
    return StatementRow(
        setl_id=setl_id,
        mdtrt_id=settlement.mdtrt_id,
        psn_no=settlement.psn_no,
        msgid=msgid,
        insutype=settlement.insutype,
        clr_type=clearing_type(settlement.med_type, settlement.city, settlement.treatment_city),
        refd=sign < 0,
        stated_ms=stated_ms,
        medfee_sumamt_fen=sign * settlement.medfee_sumamt_fen,
        fund_pay_sumamt_fen=sign * settlement.fund_pay_sumamt_fen,
        acct_pay_fen=sign * settlement.acct_pay_fen,
        psn_cash_pay_fen=sign * settlement.psn_cash_pay_fen,
        settled_id=settlement.setl_id,
    )
