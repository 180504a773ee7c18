"""Filings for treatment elsewhere, and the routes that they open: at a desk, from the agency to the till."""

from typing import Any

import msgspec
import pytest

from settlement.engine.clearing.filings import DAY_MS
from settlement.engine.ledger.filings import LONG_TERM, REFERRED, TEMPORARY, Filing
from settlement.engine.ledger.state import Person
from settlement.stores.store import Changes
from settlement.wire import codes, remote_codes
from settlement.wire.clearing import FileElsewhere, WithdrawFiling
from settlement.wire.messages import PresettleDrugSale
from settlement.wire.names import institution_code

JINAN, WEIFANG, SAMPLE = "370100", "370700", "379900"
LAG_DAYS = 7
BILL = ("10", 200)
"""Two thousand yuan of one item: past every deductible of a first level."""


@pytest.fixture
def lines(lines_of: Any, drugs: Any) -> Any:
    return lines_of((drugs[0].med_list_codg, *BILL))


@pytest.fixture
def filed(agency: Any, host: Any, guest: Any) -> Any:
    """File the guest for Jinan, and wait for the batch."""

    def file(kind: str = LONG_TERM, months: int = 0) -> Any:
        told = agency(SAMPLE).told(FileElsewhere(guest.psn_no, "370100", kind, months))
        host.now_ms += LAG_DAYS * DAY_MS
        return told

    return file


def outpatient(hospital: Any, visits: Any, guest: Any, lines: Any) -> Any:
    return hospital.told(visits.outpatient(hospital, guest, lines, insured=SAMPLE), insured=SAMPLE).amounts


def test_the_filed_are_paid_by_the_fund_as_their_own_policy_has_it_at_home(
    host: Any, hospital: Any, visits: Any, guest: Any, filed: Any, lines: Any
) -> None:
    filed()
    amounts = outpatient(hospital, visits, guest, lines)
    policy = host.world.policy(SAMPLE)
    local = policy.benefit(insutype="310", psn_type="11", med_type="11", level=1, route="local", day=20261201)
    assert amounts.act_pay_dedc_fen == local.deductible_fen
    assert amounts.pool_prop_selfpay_e4 == local.tiers[0].ratio_e4
    assert amounts.fund_pay_sumamt_fen > 0
    assert not host.broken_laws()


@pytest.mark.rule("RD02")
def test_jinans_unfiled_spend_their_account_alone_at_pilots_by_a_card_with_its_pin_and_the_filed_have_the_fund(
    host: Any, agency: Any, teller: Any, visits: Any, lines: Any, drugs: Any
) -> None:
    unfiled = next(one for one in host.people(insutype="310", card_generation=2) if one.balance_fen > 250_000)
    hospital = teller(institution_code("H", WEIFANG, 1)).sign_in()

    beyond = host.world.cities[WEIFANG].remote.pilot_serial_max + 1
    pilot, other = (teller(institution_code("P", WEIFANG, serial)).sign_in() for serial in (1, beyond))

    def bought(till: Any, person: Any = unfiled, **fields: Any) -> Any:
        sale = visits.drug_sale(till, person, drugs, pin_block=b"", **{"chip_pin_verified": True} | fields)
        return till.ask(sale, insured=JINAN).refusal

    def treated(person: Any) -> Any:
        asked = visits.outpatient(hospital, person, lines, insured=JINAN)
        return hospital.told(asked, insured=JINAN).amounts

    paid = treated(unfiled)
    assert (paid.fund_pay_sumamt_fen, paid.acct_pay_fen) == (0, paid.medfee_sumamt_fen)
    assert bought(pilot) == ""
    assert bought(other) == codes.REMOTE_NOT_OFFERED.code
    assert bought(pilot, chip_pin_verified=False) == codes.PIN_REQUIRED.code
    old = next(host.people(insutype="310", card_generation=1))
    assert bought(pilot, old) == codes.CARD_GENERATION_NOT_REMOTE.code
    agency(JINAN).told(FileElsewhere(unfiled.psn_no, WEIFANG, LONG_TERM, 0))
    host.now_ms += LAG_DAYS * DAY_MS
    filed = treated(host.person(unfiled.psn_no))
    home = host.world.policy(JINAN)
    at_home = home.benefit(
        insutype="310", psn_type=unfiled.psn_type, med_type="11", level=1, route="local", day=20261201
    )
    assert filed.fund_pay_sumamt_fen > 0
    assert (filed.act_pay_dedc_fen, filed.pool_prop_selfpay_e4) == (at_home.deductible_fen, at_home.tiers[0].ratio_e4)
    assert not host.broken_laws()


def test_the_unfiled_pay_at_pilots_only_and_the_filed_anywhere(
    host: Any, teller: Any, visits: Any, guest: Any, filed: Any, drugs: Any
) -> None:
    beyond = host.world.cities["370100"].remote.pilot_serial_max + 1
    outside = teller(institution_code("P", "370100", beyond)).sign_in()
    sale = visits.drug_sale(outside, guest, drugs, chip_pin_verified=True)
    assert outside.ask(sale, insured=SAMPLE).refusal == codes.REMOTE_NOT_OFFERED.code
    filed()
    assert outside.ask(sale, insured=SAMPLE).approved


