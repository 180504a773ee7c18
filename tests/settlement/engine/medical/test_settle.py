from typing import Any

import msgspec
import pytest

from settlement.engine.arrival import Door
from settlement.engine.case import World
from settlement.engine.ledger.state import Accumulator, FeeBatch
from settlement.engine.persons import PopulationRegister
from settlement.wire import catalogue_codes, codes, entitlement_codes
from settlement.wire.messages import Patient, PresettleDrugSale, RevokeDrugSale, UploadFees
from settlement.wire.names import institution_code
from settlement.wire.refusal import Refusal
from shuaka.compose import population, specimens


def other_first_password(world: World, default: str) -> World:
    """The shipped world, but that Jinan hands its people another first password."""
    jinan = world.cities["370100"]
    rules = msgspec.structs.replace(jinan.local_password, default=default)
    cities = world.cities | {"370100": msgspec.structs.replace(jinan, local_password=rules)}
    register = PopulationRegister(population(), cities, world.key, specimens())
    return msgspec.structs.replace(world, cities=cities, register=register)


def as_trial(sale: Any) -> PresettleDrugSale:
    return PresettleDrugSale(**{name: getattr(sale, name) for name in PresettleDrugSale.__struct_fields__})


def test_a_pharmacy_sale_is_paid_from_the_personal_account(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    amounts = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs)).amounts
    assert (amounts.medfee_sumamt_fen, amounts.fund_pay_sumamt_fen, amounts.psn_cash_pay_fen) == (7500, 0, 0)
    assert amounts.balc_fen == host.person(worker.psn_no).balance_fen == worker.balance_fen - 7500
    assert not host.broken_laws()


def test_a_trial_gives_the_same_amounts_and_posts_nothing(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    sale = visits.drug_sale(pharmacy, worker, drugs)
    tried = pharmacy.told(as_trial(sale))
    assert host.store.audit_now().ledger == {}
    assert tried.setl_id == ""
    assert pharmacy.told(sale).amounts == tried.amounts


def test_an_outpatient_visit_meets_its_deductible_once(
    host: Any, hospital: Any, visits: Any, worker: Any, lines_of: Any, drugs: Any
) -> None:
    code = drugs[0].med_list_codg
    lines = lines_of((code, "10", 90))
    first = hospital.told(visits.outpatient(hospital, worker, lines))
    second = hospital.told(visits.outpatient(hospital, worker, lines))
    assert first.amounts.act_pay_dedc_fen > 0
    assert second.amounts.act_pay_dedc_fen == 0
    assert second.amounts.fund_pay_sumamt_fen > first.amounts.fund_pay_sumamt_fen
    assert not host.broken_laws()


@pytest.mark.rule("RB09")
def test_a_pharmacy_of_jinan_asks_the_password_and_a_hospital_does_not(
    pharmacy: Any, hospital: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    sale = visits.outpatient(hospital, worker, drugs)
    assert sale.pin_block == b""
    assert hospital.told(sale).amounts.acct_pay_fen > 0
    refused = pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs, pin_block=b""))
    assert refused.refusal == codes.PIN_REQUIRED.code


def test_a_charge_batch_is_settled_once(hospital: Any, visits: Any, worker: Any, drugs: Any) -> None:
    sale = visits.outpatient(hospital, worker, drugs)
    settled = hospital.told(sale)
    reply = hospital.ask(sale)
    assert reply.refusal == codes.ALREADY_SETTLED.code
    assert settled.setl_id in reply.err_msg


def test_a_charge_batch_is_uploaded_once(hospital: Any, visits: Any, worker: Any, drugs: Any) -> None:
    sale = visits.outpatient(hospital, worker, drugs)
    again = UploadFees(worker.psn_no, sale.mdtrt_id, "B1", drugs)
    assert hospital.ask(again).refusal == codes.LINES_SETTLED.code


