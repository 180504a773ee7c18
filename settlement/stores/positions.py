"""What is owed on claims: one reading of the transfers for every store that keeps SQL.

A claim is read in the books of who owes it. What was booked before an instant counts, and what clearing has paid ever
since the first; since the clearing before, forward and reverse are also told apart.
"""

from typing import Final

import apsw

from settlement.engine.ledger.claims import Owed, PaidClaim, PairRow, PairRows, Position
from settlement.stores.law import POSTINGS

SINCE: Final = "(SELECT COALESCE(MAX(until_ms), 0) FROM cleared)"
POSITIONS: Final = f"""
SELECT claim, owing, SUM(fen),
    COALESCE(SUM(fen) FILTER (WHERE NOT paying AND undo = 0 AND booked_ms >= {SINCE}), 0) AS forward,
    COALESCE(-SUM(fen) FILTER (WHERE NOT paying AND undo <> 0 AND booked_ms >= {SINCE}), 0) AS reverse
FROM owed WHERE paying OR booked_ms < ?1 GROUP BY claim, owing
HAVING SUM(fen) <> 0 OR forward <> 0 OR reverse <> 0 ORDER BY claim, owing
"""  # noqa: S608 - our own statement
PAID: Final = f"SELECT {', '.join(PaidClaim.__struct_fields__)} FROM paidclaim WHERE month = ?1 ORDER BY claim, city"  # noqa: S608 - our own fields


PAIRS: Final = """
SELECT account, cause, undo, fen, books = 'AGENCY:' || substr(account, 5, 6) FROM posting
WHERE account GLOB 'CLR:*' AND booked_ms >= ?1 AND booked_ms < ?2 ORDER BY account, cause, undo
"""
"""Each posting on a claim between cities: what is owed is a credit of the owing and a debit of the
owed."""


def read_positions(connection: apsw.Connection, until_ms: int) -> Owed:
    """Return what is owed of what was booked before an instant, in one snapshot."""
    connection.execute(POSTINGS)
    connection.execute("BEGIN")
    try:
        [(since_ms,)] = connection.execute(f"SELECT {SINCE}")
        return Owed(tuple(Position(*row) for row in connection.execute(POSITIONS, (until_ms,))), since_ms)
    finally:
        connection.execute("COMMIT")


def read_paid(connection: apsw.Connection, month: int) -> tuple[PaidClaim, ...]:
    """Return what a month's clearing has paid."""
    return tuple(PaidClaim(*row) for row in connection.execute(PAID, (month,)))


def read_pairs(connection: apsw.Connection, from_ms: int, to_ms: int) -> PairRows:
    """Return what both sides of each pair of cities booked in some days."""
    connection.execute(POSTINGS)
    owing, owed = list[PairRow](), list[PairRow]()
    for claim, cause, undo, fen, by_owing in connection.execute(PAIRS, (from_ms, to_ms)):
        (owing if by_owing else owed).append(PairRow(claim, cause, undo, -fen if by_owing else fen))
    return PairRows(tuple(owing), tuple(owed))
