"""The national interface as a client of the real platform speaks it: signed JSON in, its envelope out."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.batch import judge_of
from settlement.data_directory import InstitutionKey
from settlement.engine.case import World
from settlement.engine.state import Person
from settlement.gateways.national import BODY_MAX, PATH, national_app
from settlement.gateways.national_fields import FORMS
from settlement.gateways.national_form import national_name, read_decimal
from settlement.gateways.signature import sign
from settlement.service import Service
from settlement.stores.memory import MemoryStore
from settlement.tally import Tally
from settlement.wire import codes
from settlement.wire.envelope import MalformedError
from settlement.wire.messages import Line

NOW_MS = 1_795_233_600_000
CODE = "P37010000001"
KEY = InstitutionKey("AK", "SK", CODE)
WHEN = "2026-11-21 12:00:00"


REQUIRED = """
setl_id mdtrt_id psn_no psn_name psn_cert_type certno age insutype psn_type cvlserv_flag setl_time med_type
medfee_sumamt fulamt_ownpay_amt overlmt_selfpay preselfpay_amt inscp_scp_amt hifp_pay pool_prop_selfpay
cvlserv_pay hifes_pay hifmi_pay hifob_pay maf_pay oth_pay fund_pay_sumamt psn_part_amt acct_pay psn_cash_pay
balc acct_mulaid_pay medins_setl_id clr_type hifdm_pay
"""
"""Fields of 2102's setlinfo that the interface marks as required and this host can always fill."""


class Desk:
    """A pharmacy's own software: keeps a session, numbers its messages, signs its requests."""

    def __init__(self, world: World, asked: Callable[..., Any]) -> None:
        self.store, self.tally, self.asked = MemoryStore(), Tally(), asked
        judge, counted = judge_of(world), (self.tally.answered,)
        self.service = Service(self.store, judge, world.key, now_ms=lambda: NOW_MS, chance=bytes, answered=counted)
        self.app = national_app(self.service, (KEY,), lambda: NOW_MS)
        self.number = 0

    def envelope(self, infno: str, given: Any, /, **changed: Any) -> dict[str, Any]:
        self.number += 1
        return {
            "infno": infno, "msgid": f"{CODE}20261121120000{self.number:04d}", "mdtrtarea_admvs": "370100",
            "insuplc_admdvs": "370100", "recer_sys_code": "FSI", "dev_no": "", "infver": "1.0.0", "opter_type": "1",
            "opter": "clerk", "opter_name": "店员", "inf_time": WHEN, "fixmedins_code": CODE,
            "fixmedins_name": "药店", "sign_no": "", "input": given,
        } | changed  # fmt: skip

    async def post(self, content: bytes, **headers: str) -> Any:
        signed = {"_api_name": "n", "_api_version": "1", "_api_timestamp": str(NOW_MS), "_api_access_key": "AK"}
        signed |= headers
        return await self.asked(
            self.app, "POST", PATH, headers={"_api_signature": sign("SK", signed)} | signed, body=content
        )

    async def call(self, infno: str, given: Any, /, **changed: Any) -> dict[str, Any]:
        answer = await self.post(msgspec.json.encode(self.envelope(infno, given, **changed)))
        assert answer.status == 200
        replied: dict[str, Any] = answer.json
        return replied

    async def sign_in(self) -> None:
        reply = await self.call("9001", {"signIn": {"opter_no": "clerk", "mac": "00", "ip": "127.0.0.1"}})
        assert reply["infcode"] == 0, reply["err_msg"]


@pytest.fixture
def at_desk(world: World, asked: Any) -> Callable[[Callable[[Desk], Any]], None]:
    """Run a test's coroutine at a signed-in desk."""

    def run(test: Callable[[Desk], Any]) -> None:
        async def both() -> None:
            desk = Desk(world, asked)
            running = asyncio.create_task(desk.service.run())
            await desk.sign_in()
            await test(desk)
            desk.service.stop()
            await running

        asyncio.run(both())

    return run


@pytest.fixture
def sale(shoppers: list[Person], lines: tuple[Line, ...]) -> dict[str, Any]:
    person = shoppers[0]
    return {
        "druginfo": {
            "psn_no": person.psn_no, "mdtrt_cert_type": "03", "mdtrt_cert_no": person.card_number,
            "card_sn": person.card_id.hex().upper(), "psn_cert_type": "01", "certno": person.certno,
            "psn_type": person.psn_type, "psn_name": person.psn_name, "begntime": WHEN,
            "medfee_sumamt": sum(line.det_item_fee_sumamt_fen for line in lines) / 100, "insutype": "310",
            "acct_used_flag": "1", "med_type": "41",
        },
        "drugdetail": [
            {
                "feedetl_sn": line.feedetl_sn, "rx_circ_flag": "0", "fee_ocur_time": WHEN,
                "med_list_codg": line.med_list_codg, "medins_list_codg": "own-1",
                "det_item_fee_sumamt": f"{line.det_item_fee_sumamt_fen / 100:.2f}", "cnt": 1,
                "pric": line.pric_e6 / 1e6,
            }
            for line in lines
        ],
    }  # fmt: skip


