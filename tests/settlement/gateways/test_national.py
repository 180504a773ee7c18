"""The national interface as a client of the real platform speaks it: signed JSON in, its envelope out."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from settlement.engine.case import World
from settlement.engine.ledger.state import Person
from settlement.gateways.entrance import FULL
from settlement.gateways.national import BODY_MAX, national_app
from settlement.wire import codes
from settlement.wire.messages import Line
from settlement.wire.names import insured_number


def test_a_client_of_the_real_platform_asks_presettles_settles_and_revokes(
    at_desk: Any, sale: dict[str, Any], shoppers: list[Person]
) -> None:
    person = shoppers[0]

    async def test(desk: Any) -> None:
        asked = {
            "mdtrt_cert_type": "03", "mdtrt_cert_no": person.card_number, "card_sn": person.card_id.hex().upper(),
            "psn_cert_type": "01", "certno": person.certno, "psn_name": person.psn_name,
        }  # fmt: skip
        found = (await desk.call("1101", {"data": asked}))["output"]
        assert found["baseinfo"]["psn_no"] == person.psn_no
        assert found["insuinfo"][0]["balc"] == person.balance_fen / 100
        tried = (await desk.call("2101", sale))["output"]["setlinfo"]
        settled = await desk.call("2102", sale)
        made = settled["output"]["setlinfo"]
        assert (settled["infcode"], settled["err_msg"]) == (0, "")
        assert {name: made[name] for name in tried if name not in ("setl_id", "mdtrt_id", "medins_setl_id")} == {
            name: tried[name] for name in tried if name not in ("setl_id", "mdtrt_id", "medins_setl_id")
        }
        known = {"setl_id": made["setl_id"], "mdtrt_id": made["mdtrt_id"], "psn_no": person.psn_no}
        undone = (await desk.call("2103", {"data": known}))["output"]["setlinfo"]
        assert undone["medfee_sumamt"] == -made["medfee_sumamt"]
        sums = desk.store.audit_now("clerk").ledger["2102"]
        assert (sums.settled, sums.voided) == (0, 1)
        assert desk.tally.of("clerk")["2102"] == {"approved": 1}

    at_desk(test)


def test_a_repeat_is_answered_byte_for_byte_however_late_and_settles_once(at_desk: Any, sale: dict[str, Any]) -> None:
    async def test(desk: Any) -> None:
        envelope = desk.envelope("2102", sale, msgid="same")
        first = await desk.post(msgspec.json.encode(envelope))
        desk.now_ms += 3 * 366 * 24 * 3600 * 1000 + 1
        again = envelope | {"inf_time": "2029-11-22 12:00:00"}
        assert (await desk.post(msgspec.json.encode(again))).body == first.body
        assert desk.store.audit_now().ledger["2102"].settled == 1

    at_desk(test)


def test_a_repeat_may_write_the_same_number_another_way(at_desk: Any, sale: dict[str, Any]) -> None:
    async def test(desk: Any) -> None:
        first = await desk.call("2102", sale, msgid="same")
        sale["drugdetail"][0]["cnt"] = "1.0000"
        assert await desk.call("2102", sale, msgid="same") == first

    at_desk(test)


@pytest.mark.parametrize(
    ("node", "name"),
    [
        ("druginfo", "certno"), ("druginfo", "psn_name"), ("druginfo", "psn_cert_type"), ("druginfo", "invono"),
        ("druginfo", "exp_content"), ("druginfo", "mdtrt_cert_no"), ("drugdetail", "rxno"),
        ("drugdetail", "medins_list_codg"),
    ],
)  # fmt: skip
def test_a_msgid_that_comes_again_with_any_other_content_is_refused(
    at_desk: Any, sale: dict[str, Any], node: str, name: str
) -> None:
    async def test(desk: Any) -> None:
        await desk.call("2102", sale, msgid="same")
        target = sale[node] if node == "druginfo" else sale[node][0]
        target[name] = "99"
        reply = await desk.call("2102", sale, msgid="same")
        assert reply["err_msg"].startswith(f"[{codes.DUP_MSGID_MISMATCH.code}]")
        assert desk.store.audit_now().ledger["2102"].settled == 1

    at_desk(test)


def test_a_msgid_that_comes_again_for_another_place_of_insurance_is_refused(at_desk: Any, sale: dict[str, Any]) -> None:
    async def test(desk: Any) -> None:
        await desk.call("2102", sale, msgid="same")
        reply = await desk.call("2102", sale, msgid="same", insuplc_admdvs="379900")
        assert reply["err_msg"].startswith(f"[{codes.DUP_MSGID_MISMATCH.code}]")

    at_desk(test)


@pytest.mark.parametrize("infno", ["2101", "2102"])
@pytest.mark.parametrize("name", ["certno", "psn_name", "psn_type"])
def test_a_patient_who_is_not_the_insured_person_is_refused_by_the_field(
    refused: Any, sale: dict[str, Any], shoppers: list[Person], name: str, infno: str
) -> None:
    other = shoppers[1]
    sale["druginfo"][name] = getattr(other, name) if name != "psn_type" else "9"
    said = refused(infno, sale)
    assert said.startswith(f"[{codes.NO_INSURED_PERSON.code}]")
    assert name in said


def test_a_guest_is_settled_on_the_institutions_word(
    at_desk: Any, world: World, lines: tuple[Line, ...], sold_to: Callable[..., Any]
) -> None:
    everybody = (world.register.newcomer("379900", insured_number("379900", index)) for index in range(1000))
    guest = next(person for person in everybody if person and person.insutype == "310")

    async def test(desk: Any) -> None:
        reply = await desk.call("2102", sold_to(guest, lines), insuplc_admdvs="379900")
        assert (reply["infcode"], reply["err_msg"]) == (0, "")
        assert reply["output"]["setlinfo"]["psn_name"] == guest.psn_name

    at_desk(test)


def test_a_reversal_is_carried_out_by_msgid(at_desk: Any, sale: dict[str, Any]) -> None:
    async def test(desk: Any) -> None:
        await desk.call("2102", sale, msgid="lost")
        asked = {"psn_no": sale["druginfo"]["psn_no"], "omsgid": "lost", "oinfno": "2102"}
        assert (await desk.call("2601", {"data": asked}))["output"] == {}
        assert desk.store.audit_now().ledger["2102"].reversed == 1

    at_desk(test)


@pytest.mark.parametrize("infno", ["4101", "0200", "0400", "0001"])
def test_what_this_door_does_not_offer_is_refused(refused: Any, infno: str) -> None:
    assert refused(infno, {}).startswith(f"[{codes.UNKNOWN_MESSAGE.code}]")


def test_another_institutions_code_is_refused(refused: Any, sale: dict[str, Any]) -> None:
    said = refused("2102", sale, fixmedins_code="P37010000002")
    assert said.startswith(f"[{codes.NOT_OWNER.code}]")


def test_who_has_not_signed_in_is_refused(refused: Any, sale: dict[str, Any]) -> None:
    assert refused("2102", sale, opter="stranger").startswith(f"[{codes.SIGN_IN_REQUIRED.code}]")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"infno":1}', b"[" * 100_000])
def test_what_is_no_envelope_is_refused_in_the_interfaces_own_form(at_desk: Any, content: bytes) -> None:
    async def test(desk: Any) -> None:
        answer = await desk.post(content)
        assert (answer.status, answer.json["infcode"]) == (200, -1)
        assert answer.json["err_msg"].startswith("[E1004]")

    at_desk(test)


def test_a_bad_signature_is_refused_in_the_gateways_own_form(at_desk: Any) -> None:
    async def test(desk: Any) -> None:
        answer = await desk.post(b"{}", _api_access_key="nobody")
        assert answer.status == 401
        assert answer.json == {"code": 401, "message": "用户不存在 / unknown access key"}

    at_desk(test)


def test_a_body_over_the_limit_is_refused_unread(at_desk: Any) -> None:
    async def test(desk: Any) -> None:
        assert (await desk.post(b" " * (BODY_MAX + 1))).status == 413

    at_desk(test)


def test_a_body_that_stops_halfway_is_answered_when_its_time_is_over(at_desk: Any, sale: dict[str, Any]) -> None:
    async def test(desk: Any) -> None:
        desk.app = national_app(desk.service, (desk.key,), desk.clock, body_timeout_s=0.01)
        answer = await desk.post(msgspec.json.encode(desk.envelope("2102", sale)), stalls=True)
        assert (answer.status, answer.json["code"]) == (408, 408)
        assert answer.headers["connection"] == "close"
        assert (await desk.call("2102", sale))["infcode"] == 0

    at_desk(test)


def test_who_comes_while_the_door_is_full_is_told_so_in_the_gateways_own_form(
    at_desk: Any, sale: dict[str, Any]
) -> None:
    async def test(desk: Any) -> None:
        desk.app = national_app(desk.service, (desk.key,), desk.clock, calls_max=1)
        inside = asyncio.create_task(desk.post(b"half", stalls=True))
        await asyncio.sleep(0)
        answer = await desk.post(msgspec.json.encode(desk.envelope("2102", sale)))
        assert (answer.status, answer.json) == (503, {"code": 503, "message": FULL})
        inside.cancel()
        await asyncio.wait([inside])
        assert (await desk.call("2102", sale))["infcode"] == 0

    at_desk(test)


def test_a_settlement_is_found_by_its_setl_id_and_by_the_msgid_that_asked_for_it(
    at_desk: Any, sale: dict[str, Any]
) -> None:
    async def test(desk: Any) -> None:
        made = (await desk.call("2102", sale))["output"]["setlinfo"]
        named = {"psn_no": made["psn_no"], "setl_id": made["setl_id"], "mdtrt_id": made["mdtrt_id"]}
        asked = {"psn_no": made["psn_no"], "setl_id": "", "mdtrt_id": "", "medins_setl_id": made["medins_setl_id"]}
        for given in (named, asked):
            found = (await desk.call("5203", {"data": given}))["output"]["setlinfo"]
            assert (found["setl_id"], found["refd_setl_flag"]) == (made["setl_id"], "0")
            assert (found["psn_pay"], found["cash_payamt"]) == (made["psn_part_amt"], made["psn_cash_pay"])
        undo = {name: made[name] for name in ("setl_id", "mdtrt_id", "psn_no")}
        await desk.call("2103", {"data": undo})
        assert (await desk.call("5203", {"data": named}))["output"]["setlinfo"]["refd_setl_flag"] == "1"

    at_desk(test)


def test_a_settlement_that_never_was_is_not_found(refused: Any) -> None:
    assert refused("5203", {"data": {"psn_no": "370100", "medins_setl_id": "never"}}).startswith("[E3301]")
