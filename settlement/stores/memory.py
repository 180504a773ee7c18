"""A ledger in memory: for tests, for the direct link and for simulation. Nothing survives the process."""

import asyncio
from collections.abc import Callable
from time import thread_time
from typing import TypeVar

import apsw
import msgspec

from cardsim.issuing.population import SIZE_MAX
from settlement.engine.ledger.claims import Owed, PaidClaim, PairRows
from settlement.engine.ledger.state import Key, Person, Record, Settlement, State, Transfer
from settlement.engine.ledger.statement import Period, StatementRow, rows_of
from settlement.stores.audit import examine, look_at
from settlement.stores.digest import digest
from settlement.stores.positions import read_paid, read_pairs, read_positions
from settlement.stores.schema import SCHEMA, insert
from settlement.stores.store import Changes, LedgerAudit, Look, RefusedStoreError, StoreError, TooFew

Read = TypeVar("Read")


class MemoryStore:
    """Rows in a dict. `load_now` and `save_now` serve a caller without a loop; the async methods are the same.

    `size` is that of its population: nobody beyond is leased.
    """

    def __init__(self, size: int = SIZE_MAX) -> None:
        self._rows: dict[Key, Record] = {}
        self._transfers: dict[Key, Transfer] = {}
        self._size = size
        self._leased = 0
        self._copies: dict[str, tuple[dict[Key, Record], dict[Key, Transfer], int]] = {}

    def load_now(self, keys: tuple[Key, ...]) -> State:
        """Return the working set of these rows."""
        found = map(self._rows.get, keys)
        return State((row for row in found if row is not None), keys)

    def save_now(self, changes: Changes) -> None:
        """Keep rows and transfers; raise StoreError, and keep nothing, if a transfer is there already."""
        transfers: dict[Key, Transfer] = {(Transfer, transfer.key): transfer for transfer in changes.transfers}
        if len(transfers) < len(changes.transfers) or not self._transfers.keys().isdisjoint(transfers):
            raise StoreError("a transfer was booked twice")
        self._transfers.update(transfers)
        self._rows.update(((type(row), row.key), row) for row in changes.rows)

    def lease_now(self, count: int) -> int | TooFew:
        """Return the first of `count` indexes that were not handed out before; TooFew hands out none."""
        first = self._leased
        if first + count > self._size:
            return TooFew(self._size - first)
        self._leased += count
        return first

    def statement_now(self, period: Period) -> tuple[StatementRow, ...]:
        """Return what an institution settled in some days."""
        return rows_of((row for row in self._rows.values() if isinstance(row, Settlement)), period)

    def positions_now(self, until_ms: int) -> Owed:
        """Return what is owed of what was booked before an instant."""
        return _read(self._every_row(), lambda connection: read_positions(connection, until_ms))

    def pairs_now(self, from_ms: int, to_ms: int) -> PairRows:
        """Return what both sides of each pair of cities booked in some days."""
        return _read(self._every_row(), lambda connection: read_pairs(connection, from_ms, to_ms))

    def audit_now(self, opter_no: str = "") -> LedgerAudit:
        """Judge the ledger by the statements that judge a stored one."""
        return _read(self._every_row(), lambda connection: examine(connection, opter_no))

    async def load(self, keys: tuple[Key, ...]) -> State:
        """Return the working set of these rows."""
        return self.load_now(keys)

    async def save(self, changes: Changes) -> None:
        """Keep rows and transfers."""
        self.save_now(changes)

    async def lease(self, count: int) -> int | TooFew:
        """Return the first of `count` indexes that were not handed out before; TooFew hands out none."""
        return self.lease_now(count)

    async def statement(self, period: Period) -> tuple[StatementRow, ...]:
        """Return what an institution settled in some days."""
        return self.statement_now(period)

    async def positions(self, until_ms: int) -> Owed:
        """Return what is owed of what was booked before an instant."""
        return self.positions_now(until_ms)

    async def paid(self, month: int) -> tuple[PaidClaim, ...]:
        """Return what a month's clearing has paid."""
        return _read(self._every_row(), lambda connection: read_paid(connection, month))

    async def pairs(self, from_ms: int, to_ms: int) -> PairRows:
        """Return what both sides of each pair of cities booked in some days."""
        return self.pairs_now(from_ms, to_ms)

    async def audit(self, opter_no: str = "") -> LedgerAudit:
        """Judge the ledger as it stands now, in a thread."""
        return await asyncio.to_thread(_read, self._every_row(), lambda connection: examine(connection, opter_no))

    async def look(self) -> Look:
        """Look at the books in a thread: nobody outside sees these rows."""
        return await asyncio.to_thread(_look, self._every_row())

    async def digest(self, opter_no: str = "") -> str:
        """Digest the ledger as it stands now, in a thread."""
        return await asyncio.to_thread(_read, self._every_row(), lambda connection: digest(connection, opter_no))

    def snapshot(self, name: str) -> None:
        """Put the rows aside; they are frozen, so the dicts alone are copied."""
        self._copies[name] = (dict(self._rows), dict(self._transfers), self._leased)

    def restore(self, name: str) -> None:
        """Bring rows back."""
        if name not in self._copies:
            raise RefusedStoreError(f"there is no snapshot {name!r}")
        rows, transfers, self._leased = self._copies[name]
        self._rows, self._transfers = dict(rows), dict(transfers)

    def snapshots(self) -> tuple[str, ...]:
        """Return the names of what was put aside."""
        return tuple(sorted(self._copies))

    def reset(self) -> None:
        """Forget every row."""
        self._rows, self._transfers, self._leased = {}, {}, 0

    def insured(self, insutype: str) -> tuple[tuple[str, str], ...]:
        """Return whom the ledger knows to be insured so."""
        people = (row for row in self._rows.values() if isinstance(row, Person))
        return tuple((person.city, person.psn_no) for person in people if person.insutype == insutype)

    async def close(self) -> None:
        """Do nothing: there is nothing to give back."""

    def _every_row(self) -> tuple[Record, ...]:
        return (*self._rows.values(), *self._transfers.values())


def _look(rows: tuple[Record, ...]) -> Look:
    """Look at the books in these rows, and tell the CPU of it."""
    began = thread_time()
    seen = _read(rows, look_at)
    return msgspec.structs.replace(seen, cpu_s=thread_time() - began)


def _read(rows: tuple[Record, ...], reading: Callable[[apsw.Connection], Read]) -> Read:
    """Return what is found in these rows by the statements that read a stored ledger."""
    connection = apsw.Connection(":memory:")
    try:
        with connection:
            for statement in SCHEMA:
                connection.execute(statement)
            insert(connection, rows)
        return reading(connection)
    finally:
        connection.close()
