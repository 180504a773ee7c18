"""A ledger in one SQLite file, the embedded default: WAL, and an fsync at every commit.

`synchronous=FULL` is what makes an acknowledged settlement survive a power cut; NORMAL would lose the last ones, and a
kill -9 would not show it. A commit is made in the loop's own thread: while it waits for the disk the sockets fill, and
the next batch is what they hold. A worker thread was tried and gains nothing: what it overlaps, the hop and the
interpreter's lock take back.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import apsw

from settlement.engine.ledger.claims import Owed, PaidClaim, PairRows
from settlement.engine.ledger.state import Key, State
from settlement.engine.ledger.statement import Period, StatementRow
from settlement.stores import snapshots
from settlement.stores.audit import examine
from settlement.stores.digest import digest
from settlement.stores.folding import Folding
from settlement.stores.inspector import Inspector
from settlement.stores.positions import read_paid, read_pairs, read_positions
from settlement.stores.schema import SCHEMA, insert, select
from settlement.stores.statement import read_statement
from settlement.stores.store import (
    FILE_NAME,
    SCHEMA_VERSION,
    Changes,
    LedgerAudit,
    Look,
    Origin,
    RefusedStoreError,
    StoreError,
    TooFew,
)

ORIGIN: Final = (
    "CREATE TABLE origin (people TEXT NOT NULL, size INTEGER NOT NULL, key_check TEXT NOT NULL, cards TEXT NOT NULL,"
    " leased INTEGER NOT NULL DEFAULT 0) STRICT"
)
"""One row: what the ledger was begun for, and how many of its people were handed out."""
APPLICATION_ID: Final = 0x5348554B
"""ASCII SHUK in the file's header: this is a ledger of ours and no other SQLite file."""
CACHE_KIB: Final = 128 * 1024
"""Pages kept in memory; the default of 2 MB would read the indexes of a larger ledger again and again."""
BUSY_TIMEOUT_MS: Final = 5_000
"""How long a commit waits for somebody who looks into the file (sqlite3, a backup)."""

Read = TypeVar("Read")


class SqliteStore:
    """The ledger of one data directory, whose lock (data_directory.py) makes this its only writer."""

    def __init__(self, directory: Path, origin: Origin) -> None:
        """Open or create; raise RefusedStoreError if that cannot be done here, or not for these people."""
        self.path = directory / FILE_NAME
        try:
            self._connection = _opened(self.path, origin)
        except apsw.Error as error:
            raise RefusedStoreError(f"{self.path} cannot be opened as a ledger: {error}") from None
        self._folding = Folding(self.path, self._connection)
        self._inspector = Inspector(self.path)

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

    async def lease(self, count: int) -> int | TooFew:
        """Return the first of `count` indexes that were not handed out before; durable before it returns."""
        statement = "UPDATE origin SET leased = leased + ?1 WHERE leased + ?1 <= size RETURNING leased - ?1"
        try:
            rows: list[tuple[Any, ...]] = self._connection.execute(statement, (count,)).fetchall()
            if rows:
                return int(rows[0][0])
            [(left,)] = self._connection.execute("SELECT size - leased FROM origin")
        except apsw.Error as error:
            raise StoreError(f"{self.path}: a lease failed: {error}") from error
        return TooFew(int(left))

    async def statement(self, period: Period) -> tuple[StatementRow, ...]:
        """Return what an institution settled in some days, as the ledger is judged: in a thread, as a reader."""
        return await asyncio.to_thread(_read, self.path, lambda connection: read_statement(connection, period))

    async def positions(self, until_ms: int) -> Owed:
        """Return what is owed, read as the ledger is judged."""
        return await asyncio.to_thread(_read, self.path, lambda connection: read_positions(connection, until_ms))

    async def paid(self, month: int) -> tuple[PaidClaim, ...]:
        """Return what a month's clearing has paid, read as the ledger is judged."""
        return await asyncio.to_thread(_read, self.path, lambda connection: read_paid(connection, month))

    async def pairs(self, from_ms: int, to_ms: int) -> PairRows:
        """Return what both sides of each pair of cities booked, read as the ledger is judged."""
        return await asyncio.to_thread(_read, self.path, lambda connection: read_pairs(connection, from_ms, to_ms))

    async def audit(self, opter_no: str = "") -> LedgerAudit:
        """Judge the ledger in a thread and over a connection of its own: a reader of the log stops no writer."""
        return await asyncio.to_thread(_read, self.path, lambda connection: examine(connection, opter_no))

    async def look(self) -> Look:
        """Look at the books in a process of its own."""
        return await self._inspector.look()

    async def digest(self, opter_no: str = "") -> str:
        """Digest the ledger as it is judged: in a thread, over a connection of its own."""
        return await asyncio.to_thread(_read, self.path, lambda connection: digest(connection, opter_no))

    def snapshot(self, name: str) -> None:
        """Copy the ledger into a file of that name."""
        snapshots.snapshot(self._connection, self._copy(name))

    def restore(self, name: str) -> None:
        """Bring a copy back."""
        snapshots.restore(self._connection, self._copy(name))

    def snapshots(self) -> tuple[str, ...]:
        """Return the names of the copies."""
        return tuple(sorted(path.stem for path in self._copy("any").parent.glob("*.sqlite")))

    def reset(self) -> None:
        """Empty every table."""
        snapshots.reset(self._connection)

    def insured(self, insutype: str) -> tuple[tuple[str, str], ...]:
        """Return whom the ledger knows to be insured so."""
        rows = self._connection.execute("SELECT city, psn_no FROM person WHERE insutype = ?", (insutype,))
        return tuple((str(city), str(psn_no)) for city, psn_no in rows)

    def _copy(self, name: str) -> Path:
        return self.path.parent / "snapshots" / f"{name}.sqlite"

    async def close(self) -> None:
        """Close the file, and end who looks at it and who folds its log."""
        await self._inspector.close()
        self._folding.close()
        self._connection.close()