def test_a_client_of_the_real_platform_asks_presettles_settles_and_revokes(
    at_desk: Any, sale: dict[str, Any], shoppers: list[Person]
) -> None:
    person = shoppers[0]

    async def test(desk: Desk) -> None:
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


def test_a_reply_has_the_envelope_of_the_interface(at_desk: Any, sale: dict[str, Any]) -> None:
    async def test(desk: Desk) -> None:
        reply = await desk.call("2102", sale)
        assert list(reply) == ["infcode", "inf_refmsgid", "refmsg_time", "respond_time", "err_msg", "output"]
        assert len(reply["inf_refmsgid"]) == 30
        assert reply["inf_refmsgid"][:20] == "370100" + reply["respond_time"][:14]
        assert len(reply["respond_time"]) == len(reply["refmsg_time"]) == 17

    at_desk(test)


def test_the_identities_hold_in_yuan(at_desk: Any, sale: dict[str, Any]) -> None:
    async def test(desk: Desk) -> None:
        answer = await desk.post(msgspec.json.encode(desk.envelope("2102", sale)))
        output = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode(answer.body)["output"]
        made, cuts = output["setlinfo"], output["detlcutinfo"]
        assert made["medfee_sumamt"] == made["fund_pay_sumamt"] + made["psn_part_amt"] + made["hosp_part_amt"]
        assert made["psn_part_amt"] == made["acct_pay"] + made["psn_cash_pay"]
        assert sum(cut["det_item_fee_sumamt"] for cut in cuts) == made["medfee_sumamt"]
        assert [cut["pric"] * cut["cnt"] for cut in cuts] == [cut["det_item_fee_sumamt"] for cut in cuts]

    at_desk(test)


def test_a_settlement_answers_every_field_that_the_interface_requires(at_desk: Any, sale: dict[str, Any]) -> None:

    async def test(desk: Desk) -> None:
        output = (await desk.call("2102", sale))["output"]
        assert [name for name in REQUIRED.split() if output["setlinfo"].get(name) in (None, "")] == []
        line = ["feedetl_sn", "det_item_fee_sumamt", "cnt", "pric", "pric_uplmt_amt", "chrgitm_lv", "med_chrgitm_type"]
        assert all(name in cut for cut in output["detlcutinfo"] for name in line)

    at_desk(test)


def test_a_repeated_msgid_is_answered_the_same_and_settles_once(at_desk: Any, sale: dict[str, Any]) -> None:
    async def test(desk: Desk) -> None:
        first, second = [await desk.call("2102", sale, msgid="same") for _ in range(2)]
        assert first == second
        assert desk.store.audit_now().ledger["2102"].settled == 1

    at_desk(test)


def test_a_reversal_is_carried_out_by_msgid(at_desk: Any, sale: dict[str, Any]) -> None:
    async def test(desk: Desk) -> None:
        await desk.call("2102", sale, msgid="lost")
        asked = {"psn_no": sale["druginfo"]["psn_no"], "omsgid": "lost", "oinfno": "2102"}
        assert (await desk.call("2601", {"data": asked}))["output"] == {}
        assert desk.store.audit_now().ledger["2102"].reversed == 1

    at_desk(test)


def refused(at_desk: Any, infno: str, given: Any, /, **changed: Any) -> str:
    """Have a request refused, and return what is said; nothing may be settled by it."""
    said: list[str] = []

    async def test(desk: Desk) -> None:
        reply = await desk.call(infno, given, **changed)
        assert (reply["infcode"], reply["output"]) == (-1, {})
        assert desk.store.audit_now().ledger == {}
        said.append(reply["err_msg"])

    at_desk(test)
    return said[0]


@pytest.mark.parametrize(
    ("node", "name", "value", "named"),
    [
        ("druginfo", "psn_no", None, "input.druginfo.psn_no: required"),
        ("druginfo", "psn_no", "", "input.druginfo.psn_no: required"),
        ("druginfo", "psn_no", "x" * 31, "input.druginfo.psn_no: at most 30 characters"),
        ("druginfo", "psn_no", 7, "input.druginfo.psn_no: a string is expected"),
        ("druginfo", "begntime", "today", "input.druginfo.begntime: yyyy-MM-dd HH:mm:ss"),
        ("druginfo", "medfee_sumamt", "12.345", "input.druginfo.medfee_sumamt: at most 2 decimals"),
        ("druginfo", "medfee_sumamt", "twelve", "input.druginfo.medfee_sumamt: a number is expected"),
        ("druginfo", "medfee_sumamt", True, "input.druginfo.medfee_sumamt: a number is expected"),
        ("druginfo", "medfee_sumamt", 1e300, "input.druginfo.medfee_sumamt: at most 16 digits"),
        ("druginfo", "acct_used_flag", "9", "acct_used_flag"),
        ("drugdetail", "pric", "1.0000001", "input.drugdetail[0].pric: at most 6 decimals"),
        ("drugdetail", "feedetl_sn", "1a", "input.drugdetail[0].feedetl_sn: digits are expected"),
        ("drugdetail", "cnt", [], "input.drugdetail[0].cnt: a number is expected"),
    ],
)
def test_a_bad_field_is_refused_by_its_name(
    at_desk: Any, sale: dict[str, Any], node: str, name: str, value: Any, named: str
) -> None:
    target = sale[node] if node == "druginfo" else sale[node][0]
    target[name] = value
    said = refused(at_desk, "2102", sale)
    assert said.startswith("[E1004]")
    assert named in said


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "input.druginfo: an object is required"),
        ({"druginfo": []}, "input.druginfo: an object is required"),
        (None, "input: an object is required"),
        ("text", "input: an object is required"),
    ],
)
def test_a_bad_node_is_refused_by_its_name(at_desk: Any, given: Any, named: str) -> None:
    assert named in refused(at_desk, "2102", given)


