"""Applying for a card, what stops its making, and taking the application back."""

from typing import Any

import msgspec
import pytest

from settlement.engine.cards.making.causes import CAUSES
from settlement.wire import codes, making_codes, service_codes
from settlement.wire.making import CollectData, UpdateBankData
from settlement.wire.services import LoseCard

SAMPLE = "379900"
OTHERS_NAME = "陈另名"
OF_THE_APPLICATION = {
    "NO_PHOTO": {"photo": b""},
    "DATA_INCOMPLETE": {"phone": ""},
    "REAL_NAME_MISMATCH": {"psn_name": OTHERS_NAME},
}
"""Causes that an application brings along; another city's card stands in the ledger, the rest is told from outside."""


@pytest.mark.rule("RH01")
def test_without_a_photo_the_first_step_says_so_and_nothing_follows(office: Any, cardless: Any) -> None:
    shown = office.apply(cardless, photo=b"")
    office.wait(200)
    shown = office.progress(cardless)
    assert [(step.step, step.state) for step in shown.steps] == [("PHOTO", "NONE")]
    assert shown.cause == "无照片"


@pytest.mark.rule("RH01")
def test_a_photo_that_is_collected_later_lets_the_making_go_on(office: Any, cardless: Any, white_photo: bytes) -> None:
    office.apply(cardless, photo=b"")
    office.wait(30)
    assert office.collect_data(cardless, photo=white_photo).photo
    assert office.progress(cardless).steps[0].state == "COLLECTED"
    assert office.until_ready(cardless).cause == ""


@pytest.mark.rule("RH02")
@pytest.mark.parametrize("missing", ["phone", "address"])
def test_incomplete_data_stop_the_second_step(office: Any, cardless: Any, missing: str) -> None:
    office.apply(cardless, **{missing: ""})
    office.wait(200)
    last = office.progress(cardless).steps[-1]
    assert (last.number, last.state) == (2, "INCOMPLETE")
    office.collect_data(cardless, **{missing: "here it is"})
    done = office.progress(cardless).steps[1]
    assert done.state == "DONE"
    assert done.ended


@pytest.mark.rule("RH03")
def test_another_citys_card_in_the_province_fails_the_third_step(office: Any, worker: Any) -> None:
    office.put(worker, issuing_city=SAMPLE)
    office.apply(worker)
    office.wait(200)
    last = office.progress(worker).steps[-1]
    assert (last.number, last.state) == (3, "FAIL_OTHER_CITY_CARD")


@pytest.mark.rule("RH04", "RH18")
def test_an_account_that_cannot_be_opened_needs_the_person_at_the_bank(office: Any, cardless: Any) -> None:
    office.apply(cardless)
    office.until(cardless, "BANK_OPEN")
    office.fail(cardless, "BANK_OPEN", "BANK_OPENING_FAILED")
    office.wait(100)
    shown = office.progress(cardless)
    assert (shown.steps[-1].step, shown.steps[-1].state, shown.ask) == ("BANK_OPEN", "FAIL", "bank")


@pytest.mark.rule("RH18")
def test_applying_again_succeeds_once_the_bank_has_the_new_data_and_not_before(office: Any, cardless: Any) -> None:
    office.apply(cardless)
    office.until(cardless, "BANK_OPEN")
    office.fail(cardless, "BANK_OPEN", "BANK_OPENING_FAILED")
    assert office.apply(cardless, channel="APP").number == 2
    office.wait(100)
    assert office.progress(cardless).steps[-1].state == "FAIL"
    office.told(UpdateBankData, cardless, channel="BANK")
    assert office.apply(cardless).number == 3
    assert office.until_ready(cardless).cause == ""


def test_nothing_is_mended_at_the_bank_where_nothing_failed_there(office: Any, cardless: Any) -> None:
    office.apply(cardless)
    assert office.ask(UpdateBankData, cardless, channel="BANK").refusal == making_codes.NO_APPLICATION.code


def test_no_card_has_eight_causes_each_of_one_step_with_an_owner_and_a_cure() -> None:
    assert len(CAUSES) == 8
    assert all(cause.owner and cause.cure and cause.zh for cause in CAUSES.values())


