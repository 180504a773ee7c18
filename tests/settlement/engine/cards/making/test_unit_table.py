"""A unit's table: everybody in it, or nobody."""

import itertools
from typing import Any

import pytest

from settlement.engine.ledger.making import CardApplication, Unit
from settlement.wire import making_codes, service_codes
from settlement.wire.envelope import decode_output
from settlement.wire.making import ApplyByTable

HEADER = "psn_no,certno,psn_name,psn_cert_type,phone,address"


@pytest.fixture
def staff(office: Any, host: Any) -> list[Any]:
    """Three people of Jinan without a card."""
    people = itertools.islice(host.people(insutype="310", psn_type="11"), 3)
    return [office.put(person, card_status="CANCELLED") for person in people]


def row(person: Any, **cells: str) -> str:
    usual = {
        "psn_no": person.psn_no,
        "certno": person.certno,
        "psn_name": person.psn_name,
        "psn_cert_type": "01",
        "phone": "13",
        "address": "a street",
    }
    return ",".join({**usual, **cells}.values())


def sent(office: Any, *lines: str, **fields: Any) -> Any:
    table = "\r\n".join((HEADER, *lines)).encode()
    usual = {"unit_no": "U1", "bank_code": "CCB", "channel": "UNIT", "table": table}
    return office.teller.ask(ApplyByTable(**{**usual, **fields}))


def applications(office: Any) -> int:
    return sum(table is CardApplication for table, _ in office.host.store._rows)


@pytest.mark.rule("RJ05")
def test_a_unit_applies_for_everybody_in_its_table(office: Any, staff: Any) -> None:
    reply = sent(office, *map(row, staff))
    assert decode_output(reply).taken == 3
    assert {office.row(person).unit_no for person in staff} == {"U1"}
    assert {office.person(person).card_status for person in staff} == {"ALLOCATED"}


@pytest.mark.rule("RH17")
def test_people_of_one_table_go_through_the_steps_together(office: Any, staff: Any) -> None:
    assert sent(office, *map(row, staff)).approved
    for person in staff:
        office.collect_data(person, photo=office.application(person)["photo"], applicant="UNIT")
    expected = {office.progress(person).expected for person in staff}
    assert len(expected) == 1


@pytest.mark.rule("RJ26")
@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"certno": ""}, "certno"),
        ({"psn_no": "3701009999999999"}, "[E3001]"),
        ({"psn_cert_type": "02"}, "[E2049]"),
        ({"psn_cert_type": "x"}, "psn_cert_type"),
        ({"address": "a,b"}, "7 columns instead of 6"),
        ({"phone": '"13'}, "line 4"),
    ],
)
def test_a_table_with_one_wrong_row_is_refused_whole_with_its_line(
    office: Any, staff: Any, cells: dict[str, str], said: str
) -> None:
    refused = sent(office, row(staff[0]), row(staff[1]), row(staff[2], **cells))
    assert refused.refusal == making_codes.TABLE_REFUSED.code
    assert "line 4" in refused.err_msg
    assert said in refused.err_msg
    assert applications(office) == 0
    assert office.person(staff[0]).card_status == "CANCELLED"


@pytest.mark.rule("RJ26")
@pytest.mark.parametrize(
    ("table", "said"),
    [
        (b"psn_no,name\r\n", "line 1: the columns are"),
        (b"", ""),
        (HEADER.encode() + b"\r\n", "line 1: a table has 1 to 200 rows"),
        (HEADER.encode() + b"\r\n" + "测".encode("gbk") + b",,,,,", "line 2: is not UTF-8"),
        (b"PK\x03\x04\xff a spreadsheet", "is not UTF-8"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(office: Any, table: bytes, said: str) -> None:
    refused = sent(office, table=table)
    assert not refused.approved
    assert said in refused.err_msg


def test_a_person_twice_in_a_table_is_a_slip(office: Any, staff: Any) -> None:
    refused = sent(office, row(staff[0]), row(staff[1]), row(staff[0]))
    assert "line 4: the person of line 2 once more" in refused.err_msg


def test_a_table_has_an_end(office: Any, staff: Any) -> None:
    refused = sent(office, *(row(staff[0], psn_no=f"3701{number:012d}") for number in range(201)))
    assert "1 to 200 rows" in refused.err_msg


@pytest.mark.rule("RJ07")
def test_a_second_bank_is_refused_without_an_approval(office: Any, staff: Any) -> None:
    assert sent(office, row(staff[0])).approved
    refused = sent(office, row(staff[1]), bank_code="ICBC")
    assert refused.refusal == making_codes.UNIT_BANK_FIXED.code
    assert sent(office, row(staff[1]), bank_code="ICBC", approval="2026-7").approved
    key = (Unit, ("370100", "U1"))
    unit = office.host.store.load_now((key,)).get(Unit, *key[1])
    assert unit.bank_code == "ICBC"


@pytest.mark.rule("RJ09")
def test_foreigners_stand_in_a_units_table(office: Any, staff: Any) -> None:
    assert sent(office, row(staff[0], psn_cert_type="08"), row(staff[1], psn_cert_type="17")).approved


@pytest.mark.rule("RH19")
def test_a_wrong_name_in_a_table_is_found_by_the_police_and_not_by_the_table(office: Any, staff: Any) -> None:
    assert sent(office, row(staff[0], psn_name="陈另名")).approved
    office.collect_data(staff[0], photo=office.application(staff[0])["photo"])
    office.wait(60)
    assert office.progress(staff[0]).steps[-1].state == "FAIL_REAL_NAME_MISMATCH"


def test_a_table_comes_by_the_channels_of_units(office: Any, staff: Any) -> None:
    assert sent(office, row(staff[0]), channel="PHONE").refusal == service_codes.CHANNEL_NOT_ALLOWED.code


def test_a_table_of_a_bank_that_makes_no_cards_is_refused(office: Any, staff: Any) -> None:
    assert sent(office, row(staff[0]), bank_code="XYZ").refusal == making_codes.BANK_NOT_OFFERED.code


def test_a_person_with_a_card_keeps_the_table_from_being_taken(office: Any, host: Any) -> None:
    person = next(host.people())
    refused = sent(office, row(person))
    assert "line 2: [E2027]" in refused.err_msg