@pytest.mark.parametrize("detail", [[], {}, [7], None])
def test_a_list_that_is_none_is_refused(at_desk: Any, sale: dict[str, Any], detail: Any) -> None:
    assert "input.drugdetail" in refused(at_desk, "2102", sale | {"drugdetail": detail})


@pytest.mark.parametrize("name", ["infno", "msgid", "mdtrtarea_admvs", "opter", "inf_time", "fixmedins_code"])
def test_a_header_field_is_required_by_its_name(at_desk: Any, sale: dict[str, Any], name: str) -> None:
    assert f"{name}: required" in refused(at_desk, "2102", sale, **{name: ""})


def test_an_unknown_transaction_is_refused(at_desk: Any) -> None:
    assert refused(at_desk, "2304", {}).startswith(f"[{codes.UNKNOWN_MESSAGE.code}]")


def test_another_institutions_code_is_refused(at_desk: Any, sale: dict[str, Any]) -> None:
    said = refused(at_desk, "2102", sale, fixmedins_code="P37010000002")
    assert said.startswith(f"[{codes.NOT_OWNER.code}]")


def test_who_has_not_signed_in_is_refused(at_desk: Any, sale: dict[str, Any]) -> None:
    assert refused(at_desk, "2102", sale, opter="stranger").startswith(f"[{codes.SIGN_IN_REQUIRED.code}]")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"infno":1}', b"[" * 100_000])
def test_what_is_no_envelope_is_refused_in_the_interfaces_own_form(at_desk: Any, content: bytes) -> None:
    async def test(desk: Desk) -> None:
        answer = await desk.post(content)
        assert (answer.status, answer.json["infcode"]) == (200, -1)
        assert answer.json["err_msg"].startswith("[E1004]")

    at_desk(test)


def test_a_bad_signature_is_refused_in_the_gateways_own_form(at_desk: Any) -> None:
    async def test(desk: Desk) -> None:
        answer = await desk.post(b"{}", _api_access_key="nobody")
        assert answer.status == 401
        assert answer.json == {"code": 401, "message": "用户不存在 / unknown access key"}

    at_desk(test)


def test_a_body_over_the_limit_is_refused_unread(at_desk: Any) -> None:
    async def test(desk: Desk) -> None:
        assert (await desk.post(b" " * (BODY_MAX + 1))).status == 413

    at_desk(test)


@given(st.integers(-(10**15), 10**15), st.sampled_from([2, 4, 6]))
def test_a_number_is_read_exactly_as_text_and_as_number(value: int, scale: int) -> None:
    written = Decimal(value).scaleb(-scale)
    assert read_decimal(f"{written:f}", 22, scale, "x") == value
    assert read_decimal(written, 22, scale, "x") == value


@pytest.mark.parametrize("value", ["1e5", "NaN", "Infinity", "", " 1", "1.", ".5", "0x10", "1,5", "१", None, {}])
def test_what_is_no_plain_number_is_refused(value: Any) -> None:
    with pytest.raises(MalformedError, match="a number is expected"):
        read_decimal(value, 16, 2, "x")


def test_more_digits_than_can_be_kept_exactly_are_refused_not_rounded() -> None:
    with pytest.raises(MalformedError):
        read_decimal(Decimal("1." + "0" * 30 + "1"), 16, 2, "x")


@pytest.mark.parametrize("infno", FORMS)
def test_every_number_has_the_decimals_that_its_fields_name_says(infno: str) -> None:
    form = FORMS[infno]
    tables = {field.name: field for node in form.nodes for field in node.fields}
    taken = [*form.message.__struct_fields__, *(Line.__struct_fields__ if "feedetl_sn" in tables else ())]
    numbers = dict(map(national_name, taken))
    assert all(tables[name].scale == scale for name, scale in numbers.items() if scale is not None)
    strings = {name for name, scale in numbers.items() if scale is None}
    assert strings - tables.keys() <= {"drugdetail", "chip_pin_verified", "pin_block"}
