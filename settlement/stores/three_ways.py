"""What one institution's reconciliation reads of a ledger beside its statement: its bank purchases, and what they paid.

Read by whoever looks into a ledger's file; the engine may run beside it.
"""

from typing import Final

import apsw
from msgspec import Struct

from settlement.engine.ledger.state import BankTrade, Settlement
from settlement.engine.ledger.statement import Period, StatementRow, rows_of
from settlement.stores.statement import COLUMNS, SETTLED, UNDONE

_TRADES: Final = ", ".join(BankTrade.__struct_fields__)
TRADES: Final = f"""
SELECT {_TRADES} FROM banktrade WHERE fixmedins_code = ?3
AND (traded_ms >= ?1 AND traded_ms < ?2 OR (city, psn_no, setl_id) IN (
    SELECT city, psn_no, setl_id FROM settlement WHERE settled_ms >= ?1 AND settled_ms < ?2 AND fixmedins_code = ?3))
"""  # noqa: S608 - our own fields
PAID: Final = f"""
SELECT {COLUMNS} FROM settlement WHERE (city, psn_no, setl_id) IN (
    SELECT city, psn_no, setl_id FROM banktrade
    WHERE fixmedins_code = ?3 AND traded_ms >= ?1 AND traded_ms < ?2 AND setl_id <> '')
"""  # noqa: S608 - our own fields
INSTITUTIONS: Final = """
SELECT fixmedins_code FROM settlement WHERE settled_ms >= ?1 AND settled_ms < ?2
UNION SELECT fixmedins_code FROM settlement WHERE undone_ms > 0 AND undone_ms >= ?1 AND undone_ms < ?2
UNION SELECT fixmedins_code FROM banktrade WHERE traded_ms >= ?1 AND traded_ms < ?2 ORDER BY 1
"""


class Held(Struct, frozen=True):
    """What engine and bank hold of an institution's days.

    `settlements` are all that are stated, or that a purchase of these days names; `trades` all of these days, and what
    else paid these settlements.
    """

    rows: tuple[StatementRow, ...]
    settlements: tuple[Settlement, ...]
    trades: tuple[BankTrade, ...]


def read_held(connection: apsw.Connection, period: Period) -> Held:
    """Return what a ledger holds, in one snapshot."""
    bounds = period.from_ms, period.to_ms, period.fixmedins_code
    connection.execute("BEGIN")
    try:
        stated = [Settlement(*row) for text in (SETTLED, UNDONE) for row in connection.execute(text, bounds)]
        paid = [Settlement(*row) for row in connection.execute(PAID, bounds)]
        trades = tuple(BankTrade(*row) for row in connection.execute(TRADES, bounds))
    finally:
        connection.execute("COMMIT")
    return Held(rows_of(stated, period), tuple({row.key: row for row in (*stated, *paid)}.values()), trades)


def institutions(connection: apsw.Connection, from_ms: int, to_ms: int) -> tuple[str, ...]:
    """Return who settled, undid or sold by card anything in some days."""
    return tuple(code for (code,) in connection.execute(INSTITUTIONS, (from_ms, to_ms)))
