"""One settlement and its transfers, by its number alone, from a ledger's file: for whoever explains it.

It reads beside the engine that writes, in one snapshot, and changes nothing.
"""

from pathlib import Path
from typing import Any, Final

import apsw

from settlement.engine.ledger.state import Settlement, Transfer
from settlement.stores.store import StoreError

BUSY_TIMEOUT_MS: Final = 5_000


def find_settlement(path: Path, setl_id: str) -> tuple[Settlement, tuple[Transfer, ...]] | None:
    """Return a settlement with its transfers, those of its undo included; StoreError where the file cannot be read."""
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    except apsw.Error as error:
        raise StoreError(f"{path} cannot be read: {error}") from None
    try:
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        with connection:
            rows: list[tuple[Any, ...]] = connection.execute(
                _statement(Settlement, "setl_id = ?"), (setl_id,)
            ).fetchall()
            if not rows:
                return None
            settlement = Settlement(*rows[0])
            key = settlement.city, settlement.psn_no, setl_id
            where = "city = ? AND psn_no = ? AND cause = ? ORDER BY undo, number"
            transfers: list[tuple[Any, ...]] = connection.execute(_statement(Transfer, where), key).fetchall()
    except apsw.Error as error:
        raise StoreError(f"{path} cannot be read: {error}") from None
    finally:
        connection.close()
    return settlement, tuple(Transfer(*row) for row in transfers)


def _statement(table: type[Settlement | Transfer], where: str) -> str:
    columns = ", ".join(table.__struct_fields__)
    return f"SELECT {columns} FROM {table.__name__.lower()} WHERE {where}"  # noqa: S608 - names are our own fields
