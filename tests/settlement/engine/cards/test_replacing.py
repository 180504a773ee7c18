"""Why a card may be replaced, by which bank, for which fee, and how soon the new one works."""

from datetime import datetime
from typing import Any

import pytest

from settlement.wire import codes, making_codes, service_codes
from settlement.wire.making import ApplyForCard, WithdrawApplication
from settlement.wire.messages import ReissueCard
from settlement.wire.names import CHINA
from settlement.wire.services import CancelCard, ChangeName, LoseCard, LoseCardFormally
from tests.settlement.engine.cards.conftest import JINAN, JINING, PHOTO, SICHUAN, WEIFANG, card_sn

DAY_MS = 24 * 3600 * 1000


@pytest.mark.rule("RA40")
@pytest.mark.parametrize("reason", ["EXPIRED", "DAMAGED", "DEFACED", "UNREADABLE"])
def test_each_reason_gives_a_new_card_and_kills_the_old_one(desk: Any, of: Any, visits: Any, reason: str) -> None:
    person = of(SICHUAN)
    assert desk.done(ReissueCard, person, reason=reason).card_issue == 2
    assert desk.teller(SICHUAN).ask(visits.query(person)).refusal == codes.CARD_SUPERSEDED.code


@pytest.mark.rule("RA38")
def test_a_card_is_renewed_in_its_last_sixty_days(desk: Any, of: Any) -> None:
    person = of(WEIFANG, card_generation=2)  # good to 2034-06-01
    sixty_days_before = datetime(2034, 4, 2, tzinfo=CHINA)
    desk.host.now_ms = int(sixty_days_before.timestamp() * 1000) - 1
    assert desk.refused(ReissueCard, person, reason="RENEWAL", channel="APP") == service_codes.STATE_FORBIDS.code
    desk.host.now_ms += 1
    assert desk.done(ReissueCard, person, reason="RENEWAL", channel="APP").card_issue == 2


@pytest.mark.rule("RA36")
def test_a_printed_validity_that_is_over_changes_nothing_in_jinan(
    desk: Any, of: Any, visits: Any, drugs: Any, debit_card: Any
) -> None:
    person, pharmacy = of(JINAN), desk.teller(JINAN)
    desk.host.now_ms += 12 * 365 * DAY_MS
    pharmacy.sign_in()
    assert pharmacy.ask(visits.drug_sale(pharmacy, person, drugs)).approved
    assert pharmacy.ask(visits.purchase(pharmacy, debit_card(person), 100)).approved


@pytest.mark.rule("RA42")
def test_a_name_is_changed_after_the_card_was_cancelled_and_before_it_is_made_anew(desk: Any, of: Any) -> None:
    person = of(JINAN)
    assert desk.refused(ChangeName, person, new_psn_name="新名") == service_codes.STATE_FORBIDS.code
    assert desk.refused(ReissueCard, person, reason="INFORMATION") == service_codes.STATE_FORBIDS.code
    desk.done(CancelCard, person, reason="INFORMATION")
    desk.done(ChangeName, person, new_psn_name="新名")
    renamed = desk.host.person(person.psn_no)
    assert renamed.psn_name == "新名"
    assert desk.done(ReissueCard, renamed, reason="INFORMATION").card_issue == 2


@pytest.mark.rule("RJ11")
def test_a_wrong_photo_is_cancelled_with_its_card_and_made_anew(desk: Any, of: Any) -> None:
    person = of(JINAN)
    assert desk.refused(ReissueCard, person, reason="PHOTO") == service_codes.STATE_FORBIDS.code
    desk.done(CancelCard, person, reason="INFORMATION")
    assert desk.done(ReissueCard, person, reason="PHOTO").card_issue == 2
    assert desk.host.person(person.psn_no).card_status == "NORMAL"


@pytest.mark.rule("RA44")
def test_jining_takes_30_yuan_for_loss_and_own_fault_into_the_banks_books(desk: Any, of: Any) -> None:
    person = of(JINING)
    for reason, fee_fen in (("LOST", 3000), ("OWN_FAULT", 3000), ("UNREADABLE", 0)):
        now, branch, lost = desk.host.person(person.psn_no), desk.teller(JINING, "B"), reason == "LOST"
        shown = "" if lost else card_sn(now)
        asked = ReissueCard(now.psn_no, now.certno, now.psn_name, shown, lost, reason=reason, channel="BANK")
        decision = desk.host.decide(desk.host.arrival(branch.request(asked), asked))[0]
        assert decision.reply.approved, decision.reply.err_msg
        fees = [one for one in decision.transfers if one.cause.startswith("CARD_FEE")]
        assert sum(one.amount_fen for one in fees) == fee_fen
        assert {(one.books, one.credit) for one in fees} <= {("BANK:370800", "BANK_INCOME:370800")}
        assert desk.host.person(person.psn_no).balance_fen == person.balance_fen
        desk.host.now_ms += DAY_MS
    assert not desk.host.broken_laws()


@pytest.mark.rule("RE04")
def test_only_the_bank_that_issued_a_card_replaces_it(desk: Any, of: Any) -> None:
    person, city = of(JINAN), desk.host.world.cities[JINAN]
    other = next(code for code in city.banks if code != city.bank.code)
    assert desk.refused(ReissueCard, person, bank_code=other) == service_codes.WRONG_BANK.code
    assert desk.done(ReissueCard, person, bank_code=city.bank.code).card_issue == 2


