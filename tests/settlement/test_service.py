"""The service over a store that the test holds in its hand: what is answered when, and what never is."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from settlement import service as service_module
from settlement.batch import judge_of
from settlement.engine.arrival import Password
from settlement.engine.case import World
from settlement.engine.ledger.state import Key, Person, Settlement, State
from settlement.service import Service
from settlement.stores.memory import MemoryStore
from settlement.stores.store import Changes, StoreError
from settlement.tally import Outcome, Tally
from settlement.wire import codes
from settlement.wire.envelope import decode_reply
from settlement.wire.framing import NO_MAC
from settlement.wire.messages import Line, QuerySettlement, SignIn

NOW_MS = 1_795_233_600_000


class HeldStore(MemoryStore):
    """A ledger whose commits wait until the test lets them go, or fail."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()
        self.go.set()
        self.saves = 0
        self.error: StoreError | None = None

    def first_msgid(self, psn_no: str) -> str:
        """The msgid of the first settlement that was saved for a person."""
        return next(row.msgid for row in self._rows.values() if isinstance(row, Settlement) and row.psn_no == psn_no)

    async def save(self, changes: Changes) -> None:
        self.saves += 1
        await self.go.wait()
        if self.error:
            raise self.error
        self.save_now(changes)


class Bench:
    """A running service, and what was noted of it."""

    def __init__(self, world: World) -> None:
        self.store = HeldStore()
        self.tally = Tally()
        self.outcomes: list[Outcome] = []
        self.batches: list[int] = []
        self.service = Service(
            self.store,
            judge_of(world),
            world.key,
            now_ms=lambda: NOW_MS,
            chance=bytes,
            answered=(self.tally.answered, self.outcomes.append),
            gathered=(lambda batch: self.batches.append(batch.requests),),
        )

    def send(self, till: Any, body: Any, cut: Callable[..., Any]) -> "asyncio.Task[Any]":
        """Send a message; the task's result is its reply."""
        frame, counter = till.seal(body)

        async def answered() -> Any:
            reply = await self.service.handle(*cut(frame), "direct")
            return till.open(reply, counter, signing_in=isinstance(body, SignIn))

        return asyncio.create_task(answered())


@pytest.fixture
def running(world: World) -> Callable[[Callable[[Bench], Coroutine[Any, Any, None]]], None]:
    """Run a test's coroutine beside a running service, which must end in order."""

    def run(test: Callable[[Bench], Coroutine[Any, Any, None]]) -> None:
        async def both() -> None:
            bench = Bench(world)
            task = asyncio.create_task(bench.service.run())
            await test(bench)
            bench.service.stop()
            await task

        asyncio.run(both())

    return run


async def turns(count: int = 5) -> None:
    """Let everything that can run, run."""
    for _ in range(count):
        await asyncio.sleep(0)


def test_a_terminal_signs_in_and_settles(
    running: Any, till: Any, cut: Any, shoppers: list[Person], lines: tuple[Line, ...]
) -> None:
    async def test(bench: Bench) -> None:
        terminal = till()
        terminal.session.accept(await bench.send(terminal, SignIn("tester"), cut))
        reply = await bench.send(terminal, terminal.sale(shoppers[0], lines), cut)
        assert reply.approved, reply.err_msg
        assert (await bench.store.audit("tester")).ledger["2102"].settled == 1
        assert bench.tally.of("tester") == {"2102": {"approved": 1}, "9001": {"approved": 1}}
        assert bench.outcomes[-1].password is Password.RIGHT

    running(test)


def test_while_a_batch_commits_the_next_one_gathers(running: Any, till: Any, cut: Any) -> None:
    async def test(bench: Bench) -> None:
        bench.store.go.clear()
        first = bench.send(till(1), SignIn("a"), cut)
        await turns()
        rest = [bench.send(till(serial), SignIn("b"), cut) for serial in range(2, 6)]
        await turns()
        assert not first.done()
        bench.store.go.set()
        await asyncio.gather(first, *rest)
        assert (bench.batches, bench.store.saves) == ([1, 4], 2)

    running(test)


