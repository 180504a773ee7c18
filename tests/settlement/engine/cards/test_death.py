"""A death is told once, of whoever it is, and nothing makes a card of the dead good again."""

from typing import Any

import msgspec
import pytest

from settlement.wire import service_codes
from settlement.wire.bank_services import ActivateBank
from settlement.wire.making import ApplyForCard, MakeInstantly
from settlement.wire.messages import ReissueCard
from settlement.wire.services import CancelCard, ChangePhone, EnableCard, HandInCard, QueryCard, ResetPassword
from tests.settlement.engine.cards.conftest import JINAN, WEIFANG

DEAD = service_codes.CARD_CANCELLED.code


def by_identity(desk: Any, visits: Any, person: Any) -> Any:
    shown = {"mdtrt_cert_type": "02", "mdtrt_cert_no": person.certno, "card_sn": ""}
    return desk.teller(person.city, "H").ask(visits.query(person, **shown))


@pytest.mark.rule("RA26")
@pytest.mark.parametrize("status", ["NORMAL", "NONE", "ALLOCATED", "AWAY", "CANCELLED", "LOST_FORMAL"])
def test_a_death_is_told_of_everybody_whatever_card_they_have(desk: Any, of: Any, visits: Any, status: str) -> None:
    person = desk.holds(of(JINAN), card_status=status)
    assert by_identity(desk, visits, person).approved
    assert desk.done(CancelCard, person, reason="DEATH").card_status == "CANCELLED"
    assert by_identity(desk, visits, person).refusal == DEAD
    assert desk.refused(CancelCard, person, reason="DEATH") == DEAD


def test_a_death_is_told_in_every_city_of_the_province_at_once(desk: Any, of: Any, visits: Any) -> None:
    person = of(JINAN)
    there = desk.holds(person, city=WEIFANG, card_status="NONE", balance_fen=0)
    desk.done(CancelCard, there, reason="DEATH")
    assert by_identity(desk, visits, person).refusal == DEAD
    assert desk.row(JINAN, person.psn_no).card_status == "CANCELLED"
    assert not desk.host.broken_laws()


@pytest.mark.rule("RA26")
@pytest.mark.parametrize("city", [JINAN, WEIFANG])
def test_no_service_gives_the_dead_a_good_card(desk: Any, of: Any, visits: Any, city: str) -> None:
    person, hospital = of(city), desk.teller(city, "H")
    told = desk.done(ReissueCard, person, mode="WAITING")
    desk.done(CancelCard, person, reason="DEATH")
    waiting = msgspec.structs.replace(person, card_id=bytes.fromhex(told.card_sn))
    assert hospital.ask(visits.query(waiting)).refusal == DEAD
    applied = {"psn_name": person.psn_name, "bank_code": "CCB"}
    for kind, how in (
        (EnableCard, {}),
        (ReissueCard, {}),
        (ReissueCard, {"lost": True, "card_sn": "", "reason": "INFORMATION"}),
        (ApplyForCard, applied),
        (MakeInstantly, {}),
        (ResetPassword, {}),
        (ChangePhone, {"phone": "13800000000"}),
    ):
        assert desk.refused(kind, person, **how) == DEAD, kind
    desk.ask(ActivateBank, person, channel="BANK", bank_code="CCB")
    assert hospital.ask(visits.query(waiting)).refusal == DEAD
    assert desk.row(city, person.psn_no).card_status == "CANCELLED"


def test_a_card_that_waits_for_its_bank_zone_alone_does_not_outlive_its_holder(desk: Any, of: Any) -> None:
    person = of(JINAN, card_generation=2)
    desk.done(ReissueCard, person, mode="WAITING", reason="UPGRADE", generation=3)
    desk.done(EnableCard, person)
    desk.done(CancelCard, person, reason="DEATH")
    desk.done(ActivateBank, person, channel="BANK", bank_code="CCB")
    assert desk.row(JINAN, person.psn_no).card_status == "CANCELLED"


def test_of_the_dead_the_card_may_be_asked_for_and_handed_in(desk: Any, of: Any) -> None:
    person = of(JINAN)
    desk.done(CancelCard, person, reason="DEATH")
    assert desk.done(QueryCard, person).card_status == "CANCELLED"
    assert desk.done(HandInCard, person, applicant="FINDER", certno="").card_status == "CANCELLED"
