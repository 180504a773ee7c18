"""What is owed on claims: one reading of the transfers for every store that keeps SQL.

A claim is read in the books of who owes it. What was booked before an instant counts, and what clearing has paid ever
since the first; since the clearing before, forward and reverse are also told apart.
"""

from typing import Final

import apsw

from settlement.engine.ledger.claims import Owed, PaidClaim, Position

OWED: Final = """
SELECT account AS claim, substr(books, -6) AS owing, -fen AS fen, undo, cause GLOB 'CLEARED:*' AS paying, booked_ms
FROM (
    SELECT books, debit AS account, amount_fen AS fen, undo, cause, booked_ms FROM transfer
    UNION ALL
    SELECT books, credit, -amount_fen, undo, cause, booked_ms FROM transfer
)
WHERE (account GLOB 'CLR:*' AND books = 'AGENCY:' || substr(account, 5, 6))
    OR (account GLOB 'INST_MI:*' AND books GLOB 'AGENCY:*')
    OR (account GLOB 'INST_BANK:*' AND books GLOB 'BANK:*')
"""
"""Each posting on a claim in its debtor's books; what is owed is positive."""
SINCE: Final = "(SELECT COALESCE(MAX(until_ms), 0) FROM cleared)"
POSITIONS: Final = f"""
SELECT claim, owing, SUM(fen),
    COALESCE(SUM(fen) FILTER (WHERE NOT paying AND undo = 0 AND booked_ms >= {SINCE}), 0) AS forward,
    COALESCE(-SUM(fen) FILTER (WHERE NOT paying AND undo <> 0 AND booked_ms >= {SINCE}), 0) AS reverse
FROM ({OWED}) WHERE paying OR booked_ms < ?1 GROUP BY claim, owing
HAVING SUM(fen) <> 0 OR forward <> 0 OR reverse <> 0 ORDER BY claim, owing
"""  # noqa: S608 - our own statement
PAID: Final = f"SELECT {', '.join(PaidClaim.__struct_fields__)} FROM paidclaim WHERE month = ?1 ORDER BY claim, city"  # noqa: S608 - our own fields


def read_positions(connection: apsw.Connection, until_ms: int) -> Owed:
    """Return what is owed of what was booked before an instant, in one snapshot."""
    connection.execute("BEGIN")
    try:
        [(since_ms,)] = connection.execute(f"SELECT {SINCE}")
        return Owed(tuple(Position(*row) for row in connection.execute(POSITIONS, (until_ms,))), since_ms)
    finally:
        connection.execute("COMMIT")


def read_paid(connection: apsw.Connection, month: int) -> tuple[PaidClaim, ...]:
    """Return what a month's clearing has paid."""
    return tuple(PaidClaim(*row) for row in connection.execute(PAID, (month,)))
