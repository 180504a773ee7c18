"""What outcomes add up to before a gate: money by message, purchases, and how the rest was really paid.

The same for a fleet of terminals and for a load. Pure; a set of settlements is compared by the sum of its fingerprints.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from settlement.wire import codes, names
from terminals.kernel.outcome import Event, Outcome, Tender

BY_ITSELF: Final = frozenset({"sign_on", "recover", "prepare", "open_batch", "close_day"})
"""Flows of a terminal at which nobody stands: no card has a part in them."""
NO_CARD_READ: Final = "0"
"""The generation of a visit whose card was never read."""
NOTHING_DUE: Final = "nothing due"
"""In place of a tender: the funds and the personal account paid all of it."""
OUTLIVED: Final = frozenset({codes.CARD_SUPERSEDED.code, codes.BANK_COUNTER_REPLAYED.code})
"""Refusals of a chip that is older than what the host knows of it: a run that brings such chips rehearsed nothing."""
FINGERPRINTS: Final = 1 << 64
BLANK: Final = f"{0:016x}"


class Settled(Struct, frozen=True):
    """What the host said was settled by one message type; `fingerprint` sums names.fingerprint over the setl_ids."""

    count: int = 0
    medfee_sumamt_fen: int = 0
    fund_pay_sumamt_fen: int = 0
    acct_pay_fen: int = 0
    psn_cash_pay_fen: int = 0
    fingerprint: str = BLANK


class BankSums(Struct, frozen=True):
    """What the bank accounts paid: purchases (0200) that stand, and those that were undone (0400).

    `fingerprint` sums names.fingerprint over the msgids of those that stand.
    """

    count: int = 0
    amount_fen: int = 0
    reversed: int = 0
    fingerprint: str = BLANK

    def plus(self, other: "BankSums") -> "BankSums":
        """Return the purchases of both."""
        return BankSums(
            self.count + other.count,
            self.amount_fen + other.amount_fen,
            self.reversed + other.reversed,
            added(self.fingerprint, other.fingerprint),
        )


def bank_sums_of(outcome: Outcome) -> BankSums:
    """Return what one visit adds."""
    msgids = outcome.purchase_msgids
    undone = outcome.events.count(Event.BANK_REVERSED)
    return BankSums(len(msgids), outcome.bank_fen, undone, hexadecimal(sum(map(names.fingerprint, msgids))))


def hexadecimal(fingerprint: int) -> str:
    """Return a sum of fingerprints as it is written: modulo 2^64, 16 hex digits."""
    return f"{fingerprint % FINGERPRINTS:016x}"


def added(one: str, other: str) -> str:
    """Return the fingerprint of two sets together."""
    return hexadecimal(int(one, 16) + int(other, 16))


def tender_of(outcome: Outcome) -> str:
    """Return how the rest of a settlement was really paid, whatever its patient had wished."""
    if not outcome.amounts.psn_cash_pay_fen:
        return NOTHING_DUE
    return (outcome.tender if outcome.bank_fen else Tender.CASH).value


def outlived(messages: Mapping[str, Mapping[str, int]]) -> int:
    """Return how many messages were refused because the chip was an older one than the host knows."""
    return sum(count for outcomes in messages.values() for code, count in outcomes.items() if code in OUTLIVED)
