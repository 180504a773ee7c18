"""The operator's port: what only it may ask, and what it may not."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from settlement.gateways.admin import admin_app
from settlement.gateways.faults import Order
from settlement.gateways.http_server import LOST
from settlement.gateways.national_form import header_of, read_envelope
from settlement.gateways.operations import OPERATIONS, Operator, operations
from settlement.wire import codes
from settlement.wire.control import SetPerson
from settlement.wire.messages import SignIn
from settlement.wire.national_values import encode_json

TOKEN = {"authorization": "Bearer T"}
PSN_NO = "3701000000000000"


@pytest.fixture
def at_port(at_desk: Any, asked: Any) -> Callable[..., None]:
    """Run a test at the admin port of a desk's engine."""

    def run(test: Any, *, control: bool = True) -> None:
        async def both(desk: Any) -> None:
            app = admin_app(
                desk.store, desk.tally, "T", (operations(Operator(desk.service, desk.clock), control=control),)
            )

            async def post(path: str, body: Any = None, *, query: str = "city=370100") -> Any:
                content = b"" if body is None else msgspec.json.encode(body)
                return await asked(app, "POST", path, query=query, headers=TOKEN, body=content)

            await test(post, desk)

        at_desk(both)

    return run


def test_an_operation_is_asked_by_its_name_and_by_the_names_of_its_fields(at_port: Any) -> None:
    async def test(post: Any, desk: Any) -> None:
        answer = await post("/admin/person-setting", {"psn_no": PSN_NO, "balance_fen": 1234})
        assert (answer.status, answer.json["infcode"]) == (200, 0)
        assert answer.json["output"]["balance_fen"] == 1234
        assert all(law.ok for law in desk.store.audit_now().invariants)

    at_port(test)


def test_an_operation_meets_the_fault_that_was_ordered_for_it(at_port: Any) -> None:
    async def test(post: Any, desk: Any) -> None:
        desk.faults.order(Order("0050", "lose-reply"))
        desk.faults.order(Order("0050", "gateway-401", nth=2))
        body, query = {"psn_no": PSN_NO, "balance_fen": 1234}, "city=370100&msgid=mine"
        answers = [await post("/admin/person-setting", body, query=query) for _ in range(3)]
        assert [answer.status for answer in answers] == [LOST, 401, 200]
        assert answers[-1].json["output"]["balance_fen"] == 1234

    at_port(test)


def test_a_repeat_under_ones_own_msgid_is_answered_alike_and_done_once(at_port: Any) -> None:
    async def test(post: Any, desk: Any) -> None:
        body, query = {"psn_no": PSN_NO, "balance_fen": 1}, "city=370100&msgid=mine"
        first = await post("/admin/person-setting", body, query=query)
        before = len(desk.store._transfers)
        assert (await post("/admin/person-setting", body, query=query)).json == first.json
        assert len(desk.store._transfers) == before

    at_port(test)


@pytest.mark.parametrize(
    ("path", "body", "query", "status", "said"),
    [
        ("/admin/nothing", {}, "city=370100", 404, "no operation 'nothing'"),
        ("/admin/person-setting", {}, "city=37", 400, "?city=CCCCCC is required"),
        ("/admin/person-setting", {}, "city=370100", 400, "psn_no"),
        ("/admin/person-setting", {"psn_no": PSN_NO, "x": 1}, "city=370100", 400, "unknown field `x`"),
        ("/admin/person-setting", {"psn_no": PSN_NO, "psn_insu_stas": "9"}, "city=370100", 400, "psn_insu_stas"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_reason(
    at_port: Any, path: str, body: Any, query: str, status: int, said: str
) -> None:
    async def test(post: Any, _desk: Any) -> None:
        answer = await post(path, body, query=query)
        assert answer.status == status
        assert said in answer.json["message"]

    at_port(test)


def test_what_the_engine_refuses_is_an_answer_and_no_error(at_port: Any) -> None:
    async def test(post: Any, _desk: Any) -> None:
        answer = await post("/admin/person-setting", {"psn_no": "370100"})
        assert (answer.status, answer.json["infcode"]) == (200, -1)
        assert answer.json["refusal"] == codes.NO_INSURED_PERSON.code

    at_port(test)


def test_a_testers_operation_needs_an_engine_that_was_started_for_it(at_port: Any) -> None:
    async def test(post: Any, _desk: Any) -> None:
        answer = await post("/admin/person-setting", {"psn_no": PSN_NO})
        assert answer.status == 403
        assert "--control" in answer.json["message"]

    at_port(test, control=False)


def test_without_the_token_nothing_is_carried_out(at_desk: Any, asked: Any) -> None:
    async def test(desk: Any) -> None:
        app = admin_app(desk.store, desk.tally, "T", (operations(Operator(desk.service, desk.clock), control=True),))
        assert (await asked(app, "POST", "/admin/person-setting", query="city=370100", body=b"{}")).status == 401

    at_desk(test)


def test_every_other_door_refuses_an_operation_and_this_one_refuses_everything_else(at_desk: Any) -> None:
    async def test(desk: Any) -> None:
        operator = Operator(desk.service, desk.clock)
        reply = await operator.ask("9001", SignIn("clerk"), "370100")
        assert reply.refusal == codes.WRONG_DOOR.code
        request = header_of(read_envelope(encode_json(desk.envelope("9001", {}))))
        reply = await desk.service.handle_signed(request, SetPerson(PSN_NO), "0050", b"", "national")
        assert reply.refusal == codes.WRONG_DOOR.code

    at_desk(test)


def test_every_operation_of_the_engine_has_a_path() -> None:
    assert set(OPERATIONS.values()) == {infno for infno, kind in codes.KINDS.items() if kind.admin}
    assert all(name.replace("-", "").isalnum() for name in OPERATIONS)
