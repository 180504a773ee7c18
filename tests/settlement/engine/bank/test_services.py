"""The services of the bank zone: who is served, where, and what comes of it."""

from typing import Any

import pytest

from settlement.engine.ledger import bank_zone
from settlement.wire import bank_codes, codes
from settlement.wire.bank_services import OrderBank

YEARS_MS = 5 * 365 * 24 * 3_600_000


@pytest.fixture
def waiting(worker: Any, keep: Any) -> Any:
    """The worker, whose account was never activated."""
    keep(worker, status=bank_zone.UNACTIVATED)
    return worker


@pytest.mark.rule("RA09")
def test_the_cards_own_bank_activates_it_in_person_at_any_branch_of_the_country(
    host: Any, pharmacy: Any, waiting: Any, keep: Any, at_bank: Any, bank_asked: Any
) -> None:
    for said, refused in (
        ({"bank_code": "ICBC"}, bank_codes.BANK_WRONG_BRANCH),
        ({"channel": "APP"}, bank_codes.BANK_IN_PERSON),
        ({"channel": "PHONE"}, bank_codes.BANK_IN_PERSON),
        ({"certno": ""}, bank_codes.BANK_IN_PERSON),
        ({"card_sn": ""}, bank_codes.BANK_IN_PERSON),
        ({"applicant": "PROXY"}, bank_codes.BANK_IN_PERSON),
    ):
        assert bank_asked(pharmacy, waiting, "ActivateBank", **said).refusal == refused.code, said
        assert host.account(waiting.psn_no).status == bank_zone.UNACTIVATED
    for branch in ("", "510100", "110000"):
        keep(waiting, status=bank_zone.UNACTIVATED)
        done = at_bank(pharmacy, waiting, "ActivateBank", branch_admvs=branch)
        assert (done.status, done.bank_code) == (bank_zone.ACTIVE, "CCB")
        assert host.account(waiting.psn_no).status == bank_zone.ACTIVE


@pytest.mark.rule("RA10")
def test_an_activation_that_waited_for_years_is_done_as_on_the_first_day(
    host: Any, teller: Any, pharmacy: Any, waiting: Any, at_bank: Any
) -> None:
    host.now_ms += YEARS_MS
    later = teller(pharmacy.code).sign_in()
    assert at_bank(later, waiting, "ActivateBank").status == bank_zone.ACTIVE


def test_what_is_active_is_not_activated_again(pharmacy: Any, worker: Any, bank_asked: Any) -> None:
    assert bank_asked(pharmacy, worker, "ActivateBank").refusal == bank_codes.BANK_NOTHING_TO_DO.code


@pytest.mark.rule("RA15")
def test_a_frozen_account_stops_the_bank_debit_alone_until_the_bank_releases_it(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any, keep: Any, at_bank: Any, bank_asked: Any,
    refusal: Any, drugs: Any,
) -> None:  # fmt: skip
    keep(worker, status=bank_zone.FROZEN)
    assert refusal(pharmacy.ask(visits.purchase(pharmacy, card, 100))) == (bank_codes.BANK_FROZEN.code, "57")
    assert pharmacy.told(visits.drug_sale(pharmacy, worker, drugs)).amounts.acct_pay_fen > 0
    for missing in ({"channel": "APP"}, {"certno": ""}, {"card_sn": ""}):
        asked = bank_asked(pharmacy, worker, "ReleaseBank", **missing)
        assert asked.refusal == bank_codes.BANK_IN_PERSON.code, missing
    assert at_bank(pharmacy, worker, "ReleaseBank").status == bank_zone.ACTIVE
    pharmacy.told(visits.purchase(pharmacy, card, 100))
    assert not host.broken_laws()


@pytest.mark.rule("RE03")
def test_a_bank_loss_is_reported_to_the_bank_and_the_social_zone_stays(
    host: Any, pharmacy: Any, worker: Any, at_bank: Any
) -> None:
    lost = at_bank(pharmacy, worker, "ReportBankLoss", channel="PHONE", card_sn="")
    assert lost.status == bank_zone.LOST
    assert host.person(worker.psn_no).card_status == "NORMAL"
    assert at_bank(pharmacy, worker, "ReleaseBank").status == bank_zone.ACTIVE
    assert at_bank(pharmacy, worker, "ReportBankLoss", stolen=True).status == bank_zone.STOLEN