def test_2207_sends_the_parts_of_2206_back_and_a_difference_is_refused(
    hospital: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    sale = visits.outpatient(hospital, worker, drugs)
    moved = msgspec.structs.replace(sale, inscp_scp_amt_fen=sale.inscp_scp_amt_fen + 1)
    reply = hospital.ask(moved)
    assert reply.refusal == codes.AMOUNT_MISMATCH.code
    was, now = (f"{fen / 100:.2f}" for fen in (moved.inscp_scp_amt_fen, sale.inscp_scp_amt_fen))
    assert f"符合政策范围inscp_scp_amt 上传 {was} 元, 现为 {now} 元" in reply.err_msg


def test_the_account_pays_only_when_it_is_to(pharmacy: Any, visits: Any, worker: Any, drugs: Any) -> None:
    amounts = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs, acct_used_flag="0")).amounts
    assert (amounts.acct_pay_fen, amounts.psn_cash_pay_fen, amounts.balc_fen) == (0, 7500, worker.balance_fen)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"psn_no": "3701009999999999"}, codes.NO_INSURED_PERSON),
        ({"psn_no": "nobody"}, codes.NO_INSURED_PERSON),
        ({"insutype": "390"}, codes.NO_INSURED_PERSON),
        ({"mdtrt_cert_type": "01"}, entitlement_codes.TOKEN_UNKNOWN),
        ({"mdtrt_cert_type": "09"}, codes.CREDENTIAL_NOT_SUPPORTED),
        ({"card_sn": "00"}, codes.CARD_UNKNOWN),
        ({"mdtrt_cert_no": "A00000000"}, codes.CARD_UNKNOWN),
        ({"mdtrt_cert_type": "02", "mdtrt_cert_no": "A00000000"}, codes.CARD_UNKNOWN),
        ({"certno": "370100190001010000"}, codes.NO_INSURED_PERSON),
        ({"psn_name": "某人"}, codes.NO_INSURED_PERSON),
        ({"psn_type": "9"}, codes.NO_INSURED_PERSON),
        ({"acct_used_flag": "2"}, entitlement_codes.NO_FAMILY_ACCOUNT),
        ({"med_type": "11"}, codes.NO_BENEFIT),
        ({"medfee_sumamt_fen": 0}, codes.AMOUNT_OUT_OF_RANGE),
        ({"medfee_sumamt_fen": -1}, codes.AMOUNT_OUT_OF_RANGE),
        ({"medfee_sumamt_fen": 10**15}, codes.AMOUNT_OUT_OF_RANGE),
        ({"medfee_sumamt_fen": 7501}, codes.AMOUNT_MISMATCH),
        ({"pin_block": b""}, codes.PIN_REQUIRED),
        ({"pin_block": bytes(16)}, codes.PIN_UNREADABLE),
    ],
)
def test_a_sale_that_cannot_be_is_refused_and_posts_nothing(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any, change: dict[str, Any], refusal: Refusal
) -> None:
    assert pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs, **change)).refusal == refusal.code
    assert host.store.audit_now().ledger == {}


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"pric_e6": -12_500_000}, codes.AMOUNT_OUT_OF_RANGE),
        ({"cnt_e4": 0}, codes.AMOUNT_OUT_OF_RANGE),
        ({"det_item_fee_sumamt_fen": 2502}, codes.LINE_ROUNDING),
        ({"det_item_fee_sumamt_fen": 2498}, codes.LINE_ROUNDING),
        ({"med_list_codg": "NONE"}, codes.UNKNOWN_ITEM),
    ],
)
def test_a_line_that_is_not_true_is_refused_by_its_number(
    pharmacy: Any, visits: Any, worker: Any, drugs: Any, change: dict[str, Any], refusal: Refusal
) -> None:
    lines = (drugs[0], msgspec.structs.replace(drugs[1], **change), drugs[2])
    sale = visits.drug_sale(pharmacy, worker, lines, medfee_sumamt_fen=7500)
    reply = pharmacy.ask(sale)
    assert reply.refusal == refusal.code
    assert "line 2" in reply.err_msg


def test_a_line_may_differ_from_price_times_count_by_one_fen(
    pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    """I8: refused where the difference is over 0.01."""
    lines = (msgspec.structs.replace(drugs[0], det_item_fee_sumamt_fen=2501),)
    assert pharmacy.told(visits.drug_sale(pharmacy, worker, lines)).amounts.medfee_sumamt_fen == 2501


def test_an_identity_card_is_a_credential_by_its_number(pharmacy: Any, visits: Any, worker: Any, drugs: Any) -> None:
    shown = {"mdtrt_cert_type": "02", "mdtrt_cert_no": worker.certno, "card_sn": ""}
    assert pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs, **shown)).approved


