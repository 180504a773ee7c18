"""What an institution settled in some days: one reading for every store that keeps SQL.

Both indexes are by time first, so that a settlement adds to their right edge and to no other page: by institution first
they would dirty a page for each institution in every commit. An institution's rows of a day are found by a walk over
that day's index entries alone.
"""

from typing import Final

import apsw

from settlement.engine.ledger.state import Settlement
from settlement.engine.ledger.statement import Period, StatementRow, rows_of

INDEXES: Final = (
    "CREATE INDEX settlement_by_time ON settlement (settled_ms, fixmedins_code)",
    "CREATE INDEX settlement_by_undo ON settlement (undone_ms, fixmedins_code) WHERE undone_ms > 0",
)
COLUMNS: Final = ", ".join(Settlement.__struct_fields__)
SETTLED: Final = f"SELECT {COLUMNS} FROM settlement WHERE settled_ms >= ?1 AND settled_ms < ?2 AND fixmedins_code = ?3"  # noqa: S608 - our own fields
UNDONE: Final = (
    f"SELECT {COLUMNS} FROM settlement WHERE undone_ms > 0 AND undone_ms >= ?1 AND undone_ms < ?2"  # noqa: S608 - our own fields
    " AND fixmedins_code = ?3 AND NOT (settled_ms >= ?1 AND settled_ms < ?2)"
)


def read_statement(connection: apsw.Connection, period: Period) -> tuple[StatementRow, ...]:
    """Return the rows of an institution's days, in one snapshot."""
    bounds = period.from_ms, period.to_ms, period.fixmedins_code
    connection.execute("BEGIN")
    try:
        found = [Settlement(*row) for statement in (SETTLED, UNDONE) for row in connection.execute(statement, bounds)]
    finally:
        connection.execute("COMMIT")
    return rows_of(found, period)
