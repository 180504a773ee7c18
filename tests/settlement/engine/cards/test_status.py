"""What somebody with a card in the hand is told: whether it is good, and what to do with it."""

from typing import Any

import pytest

from settlement.wire import codes
from settlement.wire.insurance import ChangeInsurance
from settlement.wire.messages import ReissueCard
from settlement.wire.services import CancelCard, ChangePhone, LoseCard, QueryCard
from tests.settlement.engine.cards.conftest import JINAN, JINING, SICHUAN, WEIFANG, card_sn


@pytest.mark.rule("RJ22")
def test_of_several_cards_each_is_told_apart_by_its_number(desk: Any, of: Any) -> None:
    person = of(JINAN)
    desk.done(ReissueCard, person)
    renewed = desk.host.person(person.psn_no)
    told = {
        card_sn(card): desk.done(QueryCard, person, card_sn=card_sn(card)).card_status for card in (person, renewed)
    }
    assert list(told.values()) == ["SUPERSEDED", "NORMAL"]
    assert desk.refused(QueryCard, person, card_sn="00" * 16) == codes.CARD_UNKNOWN.code


@pytest.mark.rule("RD16")
@pytest.mark.parametrize(
    ("status", "moved_to", "advice"),
    [
        ("NORMAL", "", ""),
        ("NORMAL", SICHUAN, "CHECK_BENEFITS"),
        ("LOST_FORMAL", SICHUAN, "CLOSE_BANK_ACCOUNT"),
        ("CANCELLED", SICHUAN, "CLOSE_BANK_ACCOUNT"),
        ("SEALED", "", "CLOSE_BANK_ACCOUNT"),
    ],
)
def test_of_two_cards_the_one_of_no_use_is_closed_at_its_bank(
    desk: Any, of: Any, status: str, moved_to: str, advice: str
) -> None:
    person = desk.holds(of(WEIFANG), card_status=status)
    assert desk.done(QueryCard, person, moved_to=moved_to).advice == advice


@pytest.mark.rule("RD15")
@pytest.mark.parametrize(
    ("facts", "moved_to", "advice"),
    [
        ({"psn_insu_stas": "4", "balance_fen": 0}, SICHUAN, "CANCEL_CARD"),
        ({"psn_insu_stas": "4"}, SICHUAN, "CHECK_BENEFITS"),
        ({"balance_fen": 0}, SICHUAN, "CHECK_BENEFITS"),
        ({"psn_insu_stas": "4", "balance_fen": 0}, JINAN, "TRANSFER_CARD"),
        ({"psn_insu_stas": "4", "balance_fen": 0}, WEIFANG, ""),
    ],
)
def test_who_moved_to_another_province_is_advised_and_nothing_is_done(
    desk: Any, of: Any, facts: dict[str, Any], moved_to: str, advice: str
) -> None:
    person = desk.holds(of(WEIFANG), **facts)
    assert desk.done(QueryCard, person, moved_to=moved_to).advice == advice
    assert desk.host.person(person.psn_no) == person


def test_a_status_tells_the_two_zones_and_nothing_of_the_holder(desk: Any, of: Any) -> None:
    person = of(JINAN)
    desk.done(LoseCard, person)
    reply = desk.ask(QueryCard, person)
    for personal in (person.psn_name, person.certno, person.bank_card_no, str(person.balance_fen)):
        assert personal not in bytes(reply.output).decode("utf-8", "replace")
    told = desk.done(QueryCard, person)
    assert (told.card_status, told.bank_status) == ("LOST_TEMP", "ACTIVE")


def test_a_loss_that_ended_by_itself_is_told_from_when_it_did(desk: Any, of: Any) -> None:
    person = of(JINAN)
    desk.done(LoseCard, person, channel="PHONE")
    desk.host.now_ms += 9 * 24 * 3600 * 1000
    told = desk.done(QueryCard, person, channel="PHONE")
    assert (told.card_status, told.since, told.until) == ("NORMAL", "2026-11-30 12:00:00", "")


def test_both_cards_of_a_long_transition_are_good(desk: Any, of: Any) -> None:
    person = of(JINING)
    desk.done(ReissueCard, person, reason="UPGRADE")
    assert desk.done(QueryCard, person, card_sn=card_sn(person)).card_status == "NORMAL"


@pytest.mark.rule("RA41")
def test_a_new_telephone_needs_no_new_card(desk: Any, of: Any, visits: Any, drugs: Any) -> None:
    person, pharmacy = of(SICHUAN), desk.teller(SICHUAN)
    before = desk.host.person(person.psn_no)
    assert desk.done(ChangePhone, person, phone="13800000000").card_issue == 1
    assert desk.host.person(person.psn_no) == before
    assert pharmacy.ask(visits.drug_sale(pharmacy, person, drugs)).approved


@pytest.mark.rule("RD23")
def test_insurance_moves_whether_the_card_was_cancelled_or_not(desk: Any, of: Any, agency: Any) -> None:
    for cancelled in (False, True):
        person = next(one for one in desk.host.people(JINAN, insutype="310", psn_type="12" if cancelled else "11"))
        if cancelled:
            desk.done(CancelCard, person, reason="SURPLUS")
        agency().told(ChangeInsurance(person.psn_no, psn_insu_stas="4"))
        after = desk.host.person(person.psn_no)
        assert (after.psn_insu_stas, after.card_status) == ("4", "CANCELLED" if cancelled else "NORMAL")