def test_a_hospital_settles_no_pharmacy_sale_by_its_med_type(
    hospital: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    sale = msgspec.structs.replace(visits.outpatient(hospital, worker, drugs), med_type="41")
    assert hospital.ask(sale).refusal == codes.NO_BENEFIT.code


def test_an_item_is_refused_on_a_day_on_which_it_does_not_stand(
    host: Any, pharmacy: Any, visits: Any, worker: Any, lines_of: Any
) -> None:
    items = host.world.catalogue("370100").items
    ended = next(
        item
        for item in items
        if item.to_day < 20261121 and not any(other.code == item.code and other.to_day > 20261121 for other in items)
    )
    sale = visits.drug_sale(pharmacy, worker, lines_of((ended.code, "1", 1)))
    assert pharmacy.ask(sale).refusal == catalogue_codes.ITEM_EXPIRED.code


@pytest.mark.rule("RC09")
def test_a_resident_cannot_pay_at_a_pharmacy(pharmacy: Any, visits: Any, resident: Any, drugs: Any) -> None:
    refusal = pharmacy.ask(visits.drug_sale(pharmacy, resident, drugs)).refusal
    assert refusal == codes.PHARMACY_NOT_ALLOWED.code


def test_a_resident_can_pay_at_a_hospital(hospital: Any, visits: Any, resident: Any, drugs: Any) -> None:
    assert hospital.told(visits.outpatient(hospital, resident, drugs)).setl_id


def test_a_hospital_makes_no_pharmacy_sale(hospital: Any, visits: Any, worker: Any, drugs: Any) -> None:
    assert hospital.ask(visits.drug_sale(hospital, worker, drugs)).refusal == codes.WRONG_KIND_OF_INSTITUTION.code


def test_a_pharmacy_registers_no_outpatient(pharmacy: Any, visits: Any, worker: Any) -> None:
    assert pharmacy.ask(visits.registration(worker)).refusal == codes.WRONG_KIND_OF_INSTITUTION.code


def test_a_visit_belongs_to_its_hospital(teller: Any, hospital: Any, visits: Any, worker: Any, drugs: Any) -> None:
    sale = visits.outpatient(hospital, worker, drugs)
    other = teller(institution_code("H", "370100", 2)).sign_in()
    assert other.ask(sale).refusal == codes.NOT_OWNER.code


@pytest.mark.rule("RB05")
def test_the_first_purchase_at_a_local_pharmacy_takes_the_citys_first_password_and_no_other(
    host: Any, engine_host: Any, a_teller: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    def bought(at: Any, password: str) -> str:
        return str(at.ask(visits.drug_sale(at, worker, drugs, pin_block=at.pin_block(worker, password))).refusal)

    assert bought(pharmacy, "123456") == codes.PIN_WRONG.code
    assert bought(pharmacy, "000000") == ""
    world = other_first_password(host.world, "222222")
    elsewhere = a_teller(engine_host(world), pharmacy.code).sign_in()
    assert bought(elsewhere, "000000") == codes.PIN_WRONG.code
    assert bought(elsewhere, "222222") == ""


def test_wrong_passwords_are_counted_down_to_the_lock_and_then_the_right_one_is_refused(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    tries = host.world.cities["370100"].local_password.tries_max
    wrong = pharmacy.pin_block(worker, "111111")
    said = [pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs, pin_block=wrong)) for _ in range(tries)]
    assert {reply.refusal for reply in said} == {codes.PIN_WRONG.code}
    assert said[-1].err_msg.endswith("0 left")
    assert pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs)).refusal == codes.PIN_LOCKED.code
    assert not host.broken_laws()


def test_a_right_password_restores_the_tries(host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any) -> None:
    wrong = pharmacy.pin_block(worker, "111111")
    pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs, pin_block=wrong))
    assert host.person(worker.psn_no).password_tries_left == worker.password_tries_left - 1
    pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs))
    assert host.person(worker.psn_no).password_tries_left == worker.password_tries_left