@pytest.mark.rule("RH14")
@pytest.mark.parametrize("name", CAUSES)
def test_each_of_the_eight_causes_stops_the_making_at_its_step(office: Any, cardless: Any, name: str) -> None:
    cause = CAUSES[name]
    if name == "OTHER_CITY_CARD":
        office.put(cardless, city=SAMPLE, card_status="NORMAL")
    office.apply(cardless, **OF_THE_APPLICATION.get(name, {}))
    if name not in {*OF_THE_APPLICATION, "OTHER_CITY_CARD"}:
        office.fail(cardless, cause.step, name)
    office.wait(200)
    shown = office.progress(cardless)
    assert (shown.steps[-1].step, shown.cause, shown.cure) == (cause.step, cause.zh, cause.cure)
    assert shown.ask == cause.owner
    assert shown.steps[-1].ended == ""
    assert office.collect(cardless, channel="BANK").refusal == making_codes.NOT_READY.code


@pytest.mark.rule("RH19")
def test_a_name_that_is_not_the_registers_makes_no_card(office: Any, cardless: Any) -> None:
    office.apply(cardless, psn_name=OTHERS_NAME)
    office.wait(200)
    shown = office.progress(cardless)
    assert (shown.steps[-1].step, shown.steps[-1].state) == ("PREINIT", "FAIL_REAL_NAME_MISMATCH")
    assert office.collect(cardless, channel="BANK").refusal == making_codes.NOT_READY.code


@pytest.mark.rule("RH13")
def test_a_card_is_allocated_once_the_data_are_in_and_cannot_be_lost(office: Any, cardless: Any) -> None:
    assert office.apply(cardless).card_status == "ALLOCATED"
    assert office.person(cardless).card_status == "ALLOCATED"
    refused = office.ask(LoseCard, cardless, channel="PHONE")
    assert refused.refusal == service_codes.NO_CARD_HERE.code


@pytest.mark.rule("RH12")
def test_an_application_is_withdrawn_until_the_bank_has_opened_the_account(office: Any, cardless: Any) -> None:
    office.apply(cardless)
    assert office.until(cardless, "PREINIT")
    assert office.withdraw(cardless).approved
    assert office.person(cardless).card_status == "CANCELLED"
    office.apply(cardless)
    office.until(cardless, "BANK_OPEN")
    assert office.withdraw(cardless).approved
    office.apply(cardless)
    office.until(cardless, "PROV_BATCH")
    assert office.withdraw(cardless).refusal == making_codes.WITHDRAW_TOO_LATE.code
    assert office.progress(cardless).state == "OPEN"


def test_a_withdrawal_gives_somebody_who_never_had_a_card_that_state_back(office: Any, worker: Any) -> None:
    office.put(worker, card_status="NONE")
    office.apply(worker)
    assert office.withdraw(worker).approved
    assert office.person(worker).card_status == "NONE"


def test_nothing_is_withdrawn_where_nothing_was_applied_for(office: Any, cardless: Any) -> None:
    assert office.withdraw(cardless).refusal == making_codes.NO_APPLICATION.code


@pytest.mark.rule("RJ05")
def test_a_batch_card_on_its_way_blocks_an_instant_one_until_it_is_withdrawn(office: Any, cardless: Any) -> None:
    office.apply(cardless, unit_no="U1")
    assert office.refused(cardless, mode="INSTANT") == making_codes.APPLICATION_PENDING.code
    assert office.withdraw(cardless).approved
    assert office.apply(cardless, mode="INSTANT").mode == "INSTANT"


@pytest.mark.rule("RJ06")
def test_an_instant_application_is_withdrawn_by_its_own_channel_and_another_bank_is_free(
    office: Any, cardless: Any
) -> None:
    office.apply(cardless, mode="INSTANT", channel="APP", bank_code="CCB")
    refused = office.withdraw(cardless, channel="WEB")
    assert refused.refusal == service_codes.CHANNEL_NOT_ALLOWED.code
    assert "APP" in refused.err_msg
    assert office.withdraw(cardless, channel="APP").approved
    assert office.apply(cardless, mode="INSTANT", channel="WEB", bank_code="ICBC").bank_code == "ICBC"