def test_an_emergency_counts_as_filed_at_any_hospital(
    host: Any, teller: Any, visits: Any, guest: Any, lines: Any
) -> None:
    beyond = host.world.cities["370100"].institutions.hospitals[0]
    ward = teller(institution_code("H", "370100", beyond)).sign_in()
    sale = visits.outpatient(ward, guest, lines, insured=SAMPLE)
    emergency = msgspec.structs.replace(sale, med_type="13")
    assert ward.told(emergency, insured=SAMPLE).amounts.fund_pay_sumamt_fen > 0
    assert not host.broken_laws()


def test_a_referral_costs_ten_points_of_the_ratio(
    hospital: Any, visits: Any, guest: Any, filed: Any, lines: Any
) -> None:
    filed(REFERRED)
    referred = outpatient(hospital, visits, guest, lines)
    assert referred.pool_prop_selfpay_e4 == 7500 - 1000


@pytest.mark.rule("RD01")
def test_a_filing_is_enabled_by_the_batch_and_not_before(
    host: Any, agency: Any, pharmacy: Any, visits: Any, guest: Any, drugs: Any
) -> None:
    agency(SAMPLE).told(FileElsewhere(guest.psn_no, "370100"))
    sale = visits.drug_sale(pharmacy, guest, drugs, chip_pin_verified=True)
    host.now_ms += (LAG_DAYS - 1) * DAY_MS
    early = pharmacy.ask(sale, insured=SAMPLE)
    assert early.refusal == remote_codes.REMOTE_NOT_ENABLED.code
    assert "2026-11-28" in early.err_msg
    host.now_ms += DAY_MS
    assert pharmacy.ask(sale, insured=SAMPLE).approved


def test_the_lag_of_the_batch_is_the_citys(host: Any, agency: Any) -> None:
    chengdu = next(host.people("510100"))
    told = agency("510100").told(FileElsewhere(chengdu.psn_no, "370100"))
    assert told.enabled_time.startswith("2026-11-21")


def test_a_temporary_filing_holds_for_its_months_and_for_six_at_least(
    host: Any, agency: Any, guest: Any, filed: Any
) -> None:
    short = agency(SAMPLE).ask(FileElsewhere(guest.psn_no, "370100", TEMPORARY, 5))
    assert short.refusal == remote_codes.FILING_REFUSED.code
    assert filed(TEMPORARY, 6).end_time == "2027-05-21 12:00:00"


@pytest.mark.parametrize(
    ("day", "months", "ends"), [(21, 6, "2027-05-21"), (31, 6, "2027-06-30"), (31, 14, "2028-02-29")]
)
def test_the_end_of_a_month_is_never_overrun(
    host: Any, agency: Any, guest: Any, day: int, months: int, ends: str
) -> None:
    host.now_ms += (day - 21) * DAY_MS if day == 21 else 40 * DAY_MS  # 31 December
    told = agency(SAMPLE).told(FileElsewhere(guest.psn_no, "370100", TEMPORARY, months))
    assert told.end_time.startswith(ends)


def test_a_filing_that_ended_is_none(host: Any, hospital: Any, visits: Any, guest: Any, filed: Any, lines: Any) -> None:
    filed(TEMPORARY, 6)
    host.now_ms += 200 * DAY_MS
    assert outpatient(hospital, visits, guest, lines).fund_pay_sumamt_fen == 0


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"place": SAMPLE}, remote_codes.FILING_REFUSED),
        ({"place": "999999"}, codes.UNKNOWN_CITY),
        ({"months": 6}, remote_codes.FILING_REFUSED),
        ({"psn_no": "nobody"}, codes.NO_INSURED_PERSON),
    ],
)
def test_a_filing_that_cannot_be_is_refused(agency: Any, guest: Any, asked: Any, refusal: Any) -> None:
    filing = msgspec.structs.replace(FileElsewhere(guest.psn_no, "370100"), **asked)
    assert agency(SAMPLE).ask(filing).refusal == refusal.code


@pytest.mark.rule("RC13")
def test_somebody_filed_elsewhere_is_no_local_at_a_pharmacy_until_the_filing_is_withdrawn(
    agency: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    sale = visits.drug_sale(pharmacy, worker, drugs)
    trial = PresettleDrugSale(*(getattr(sale, name) for name in PresettleDrugSale.__struct_fields__))
    agency().told(FileElsewhere(worker.psn_no, SAMPLE))
    assert pharmacy.ask(trial).refusal == remote_codes.REMOTE_FILED_PERSON.code
    assert pharmacy.ask(sale).refusal == remote_codes.REMOTE_FILED_PERSON.code
    agency().told(WithdrawFiling(worker.psn_no))
    assert pharmacy.ask(trial).approved
    assert pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs)).approved


