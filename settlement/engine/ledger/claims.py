"""Claims between the sets of books, and what clearing has paid of them.

A claim is an account that two books hold, payable in one and receivable in the other: CLR between two cities, INST_MI
between an agency and an institution, INST_BANK between a bank and an institution. What is owed on it is nowhere kept
beside the transfers: a Position is read from them, beside the batch, when a month is cleared.
"""

from datetime import datetime
from typing import ClassVar, Final

from msgspec import Struct

from settlement.engine.ledger.state import Record
from settlement.wire.names import CHINA

BETWEEN_CITIES: Final = "CLR"
TO_INSTITUTIONS: Final = "INST_MI"
BY_BANKS: Final = "INST_BANK"
"""The three kinds of claim: what stands before an account's first colon."""
CLEARED: Final = "CLEARED:"
"""What the cause of a transfer begins with that pays a claim; the month follows."""
PREFUNDING: Final = "PREFUNDING"
"""The cause of what a city pays in."""
CENTRE: Final = "CENTRE"


class Position(Struct, frozen=True):
    """What is owed on a claim at the end of a month, and has not been paid; in fen.

    `owing` is the city whose agency or bank owes. `net_fen` has what was undone taken off, and may be below zero: then
    it is paid back. `forward_fen` and `reverse_fen` are what was booked and undone since the clearing before.
    """

    claim: str
    owing: str
    net_fen: int
    forward_fen: int
    reverse_fen: int

    @property
    def kind(self) -> str:
        """Return which kind of claim it is."""
        return self.claim.partition(":")[0]


class Owed(Struct, frozen=True):
    """Every position at an instant; `since_ms` is how far clearing had come when they were read."""

    positions: tuple[Position, ...]
    since_ms: int


NOTHING_OWED: Final = Owed((), 0)


class Cleared(Record, frozen=True, array_like=True):
    """How far the clearing centre has come: one row."""

    KEY: ClassVar[int] = 1
    centre: str
    month: int
    until_ms: int
    """The end of that month: what was booked before it is paid."""
    cleared_ms: int


class PaidClaim(Record, frozen=True, array_like=True):
    """A claim that clearing paid, by month."""

    KEY: ClassVar[int] = 3
    city: str
    """Whose agency or bank paid."""
    claim: str
    month: int
    net_fen: int
    forward_fen: int
    reverse_fen: int
    paid_ms: int


class Prefund(Record, frozen=True, array_like=True):
    """What a city has at the clearing centre, never below zero; `paid_in_fen` is what it has paid in by now."""

    KEY: ClassVar[int] = 1
    city: str
    balance_fen: int
    paid_in_fen: int


class PairRow(Struct, frozen=True):
    """One booking on a claim between two cities, as one of the two has it; in fen, what is owed positive."""

    claim: str
    cause: str
    undo: int
    fen: int


class PairRows(Struct, frozen=True):
    """What two sides have booked on their claims in some days."""

    owing: tuple[PairRow, ...]
    owed: tuple[PairRow, ...]


def month_begin_ms(month: int) -> int:
    """Return when a month (yyyymm) begins, as month_end_ms."""
    return int(datetime(month // 100, month % 100, 1, tzinfo=CHINA).timestamp()) * 1000


def month_end_ms(month: int) -> int:
    """Return when a month (yyyymm) is over, in Unix ms: the first moment of the next, China Standard Time.

    >>> month_end_ms(202611)
    1796054400000
    """
    year, number = divmod(month, 100)
    return int(datetime(year + number // 12, number % 12 + 1, 1, tzinfo=CHINA).timestamp()) * 1000