@pytest.mark.rule("RJ08")
@pytest.mark.parametrize("insured", [("310", "11"), ("390", "15"), ("310", "12"), ("", "")])
def test_everybody_in_the_system_gets_a_card_whatever_the_insurance(office: Any, cardless: Any, insured: Any) -> None:
    office.put(cardless, insutype=insured[0], psn_type=insured[1], card_status="CANCELLED")
    assert office.apply(cardless).state == "OPEN"


def test_retired_cadres_have_no_card(office: Any, cardless: Any) -> None:
    office.put(cardless, psn_type="13", card_status="CANCELLED")
    assert office.refused(cardless) == service_codes.NOT_ENTITLED_HERE.code


@pytest.mark.parametrize("status", ["NORMAL", "ISSUED_UNENABLED", "LOST_TEMP", "SEALED"])
def test_whoever_has_a_card_gets_no_second_one(office: Any, worker: Any, status: str) -> None:
    office.put(worker, card_status=status)
    assert office.refused(worker) == service_codes.ACTIVE_CARD_EXISTS.code


def test_a_card_that_waits_to_be_enabled_is_one(office: Any, cardless: Any) -> None:
    office.put(cardless, card_pending=2, card_status="CANCELLED")
    assert office.refused(cardless) == service_codes.REISSUE_IN_PROGRESS.code


def born(years: int, *, day: str = "11-22") -> str:
    """A birthday on the Sunday before our Monday, so many years ago."""
    return f"{2026 - years}-{day}"


@pytest.mark.rule("RA48")
def test_a_child_below_seven_needs_no_photo_in_sichuan_and_one_of_seven_does(office_in: Any, host: Any) -> None:
    office = office_in("510100")
    child = office.put(next(host.people("510100")), card_status="NONE", brdy=born(7, day="11-24"))
    how = {"photo": b"", "applicant": "GUARDIAN", "agent_certno": "a parent's"}
    assert office.apply(child, **how).cause == ""
    assert office.withdraw(child, applicant="GUARDIAN", agent_certno="a parent's").approved
    office.put(child, card_status="NONE", brdy=born(7))
    assert office.apply(child, **how).cause == "无照片"


@pytest.mark.rule("RA48")
def test_jinan_makes_no_card_without_a_photo_at_any_age(office: Any, cardless: Any) -> None:
    office.put(cardless, card_status="NONE", brdy=born(6))
    how = {"photo": b"", "applicant": "GUARDIAN", "agent_certno": "a parent's"}
    assert office.apply(cardless, **how).cause == "无照片"


@pytest.mark.rule("RA49")
def test_a_guardian_applies_for_a_minor_and_is_written_down(office: Any, cardless: Any) -> None:
    office.put(cardless, card_status="NONE", brdy=born(10))
    assert office.refused(cardless) == making_codes.GUARDIAN_REQUIRED.code
    assert office.refused(cardless, applicant="GUARDIAN") == service_codes.EVIDENCE_MISSING.code
    office.apply(cardless, applicant="GUARDIAN", agent_certno="a parent's")
    assert office.row(cardless).guardian_certno == "a parent's"


def test_an_adult_applies_without_a_guardian(office: Any, cardless: Any) -> None:
    office.put(cardless, card_status="NONE", brdy=born(16))
    office.apply(cardless)
    assert office.row(cardless).guardian_certno == ""


def test_a_newborn_waits_for_the_registers(office: Any, cardless: Any) -> None:
    office.put(cardless, card_status="NONE", brdy="2026-11-01")
    office.apply(cardless, applicant="GUARDIAN", agent_certno="a parent's")
    assert office.row(cardless).newborn == 1
    office.wait(10)
    assert [step.step for step in office.progress(cardless).steps] == ["PHOTO"]


@pytest.mark.rule("RE06")
def test_jinan_has_seven_banks_of_which_qilu_makes_no_third_generation(office: Any, host: Any, cardless: Any) -> None:
    assert len(host.world.outlets["370100"].banks) == 7
    assert office.refused(cardless, bank_code="QLB", generation=3) == making_codes.BANK_NOT_OFFERED.code
    assert office.apply(cardless, bank_code="QLB").generation == 2
    assert office.withdraw(cardless).approved
    assert office.apply(cardless, bank_code="CCB", generation=3).generation == 3


