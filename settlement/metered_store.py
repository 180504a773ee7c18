"""A store in front of the store: commits and loads are timed, and what audits and looks find is shown.

Must not: change what passes. What is shown how stands in metrics.py and books_gauges.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from settlement.engine.ledger.claims import Owed, PaidClaim, PairRows
from settlement.engine.ledger.state import Key, State
from settlement.engine.ledger.statement import Period, StatementRow
from settlement.metrics import Metrics
from settlement.stores.store import Changes, LedgerAudit, Look, Store, TooFew


class MeteredStore:
    """A store whose commits are timed and whose audits are shown."""

    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics
        self._audits = 0

    async def load(self, keys: tuple[Key, ...]) -> State:
        """Return the working set of these rows, and note how long that took."""
        began = perf_counter()
        state = await self._store.load(keys)
        self._metrics.loaded(perf_counter() - began)
        return state

    async def save(self, changes: Changes) -> None:
        """Save, and note how long the commit took."""
        began = perf_counter()
        await self._store.save(changes)
        self._metrics.committed(perf_counter() - began)

    async def lease(self, count: int) -> int | TooFew:
        """Return the first of `count` fresh indexes, if there are so many."""
        return await self._store.lease(count)

    async def statement(self, period: Period) -> tuple[StatementRow, ...]:
        """Return what an institution settled in some days."""
        return await self._store.statement(period)

    async def positions(self, until_ms: int) -> Owed:
        """Return what is owed on claims."""
        return await self._store.positions(until_ms)

    async def paid(self, month: int) -> tuple[PaidClaim, ...]:
        """Return what a month's clearing has paid."""
        return await self._store.paid(month)

    async def pairs(self, from_ms: int, to_ms: int) -> PairRows:
        """Return what both sides of each pair of cities booked."""
        return await self._store.pairs(from_ms, to_ms)

    async def audit(self, opter_no: str = "") -> LedgerAudit:
        """Judge the ledger, and note what was found, or that it could not be done."""
        with self._noted():
            audit = await self._store.audit(opter_no)
        self._metrics.books.looked(Look(audit.invariants, audit.open_items, audit.debts))
        return audit

    async def look(self) -> Look:
        """Look at the books, and note what was found as of an audit."""
        with self._noted():
            found = await self._store.look()
        self._metrics.books.looked(found)
        return found

    @contextmanager
    def _noted(self) -> Iterator[None]:
        self._audits += 1
        try:
            yield
        except Exception:
            self._metrics.books.failed()
            raise
        finally:
            self._audits -= 1

    @property
    def being_audited(self) -> bool:
        """Whether an audit is under way."""
        return self._audits > 0

    async def digest(self, opter_no: str = "") -> str:
        """Return the digest of one operator's settlements and purchases."""
        return await self._store.digest(opter_no)

    async def close(self) -> None:
        """Close the store."""
        await self._store.close()
