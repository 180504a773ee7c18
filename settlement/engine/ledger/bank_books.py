"""The transfers of what moves a bank account and is no purchase, all in the bank's own books.

BANK_CASH:{city} is what its machines and counters hold, BANK_FEES:{city} its income from fees, BANK_CLEARING:{city} the
other end of what an agency pays in or takes. The agency's own books are not touched by it: its orders are no benefits
of medical insurance.
"""

from collections.abc import Iterator
from typing import Final

from settlement.engine.ledger.bank_zone import BankMovement
from settlement.engine.ledger.books import bank
from settlement.engine.ledger.state import Transfer

PAID_OUT: Final = {"WITHDRAWAL": "BANK_CASH", "CLOSING": "BANK_CASH", "COLLECT": "BANK_CLEARING"}
PAID_IN: Final = {"DEPOSIT": "BANK_CASH", "PAY": "BANK_CLEARING"}
"""The account across, by kind."""


def moving(movement: BankMovement) -> tuple[Transfer, ...]:
    """Return the transfers of a movement."""
    cause = (movement.city, movement.psn_no, movement.movement_id, 0)
    return tuple(
        Transfer(*cause, number, bank(movement.city), debit, credit, amount_fen, movement.moved_ms)
        for number, (debit, credit, amount_fen) in enumerate(_entries(movement))
        if amount_fen
    )


def _entries(movement: BankMovement) -> Iterator[tuple[str, str, int]]:
    city, own = movement.city, f"BANK:{movement.city}:{movement.psn_no}"
    if movement.kind in PAID_OUT:
        yield own, f"{PAID_OUT[movement.kind]}:{city}", movement.amount_fen
    elif movement.kind in PAID_IN:
        yield f"{PAID_IN[movement.kind]}:{city}", own, movement.amount_fen
    else:
        yield own, f"BANK:{city}:{movement.to_psn_no}", movement.amount_fen
    yield own, f"BANK_FEES:{city}", movement.fee_fen
