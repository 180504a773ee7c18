"""An institution's rows held against the centre's: what is equal, and the three ways of being unequal. Pure.

A row is its setl_id and whether it is an undo. Nothing is matched by amount or time: a row that cannot be named is not
the same row.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from settlement.engine.clearing.statement_text import FileRow
from settlement.engine.ledger.statement import StatementRow
from settlement.engine.rules.money import yuan

AMOUNTS: Final = ("medfee_sumamt_fen", "fund_pay_sumamt_fen", "acct_pay_fen")
NAMES: Final = ("psn_no", "mdtrt_id")


class RowKind(StrEnum):
    """How a row came out."""

    EQUAL = "equal"
    DIFFERS = "amount differs"
    ONLY_INSTITUTION = "only institution"
    ONLY_CENTRE = "only centre"


class Compared(Struct, frozen=True):
    """One row of either side or of both; `said` names what differs."""

    kind: RowKind
    theirs: FileRow | None
    centre: StatementRow | None
    said: str = ""


class Sums(Struct, frozen=True):
    """What rows add up to."""

    count: int
    medfee_sumamt_fen: int
    fund_pay_sumamt_fen: int
    acct_pay_fen: int

    def __str__(self) -> str:
        amounts = ", ".join(f"{name.removesuffix('_fen')} {yuan(getattr(self, name))}" for name in AMOUNTS)
        return f"count {self.count}, {amounts}"


def sums_of(rows: Sequence[FileRow] | Sequence[StatementRow]) -> Sums:
    """Return count and sums of rows."""
    return Sums(len(rows), *(sum(getattr(row, name) for row in rows) for name in AMOUNTS))


def compare(theirs: Iterable[FileRow], centre: Iterable[StatementRow]) -> list[Compared]:
    """Return every row of both sides once, first theirs in their order, then what only the centre has."""
    stated = {(row.setl_id, row.refd): row for row in centre}
    compared = [_judged(row, stated.pop((row.setl_id, row.refd), None)) for row in theirs]
    return [*compared, *(Compared(RowKind.ONLY_CENTRE, None, row) for row in stated.values())]


def differences(compared: Iterable[Compared]) -> Iterator[Compared]:
    """Return what is not equal."""
    return (row for row in compared if row.kind is not RowKind.EQUAL)


def _judged(theirs: FileRow, centre: StatementRow | None) -> Compared:
    if centre is None:
        return Compared(RowKind.ONLY_INSTITUTION, theirs, None, "the centre has no such row left")
    amounts = [
        f"{name.removesuffix('_fen')} {yuan(getattr(theirs, name))}, the centre has {yuan(getattr(centre, name))}"
        for name in AMOUNTS
        if getattr(theirs, name) != getattr(centre, name)
    ]
    names = [f"{name} is another" for name in NAMES if getattr(theirs, name) not in ("", getattr(centre, name))]
    if amounts or names:
        return Compared(RowKind.DIFFERS, theirs, centre, "; ".join((*amounts, *names)))
    return Compared(RowKind.EQUAL, theirs, centre)
