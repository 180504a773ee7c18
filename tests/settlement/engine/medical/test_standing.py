"""A gap in contributions, a sealed account, a terminal that is none of ours, a card that was not enabled."""

import itertools
from typing import Any

import msgspec
import pytest

from settlement.wire import codes, entitlement_codes, remote_codes, service_codes
from settlement.wire.insurance import ChangeInsurance, CheckBenefit
from settlement.wire.messages import PresettleDrugSale
from settlement.wire.names import institution_code, terminal_number
from settlement.wire.national_fields import CODES
from settlement.wire.services import LoseCard


def trial(sale: Any) -> PresettleDrugSale:
    return PresettleDrugSale(**{name: getattr(sale, name) for name in PresettleDrugSale.__struct_fields__})


def check(person: Any, med_type: str, **fields: str) -> CheckBenefit:
    return CheckBenefit(person.psn_no, fields.get("insutype", person.insutype), "", med_type)


@pytest.mark.rule("RA39")
def test_a_gap_in_contributions_leaves_card_and_account_good_and_stops_the_funds(
    host: Any, agency: Any, pharmacy: Any, hospital: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    sale = visits.outpatient(hospital, worker, drugs)
    agency().told(ChangeInsurance(worker.psn_no, psn_insu_stas="2"))
    assert host.person(worker.psn_no).card_status == "NORMAL"
    found = pharmacy.told(visits.query(worker)).insuinfo[0]
    assert (found.psn_insu_stas, found.balc_fen) == ("2", worker.balance_fen)
    assert pharmacy.told(visits.drug_sale(pharmacy, worker, drugs)).amounts.acct_pay_fen == 7500
    assert hospital.ask(sale).refusal == codes.INSURANCE_PAUSED.code
    assert hospital.ask(visits.registration(worker)).refusal == codes.INSURANCE_PAUSED.code
    fund, account = hospital.told(check(worker, "11")).trtinfo
    assert (fund.trt_enjymnt_flag, fund.trt_chk_rslt) == ("0", "psn_insu_stas 2")
    assert account.trt_enjymnt_flag == "1"


@pytest.mark.parametrize("stas", ["3", "4"])
def test_an_insurance_that_ended_is_refused_everywhere(
    agency: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any, stas: str
) -> None:
    agency().told(ChangeInsurance(worker.psn_no, psn_insu_stas=stas))
    for asked in (visits.query(worker), visits.drug_sale(pharmacy, worker, drugs)):
        assert pharmacy.ask(asked).refusal == codes.INSURANCE_PAUSED.code


def test_an_employee_whose_account_is_sealed_is_told_so_where_nothing_else_could_pay(
    host: Any, pharmacy: Any, hospital: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    host.put(msgspec.structs.replace(worker, account_status="FROZEN"))
    sale = visits.drug_sale(pharmacy, worker, drugs)
    assert pharmacy.ask(sale).refusal == entitlement_codes.ACCOUNT_SEALED.code
    assert pharmacy.told(msgspec.structs.replace(sale, acct_used_flag="0")).amounts.psn_cash_pay_fen == 7500
    amounts = hospital.told(visits.outpatient(hospital, worker, drugs)).amounts
    assert amounts.acct_pay_fen == 0
    assert host.person(worker.psn_no).balance_fen == worker.balance_fen
    assert not host.broken_laws()


@pytest.mark.rule("RC07")
@pytest.mark.parametrize("status", ["ISSUED_UNENABLED", "NONE"])
def test_who_has_no_enabled_card_is_shown_a_balance_of_0_and_the_ledger_keeps_it(
    host: Any, teller: Any, visits: Any, status: str
) -> None:
    """In Jining, where no first read enables a card."""
    counter = teller(institution_code("P", "370800", 1)).sign_in()
    holder = next(person for person in host.people("370800") if person.balance_fen)
    asked = visits.query(holder, mdtrt_cert_type="02", mdtrt_cert_no=holder.certno, card_sn="")
    by_card = visits.query(holder) if status == "ISSUED_UNENABLED" else asked
    host.put(msgspec.structs.replace(holder, card_status=status))
    assert [counter.told(query).insuinfo[0].balc_fen for query in (asked, by_card)] == [0, 0]
    assert host.person(holder.psn_no).balance_fen == holder.balance_fen
    host.put(msgspec.structs.replace(holder, card_status="NORMAL"))
    assert counter.told(visits.query(holder)).insuinfo[0].balc_fen == holder.balance_fen


def test_a_card_that_was_not_enabled_does_not_pay(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    host.put(msgspec.structs.replace(worker, card_status="ISSUED_UNENABLED"))
    refused = pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs))
    assert refused.refusal == service_codes.CARD_NOT_ENABLED.code


@pytest.mark.rule("RC19")
@pytest.mark.parametrize(("order", "refusals"), [("sale first", ["", ""]), ("loss first", ["", "E2002"])])
def test_of_a_debit_and_a_loss_the_order_of_the_ledger_decides(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any, order: str, refusals: list[str]
) -> None:
    sale = visits.drug_sale(pharmacy, worker, drugs)
    loss = LoseCard(psn_no=worker.psn_no, channel="PHONE", certno=worker.certno)
    asked = [sale, loss] if order == "sale first" else [loss, sale]
    decided = host.decide(*(host.arrival(pharmacy.outlet(body).request(body), body) for body in asked))
    assert [decision.reply.refusal for decision in decided] == refusals
    paid_fen = worker.balance_fen - host.person(worker.psn_no).balance_fen
    assert paid_fen == (7500 if order == "sale first" else 0)
    assert pharmacy.ask(visits.drug_sale(pharmacy, worker, drugs)).refusal == service_codes.CARD_LOST.code
    assert host.person(worker.psn_no).balance_fen == worker.balance_fen - paid_fen


def test_somebody_filed_elsewhere_is_refused_at_a_local_pharmacy_until_the_filing_ends(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    sale = trial(visits.drug_sale(pharmacy, worker, drugs))
    host.put(msgspec.structs.replace(worker, filed_to="379900"))
    assert pharmacy.ask(sale).refusal == remote_codes.REMOTE_FILED_PERSON.code
    host.put(worker)
    assert pharmacy.told(sale).amounts.acct_pay_fen == 7500


@pytest.mark.rule("RC01")
@pytest.mark.rule("RC04")
def test_a_bank_pos_takes_bank_cards_and_nothing_of_the_medical_account(
    host: Any, teller: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any, card: Any
) -> None:
    counter = teller(institution_code("P", "370100", 1))
    counter.dev_no = terminal_number(counter.code, 99)
    counter.sign_in()
    for asked in (visits.query(worker), visits.drug_sale(counter, worker, drugs)):
        assert counter.ask(asked).refusal == entitlement_codes.TERMINAL_NOT_SOCIAL.code
    assert counter.told(visits.purchase(counter, card, 7500)).response_code == "00"
    assert host.person(worker.psn_no).balance_fen == worker.balance_fen
    assert pharmacy.told(visits.drug_sale(pharmacy, worker, drugs)).amounts.acct_pay_fen == 7500


@pytest.mark.parametrize("serial", [1, 2, 600])
def test_the_same_card_is_read_at_any_institution_of_the_city(
    teller: Any, visits: Any, worker: Any, serial: int
) -> None:
    anywhere = teller(institution_code("P", "370100", serial)).sign_in()
    assert anywhere.told(visits.query(worker)).psn_no == worker.psn_no


def test_who_is_not_designated_cannot_debit_the_medical_account(teller: Any) -> None:
    shop = teller(institution_code("P", "370100", 99_999))
    with pytest.raises(AssertionError, match=codes.UNKNOWN_INSTITUTION.code):
        shop.sign_in()


@pytest.mark.rule("RC05")
def test_the_balance_of_a_slip_is_that_of_the_ledger_after_posting(
    host: Any, pharmacy: Any, hospital: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    for teller, sale in (
        (pharmacy, visits.drug_sale(pharmacy, worker, drugs)),
        (hospital, visits.outpatient(hospital, worker, drugs)),
    ):
        balance_fen = teller.told(sale).amounts.balc_fen
        assert balance_fen == host.person(worker.psn_no).balance_fen < worker.balance_fen


@pytest.mark.rule("RC16")
def test_every_refusal_carries_a_reference_by_which_support_finds_it(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    host._nonces = itertools.count(1 << 64, 1 << 64)  # chance, as an engine draws it
    sale = visits.drug_sale(pharmacy, worker, drugs)
    asked = (
        visits.query(worker, psn_name="某人"),
        msgspec.structs.replace(sale, pin_block=b""),
        msgspec.structs.replace(sale, medfee_sumamt_fen=1),
        msgspec.structs.replace(sale, mdtrt_cert_type="99"),
    )
    references = {reply.inf_refmsgid for reply in map(pharmacy.ask, asked) if not reply.approved}
    assert len(references) == len(asked)
    assert all(len(reference) == 30 and reference.startswith("370100") for reference in references)


def test_a_benefit_check_names_the_fund_and_the_account(hospital: Any, worker: Any) -> None:
    fund, account = hospital.told(check(worker, "11")).trtinfo
    assert (fund.fund_pay_type, fund.trt_enjymnt_flag, fund.trt_chk_rslt) == ("310102", "1", "")
    assert fund.trt_chk_type in CODES["trt_chk_type"].codes
    assert (account.fund_pay_type, account.trt_enjymnt_flag) == ("310200", "1")


def test_a_benefit_check_of_a_resident_at_a_pharmacy_finds_nothing_that_pays(pharmacy: Any, resident: Any) -> None:
    (account,) = pharmacy.told(check(resident, "41")).trtinfo
    assert account.trt_enjymnt_flag == "0"
    assert account.trt_chk_rslt


def test_a_benefit_check_for_another_insurance_than_the_persons_is_refused(hospital: Any, worker: Any) -> None:
    assert hospital.ask(check(worker, "11", insutype="390")).refusal == codes.NO_INSURED_PERSON.code
