"""What is asked of an institution's days: its rows are read beside the batches, and handed in with the request."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from settlement.batch import judge_of
from settlement.engine.case import World
from settlement.engine.ledger.state import Person
from settlement.engine.ledger.statement import Period, StatementRow
from settlement.service import Service
from settlement.stores.memory import MemoryStore
from settlement.stores.store import StoreError
from settlement.wire import codes
from settlement.wire.envelope import decode_output
from settlement.wire.messages import Line, SignIn
from settlement.wire.reconciliation import EQUAL, TotalStatement

NOW_MS = 1_795_233_600_000
TODAY = "2026-11-21"


class SlowStore(MemoryStore):
    """A store whose statements wait until the test says go, or fail."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()
        self.error: Exception | None = None
        self.reading = self.most = 0

    async def statement(self, period: Period) -> tuple[StatementRow, ...]:
        self.reading += 1
        self.most = max(self.most, self.reading)
        await self.go.wait()
        self.reading -= 1
        if self.error:
            raise self.error
        return self.statement_now(period)


class Bench:
    def __init__(self, world: World) -> None:
        self.store = SlowStore()
        self.service = Service(self.store, judge_of(world), world.key, now_ms=lambda: NOW_MS, chance=bytes)

    def send(self, till: Any, body: Any, cut: Callable[..., Any]) -> "asyncio.Task[Any]":
        frame, counter = till.seal(body)

        async def answered() -> Any:
            reply = await self.service.handle(*cut(frame), "direct")
            return till.open(reply, counter, signing_in=isinstance(body, SignIn))

        return asyncio.create_task(answered())


Test = Callable[[Bench, Any], Coroutine[Any, Any, None]]


@pytest.fixture
def running(world: World, till: Any, cut: Any) -> Callable[[Test], None]:
    """Run a test's coroutine with a signed-in terminal beside a running service, which must end in order."""

    def run(test: Test) -> None:
        async def both() -> None:
            bench, terminal = Bench(world), till()
            task = asyncio.create_task(bench.service.run())
            terminal.session.accept(await bench.send(terminal, SignIn("tester"), cut))
            await test(bench, terminal)
            bench.service.stop()
            await task

        asyncio.run(both())

    return run


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def total(**sums: int) -> TotalStatement:
    facts = {"medfee_sumamt_fen": 0, "fund_pay_sumamt_fen": 0, "acct_pay_fen": 0, "fixmedins_setl_cnt": 0} | sums
    return TotalStatement("310", "41", "370100", TODAY, TODAY, **facts)


def test_a_statement_has_the_rows_and_nobody_waits_for_it(
    running: Any, cut: Any, shoppers: list[Person], lines: tuple[Line, ...]
) -> None:
    async def test(bench: Bench, terminal: Any) -> None:
        asked = bench.send(terminal, total(), cut)
        await turns()
        settled = await bench.send(terminal, terminal.sale(shoppers[0], lines), cut)
        assert settled.approved
        assert not asked.done()
        bench.store.go.set()
        told: Any = decode_output(await asked)
        assert told.stmt_rslt != EQUAL
        amounts = decode_output(settled).amounts
        again = total(
            medfee_sumamt_fen=amounts.medfee_sumamt_fen,
            fund_pay_sumamt_fen=amounts.fund_pay_sumamt_fen,
            acct_pay_fen=amounts.acct_pay_fen,
            fixmedins_setl_cnt=1,
        )
        equal: Any = decode_output(await bench.send(terminal, again, cut))
        assert equal.stmt_rslt == EQUAL

    running(test)


def test_statements_are_read_one_after_the_other(running: Any, cut: Any) -> None:
    async def test(bench: Bench, terminal: Any) -> None:
        asked = [bench.send(terminal, total(), cut) for _ in range(4)]
        await turns()
        bench.store.go.set()
        replies = await asyncio.gather(*asked)
        assert (bench.store.most, [reply.approved for reply in replies]) == (1, [True] * 4)

    running(test)


def test_a_statement_that_cannot_be_read_is_answered_e9000_and_settling_goes_on(
    running: Any, cut: Any, shoppers: list[Person], lines: tuple[Line, ...], caplog: pytest.LogCaptureFixture
) -> None:
    async def test(bench: Bench, terminal: Any) -> None:
        bench.store.error = StoreError("gone")
        bench.store.go.set()
        assert (await bench.send(terminal, total(), cut)).refusal == codes.UNKNOWN_ERROR.code
        assert (await bench.send(terminal, terminal.sale(shoppers[0], lines), cut)).approved

    running(test)
    assert "could not be read" in caplog.text


def test_a_stopping_service_answers_a_statement_that_is_being_read(running: Any, cut: Any) -> None:
    async def test(bench: Bench, terminal: Any) -> None:
        asked = bench.send(terminal, total(), cut)
        await turns()
        bench.service.stop()
        bench.store.go.set()
        assert (await asked).approved

    running(test)
