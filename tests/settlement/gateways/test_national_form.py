"""What the national door reads, and how it names what it cannot."""

from decimal import Decimal
from typing import Annotated, Any, get_args, get_origin

import msgspec
import pytest
from msgspec import Struct

from settlement.engine.ledger.state import Person
from settlement.gateways.national_form import EXCEPTIONS
from settlement.wire import codes
from settlement.wire.messages import LINES_MAX
from settlement.wire.national_fields import Field
from settlement.wire.national_traps import FORMS, reading
from settlement.wire.national_values import national_name


@pytest.mark.parametrize(
    ("node", "name", "value", "named"),
    [
        ("druginfo", "psn_no", None, "input.druginfo.psn_no: required"),
        ("druginfo", "psn_no", "", "input.druginfo.psn_no: required"),
        ("druginfo", "psn_no", "x" * 31, "input.druginfo.psn_no: at most 30 characters"),
        ("druginfo", "psn_no", 7, "input.druginfo.psn_no: a string is expected"),
        ("druginfo", "begntime", "today", "input.druginfo.begntime: yyyy-MM-dd HH:mm:ss"),
        ("druginfo", "begntime", "9999-99-99 99:99:99", "input.druginfo.begntime: yyyy-MM-dd HH:mm:ss"),
        ("drugdetail", "fee_ocur_time", "2026-02-30 08:00:00", "input.drugdetail[0].fee_ocur_time: yyyy-MM-dd HH:mm"),
        ("drugdetail", "fee_ocur_time", "2026-02-28 24:00:01", "input.drugdetail[0].fee_ocur_time: yyyy-MM-dd HH:mm"),
        ("druginfo", "medfee_sumamt", "12.345", "input.druginfo.medfee_sumamt: at most 2 decimals"),
        ("druginfo", "medfee_sumamt", "twelve", "input.druginfo.medfee_sumamt: a number is expected"),
        ("druginfo", "medfee_sumamt", True, "input.druginfo.medfee_sumamt: a number is expected"),
        ("druginfo", "medfee_sumamt", 1e300, "input.druginfo.medfee_sumamt: at most 16 digits"),
        ("druginfo", "acct_used_flag", "9", "input.druginfo.acct_used_flag: not in its code table (0, 1, 2)"),
        ("druginfo", "med_type", "99", "input.druginfo.med_type: not in its code table (25 codes, see /docs)"),
        ("druginfo", "insutype", 310, "input.druginfo.insutype: a string is expected"),
        ("druginfo", "medfee_sumamt", Decimal("1e-999999999"), "input.druginfo.medfee_sumamt: at most 2 decimals"),
        ("drugdetail", "pric", "1.0000001", "input.drugdetail[0].pric: at most 6 decimals"),
        ("drugdetail", "feedetl_sn", "1a", "input.drugdetail[0].feedetl_sn: digits are expected"),
        ("drugdetail", "feedetl_sn", "0", "input.drugdetail[0].feedetl_sn: digits are expected, and not 0"),
        ("drugdetail", "cnt", [], "input.drugdetail[0].cnt: a number is expected"),
        (
            "drugdetail",
            "durg_trac_info",
            [{"feedetl_sn": "1"}],
            "input.drugdetail[0].durg_trac_info[0].drug_trac_codg: required",
        ),
    ],
)
def test_a_bad_field_is_refused_by_its_name(
    refused: Any, sale: dict[str, Any], node: str, name: str, value: Any, named: str
) -> None:
    target = sale[node] if node == "druginfo" else sale[node][0]
    target[name] = value
    said = refused("2102", sale)
    assert said.startswith("[E1004]")
    assert named in said


def test_a_card_is_shown_with_its_number(refused: Any, sale: dict[str, Any]) -> None:
    for card_sn in ("", None):
        sale["druginfo"]["card_sn"] = card_sn
        assert "[E1004]" in (said := refused("2102", sale))
        assert "input.druginfo.card_sn: required" in said


def test_lines_of_two_visits_are_refused_in_the_doors_own_words(refused: Any) -> None:
    line = {
        "feedetl_sn": "1", "psn_no": "N1", "chrg_bchno": "B1", "rx_circ_flag": "0",
        "fee_ocur_time": "2026-11-21 12:00:00", "med_list_codg": "X", "medins_list_codg": "X",
        "det_item_fee_sumamt": "1.00", "cnt": "1", "pric": "1", "bilg_dept_codg": "D", "bilg_dept_name": "D",
        "bilg_dr_codg": "D", "bilg_dr_name": "D", "hosp_appr_flag": "0",
    }  # fmt: skip
    said = refused("2204", {"feedetail": [line | {"mdtrt_id": "V1"}, line | {"mdtrt_id": "V2", "feedetl_sn": "2"}]})
    assert "input.feedetail[].mdtrt_id: the lines of one message all say the same" in said
    assert "V2" not in said


def test_a_code_that_only_the_message_knows_is_not_echoed(refused: Any) -> None:
    undo = {
        "fixmedins_code": "P37010000001", "ssn": "370102", "mdtrt_regno": "R1", "status": "9876", "opter_name": "o",
    }  # fmt: skip
    said = refused("2181", undo)
    assert "status: not in its code table" in said
    assert "9876" not in said


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "input.druginfo: an object is required"),
        ({"druginfo": []}, "input.druginfo: an object is required"),
        (None, "input: an object is required"),
        ("text", "input: an object is required"),
    ],
)
def test_a_bad_node_is_refused_by_its_name(refused: Any, given: Any, named: str) -> None:
    assert named in refused("2102", given)