def test_a_repeat_of_a_wrong_password_counts_one_try(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    wrong = visits.drug_sale(pharmacy, worker, drugs, pin_block=pharmacy.pin_block(worker, "111111"))
    msgid = pharmacy.next_msgid()
    for _ in range(5):
        pharmacy.ask(wrong, msgid=msgid)
    assert host.person(worker.psn_no).password_tries_left == worker.password_tries_left - 1


def test_a_guest_pays_from_the_account_of_the_own_city_and_the_cities_owe_each_other(
    host: Any, pharmacy: Any, visits: Any, guest: Any, drugs: Any
) -> None:
    sale = visits.drug_sale(pharmacy, guest, drugs, chip_pin_verified=True, pin_block=b"")
    amounts = pharmacy.told(sale, insured=guest.city).amounts
    assert (amounts.fund_pay_sumamt_fen, amounts.acct_pay_fen) == (0, 7500)
    assert not host.broken_laws()


def test_a_guest_needs_the_pin_that_the_chip_checks(pharmacy: Any, visits: Any, guest: Any, drugs: Any) -> None:
    sale = visits.drug_sale(pharmacy, guest, drugs)
    assert pharmacy.ask(sale, insured=guest.city).refusal == codes.PIN_REQUIRED.code


def test_at_the_signed_door_the_institutions_word_covers_both_secrets(
    teller: Any, visits: Any, worker: Any, guest: Any, drugs: Any
) -> None:
    desk = teller(institution_code("P", "370100", 1), Door.HTTP).sign_in()
    assert desk.told(visits.drug_sale(desk, worker, drugs)).setl_id
    assert desk.told(visits.drug_sale(desk, guest, drugs), insured=guest.city).setl_id


def test_a_patient_is_named_at_the_signed_door_only(
    teller: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    desk = teller(institution_code("P", "370100", 2), Door.HTTP).sign_in()
    settled = desk.told(visits.drug_sale(desk, worker, drugs, certno=worker.certno, psn_type=worker.psn_type))
    assert settled.patient == Patient(worker.psn_name, worker.certno, worker.gend, worker.brdy, worker.psn_type)
    assert desk.told(RevokeDrugSale(settled.setl_id, settled.mdtrt_id, worker.psn_no)).patient is None
    assert pharmacy.told(visits.drug_sale(pharmacy, worker, drugs)).patient is None


def test_an_unfiled_guest_gets_nothing_from_the_pool(hospital: Any, visits: Any, guest: Any, drugs: Any) -> None:
    settled = hospital.told(visits.outpatient(hospital, guest, drugs, insured=guest.city), insured=guest.city)
    assert settled.amounts.fund_pay_sumamt_fen == 0


@pytest.mark.rule("RD22")
def test_nobody_from_jining_settles_elsewhere(host: Any, pharmacy: Any, visits: Any, drugs: Any) -> None:
    someone = next(host.people("370800", insutype="310"))
    sale = visits.drug_sale(pharmacy, someone, drugs, chip_pin_verified=True)
    assert pharmacy.ask(sale, insured="370800").refusal == codes.REMOTE_NOT_OFFERED.code


def test_only_pilot_institutions_serve_guests(host: Any, teller: Any, visits: Any, guest: Any, drugs: Any) -> None:
    rules = host.world.cities["370100"]
    assert rules.remote.pilots_only
    outside = teller(institution_code("P", "370100", rules.remote.pilot_serial_max + 1)).sign_in()
    sale = visits.drug_sale(outside, guest, drugs, chip_pin_verified=True)
    assert outside.ask(sale, insured=guest.city).refusal == codes.REMOTE_NOT_OFFERED.code


def test_the_annual_cap_is_never_exceeded(
    host: Any, hospital: Any, visits: Any, worker: Any, lines_of: Any, drugs: Any
) -> None:
    lines = lines_of((drugs[0].med_list_codg, "10", 2000))
    for _ in range(4):
        settled = hospital.told(visits.outpatient(hospital, worker, lines))
        host.now_ms += 1000
    assert settled.amounts.fund_pay_sumamt_fen == 0
    assert settled.setldetail == ()


def test_a_settled_batch_names_its_settlement(host: Any, hospital: Any, visits: Any, worker: Any, drugs: Any) -> None:
    sale = visits.outpatient(hospital, worker, drugs)
    settled = hospital.told(sale)
    key = (FeeBatch, (worker.city, worker.psn_no, sale.mdtrt_id, "B1"))
    assert host.store.load_now((key,)).get(FeeBatch, *key[1]).setl_id == settled.setl_id


def test_an_account_only_sale_counts_nothing_of_a_benefit(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))
    assert not any(isinstance(row, Accumulator) for row in host.store._rows.values())
