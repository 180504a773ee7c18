"""A ledger in one SQLite file, the embedded default: WAL, and an fsync at every commit.

`synchronous=FULL` is what makes an acknowledged settlement survive a power cut; NORMAL would lose the last ones, and a
kill -9 would not show it. A commit is made in the loop's own thread: while it waits for the disk the sockets fill, and
the next batch is what they hold. A worker thread was tried and gains nothing (5.2 k settlements/s either way): what it
overlaps, the hop and the interpreter's lock take back.
"""

import asyncio
from pathlib import Path
from typing import Any, Final

import apsw

from settlement.engine.state import Key, State
from settlement.stores.audit import examine
from settlement.stores.schema import SCHEMA, insert, select
from settlement.stores.store import SCHEMA_VERSION, Changes, LedgerAudit, RefusedStoreError, StoreError

FILE_NAME: Final = "ledger.sqlite"
APPLICATION_ID: Final = 0x5348554B
"""ASCII SHUK in the file's header: this is a ledger of ours and no other SQLite file."""
AUTOCHECKPOINT_PAGES: Final = 20_000
"""80 MB of log before it is folded into the file; the default of 1000 costs a fifth of the throughput."""
CACHE_KIB: Final = 128 * 1024
"""Pages kept in memory; the default of 2 MB would read the indexes of a larger ledger again and again."""
BUSY_TIMEOUT_MS: Final = 5_000
"""How long a commit waits for somebody who looks into the file (sqlite3, a backup)."""


class SqliteStore:
    """The ledger of one data directory, whose lock (data_directory.py) makes this its only writer."""

    def __init__(self, directory: Path) -> None:
        """Open or create; raise RefusedStoreError if that cannot be done here."""
        self.path = directory / FILE_NAME
        try:
            self._connection = _opened(self.path)
        except apsw.Error as error:
            raise RefusedStoreError(f"{self.path} cannot be opened as a ledger: {error}") from None

    async def load(self, keys: tuple[Key, ...]) -> State:
        """Return the working set of these rows; one transaction, because a lock a row costs more than the row."""
        try:
            with self._connection:
                rows = select(self._connection, keys)
        except apsw.Error as error:
            raise StoreError(f"{self.path} cannot be read: {error}") from error
        return State(rows, keys)

    async def save(self, changes: Changes) -> None:
        """Make rows and transfers durable in one commit; the context rolls back what fails."""
        try:
            with self._connection:
                insert(self._connection, changes.rows)
                insert(self._connection, changes.transfers)
        except apsw.Error as error:
            raise StoreError(f"{self.path}: a commit failed: {error}") from error

    async def lease(self, count: int) -> int:
        """Return the first of `count` indexes that were not handed out before; durable before it returns."""
        statement = "UPDATE lease SET next = next + ?1 RETURNING next - ?1"
        try:
            rows: list[tuple[Any, ...]] = self._connection.execute(statement, (count,)).fetchall()
        except apsw.Error as error:
            raise StoreError(f"{self.path}: a lease failed: {error}") from error
        return int(rows[0][0])

    async def audit(self, opter_no: str = "") -> LedgerAudit:
        """Judge the ledger in a thread and over a connection of its own: a reader of the log stops no writer."""
        return await asyncio.to_thread(_audit, self.path, opter_no)

    async def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _opened(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path))
    try:
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        _claim(connection, path)
        for setting in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"cache_size=-{CACHE_KIB}",
            f"wal_autocheckpoint={AUTOCHECKPOINT_PAGES}",
        ):
            connection.pragma(*setting.split("="))
    except BaseException:
        connection.close()
        raise
    return connection


def _claim(connection: apsw.Connection, path: Path) -> None:
    """Make the tables in a new file; refuse a file that is not ours or of another version."""
    application_id, version = connection.pragma("application_id"), connection.pragma("user_version")
    if (application_id, version) == (APPLICATION_ID, SCHEMA_VERSION):
        return
    if application_id == APPLICATION_ID:
        raise RefusedStoreError(
            f"{path} is a ledger of format {version}, this version keeps format {SCHEMA_VERSION}; use a new directory"
        )
    if application_id or connection.pragma("schema_version"):
        raise RefusedStoreError(f"{path} is a database, but no ledger of shuaka; use another directory")
    with connection:
        for statement in (*SCHEMA, "CREATE TABLE lease (next INTEGER NOT NULL) STRICT", "INSERT INTO lease VALUES (0)"):
            connection.execute(statement)
        connection.pragma("application_id", APPLICATION_ID)
        connection.pragma("user_version", SCHEMA_VERSION)


def _audit(path: Path, opter_no: str) -> LedgerAudit:
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            connection.set_busy_timeout(BUSY_TIMEOUT_MS)
            return examine(connection, opter_no)
        finally:
            connection.close()
    except apsw.Error as error:
        raise StoreError(f"{path} cannot be audited: {error}") from error
