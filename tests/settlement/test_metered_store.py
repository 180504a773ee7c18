import asyncio
import time

import pytest

from settlement.metered_store import MeteredStore
from settlement.metrics import Metrics
from settlement.stores.memory import MemoryStore
from settlement.stores.open_items import OPEN_ITEMS
from settlement.stores.store import Changes, CityDebt, Invariant, LedgerAudit, Look, StoreError


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def looked(*looks: Look) -> Metrics:
    """Return what is shown after a store was looked at and found these."""
    finds = iter(looks)

    class Found(MemoryStore):
        async def look(self) -> Look:
            return next(finds)

    metrics = Metrics()
    store = MeteredStore(Found(), metrics)
    for _ in looks:
        asyncio.run(store.look())
    return metrics


def test_a_metered_store_times_commits_and_shows_what_an_audit_found() -> None:
    class Broken(MemoryStore):
        async def audit(self, opter_no: str = "") -> LedgerAudit:
            assert not opter_no
            return LedgerAudit(
                {}, 0, (Invariant("a", ok=False, detail="x", off_fen=5), Invariant("b", ok=True, detail=""))
            )

    metrics = Metrics()
    store = MeteredStore(Broken(), metrics)
    asyncio.run(store.save(Changes((), ())))
    asyncio.run(store.audit())
    assert value(metrics, "shuaka_commit_seconds_count") == 1
    assert value(metrics, "shuaka_ledger_imbalance_fen") == 5
    assert value(metrics, "shuaka_ledger_broken_invariants") == 1


def test_a_look_at_the_books_shows_what_it_found_as_an_audit_does() -> None:
    metrics = looked(Look((Invariant("a", ok=False, detail="x", off_fen=7),), {}, ()))
    assert value(metrics, "shuaka_ledger_imbalance_fen") == 7
    assert value(metrics, "shuaka_ledger_broken_invariants") == 1
    assert value(metrics, "shuaka_ledger_audited_timestamp_seconds")


def test_the_time_of_the_last_audit_is_shown() -> None:
    metrics = Metrics()
    store = MeteredStore(MemoryStore(), metrics)
    assert value(metrics, "shuaka_ledger_audited_timestamp_seconds") == 0
    before = time.time()
    asyncio.run(store.audit())
    shown = value(metrics, "shuaka_ledger_audited_timestamp_seconds")
    assert shown is not None
    assert before <= shown <= time.time()
    assert not store.being_audited


def test_an_audit_that_fails_is_counted_and_leaves_the_last_result() -> None:
    class Unreadable(MemoryStore):
        async def audit(self, opter_no: str = "") -> LedgerAudit:
            raise StoreError(f"cannot be audited{opter_no}")

    metrics = Metrics()
    store = MeteredStore(Unreadable(), metrics)
    for _ in range(2):
        with pytest.raises(StoreError):
            asyncio.run(store.audit())
    assert value(metrics, "shuaka_ledger_audit_failures_total") == 2
    assert value(metrics, "shuaka_ledger_audited_timestamp_seconds") == 0
    assert not store.being_audited


def test_every_kind_of_open_item_is_shown_from_the_first_scrape() -> None:
    metrics = Metrics()
    assert [value(metrics, "shuaka_ledger_open_items", item=item) for item in OPEN_ITEMS] == [0] * len(OPEN_ITEMS)


def test_what_stands_open_and_what_cities_owe_is_that_of_the_last_look() -> None:
    first = Look((), {"remote_orders": 2}, (CityDebt("370100", "370800", 500), CityDebt("370800", "370100", 70)))
    metrics = looked(first, Look((), {"remote_orders": 1}, (CityDebt("370100", "370800", 0),)))
    assert value(metrics, "shuaka_ledger_open_items", item="remote_orders") == 1
    assert value(metrics, "shuaka_clearing_balance_fen", owing="370100", owed="370800") == 0
    assert value(metrics, "shuaka_clearing_balance_fen", owing="370800", owed="370100") is None


def test_an_audit_shows_what_stands_open_as_a_look_does() -> None:
    metrics = looked(Look((), {"remote_orders": 2}, ()))
    asyncio.run(MeteredStore(MemoryStore(), metrics).audit())
    assert value(metrics, "shuaka_ledger_open_items", item="remote_orders") == 0