@pytest.mark.parametrize("detail", [[], {}, [7], None])
def test_a_list_that_is_none_is_refused(refused: Any, sale: dict[str, Any], detail: Any) -> None:
    assert "input.drugdetail" in refused("2102", sale | {"drugdetail": detail})


def test_a_bill_has_a_limit_of_lines(refused: Any, sale: dict[str, Any]) -> None:
    many = sale["drugdetail"][:1] * (LINES_MAX + 1)
    assert "input.drugdetail: at most 500 lines" in refused("2102", sale | {"drugdetail": many})


@pytest.mark.parametrize("name", ["infno", "msgid", "mdtrtarea_admvs", "opter", "inf_time", "fixmedins_code"])
def test_a_header_field_is_required_by_its_name(refused: Any, sale: dict[str, Any], name: str) -> None:
    assert f"{name}: required" in refused("2102", sale, **{name: ""})


# The hospital's messages: whose they are, and where.

ITEM = "XX99XXA001A001010100001"


@pytest.mark.parametrize("region", ["mdtrtarea_admvs", "insuplc_admdvs"])
@pytest.mark.parametrize(("infno", "node"), [("2401", "mdtrtinfo"), ("2303", "data"), ("2304", "data")])
def test_a_region_in_the_input_is_the_envelopes(
    at_desk: Any, shoppers: list[Person], infno: str, node: str, region: str
) -> None:
    async def test(desk: Any) -> None:
        given = {"mdtrt_id": "V1", "medfee_sumamt": "1.00", "acct_used_flag": "0"} if node == "data" else {}
        reply = await desk.treat(infno, shoppers[0], {node: given | {region: "370700"}})
        assert reply["err_msg"].startswith("[E1004]")
        assert f"input.{node}.{region}: not the envelope's" in reply["err_msg"]
        assert "370700" not in reply["err_msg"]

    at_desk(test)


def test_where_the_envelope_names_no_place_of_insurance_it_is_the_place_of_treatment(
    at_desk: Any, shoppers: list[Person]
) -> None:
    person = shoppers[0]

    async def test(desk: Any) -> None:
        told = []
        for insured in ("370700", person.city):
            asked = {"mdtrtinfo": {"insuplc_admdvs": insured}}
            told.append((await desk.treat("2401", person, asked, insuplc_admdvs=""))["infcode"])
        assert told == [-1, 0]

    at_desk(test)


@pytest.mark.parametrize(
    ("infno", "name"),
    [
        ("2201", "certno"), ("2201", "psn_name"), ("2201", "psn_type"), ("2206", "certno"), ("2206", "psn_name"),
        ("2206", "psn_type"), ("2207", "certno"),
    ],
)  # fmt: skip
def test_an_outpatient_who_is_not_the_insured_person_is_refused_by_the_field(
    at_desk: Any, shoppers: list[Person], infno: str, name: str
) -> None:
    person = shoppers[0]

    async def test(desk: Any) -> None:
        visit = (await desk.treat("2201", person, {}))["output"]["data"]
        line = {"mdtrt_id": visit["mdtrt_id"], "chrg_bchno": "1", "med_list_codg": ITEM, "pric": "8", "cnt": "1"}
        assert (await desk.treat("2204", person, {"feedetail": [line]}))["infcode"] == 0
        given = {"mdtrt_id": visit["mdtrt_id"], "chrg_bchno": "1", "medfee_sumamt": "8", "acct_used_flag": "1"}
        tried = (await desk.treat("2206", person, {"data": given}))["output"]["setlinfo"]
        parts = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
        asked = {"2201": {}, "2206": given, "2207": given | {part: tried[part] for part in parts}}[infno]
        refused = await desk.treat(infno, person, {"data": asked | {name: "9"}})
        assert refused["err_msg"].startswith(f"[{codes.NO_INSURED_PERSON.code}]")
        assert name in refused["err_msg"]
        assert (await desk.treat(infno, person, {"data": asked}))["infcode"] == 0

    at_desk(test)


OURS = {"chip_pin_verified", "pin_block"}
"""What a struct has for a terminal with a pin pad, and this door has not."""


@pytest.mark.parametrize("infno", FORMS)
def test_every_field_of_a_message_is_the_interfaces_by_name_and_by_its_decimals(infno: str) -> None:
    form = FORMS[infno]
    tables = {field.name: field for field in reading().envelope}
    tables |= {field.name: field for node in form.nodes for field in node.fields}
    lists = {node.name: node for node in form.nodes if node.many}
    _, renamed, _ = EXCEPTIONS.get(infno, ("", "", None))
    for field in msgspec.structs.fields(form.message):
        name, scale = national_name(field.name)
        if name in lists:
            rows = {each.name: each for each in lists[name].fields}
            _assert_named(_rows_of(field.type), rows, infno)
        elif name not in OURS and name != renamed:
            assert name in tables, f"{infno}: the interface has no {name}"
            assert scale is None or tables[name].scale == scale


def _rows_of(annotation: Any) -> type[Struct]:
    plain_type = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    rows: type[Struct] = get_args(plain_type)[0]
    return rows


def _assert_named(rows: type[Struct], tables: dict[str, Field], infno: str) -> None:
    for field in msgspec.structs.fields(rows):
        name, scale = national_name(field.name)
        if name in tables:
            assert scale is None or tables[name].scale == scale
        else:  # several messages share a struct of rows
            assert not field.required, f"{infno}: no row has {name}"
