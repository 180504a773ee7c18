"""How claims are paid: the transfers of a month's clearing, in every set of books that holds a side of them.

Between cities prefunding moves, at each agency and at the clearing centre alike; agencies and banks pay institutions
into their account at a bank. A net below zero is paid back: the same transfers with debit and credit exchanged.

PREFUND:{city}          paid in at the centre, an agency's asset    PREFUND_HELD:{city}     the centre's debt of it
AGENCY_CASH:{city}      what an agency pays institutions from       BANK_CASH:{city}        what a bank pays them from
AT_BANK:{institution}   where institutions are paid
"""

from collections.abc import Iterable, Iterator
from typing import Final

from settlement.engine.ledger.books import Entry, agency, bank, institution
from settlement.engine.ledger.claims import BETWEEN_CITIES, BY_BANKS, CENTRE, CLEARED, PREFUNDING, Position
from settlement.engine.ledger.state import Transfer

NOBODY: Final = ""
"""Whom a clearing is about: no person."""


def paying(positions: Iterable[Position], month: int, booked_ms: int) -> tuple[Transfer, ...]:
    """Return the transfers that pay claims."""
    entries = [(position.owing, entry) for position in positions for entry in _signed(position)]
    return tuple(
        Transfer(city, NOBODY, f"{CLEARED}{month}", 0, number, *entry, booked_ms)
        for number, (city, entry) in enumerate(entries)
    )


def prefunding(city: str, amount_fen: int, month: int, booked_ms: int) -> tuple[Transfer, ...]:
    """Return the transfers of what a city pays in for a month's clearing, at the agency and at the centre."""
    if not amount_fen:
        return ()
    entries: tuple[Entry, ...] = (
        (agency(city), f"PREFUND:{city}", f"OPENING:{city}", amount_fen),
        (CENTRE, f"OPENING:{CENTRE}", f"PREFUND_HELD:{city}", amount_fen),
    )
    return tuple(
        Transfer(city, NOBODY, PREFUNDING, 0, number, *entry, booked_ms)
        for number, entry in enumerate(entries, month * len(entries))
    )


def _signed(position: Position) -> Iterator[Entry]:
    for books, debit, credit in _entries(position):
        if position.net_fen > 0:
            yield books, debit, credit, position.net_fen
        elif position.net_fen < 0:
            yield books, credit, debit, -position.net_fen


def _entries(position: Position) -> tuple[tuple[str, str, str], ...]:
    claim, owing = position.claim, position.owing
    owed = claim.rpartition(":")[2]
    if position.kind == BETWEEN_CITIES:
        return (
            (agency(owing), claim, f"PREFUND:{owing}"),
            (agency(owed), f"PREFUND:{owed}", claim),
            (CENTRE, f"PREFUND_HELD:{owing}", f"PREFUND_HELD:{owed}"),
        )
    payer, purse = (bank(owing), "BANK_CASH") if position.kind == BY_BANKS else (agency(owing), "AGENCY_CASH")
    return (
        (payer, claim, f"{purse}:{owing}"),
        (institution(owed), f"AT_BANK:{owed}", claim),
    )