@pytest.mark.rule("RE07")
def test_jining_works_with_four_banks(office_in: Any, host: Any) -> None:
    office = office_in("370800")
    person = office.put(next(host.people("370800")), card_status="CANCELLED")
    assert {bank.code for bank in host.world.outlets["370800"].banks} == {"ICBC", "ABC", "BOC", "CCB"}
    assert office.refused(person, bank_code="PSBC") == making_codes.BANK_NOT_OFFERED.code
    assert office.apply(person, bank_code="BOC").bank_code == "BOC"


@pytest.mark.rule("RJ18")
def test_the_e_card_comes_into_five_banks_apps_by_itself_and_into_two_on_request(
    office: Any, host: Any, cardless: Any
) -> None:
    pushes = {bank.code: bank.ecard_push for bank in host.world.outlets["370100"].banks}
    assert {code for code, push in pushes.items() if push == "always"} == {"ICBC", "ABC", "BOC", "CCB", "PSBC"}
    assert {code for code, push in pushes.items() if push == "on_request"} == {"RCB", "QLB"}
    assert office.apply(cardless, bank_code="RCB").ecard_push == "on_request"


@pytest.mark.rule("RJ07")
def test_a_unit_keeps_the_bank_that_it_chose(office: Any, host: Any, cardless: Any) -> None:
    office.apply(cardless, unit_no="U1", bank_code="CCB")
    colleague = office.put(list(zip(range(3), host.people(), strict=False))[2][1], card_status="CANCELLED")
    assert office.refused(colleague, unit_no="U1", bank_code="ICBC") == making_codes.UNIT_BANK_FIXED.code
    assert office.apply(colleague, unit_no="U2", bank_code="ICBC").bank_code == "ICBC"


@pytest.mark.rule("RJ07")
def test_the_sample_city_lets_a_unit_change_its_bank(office_in: Any, host: Any) -> None:
    rules = host.world.outlets
    assert rules["370100"].application.unit_bank_fixed
    assert not rules["379900"].application.unit_bank_fixed


@pytest.mark.rule("RJ09")
@pytest.mark.parametrize(
    ("psn_cert_type", "unit_no", "taken"),
    [("01", "", True), ("01", "U1", True), ("08", "U1", True), ("17", "U1", True), ("08", "", False)],
)
def test_foreigners_come_in_their_units_batch(
    office: Any, cardless: Any, psn_cert_type: str, unit_no: str, taken: object
) -> None:
    how = {"psn_cert_type": psn_cert_type, "unit_no": unit_no}
    if taken:
        assert office.apply(cardless, **how).state == "OPEN"
    else:
        assert office.refused(cardless, **how) == making_codes.CERTIFICATE_REFUSED.code


@pytest.mark.rule("RJ28")
def test_somebody_without_a_unit_applies_for_a_batch_card_in_person(office_in: Any, host: Any) -> None:
    office = office_in("370800")
    person = office.put(next(host.people("370800")), card_status="CANCELLED")
    shown = office.apply(person, channel="COUNTER", unit_no="")
    assert (shown.mode, shown.unit_no) == ("BATCH", "")


@pytest.mark.rule("RH15")
def test_a_photo_that_cannot_be_printed_is_refused_by_name(office: Any, cardless: Any, photos: Any) -> None:
    blue = (photos / "blue.jpg").read_bytes()
    reply = office.ask(CollectData, cardless, photo=blue)
    assert reply.refusal == making_codes.PHOTO_REFUSED.code
    assert "white" in reply.err_msg


def test_an_instant_card_needs_everything_at_once(office: Any, cardless: Any) -> None:
    assert office.refused(cardless, mode="INSTANT", photo=b"") == making_codes.NOT_READY.code


def test_somebody_unknown_gets_no_card(office: Any, cardless: Any) -> None:
    assert office.refused(cardless, psn_no="3701009999999999") == codes.NO_INSURED_PERSON.code


@pytest.mark.rule("RH03")
def test_a_card_that_is_in_use_in_another_city_of_the_province_fails_the_third_step(office: Any, worker: Any) -> None:
    office.put(worker, card_status="AWAY")
    office.host.put(msgspec.structs.replace(worker, city=SAMPLE))
    office.apply(worker)
    office.wait(60)
    assert office.progress(worker).steps[-1].state == "FAIL_OTHER_CITY_CARD"
