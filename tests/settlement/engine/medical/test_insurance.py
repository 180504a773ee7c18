"""A change of insurance, an allotment, a merging: what they do to accounts, and that they leave the card alone."""

from typing import Any

import msgspec
import pytest

from settlement.wire import codes, entitlement_codes, hospital_codes
from settlement.wire.insurance import Allot, ChangeInsurance, MergePersons
from settlement.wire.messages import Reverse, RevokeDrugSale, RevokeOutpatient
from settlement.wire.names import institution_code
from shuaka.compose import specimens

TO_RESIDENT = {"insutype": "390", "psn_type": "15"}
TO_EMPLOYEE = {"insutype": "310", "psn_type": "11"}


@pytest.mark.rule("RC10")
def test_an_employee_who_becomes_a_resident_has_the_account_sealed_until_the_way_back(
    host: Any, agency: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    sealed = agency().told(ChangeInsurance(worker.psn_no, **TO_RESIDENT))
    assert (sealed.account_status, sealed.balance_fen) == ("FROZEN", worker.balance_fen)
    assert pharmacy.told(visits.query(worker)).insuinfo[0].balc_fen == 0
    assert not host.broken_laws()
    opened = agency().told(ChangeInsurance(worker.psn_no, **TO_EMPLOYEE))
    assert (opened.account_status, opened.balance_fen) == ("OPEN", worker.balance_fen)
    assert pharmacy.told(visits.drug_sale(pharmacy, worker, drugs)).amounts.acct_pay_fen == 7500
    assert not host.broken_laws()


@pytest.mark.rule("RC08")
def test_no_debit_follows_a_sealing_in_the_same_batch_and_one_before_it_stands(
    host: Any, agency: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    sales = [pharmacy.request(visits.drug_sale(pharmacy, worker, drugs)) for _ in range(2)]
    bodies = [visits.drug_sale(pharmacy, worker, drugs) for _ in sales]
    change = ChangeInsurance(worker.psn_no, **TO_RESIDENT)
    office = agency()
    decided = host.decide(
        host.arrival(sales[0], bodies[0]),
        host.arrival(office.request(change), change, office.door),
        host.arrival(sales[1], bodies[1]),
    )
    assert [decision.reply.refusal for decision in decided] == ["", "", codes.NO_INSURED_PERSON.code]
    after = host.person(worker.psn_no)
    assert (after.balance_fen, after.account_status) == (worker.balance_fen - 7500, "FROZEN")
    assert not host.broken_laws()


@pytest.mark.rule("RC09")
def test_a_former_employee_is_refused_at_a_pharmacy_and_settled_at_a_hospital_without_the_account(
    host: Any, agency: Any, pharmacy: Any, hospital: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    agency().told(ChangeInsurance(worker.psn_no, **TO_RESIDENT))
    resident = host.person(worker.psn_no)
    refused = pharmacy.ask(visits.drug_sale(pharmacy, resident, drugs))
    assert refused.refusal == codes.PHARMACY_NOT_ALLOWED.code
    amounts = hospital.told(visits.outpatient(hospital, resident, drugs)).amounts
    assert (amounts.acct_pay_fen, amounts.balc_fen) == (0, 0)
    assert host.person(worker.psn_no).balance_fen == worker.balance_fen
    assert not host.broken_laws()


@pytest.mark.rule("RC11")
def test_a_change_of_insurance_changes_nothing_of_the_card(
    host: Any, agency: Any, pharmacy: Any, worker: Any, visits: Any, drugs: Any
) -> None:
    for change in (TO_RESIDENT, TO_EMPLOYEE):
        agency().told(ChangeInsurance(worker.psn_no, **change))
        now = host.person(worker.psn_no)
        assert now.insutype == change["insutype"]
        same = ("card_number", "card_id", "card_issue", "bank_card_no", "card_status", "card_status_ms")
        assert all(getattr(now, name) == getattr(worker, name) for name in same)
    assert pharmacy.told(visits.drug_sale(pharmacy, worker, drugs)).setl_id


@pytest.mark.rule("RC12")
def test_what_the_engine_says_of_the_insurance_counts_and_not_what_the_sender_thinks(
    agency: Any, pharmacy: Any, hospital: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    agency().told(ChangeInsurance(worker.psn_no, **TO_RESIDENT))
    assert pharmacy.told(visits.query(worker)).insuinfo[0].insutype == "390"
    stale = pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs, insutype="310"))
    assert stale.refusal == codes.NO_INSURED_PERSON.code
    assert "insured as 390" in stale.err_msg


def test_a_refund_into_an_account_that_was_sealed_meanwhile_is_sealed_as_well(
    host: Any, agency: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))
    agency().told(ChangeInsurance(worker.psn_no, **TO_RESIDENT))
    pharmacy.told(RevokeDrugSale(settled.setl_id, settled.mdtrt_id, worker.psn_no))
    assert host.person(worker.psn_no).balance_fen == worker.balance_fen
    assert not host.broken_laws()


@pytest.mark.rule("RC23")
def test_a_card_whose_person_is_not_insured_finds_nobody(agency: Any, pharmacy: Any, visits: Any, worker: Any) -> None:
    agency().told(ChangeInsurance(worker.psn_no, psn_insu_stas="0"))
    assert pharmacy.ask(visits.query(worker)).refusal == codes.NO_INSURED_PERSON.code


@pytest.mark.rule("RC18")
def test_an_allotment_is_paid_once_for_a_month_however_often_the_job_runs(host: Any, agency: Any, worker: Any) -> None:
    for month in ("202610", "202611", "202610", "202611"):
        agency().told(Allot(worker.psn_no, month, 12_345))
    assert host.person(worker.psn_no).balance_fen == worker.balance_fen + 2 * 12_345
    assert not host.broken_laws()


def test_another_amount_for_a_month_that_was_paid_is_refused(host: Any, agency: Any, worker: Any) -> None:
    agency().told(Allot(worker.psn_no, "202611", 12_345))
    reply = agency().ask(Allot(worker.psn_no, "202611", 12_346))
    assert reply.refusal == entitlement_codes.CHANGE_REFUSED.code
    assert "12345 fen were allotted" in reply.err_msg
    assert host.person(worker.psn_no).balance_fen == worker.balance_fen + 12_345


def test_a_resident_has_no_allotment(agency: Any, resident: Any) -> None:
    assert agency().ask(Allot(resident.psn_no, "202611", 1)).refusal == entitlement_codes.CHANGE_REFUSED.code


def two_of_one(host: Any, worker: Any) -> Any:
    """Have somebody stand in the register twice; return the other."""
    other = next(person for person in host.people(insutype="310") if person.psn_no != worker.psn_no)
    host.put(msgspec.structs.replace(worker, duplicate_of=other.psn_no))
    host.put(msgspec.structs.replace(other, duplicate_of=worker.psn_no))
    return other


@pytest.mark.rule("RC24")
def test_two_persons_with_one_identity_number_are_refused_until_merged_with_the_sum_of_their_balances(
    host: Any, agency: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    other = two_of_one(host, worker)
    sale = visits.drug_sale(pharmacy, worker, drugs)
    for asked in (visits.query(worker), sale):
        assert pharmacy.ask(asked).refusal == entitlement_codes.DUPLICATE_ID.code
    merged = agency().told(MergePersons(worker.psn_no, other.psn_no))
    assert merged.balance_fen == worker.balance_fen + other.balance_fen
    assert pharmacy.told(sale).setl_id
    assert pharmacy.ask(visits.query(other)).refusal == codes.NO_INSURED_PERSON.code
    assert not host.broken_laws()


def test_only_two_of_one_identity_number_can_be_merged(host: Any, agency: Any, worker: Any) -> None:
    other = next(person for person in host.people(insutype="310") if person.psn_no != worker.psn_no)
    for kept, gone in ((worker, other), (worker, worker)):
        asked = MergePersons(kept.psn_no, gone.psn_no)
        assert agency().ask(asked).refusal == entitlement_codes.CHANGE_REFUSED.code
    assert host.person(worker.psn_no).balance_fen == worker.balance_fen


@pytest.mark.parametrize("asked", [ChangeInsurance("3701009999999999"), Allot("3701009999999999", "202611", 1)])
def test_a_change_for_nobody_is_refused(agency: Any, asked: Any) -> None:
    assert agency().ask(asked).refusal == codes.NO_INSURED_PERSON.code


@pytest.mark.parametrize("asked", [ChangeInsurance("x"), Allot("x", "202611", 1), MergePersons("x", "y")])
def test_no_institution_may_change_anybodys_insurance(pharmacy: Any, asked: Any) -> None:
    assert pharmacy.ask(asked).refusal == codes.WRONG_DOOR.code


def test_two_institutions_may_use_one_msgid_for_what_an_account_gets_back_sealed(
    host: Any, agency: Any, pharmacy: Any, teller: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    other = teller(institution_code("P", "370100", 2)).sign_in()
    settled = [(till, till.told(visits.drug_sale(till, worker, drugs))) for till in (pharmacy, other)]
    agency().told(ChangeInsurance(worker.psn_no, **TO_RESIDENT))
    for till, sale in settled:
        till.told(RevokeDrugSale(sale.setl_id, sale.mdtrt_id, worker.psn_no), msgid="P37010000001202611211200000999")
    assert host.person(worker.psn_no).balance_fen == worker.balance_fen
    assert not host.broken_laws()


@pytest.fixture
def twins(host: Any, worker: Any) -> tuple[Any, Any]:
    """Two numbers of one identity number, which were not known to be that until now."""
    other = next(person for person in host.people(insutype="310", psn_type="11") if person.psn_no != worker.psn_no)
    both = tuple(msgspec.structs.replace(person, balance_fen=50_000) for person in (worker, other))
    for person in both:
        host.put(person)
    return both


def merge(host: Any, agency: Any, twins: tuple[Any, Any]) -> Any:
    for one, other in (twins, twins[::-1]):
        host.put(msgspec.structs.replace(host.person(one.psn_no), duplicate_of=other.psn_no))
    return agency().ask(MergePersons(twins[0].psn_no, twins[1].psn_no))


@pytest.mark.parametrize("how", ["revoked", "reversed"])
def test_what_a_merged_number_gets_back_is_the_kept_persons(
    host: Any, agency: Any, pharmacy: Any, visits: Any, drugs: Any, twins: Any, how: str
) -> None:
    kept, gone = twins
    sale = pharmacy.told(visits.drug_sale(pharmacy, gone, drugs))
    undo = RevokeDrugSale(sale.setl_id, sale.mdtrt_id, gone.psn_no)
    assert merge(host, agency, twins).approved
    said = pharmacy.told(undo if how == "revoked" else Reverse(gone.psn_no, sale.medins_setl_id, "2102"))
    assert (host.person(kept.psn_no).balance_fen, host.person(gone.psn_no).balance_fen) == (100_000, 0)
    assert how == "reversed" or said.amounts.balc_fen == 100_000
    assert not host.broken_laws()


def test_of_a_family_sale_that_two_merged_accounts_paid_the_kept_one_gets_both_parts(
    host: Any, agency: Any, pharmacy: Any, visits: Any, drugs: Any, twins: Any, bind: Any
) -> None:
    poor = next(person for person in host.people(insutype="310") if person.psn_no not in {one.psn_no for one in twins})
    poor = msgspec.structs.replace(poor, balance_fen=0)
    host.put(poor)
    for owner in twins:
        pharmacy.told(bind(poor, owner, 5_000))
    sale = pharmacy.told(visits.drug_sale(pharmacy, poor, drugs, acct_used_flag="2"))
    assert sale.amounts.acct_mulaid_pay_fen == 7_500
    assert merge(host, agency, twins).approved
    pharmacy.told(RevokeDrugSale(sale.setl_id, sale.mdtrt_id, poor.psn_no))
    assert [host.person(owner.psn_no).balance_fen for owner in twins] == [100_000, 0]
    assert not host.broken_laws()


def test_what_both_numbers_used_of_deductible_and_cap_counts_after_a_merging_and_an_undo_takes_it_off(
    host: Any, agency: Any, hospital: Any, visits: Any, lines_of: Any, drugs: Any, twins: Any
) -> None:
    kept, gone = twins
    bill = lines_of((drugs[0].med_list_codg, "10", 300))
    first = hospital.told(visits.outpatient(hospital, gone, bill))
    assert merge(host, agency, twins).approved
    second = hospital.told(visits.outpatient(hospital, host.person(kept.psn_no), bill))
    assert first.amounts.act_pay_dedc_fen > second.amounts.act_pay_dedc_fen == 0
    hospital.told(RevokeOutpatient(first.setl_id, first.mdtrt_id, gone.psn_no))
    third = hospital.told(visits.outpatient(hospital, host.person(kept.psn_no), bill))
    assert third.amounts.act_pay_dedc_fen == first.amounts.act_pay_dedc_fen
    assert not host.broken_laws()


def test_nobody_is_merged_in_the_middle_of_a_stay(host: Any, agency: Any, ward: Any, twins: Any) -> None:
    mdtrt_id = ward.admitted(twins[1])
    reply = merge(host, agency, twins)
    assert reply.refusal == hospital_codes.ALREADY_ADMITTED.code
    assert mdtrt_id in reply.err_msg


def test_what_was_used_before_the_ledger_began_counts_for_its_benefit_in_its_year(
    host: Any, hospital: Any, visits: Any, worker: Any, lines_of: Any, drugs: Any
) -> None:
    facts = {"fund_used_before_fen": 10**12, "fund_used_before_benefit": "employee-outpatient"}
    bill = lines_of((drugs[0].med_list_codg, "10", 300))

    def paid_fen(**said: Any) -> int:
        host.put(msgspec.structs.replace(host.person(worker.psn_no), **{**facts, **said}))
        return int(hospital.told(visits.outpatient(hospital, worker, bill)).amounts.fund_pay_sumamt_fen)

    assert paid_fen(fund_used_before_year=2026) == 0
    assert paid_fen(fund_used_before_year=2026, fund_used_before_benefit="employee-inpatient") > 0
    assert paid_fen(fund_used_before_year=2025) > 0


def test_a_specimen_whose_cap_is_used_up_has_used_it_in_the_year_of_the_first_touch(
    host: Any, hospital: Any, visits: Any, lines_of: Any, drugs: Any
) -> None:
    person = host.specimen(next(one for one in specimens() if one.name == "cap-reached"))
    bill = lines_of((drugs[0].med_list_codg, "10", 300))
    assert hospital.told(visits.outpatient(hospital, person, bill)).amounts.fund_pay_sumamt_fen == 0
    assert host.person(person.psn_no).fund_used_before_year == 2026
    host.now_ms += 60 * 24 * 3600 * 1000
    assert hospital.told(visits.outpatient(hospital, person, bill)).amounts.fund_pay_sumamt_fen > 0