@pytest.mark.rule("RE05")
def test_another_bank_is_another_card(desk: Any, of: Any) -> None:
    person, city = of(WEIFANG), desk.host.world.cities[WEIFANG]
    other = next(code for code in city.banks if code != city.bank.code)
    how = {"reason": "CHANGE_BANK", "channel": "BANK"}
    assert desk.refused(ReissueCard, person, bank_code=city.bank.code, **how) == service_codes.WRONG_BANK.code
    assert desk.done(ReissueCard, person, bank_code=other, **how).card_issue == 2
    assert desk.host.account(person.psn_no).bank_code == other


@pytest.mark.rule("RE09")
def test_a_card_is_replaced_for_its_holder_in_person_alone(desk: Any, of: Any) -> None:
    person = of(JINAN)
    proxy = {"applicant": "PROXY", "agent_certno": "a document"}
    assert desk.refused(ReissueCard, person, **proxy) == service_codes.APPLICANT_NOT_ALLOWED.code
    assert desk.done(LoseCard, person, **proxy).card_status == "LOST_TEMP"


@pytest.mark.rule("RJ01")
def test_sichuan_replaces_a_lost_card_after_the_formal_loss_and_jinan_in_one_visit(desk: Any, of: Any) -> None:
    lost = {"lost": True, "card_sn": ""}
    sichuan, jinan = of(SICHUAN), of(JINAN)
    desk.done(LoseCard, sichuan)
    assert desk.refused(ReissueCard, sichuan, **lost) == service_codes.STATE_FORBIDS.code
    desk.done(LoseCardFormally, sichuan)
    assert desk.done(ReissueCard, sichuan, **lost).card_issue == 2
    assert desk.done(ReissueCard, jinan, **lost).card_issue == 2


@pytest.mark.rule("RJ02")
def test_a_card_is_replaced_while_its_holder_waits(desk: Any, of: Any, visits: Any) -> None:
    person, pharmacy = of(WEIFANG), desk.teller(WEIFANG)
    desk.done(ReissueCard, person, mode="INSTANT")
    assert pharmacy.ask(visits.query(person)).refusal == codes.CARD_SUPERSEDED.code
    assert pharmacy.ask(visits.query(desk.host.person(person.psn_no))).approved


def test_what_is_applied_for_on_line_is_sent_and_waits_to_be_enabled(desk: Any, of: Any) -> None:
    person = of(WEIFANG)
    desk.done(ReissueCard, person, mode="INSTANT", channel="APP")
    assert desk.host.person(person.psn_no).card_pending == 2


@pytest.mark.rule("RA46")
def test_a_stale_card_is_waste(desk: Any, of: Any, visits: Any, drugs: Any) -> None:
    person, pharmacy = of(JINAN), desk.teller(JINAN)
    for _ in range(2):
        desk.done(ReissueCard, desk.host.person(person.psn_no))
    for asked in (visits.query(person), visits.drug_sale(pharmacy, person, drugs)):
        assert pharmacy.ask(asked).refusal == codes.CARD_SUPERSEDED.code


@pytest.mark.rule("RD21")
def test_a_lost_card_of_a_city_where_insurance_ended_is_cancelled_and_not_replaced(desk: Any, of: Any) -> None:
    person = desk.holds(of(JINAN), psn_insu_stas="4")
    desk.done(LoseCardFormally, person)
    assert desk.refused(ReissueCard, person, lost=True, card_sn="") == service_codes.NOT_ENTITLED_HERE.code
    assert desk.done(CancelCard, person, reason="SURPLUS", card_sn="").card_status == "CANCELLED"


@pytest.mark.rule("RJ05")
def test_nobody_whose_card_a_batch_makes_is_given_another_before_that_is_withdrawn(desk: Any, of: Any) -> None:
    person = of(JINAN)
    desk.done(CancelCard, person, reason="OTHER")
    data = {"photo": PHOTO, "phone": "13", "address": "a street"}
    desk.done(ApplyForCard, person, psn_name=person.psn_name, bank_code="CCB", channel="BANK", **data)
    assert desk.refused(ReissueCard, person) == making_codes.APPLICATION_PENDING.code
    desk.done(WithdrawApplication, person, channel="BANK")
    assert desk.done(ReissueCard, person).card_issue == 2


@pytest.mark.rule("RA47")
def test_a_retired_cadre_is_issued_no_card(desk: Any, of: Any) -> None:
    cadre = desk.holds(of(JINAN), psn_type="13")
    for how in ({}, {"lost": True, "card_sn": ""}):
        assert desk.refused(ReissueCard, cadre, **how) == service_codes.NOT_ENTITLED_HERE.code
    assert desk.row(JINAN, cadre.psn_no).card_issue == 1


@pytest.mark.parametrize("status", ["NONE", "ALLOCATED", "AWAY"])
def test_a_first_card_is_applied_for_and_not_reissued(desk: Any, of: Any, status: str) -> None:
    person = desk.holds(of(JINAN), card_status=status)
    assert desk.refused(ReissueCard, person, lost=True, card_sn="") == service_codes.NO_CARD_HERE.code
