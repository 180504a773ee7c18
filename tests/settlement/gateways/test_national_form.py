"""What the national door reads, and how it names what it cannot."""

from decimal import Decimal
from typing import Any

import pytest

from settlement.wire.messages import LINES_MAX, Line
from settlement.wire.national_fields import FORMS
from settlement.wire.national_values import national_name


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
        ("druginfo", "acct_used_flag", "9", "acct_used_flag: must be 0, 1 or 2"),
        ("druginfo", "medfee_sumamt", Decimal("1e-999999999"), "input.druginfo.medfee_sumamt: at most 2 decimals"),
        ("drugdetail", "pric", "1.0000001", "input.drugdetail[0].pric: at most 6 decimals"),
        ("drugdetail", "feedetl_sn", "1a", "input.drugdetail[0].feedetl_sn: digits are expected"),
        ("drugdetail", "cnt", [], "input.drugdetail[0].cnt: a number is expected"),
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


@pytest.mark.parametrize("infno", FORMS)
def test_every_number_has_the_decimals_that_its_fields_name_says(infno: str) -> None:
    form = FORMS[infno]
    tables = {field.name: field for node in form.nodes for field in node.fields}
    taken = [*form.message.__struct_fields__, *(Line.__struct_fields__ if "feedetl_sn" in tables else ())]
    numbers = dict(map(national_name, taken))
    assert all(tables[name].scale == scale for name, scale in numbers.items() if scale is not None)
    strings = {name for name, scale in numbers.items() if scale is None}
    assert strings - tables.keys() <= {"drugdetail", "chip_pin_verified", "pin_block"}
