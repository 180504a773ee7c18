"""A change of insurance, an allotment, a merging: what they do to accounts, and that they leave the card alone."""

from typing import Any

import msgspec
import pytest

from settlement.wire import codes, entitlement_codes
from settlement.wire.insurance import Allot, ChangeInsurance, MergePersons
from settlement.wire.messages import RevokeDrugSale

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
    assert host.person(worker.psn_no).balance_fen == worker.balance_fen - 7500
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