def _opened(path: Path, origin: Origin) -> apsw.Connection:
    connection = apsw.Connection(str(path))
    try:
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        _claim(connection, path, origin)
        for setting in ("journal_mode=WAL", "synchronous=FULL", f"cache_size=-{CACHE_KIB}"):
            connection.pragma(*setting.split("="))
    except BaseException:
        connection.close()
        raise
    return connection


def _claim(connection: apsw.Connection, path: Path, origin: Origin) -> None:
    """Make the tables in a new file; refuse a file that is not ours, of another version or of another origin."""
    application_id, version = connection.pragma("application_id"), connection.pragma("user_version")
    if (application_id, version) == (APPLICATION_ID, SCHEMA_VERSION):
        _refuse_another_origin(connection, path, origin)
        return
    if application_id == APPLICATION_ID:
        raise RefusedStoreError(
            f"{path} is a ledger of format {version}, this version keeps format {SCHEMA_VERSION}; use a new directory"
        )
    if application_id or connection.pragma("schema_version"):
        raise RefusedStoreError(f"{path} is a database, but no ledger of shuaka; use another directory")
    with connection:
        for statement in (*SCHEMA, ORIGIN):
            connection.execute(statement)
        facts = (origin.people, origin.size, origin.key_check, origin.cards)
        connection.execute("INSERT INTO origin (people, size, key_check, cards) VALUES (?, ?, ?, ?)", facts)
        connection.pragma("application_id", APPLICATION_ID)
        connection.pragma("user_version", SCHEMA_VERSION)


def _refuse_another_origin(connection: apsw.Connection, path: Path, origin: Origin) -> None:
    [(people, key_check, cards)] = connection.execute("SELECT people, key_check, cards FROM origin")
    if people != origin.people:
        raise RefusedStoreError(
            f"{path} keeps the accounts of population {people}, and {origin.people} was asked for;"
            f" serve --population {people}, or use another directory"
        )
    if key_check != origin.key_check:
        raise RefusedStoreError(
            f"{path} was begun under the network key with check value {key_check}, and the directory's has"
            f" {origin.key_check}: every password would be wrong; put that key back, or use another directory"
        )
    if cards != origin.cards:
        raise RefusedStoreError(
            f"{path} was begun with other cities or other shares of cards: by the rules of now its people would live"
            f" elsewhere; put the city files of then back, or use another directory"
        )


def _read(path: Path, reading: Callable[[apsw.Connection], Read]) -> Read:
    """Return what a reader of its own finds in a ledger; raise StoreError."""
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            connection.set_busy_timeout(BUSY_TIMEOUT_MS)
            return reading(connection)
        finally:
            connection.close()
    except apsw.Error as error:
        raise StoreError(f"{path} cannot be read: {error}") from error