def test_complete_information_frees_the_account(pharmacy: Any, worker: Any, keep: Any, at_bank: Any) -> None:
    keep(worker, status=bank_zone.KYC_INCOMPLETE)
    assert at_bank(pharmacy, worker, "CompleteInformation").status == bank_zone.ACTIVE


@pytest.mark.rule("RA25")
def test_the_social_function_is_cancelled_first_and_then_the_account(
    host: Any, pharmacy: Any, worker: Any, keep_person: Any, at_bank: Any, bank_asked: Any
) -> None:
    assert bank_asked(pharmacy, worker, "CloseBank").refusal == bank_codes.BANK_SOCIAL_FIRST.code
    keep_person(worker, card_status="CANCELLED")
    closed = at_bank(pharmacy, worker, "CloseBank")
    assert (closed.status, closed.paid_out_fen) == (bank_zone.CLOSED, 2_000_000)
    assert host.account(worker.psn_no).balance_fen == 0


@pytest.mark.rule("RA27")
def test_a_locked_pin_keeps_nobody_from_closing(
    pharmacy: Any, worker: Any, keep: Any, keep_person: Any, at_bank: Any
) -> None:
    keep(worker, pin_tries_left=0)
    keep_person(worker, card_status="CANCELLED")
    assert at_bank(pharmacy, worker, "CloseBank").status == bank_zone.CLOSED


@pytest.mark.rule("RA28")
def test_a_national_bank_closes_anywhere_and_a_local_one_at_home(
    host: Any, pharmacy: Any, worker: Any, hand_out: Any, keep_person: Any, at_bank: Any, bank_asked: Any
) -> None:
    keep_person(worker, card_status="CANCELLED")
    hand_out(worker, "QLB")
    far = {"bank_code": "QLB", "branch_admvs": "510100"}
    assert bank_asked(pharmacy, worker, "CloseBank", **far).refusal == bank_codes.BANK_CLOSE_AT_HOME.code
    hand_out(worker, "CCB")
    assert at_bank(pharmacy, worker, "CloseBank", branch_admvs="510100").status == bank_zone.CLOSED


def test_a_wrong_old_pin_counts_and_changes_nothing(host: Any, pharmacy: Any, worker: Any, bank_asked: Any) -> None:
    before = host.account(worker.psn_no)
    reply = bank_asked(pharmacy, worker, "ChangeBankPin", pins=("999999", "246802"))
    after = host.account(worker.psn_no)
    assert reply.refusal == codes.BANK_PIN_WRONG.code
    assert (after.pin_tries_left, after.pin_check) == (before.pin_tries_left - 1, before.pin_check)


@pytest.mark.rule("RE01")
def test_an_agency_pays_in_and_collects_and_the_books_balance(host: Any, worker: Any, agency: Any) -> None:
    agency(OrderBank(worker.psn_no, "PAY", 500))
    agency(OrderBank(worker.psn_no, "COLLECT", 200))
    assert host.account(worker.psn_no).balance_fen == 2_000_300
    assert agency(OrderBank(worker.psn_no, "COLLECT", 2_000_301)).refusal == codes.BANK_INSUFFICIENT_FUNDS.code
    assert not host.broken_laws()


def test_a_closed_account_takes_no_order(host: Any, worker: Any, keep: Any, agency: Any) -> None:
    keep(worker, status=bank_zone.CLOSED)
    assert agency(OrderBank(worker.psn_no, "PAY", 500)).refusal == bank_codes.BANK_CLOSED.code


def test_closing_pays_out_and_the_books_balance(
    host: Any, pharmacy: Any, visits: Any, worker: Any, drugs: Any, keep_person: Any, at_bank: Any
) -> None:
    pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))
    keep_person(host.person(worker.psn_no), card_status="CANCELLED")
    at_bank(pharmacy, worker, "CloseBank")
    assert host.account(worker.psn_no).balance_fen == 0
    assert not host.broken_laws()
