"""A tester's hands on an engine: begin again, bring back, move the clock, set people; nothing without --control."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from settlement.clock import Clock
from settlement.engine.ledger.state import Person
from settlement.gateways.admin import admin_app
from settlement.gateways.control import Control, control_routes
from settlement.gateways.faults import NextFaults
from settlement.gateways.operations import Operator

TOKEN = {"authorization": "Bearer T"}
DAY_MS = 24 * 3600 * 1000


@pytest.fixture
def at_control(at_desk: Any, asked: Any, tmp_path: Path) -> Callable[..., None]:
    """Run a test at the control of a desk's engine."""

    def run(test: Any, *, control: bool = True) -> None:
        async def both(desk: Any) -> None:
            clock, faults = Clock(tmp_path), NextFaults()
            desk.service._now_ms = clock.now_ms
            hands = Control(desk.service, desk.store, clock, faults, Operator(desk.service, clock.now_ms))
            app = admin_app(desk.store, desk.tally, "T", control_routes(hands if control else None))

            async def call(method: str, path: str, body: Any = None) -> Any:
                content = body if isinstance(body, bytes) else b"" if body is None else msgspec.json.encode(body)
                return await asked(app, method, path, headers=TOKEN, body=content)

            await test(call, desk)

        at_desk(both)

    return run


def settled(desk: Any) -> int:
    return int(getattr(desk.store.audit_now().ledger.get("2102"), "settled", 0))


def test_a_snapshot_is_brought_back_while_the_engine_runs(at_control: Any, sale: dict[str, Any]) -> None:
    async def test(call: Any, desk: Any) -> None:
        assert (await call("POST", "/admin/snapshot", {"name": "before"})).json == {"snapshot": "before"}
        assert (await desk.call("2102", sale))["infcode"] == 0
        assert settled(desk) == 1
        assert (await call("POST", "/admin/restore", {"name": "before"})).status == 200
        assert settled(desk) == 0
        assert (await desk.call("2102", sale))["infcode"] == 0
        assert (await call("GET", "/admin/snapshots")).json == {"snapshots": ["before"]}

    at_control(test)


def test_a_reset_leaves_newcomers_the_walls_time_and_no_fault(at_control: Any, sale: dict[str, Any]) -> None:
    async def test(call: Any, desk: Any) -> None:
        await desk.call("2102", sale)
        await call("POST", "/admin/next", {"infno": "2102", "fault": "slow"})
        await call("POST", "/admin/clock/advance", {"days": 3})
        assert (await call("POST", "/admin/reset")).json["reset"]
        assert settled(desk) == 0
        assert (await call("GET", "/admin/next")).json == {"next": []}
        assert (await call("GET", "/admin/clock")).json["offset_ms"] == 0
        await desk.sign_in()

    at_control(test)


def test_the_clock_goes_on_and_never_back(at_control: Any) -> None:
    async def test(call: Any, _desk: Any) -> None:
        assert (await call("POST", "/admin/clock/advance", {"days": 7, "hours": 1})).json[
            "offset_ms"
        ] == 7 * DAY_MS + DAY_MS // 24
        told = (await call("POST", "/admin/clock/advance", {"to": "2090-01-01 00:00:00"})).json["message"]
        assert "at most 50 years" in told
        for back in ({"to": "2020-01-01 00:00:00"}, {"days": -1}, {"to": "tomorrow"}, {"days": 10**12}):
            assert (await call("POST", "/admin/clock/advance", back)).status == 400

    at_control(test)


@pytest.mark.parametrize("allotment_fen", [-500, 10**30, 10_000_000_000])
def test_an_allotment_that_nobody_can_pay_is_refused_before_the_clock_moves(
    at_control: Any, allotment_fen: int
) -> None:
    async def test(call: Any, _: Any) -> None:
        asked = {"days": 62, "allotment_fen": allotment_fen}
        assert (await call("POST", "/admin/clock/advance", asked)).status == 400
        assert (await call("GET", "/admin/clock")).json["offset_ms"] == 0

    at_control(test)


def test_over_the_first_of_a_month_the_allotment_comes_to_employees_whom_the_ledger_knows(
    at_control: Any, sale: dict[str, Any], shoppers: list[Person]
) -> None:
    async def test(call: Any, desk: Any) -> None:
        await call("POST", "/admin/people", f"psn_no,balance\n{shoppers[0].psn_no},100.00\n".encode())
        answer = await call("POST", "/admin/clock/advance", {"days": 62, "allotment_fen": 5_000})
        months = answer.json["allotted"]
        assert months in (2, 3)
        found = await call("POST", "/admin/people", f"psn_no\n{shoppers[0].psn_no}\n".encode())
        assert found.json == {"people": 1}
        assert desk.store._rows[Person, (shoppers[0].city, shoppers[0].psn_no)].balance_fen == 10_000 + months * 5_000
        assert all(law.ok for law in desk.store.audit_now().invariants)

    at_control(test)


def test_of_a_file_with_a_line_that_is_refused_nobody_is_set(at_control: Any, shoppers: list[Person]) -> None:
    person = shoppers[0]

    async def test(call: Any, desk: Any) -> None:
        for last in ("3701000000000001,1.00,NONSENSE", "370100,1.00,NORMAL"):
            file = f"psn_no,balance,card_status\n{person.psn_no},1.00,SEALED\n{last}\n"
            answer = await call("POST", "/admin/people", file.encode())
            assert (answer.status, answer.json["message"][:7]) == (400, "line 3:")
            kept = desk.store._rows.get((Person, (person.city, person.psn_no)), person)
            assert (kept.balance_fen, kept.card_status) == (person.balance_fen, "NORMAL")

    at_control(test)


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/admin/restore", {"name": "never"}, "there is no snapshot 'never'"),
        ("/admin/snapshot", {"name": "../up"}, "name: up to 64 letters"),
        ("/admin/snapshot", {}, "name"),
        ("/admin/next", {"infno": "2102", "fault": "burn"}, "fault"),
        ("/admin/next", {"infno": "2102", "fault": "slow", "nth": 0}, "nth: 1 to"),
        ("/admin/people", b"psn_no,balance\n370100,1.00\n", "line 2: [E3001]"),
        ("/admin/people", b"psn_no,shoe_size\n", "line 1: columns are"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason(at_control: Any, path: str, body: Any, said: str) -> None:
    async def test(call: Any, _desk: Any) -> None:
        answer = await call("POST", path, body)
        assert answer.status == 400
        assert said in answer.json["message"]

    at_control(test)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/admin/reset"), ("POST", "/admin/next"), ("POST", "/admin/clock/advance"), ("GET", "/admin/clock")],
)
def test_without_control_nothing_of_it_is_done(at_control: Any, method: str, path: str) -> None:
    async def test(call: Any, _desk: Any) -> None:
        answer = await call(method, path)
        assert answer.status == 403
        assert "--control" in answer.json["message"]

    at_control(test, control=False)