def test_whether_a_local_pharmacy_refuses_them_is_the_citys(
    host: Any, agency: Any, teller: Any, visits: Any, drugs: Any
) -> None:
    someone = next(host.people("370800", insutype="310"))
    shop = teller(institution_code("P", "370800", 1)).sign_in()
    agency("370800").told(FileElsewhere(someone.psn_no, "370100"))
    assert shop.ask(visits.drug_sale(shop, someone, drugs)).approved


def test_somebody_filed_elsewhere_is_treated_at_a_hospital_at_home(
    agency: Any, hospital: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    agency().told(FileElsewhere(worker.psn_no, SAMPLE))
    assert hospital.told(visits.outpatient(hospital, worker, drugs)).setl_id


def test_a_referral_leaves_people_locals_at_home(
    agency: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    agency().told(FileElsewhere(worker.psn_no, SAMPLE, REFERRED))
    assert pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs)).approved


def test_a_temporary_filing_that_ended_no_longer_keeps_people_out(
    host: Any, agency: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    agency().told(FileElsewhere(worker.psn_no, SAMPLE, TEMPORARY, 6))
    host.now_ms += 200 * DAY_MS
    assert pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs)).approved


def test_nothing_is_withdrawn_twice(agency: Any, worker: Any) -> None:
    agency().told(FileElsewhere(worker.psn_no, SAMPLE))
    agency().told(WithdrawFiling(worker.psn_no))
    assert agency().ask(WithdrawFiling(worker.psn_no)).refusal == remote_codes.FILING_REFUSED.code


def test_no_institution_files_anybody(pharmacy: Any, worker: Any) -> None:
    assert pharmacy.ask(FileElsewhere(worker.psn_no, SAMPLE)).refusal == codes.WRONG_DOOR.code


@pytest.mark.rule("RD19")
@pytest.mark.parametrize("generation", [0, 1])
def test_a_magnetic_or_first_card_pays_at_home_and_nowhere_else(
    host: Any, pharmacy: Any, teller: Any, visits: Any, worker: Any, drugs: Any, generation: int
) -> None:
    old = msgspec.structs.replace(worker, card_generation=generation)
    host.store.save_now(Changes((old,), ()))
    assert pharmacy.ask(visits.drug_sale(pharmacy, old, drugs)).approved
    away = teller(institution_code("P", SAMPLE, 1)).sign_in()
    sale = visits.drug_sale(away, old, drugs, chip_pin_verified=True)
    assert away.ask(sale, insured="370100").refusal == codes.CARD_GENERATION_NOT_REMOTE.code


def test_one_remote_pin_is_good_in_every_city_of_the_province_that_offers_it(
    host: Any, teller: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    province = [city for city in host.world.cities.values() if city.province == "37" and city.remote.offered]
    elsewhere = [city.code for city in province if city.code != worker.city]
    assert len(elsewhere) > 1
    for city in elsewhere:
        till = teller(institution_code("P", city, 1)).sign_in()
        sale = visits.drug_sale(till, worker, drugs, chip_pin_verified=True, pin_block=b"")
        assert till.ask(sale, insured=worker.city).approved
        unproven = visits.drug_sale(till, worker, drugs, pin_block=b"")
        assert till.ask(unproven, insured=worker.city).refusal == codes.PIN_REQUIRED.code


@pytest.mark.rule("RD22")
@pytest.mark.parametrize(("home", "there"), [("370800", "370100"), ("370100", "370800")])
def test_jining_is_part_of_no_remote_route_filed_or_not(
    host: Any, agency: Any, teller: Any, visits: Any, drugs: Any, home: str, there: str
) -> None:
    someone = next(host.people(home, insutype="310"))
    till = teller(institution_code("P", there, 1)).sign_in()
    sale = visits.drug_sale(till, someone, drugs, chip_pin_verified=True)
    assert till.ask(sale, insured=home).refusal == codes.REMOTE_NOT_OFFERED.code
    agency(home).told(FileElsewhere(someone.psn_no, there))
    host.now_ms += LAG_DAYS * DAY_MS
    assert till.ask(sale, insured=home).refusal == codes.REMOTE_NOT_OFFERED.code


def test_nobody_is_treated_in_another_province(host: Any, teller: Any, visits: Any, worker: Any, drugs: Any) -> None:
    chengdu = teller(institution_code("P", "510100", 1)).sign_in()
    sale = visits.drug_sale(chengdu, worker, drugs, chip_pin_verified=True)
    reply = chengdu.ask(sale, insured=worker.city)
    assert reply.refusal == codes.REMOTE_NOT_OFFERED.code
    assert "province" in reply.err_msg


def test_a_local_sale_loads_no_filing(
    host: Any, agency: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    asked = []
    loading = host.store.load_now
    host.store.load_now = lambda keys: asked.extend(keys) or loading(keys)
    pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))
    assert Person in {table for table, _ in asked}
    assert Filing not in {table for table, _ in asked}
