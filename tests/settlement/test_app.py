"""How a running engine watches its books; how it starts, refuses and ends is tests/system/test_engine.py's."""

import asyncio
import logging

import pytest

from settlement import app
from settlement.metrics import MeteredStore, Metrics
from settlement.stores.memory import MemoryStore
from settlement.stores.store import LedgerAudit, StoreError

KEPT = LedgerAudit({}, 0, ())


class WatchedStore(MemoryStore):
    """Is audited as often as `results` says, and then has the watch end."""

    def __init__(self, ended: asyncio.Event, *results: LedgerAudit | StoreError) -> None:
        super().__init__()
        self._ended = ended
        self._results = list(results)

    async def audit(self, opter_no: str = "") -> LedgerAudit:
        assert not opter_no, "the whole ledger is watched"
        result = self._results.pop(0)
        if not self._results:
            self._ended.set()
        if isinstance(result, StoreError):
            raise result
        return result


def watch(*results: LedgerAudit | StoreError) -> Metrics:
    """Watch the books until all results have come."""
    metrics = Metrics()

    async def run() -> None:
        ended = asyncio.Event()
        store = MeteredStore(WatchedStore(ended, *results), metrics)
        await asyncio.wait_for(app._watch_the_books(store, ended), 5)

    asyncio.run(run())
    return metrics


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "AUDIT_PAUSE_S", 0)
    monkeypatch.setattr(app, "AUDIT_REST", 0)


def test_the_books_are_audited_again_and_again_until_the_engine_ends() -> None:
    metrics = watch(KEPT, KEPT, KEPT)
    assert metrics.registry.get_sample_value("shuaka_ledger_audited_timestamp_seconds")
    assert metrics.registry.get_sample_value("shuaka_ledger_audit_failures_total") == 0


def test_an_audit_that_fails_is_counted_and_logged_and_the_next_one_comes(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "settlement.app"):
        metrics = watch(StoreError("the disk is gone"), KEPT)
    assert metrics.registry.get_sample_value("shuaka_ledger_audit_failures_total") == 1
    assert metrics.registry.get_sample_value("shuaka_ledger_audited_timestamp_seconds")
    assert "the books were not audited" in caplog.text
    assert "the disk is gone" in caplog.text


def test_no_second_audit_begins_while_somebody_elses_is_under_way() -> None:
    begun: list[str] = []

    class SlowStore(MemoryStore):
        async def audit(self, opter_no: str = "") -> LedgerAudit:
            begun.append(opter_no)
            await released.wait()
            return KEPT

    released, ended = asyncio.Event(), asyncio.Event()

    async def run() -> None:
        store = MeteredStore(SlowStore(), Metrics())
        asked = asyncio.create_task(store.audit("somebody"))
        await asyncio.sleep(0)
        watching = asyncio.create_task(app._watch_the_books(store, ended))
        for _ in range(20):
            await asyncio.sleep(0)
        ended.set()
        await watching
        released.set()
        await asked

    asyncio.run(run())
    assert begun == ["somebody"]
