"""Faults on order: each meets the call that it was ordered for, at both doors, and no other."""

import asyncio
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.batch import judge_of
from settlement.engine.case import World
from settlement.engine.ledger.state import Person
from settlement.gateways.faults import DELAY_MAX_MS, KINDS, NextFaults, Order, UnsureService
from settlement.gateways.http_server import LOST
from settlement.stores.memory import MemoryStore
from settlement.wire.messages import Line, SignIn


@given(st.lists(st.sampled_from(["1101", "2102"]), max_size=30), st.integers(1, 10))
def test_an_order_meets_the_nth_call_of_its_infno_and_is_used_up(calls: list[str], nth: int) -> None:
    faults = NextFaults()
    assert faults.order(Order("2102", "slow", nth)) == ""
    met = [place for place, infno in enumerate(calls) if faults.take(infno) is not None]
    settlements = [place for place, infno in enumerate(calls) if infno == "2102"]
    assert met == settlements[nth - 1 : nth]


def test_two_orders_for_one_call_meet_it_and_the_next() -> None:
    faults = NextFaults()
    faults.order(Order("2102", "slow"))
    faults.order(Order("2102", "double"))
    assert [order.fault for order in (faults.take("2102"), faults.take("2102")) if order] == ["slow", "double"]
    assert faults.waiting == ()


@pytest.mark.parametrize("order", [Order("2102", "slow", 0), Order("2102", "slow", 1, DELAY_MAX_MS + 1)])
def test_an_order_that_makes_no_sense_is_refused(order: Order) -> None:
    assert NextFaults().order(order)


def test_an_order_for_an_infno_that_there_is_not_is_refused_with_the_nearest() -> None:
    faults = NextFaults()
    assert faults.order(Order("21O2", "lose-reply")) == "infno: there is no '21O2'; the nearest known one is 2102"
    assert faults.waiting == ()


@pytest.mark.parametrize(
    ("fault", "status", "settled"),
    [
        ("lose-request", LOST, 0),
        ("lose-reply", LOST, 1),
        ("slow", 200, 1),
        ("double", 200, 1),
        ("gateway-401", 401, 0),
    ],
)
def test_a_call_at_the_http_door_meets_its_fault_and_its_repeat_does_not(
    at_desk: Any, sale: dict[str, Any], fault: Any, status: int, settled: int
) -> None:
    async def test(desk: Any) -> None:
        desk.faults.order(Order("2102", fault, delay_ms=1))
        content = msgspec.json.encode(desk.envelope("2102", sale, msgid="same"))
        assert (await desk.post(content)).status == status
        assert getattr(desk.store.audit_now().ledger.get("2102"), "settled", 0) == settled
        again = await desk.post(content)
        assert (again.status, again.json["infcode"]) == (200, 0)
        assert desk.store.audit_now().ledger["2102"].settled == 1

    at_desk(test)


def test_every_kind_of_fault_is_rehearsed_above() -> None:
    assert set(KINDS) == {"lose-request", "lose-reply", "slow", "double", "gateway-401"}


@pytest.mark.parametrize(
    ("fault", "answers", "settled"),
    [("lose-request", 0, 0), ("lose-reply", 0, 1), ("slow", 1, 1), ("double", 1, 1), ("gateway-401", 1, 1)],
)
def test_a_terminals_message_meets_its_fault(
    world: World, till: Any, shoppers: list[Person], lines: tuple[Line, ...], cut: Any, fault: Any, answers: int,
    settled: int,
) -> None:  # fmt: skip
    async def test() -> None:
        store, faults = MemoryStore(), NextFaults()
        service = UnsureService(
            store, judge_of(world), world.key, now_ms=lambda: 1_795_233_600_000, chance=bytes, faults=faults
        )
        running = asyncio.create_task(service.run())
        terminal = till()
        frame, counter = terminal.seal(SignIn("clerk"))
        reply = await service.handle(*cut(frame), "tcp")
        terminal.session.accept(terminal.open(reply, counter, signing_in=True))
        faults.order(Order("2102", fault, delay_ms=1))
        answered: list[Any] = []
        frame, _ = terminal.seal(terminal.sale(shoppers[0], lines))
        service.receive(*cut(frame), lambda *parts: answered.append(parts), "tcp")
        await asyncio.sleep(0.02)
        assert len(answered) == answers
        assert getattr(store.audit_now().ledger.get("2102"), "settled", 0) == settled
        service.stop()
        await running

    asyncio.run(test())
