"""Many rows at once for an arrival that needs them (engine.clearing.needs), from a store that waits or does not."""

import msgspec

from settlement.engine.arrival import Arrival
from settlement.engine.clearing.needs import Until
from settlement.engine.ledger.statement import Period
from settlement.stores.store import ImmediateStore, Store


async def with_rows(arrival: Arrival, need: Period | Until, store: Store) -> Arrival:
    """Return an arrival with what it needs; raise StoreError."""
    if isinstance(need, Until):
        return msgspec.structs.replace(arrival, owed=await store.positions(need.moment_ms))
    return msgspec.structs.replace(arrival, statement=await store.statement(need))


def with_rows_now(arrival: Arrival, need: Period | Until, store: ImmediateStore) -> Arrival:
    """Return the same at once."""
    if isinstance(need, Until):
        return msgspec.structs.replace(arrival, owed=store.positions_now(need.moment_ms))
    return msgspec.structs.replace(arrival, statement=store.statement_now(need))
