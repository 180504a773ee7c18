"""How a running engine watches its books; how it starts, refuses and ends is tests/system/test_engine.py's."""

import asyncio

import msgspec
import pytest

from settlement import app
from settlement.metered_store import MeteredStore
from settlement.metrics import Metrics
from settlement.stores.memory import MemoryStore
from settlement.stores.store import Invariant, LedgerAudit, Look, StoreError

KEPT = Look((Invariant("a law", ok=True, detail=""),), {}, ())


class WatchedStore(MemoryStore):
    """Is looked at as often as `results` says, and then tells that it was enough."""

    def __init__(self, *results: Look | Exception) -> None:
        super().__init__()
        self._results = list(results)
        self.seen = asyncio.Event()

    async def look(self) -> Look:
        if not self._results:
            self.seen.set()
            return KEPT
        result = self._results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result


async def watch_until(store: MeteredStore, enough: asyncio.Event) -> None:
    watching = asyncio.create_task(app._watch_the_books(store))
    await asyncio.wait_for(enough.wait(), 5)
    watching.cancel()
    await asyncio.wait((watching,))
    assert watching.cancelled()


def watch(*results: Look | Exception) -> Metrics:
    """Watch the books until all results have come."""
    metrics = Metrics()

    async def run() -> None:
        store = WatchedStore(*results)
        await watch_until(MeteredStore(store, metrics), store.seen)

    asyncio.run(run())
    return metrics


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "_pause_s", lambda *_: 0)


@pytest.mark.parametrize(
    ("took_s", "cpu_s", "pause_s"),
    [(0.1, 0.1, 30), (25, 25, 99 * 25), (4.4, 0.05, 9 * 4.4), (300, 0.0, 2700)],
    ids=["quick", "much CPU", "waited for the CPU", "failed after a long time"],
)
def test_a_look_is_followed_by_a_rest_from_its_cpu_and_a_shorter_one_from_its_time(
    took_s: float, cpu_s: float, pause_s: float
) -> None:
    assert app._pause_s(took_s, cpu_s) == pytest.approx(pause_s)


def test_the_cpu_that_a_look_tells_of_decides_when_the_next_one_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[float] = []

    def pause_s(_: float, cpu_s: float) -> float:
        told.append(cpu_s)
        return 0

    monkeypatch.setattr(app, "_pause_s", pause_s)
    watch(msgspec.structs.replace(KEPT, cpu_s=7.0), StoreError("the disk is gone"))
    assert told[:2] == [7.0, 0.0]


@pytest.mark.usefixtures("_at_once")
def test_the_books_are_looked_at_again_and_again_until_the_engine_ends() -> None:
    metrics = watch(KEPT, KEPT)
    assert metrics.registry.get_sample_value("shuaka_ledger_audited_timestamp_seconds")
    assert metrics.registry.get_sample_value("shuaka_ledger_audit_failures_total") == 0


@pytest.mark.usefixtures("_at_once")
def test_a_look_that_fails_is_counted_and_logged_in_one_line_and_the_next_one_comes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    metrics = watch(StoreError("the disk is gone"), KEPT)
    assert metrics.registry.get_sample_value("shuaka_ledger_audit_failures_total") == 1
    assert metrics.registry.get_sample_value("shuaka_ledger_audited_timestamp_seconds")
    assert [record.getMessage() for record in caplog.records] == ["the books were not audited: the disk is gone"]
    assert "Traceback" not in caplog.text


@pytest.mark.usefixtures("_at_once")
def test_a_bug_in_a_look_is_logged_with_its_trace_and_the_next_one_comes(caplog: pytest.LogCaptureFixture) -> None:
    metrics = watch(ZeroDivisionError("a bug"), KEPT)
    assert metrics.registry.get_sample_value("shuaka_ledger_audited_timestamp_seconds")
    assert "Traceback" in caplog.text


@pytest.mark.usefixtures("_at_once")
def test_no_look_begins_while_somebodys_audit_is_under_way() -> None:
    looks: list[str] = []

    class SlowStore(MemoryStore):
        async def audit(self, opter_no: str = "") -> LedgerAudit:
            assert opter_no == "somebody"
            await released.wait()
            return LedgerAudit({}, 0, KEPT.laws)

        async def look(self) -> Look:
            looks.append("a look")
            return KEPT

    released = asyncio.Event()

    async def run() -> None:
        store = MeteredStore(SlowStore(), Metrics())
        asked = asyncio.create_task(store.audit("somebody"))
        await asyncio.sleep(0)
        watching = asyncio.create_task(app._watch_the_books(store))
        for _ in range(20):
            await asyncio.sleep(0)
        watching.cancel()
        released.set()
        await asyncio.wait((asked, watching))

    asyncio.run(run())
    assert looks == []
