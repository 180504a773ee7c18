"""What 5203 says of where and when: at a till, at a hospital's desk, after a stay, and away from home."""

from typing import Any

import pytest

from settlement.engine.arrival import Door
from settlement.engine.ledger.state import Person
from settlement.wire.messages import QuerySettlement, SettlementInfo, Treatment
from settlement.wire.names import institution_code
from settlement.wire.national_fields import CATALOGUE, CODES
from settlement.wire.national_values import plain

DAY_MS = 24 * 3600 * 1000


def asked_again(teller: Any, person: Person, info: SettlementInfo, **how: str) -> SettlementInfo:
    told = teller.told(QuerySettlement(person.psn_no, info.setl_id, info.mdtrt_id), **how)
    assert isinstance(told, SettlementInfo)
    return told


def treatment(teller: Any, person: Person, info: SettlementInfo, **how: str) -> Treatment:
    told = asked_again(teller, person, info, **how).treatment
    assert told
    return told


def test_a_pharmacy_has_no_grade_and_one_day(pharmacy: Any, visits: Any, worker: Person, drugs: Any) -> None:
    told = treatment(pharmacy, worker, pharmacy.told(visits.drug_sale(pharmacy, worker, drugs)))
    assert (told.hosp_lv, told.dedc_hosp_lv, told.pay_loc) == ("11", "9", "2")
    assert (told.fixmedins_name, told.begndate, told.enddate) == ("济南市药店1", "2026-11-21", "2026-11-21")


def test_an_outpatient_is_treated_from_registration_to_settlement(
    host: Any, hospital: Any, visits: Any, worker: Person, drugs: Any
) -> None:
    sale = visits.outpatient(hospital, worker, drugs)
    host.now_ms += DAY_MS
    told = treatment(hospital, worker, hospital.told(sale))
    assert (told.begndate, told.enddate, told.hosp_lv) == ("2026-11-21", "2026-11-22", "14")


def test_a_stay_is_from_admission_to_discharge_whenever_it_is_settled(host: Any, ward: Any, worker: Person) -> None:
    mdtrt_id = ward.admitted(worker)
    ward.charged(worker, mdtrt_id, "2000")
    host.now_ms += 2 * DAY_MS
    ward.discharged(worker, mdtrt_id)
    host.now_ms += DAY_MS
    told = treatment(ward.teller, worker, ward.settled(worker, mdtrt_id, 2000_00))
    assert (told.begndate, told.enddate, told.hosp_lv) == ("2026-11-21", "2026-11-23", "12")


def test_an_interim_settlement_is_until_its_own_day(host: Any, ward: Any, worker: Person) -> None:
    mdtrt_id = ward.admitted(worker)
    ward.charged(worker, mdtrt_id, "2000")
    host.now_ms += DAY_MS
    interim = ward.settled(worker, mdtrt_id, 2000_00, mid_setl_flag="1")
    host.now_ms += DAY_MS
    ward.discharged(worker, mdtrt_id)
    assert treatment(ward.teller, worker, interim).enddate == "2026-11-22"


def test_away_from_home_in_the_province_is_said(pharmacy: Any, visits: Any, guest: Person, drugs: Any) -> None:
    sale = visits.drug_sale(pharmacy, guest, drugs, acct_used_flag="1", chip_pin_verified=True)
    info = pharmacy.told(sale, insured=guest.city)
    assert (info.clr_type, info.mdtrt_cert_type) == ("9909", "03")
    assert treatment(pharmacy, guest, info, insured=guest.city).pay_loc == "3"


def test_at_the_http_door_every_required_field_has_a_value_of_its_code_table(
    teller: Any, ward: Any, worker: Person
) -> None:
    info = ward.whole_stay(worker, "2000")
    door = teller(institution_code("H", "370100", 90), Door.HTTP).sign_in()
    told = plain(asked_again(door, worker, info))
    held = told | told["amounts"] | told["patient"] | told["treatment"]
    made_elsewhere = {"cvlserv_flag", "psn_pay", "cash_payamt", "year"}
    [required] = [node.fields for node in CATALOGUE["5203"].answers if node.name == "setlinfo"]
    for field in required:
        if field.required and field.name not in made_elsewhere:
            assert held.get(field.name) not in (None, ""), field.name
        if field.name in held and field.name in CODES and field.name != "med_type":
            assert held[field.name] in CODES[field.name].codes, field.name


@pytest.mark.parametrize("flag", ["0", "1"])
def test_a_terminal_is_told_nobodys_name(flag: str, pharmacy: Any, visits: Any, worker: Person, drugs: Any) -> None:
    info = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs, acct_used_flag=flag))
    assert asked_again(pharmacy, worker, info).patient is None