def test_requests_in_company_gather_a_little_longer_than_the_commit_before_them(
    running: Any, till: Any, cut: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited_s: list[float] = []

    class Later:
        """asyncio as the service sees it, whose pauses are some turns of the loop."""

        def __getattr__(self, name: str) -> Any:
            return getattr(asyncio, name)

        async def sleep(self, seconds: float) -> None:
            if seconds:
                waited_s.append(seconds)
            await turns(20 if seconds else 1)

    monkeypatch.setattr(service_module, "asyncio", Later())
    monkeypatch.setattr(service_module, "perf_counter", lambda: 7.0)

    async def test(bench: Bench) -> None:
        await bench.send(till(1), SignIn("alone"), cut)
        await bench.send(till(2), SignIn("alone"), cut)
        assert (bench.batches, waited_s) == ([1, 1], [])
        company = [bench.send(till(serial), SignIn("a"), cut) for serial in (3, 4)]
        await turns()
        for serial in (5, 6, 7):
            company.append(bench.send(till(serial), SignIn("b"), cut))
            await turns(2)
        await asyncio.gather(*company)
        assert (bench.batches, waited_s) == ([1, 1, 2, 3], [pytest.approx(service_module.PAUSE_S)])

    running(test)


def test_a_batch_is_no_larger_than_its_limit(
    running: Any, till: Any, cut: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_module, "BATCH_MAX", 2)

    async def test(bench: Bench) -> None:
        await asyncio.gather(*(bench.send(till(serial), SignIn("a"), cut) for serial in range(1, 6)))
        assert max(bench.batches) == 2

    running(test)


def test_past_the_queues_limit_a_request_is_refused_at_once_under_seal(
    running: Any, till: Any, cut: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_module, "QUEUE_MAX", 2)

    async def test(bench: Bench) -> None:
        bench.store.go.clear()
        tasks = [bench.send(till(1), SignIn("a"), cut)]
        await turns()
        tasks += [bench.send(till(serial), SignIn("a"), cut) for serial in (2, 3)]
        await turns()
        refused = bench.send(till(5), SignIn("a"), cut)
        await turns()
        assert refused.done()
        assert refused.result().refusal == codes.BUSY.code
        bench.store.go.set()
        await asyncio.gather(*tasks)

    running(test)


def test_a_stopping_service_answers_what_waits_and_refuses_what_comes(world: World, till: Any, cut: Any) -> None:
    async def test() -> None:
        bench = Bench(world)
        task = asyncio.create_task(bench.service.run())
        bench.store.go.clear()
        waiting = bench.send(till(1), SignIn("a"), cut)
        await turns()
        bench.service.stop()
        late = bench.send(till(2), SignIn("a"), cut)
        await turns()
        bench.store.go.set()
        await task
        assert (await waiting).approved
        assert (await late).refusal == codes.BUSY.code

    asyncio.run(test())


def test_a_failed_commit_is_never_answered_and_ends_the_service(world: World, till: Any, cut: Any) -> None:
    async def test() -> None:
        bench = Bench(world)
        bench.store.error = StoreError("the disk is gone")
        task = asyncio.create_task(bench.service.run())
        waiting = bench.send(till(), SignIn("a"), cut)
        with pytest.raises(StoreError, match="the disk is gone"):
            await task
        assert not waiting.done()
        assert bench.outcomes == []
        waiting.cancel()

    asyncio.run(test())


def test_a_gateway_that_fails_to_answer_keeps_nobody_else_from_an_answer(
    running: Any, till: Any, cut: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def test(bench: Bench) -> None:
        def vanish(reply: bytes, mac: bytes) -> None:
            raise ConnectionResetError

        frame, _ = till(1).seal(SignIn("gone"))
        bench.service.receive(*cut(frame), vanish, "tcp")
        assert (await bench.send(till(2), SignIn("here"), cut)).approved
        assert bench.tally.of("gone") == {"9001": {"approved": 1}}

    running(test)
    assert "failed to answer" in caplog.text


@pytest.mark.parametrize("noise", [b"", b"\xc1", b"\x98" + b"\xc0" * 8])
def test_what_cannot_be_read_is_answered_at_once_without_a_mac(running: Any, noise: bytes) -> None:
    async def test(bench: Bench) -> None:
        reply, mac = await bench.service.handle(noise, NO_MAC, "tcp")
        assert (decode_reply(reply).refusal, mac) == (codes.BAD_ENVELOPE.code, NO_MAC)
        assert bench.tally.of() == {"(unknown)": {"E1004": 1}}

    running(test)


def test_a_refusal_before_judgement_is_counted_for_the_operator_who_signed_in(
    running: Any, till: Any, cut: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(bench: Bench) -> None:
        terminal = till()
        terminal.session.accept(await bench.send(terminal, SignIn("tester"), cut))
        monkeypatch.setattr(service_module, "QUEUE_MAX", 0)
        await bench.send(terminal, SignIn("tester"), cut)
        assert bench.tally.of("tester")["9001"] == {"approved": 1, "E1003": 1}

    running(test)


def test_a_forged_message_is_counted_for_nobody(running: Any, till: Any, cut: Any) -> None:
    async def test(bench: Bench) -> None:
        terminal = till()
        terminal.session.accept(await bench.send(terminal, SignIn("tester"), cut))
        message, _ = cut(terminal.seal(SignIn("tester"))[0])
        await bench.service.handle(message, NO_MAC, "tcp")
        assert bench.tally.of("tester") == {"9001": {"approved": 1}}

    running(test)


def test_a_replayed_frame_changes_nothing(
    running: Any, till: Any, cut: Any, shoppers: list[Person], lines: tuple[Line, ...]
) -> None:
    async def test(bench: Bench) -> None:
        terminal = till()
        terminal.session.accept(await bench.send(terminal, SignIn("tester"), cut))
        frame, counter = terminal.seal(terminal.sale(shoppers[0], lines))
        first = terminal.open(await bench.service.handle(*cut(frame), "tcp"), counter)
        before = dict(bench.store._rows), dict(bench.store._transfers)
        again = terminal.open(await bench.service.handle(*cut(frame), "tcp"), counter)
        assert first.approved
        assert again.refusal == codes.REPLAYED_COUNTER.code
        assert (bench.store._rows, bench.store._transfers) == before

    running(test)


def test_a_bug_of_ours_is_answered_e9000_and_logged_without_the_message(
    world: World, till: Any, cut: Any, caplog: pytest.LogCaptureFixture
) -> None:
    class Forgetful(MemoryStore):
        async def load(self, keys: tuple[Key, ...]) -> State:
            return self.load_now(keys[:0])

    async def test() -> None:
        service = Service(Forgetful(), judge_of(world), world.key, now_ms=lambda: NOW_MS, chance=bytes)
        task = asyncio.create_task(service.run())
        terminal = till()
        frame, counter = terminal.seal(SignIn("secret-operator"))
        reply = terminal.open(await service.handle(*cut(frame), "tcp"), counter, signing_in=True)
        assert reply.refusal == codes.UNKNOWN_ERROR.code
        service.stop()
        await task

    asyncio.run(test())
    assert "answered E9000" in caplog.text
    assert "secret-operator" not in caplog.text


def test_what_is_settled_for_a_specimen_that_says_so_is_never_answered_and_a_query_finds_it(
    running: Any, till: Any, cut: Any, shoppers: list[Person], lines: tuple[Line, ...]
) -> None:
    async def test(bench: Bench) -> None:
        bench.service._withheld = frozenset({shoppers[0].psn_no})
        terminal = till()
        terminal.session.accept(await bench.send(terminal, SignIn("tester"), cut))
        silent = bench.send(terminal, terminal.sale(shoppers[0], lines), cut)
        other = await bench.send(terminal, terminal.sale(shoppers[1], lines), cut)
        await turns()
        assert other.approved
        assert not silent.done()
        assert (await bench.store.audit("tester")).ledger["2102"].settled == 2
        msgid = bench.store.first_msgid(shoppers[0].psn_no)
        found = await bench.send(terminal, QuerySettlement(shoppers[0].psn_no, "", "", msgid), cut)
        assert found.approved
        silent.cancel()

    running(test)
