"""Whether two cities hold the same of what one owes the other: what the owing has booked against what the owed has.

Each settlement of the one's insured at the other is a row on both sides, its undo a second, a month's clearing a third.
Nothing is netted and nothing is matched by amount: a row that the other side does not name is not the same row. Pure.
"""

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from settlement.engine.ledger.claims import PairRow, PairRows

Name = tuple[str, str, int]
"""Claim, cause, and whether it is an undo: what names a row on both sides."""


class PairKind(StrEnum):
    """How the two sides are unequal."""

    DIFFERS = "amount differs"
    ONLY_OWING = "only the owing city"
    ONLY_OWED = "only the owed city"


class PairDifference(Struct, frozen=True):
    """One cause on which the two sides of a claim do not agree; a side that has nothing of it has 0 fen."""

    kind: PairKind
    claim: str
    cause: str
    undo: int
    owing_fen: int
    owed_fen: int


class PairTotal(Struct, frozen=True):
    """What both sides of a claim add up to, in how many rows."""

    claim: str
    owing_count: int
    owing_fen: int
    owed_count: int
    owed_fen: int


def differences(rows: PairRows) -> tuple[PairDifference, ...]:
    """Return every cause that the two sides do not have alike."""
    owing, owed = _by_name(rows.owing), _by_name(rows.owed)
    return tuple(
        PairDifference(_kind(name, owing, owed), *name, owing.get(name, 0), owed.get(name, 0))
        for name in sorted(owing.keys() | owed.keys())
        if owing.get(name) != owed.get(name)
    )


def totals(rows: PairRows) -> tuple[PairTotal, ...]:
    """Return the sums of each claim, both sides beside each other."""
    counted: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for side, booked in enumerate((rows.owing, rows.owed)):
        for row in booked:
            counted[row.claim][2 * side] += 1
            counted[row.claim][2 * side + 1] += row.fen
    return tuple(PairTotal(claim, *counted[claim]) for claim in sorted(counted))


def _by_name(rows: Iterable[PairRow]) -> dict[Name, int]:
    """Return what each cause comes to: fund and account of one settlement are two bookings of the owing city."""
    sums: defaultdict[Name, int] = defaultdict(int)
    for row in rows:
        sums[row.claim, row.cause, row.undo] += row.fen
    return dict(sums)


def _kind(name: Name, owing: dict[Name, int], owed: dict[Name, int]) -> PairKind:
    if name not in owed:
        return PairKind.ONLY_OWING
    return PairKind.DIFFERS if name in owing else PairKind.ONLY_OWED
