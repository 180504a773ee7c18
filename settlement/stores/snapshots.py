"""A whole ledger put aside and brought back, for tests that begin again and again from one state.

SQLite's own backup copies page by page inside the open connection, so the engine keeps running; whoever calls this
holds the ledger to himself (service.quiet). A copy of another population or network key is refused.
"""

from pathlib import Path
from typing import Any

import apsw

from settlement.engine.ledger.tables import RECORDS
from settlement.stores.schema import table_name
from settlement.stores.store import RefusedStoreError, StoreError


def snapshot(connection: apsw.Connection, path: Path) -> None:
    """Copy a ledger into a file, in the place of what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    try:
        copy = apsw.Connection(str(beside))
        try:
            _copied(connection, copy)
        finally:
            copy.close()
    except (apsw.Error, OSError) as error:
        raise StoreError(f"{path}: the snapshot failed: {error}") from error
    beside.replace(path)


def restore(connection: apsw.Connection, path: Path) -> None:
    """Bring a copy back; raise RefusedStoreError, and change nothing, if there is none that fits."""
    if not path.exists():
        raise RefusedStoreError(f"there is no snapshot {path.stem!r}")
    try:
        copy = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            if _origin(copy) != _origin(connection):
                raise RefusedStoreError(f"snapshot {path.stem!r} is another population's, key's or version's")
            _copied(copy, connection)
        finally:
            copy.close()
    except apsw.Error as error:
        raise StoreError(f"{path}: the restore failed: {error}") from error


def reset(connection: apsw.Connection) -> None:
    """Empty a ledger; everybody is a newcomer again."""
    try:
        with connection:
            for record in RECORDS:
                connection.execute(f"DELETE FROM {table_name(record)}")  # noqa: S608 - a record's own name
            connection.execute("UPDATE origin SET leased = 0")
    except apsw.Error as error:
        raise StoreError(f"the reset failed: {error}") from error


def _copied(source: apsw.Connection, target: apsw.Connection) -> None:
    with target.backup("main", source, "main") as copying:
        while not copying.done:
            copying.step(-1)


def _origin(connection: apsw.Connection) -> tuple[Any, ...]:
    [facts] = connection.execute("SELECT people, key_check, cards FROM origin")
    return tuple(facts), connection.pragma("user_version")
