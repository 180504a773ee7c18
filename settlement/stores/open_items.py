"""What stands open in a ledger, and what cities owe each other: one reading for every store.

Only what the ledger itself knows: what a terminal or a bank knows besides is found by reconciliation
(engine/clearing/three_ways.py).
"""

from typing import Final

import apsw

from settlement.stores.law import POSTINGS
from settlement.stores.store import CityDebt

OPEN_ITEMS: Final = {
    "tombstones": "SELECT COUNT(*) FROM message WHERE length(reply) = 0",
    "remote_orders": "SELECT COUNT(*) FROM remoteorder WHERE state = 'OPEN'",
    "hospital_stays": "SELECT COUNT(*) FROM stay WHERE state = 'IN_HOSPITAL'",
    "unequal_batches": "SELECT COUNT(*) FROM bankbatch WHERE uploading = 1",
}
"""What somebody has yet to finish: reversals whose original has not come, remote orders that no phone has confirmed,
stays that are not over, a terminal's bank batches that were closed with other sums than the bank's."""
CITY_DEBTS: Final = (
    "SELECT substr(claim, 5, 6), substr(claim, 12, 6), SUM(fen) FROM owed WHERE claim GLOB 'CLR:*' GROUP BY claim"
)
"""CLR:{owing}:{owed}, and a region has six digits. A pair that was cleared stays, with nought."""


def open_items(connection: apsw.Connection) -> dict[str, int]:
    """Return how many of each kind there are."""
    return {item: _count(connection, statement) for item, statement in OPEN_ITEMS.items()}


def city_debts(connection: apsw.Connection) -> tuple[CityDebt, ...]:
    """Return what each city owes each other."""
    connection.execute(POSTINGS)
    return tuple(CityDebt(*row) for row in connection.execute(CITY_DEBTS))


def _count(connection: apsw.Connection, statement: str) -> int:
    [(count,)] = connection.execute(statement)
    return int(count)
