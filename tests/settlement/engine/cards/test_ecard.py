"""The e-card: it goes on whatever becomes of the card, and is unbound but never cancelled."""

from typing import Any

import pytest

from settlement.wire import codes, service_codes
from settlement.wire.credentials import IssueToken
from settlement.wire.messages import ReissueCard
from settlement.wire.services import BindEcard, CancelCard, LoseCard, LoseCardFormally, SwitchEcardPlace, UnbindEcard
from tests.settlement.engine.cards.conftest import JINAN, JINING, SICHUAN, WEIFANG

ECARD = "91"
YEAR_MS = 365 * 24 * 3600 * 1000


def by_token(desk: Any, visits: Any, person: Any, drugs: Any) -> Any:
    """Pay at a pharmacy of the person's city with the e-card on the telephone."""
    pharmacy = desk.teller(person.city)
    token = pharmacy.told(IssueToken(ECARD, person.certno, person.psn_name)).mdtrt_cert_no
    sale = visits.drug_sale(
        pharmacy, person, drugs, mdtrt_cert_type=ECARD, mdtrt_cert_no=token, card_sn="", pin_block=b""
    )
    return pharmacy.ask(sale)


@pytest.mark.rule("RF04")
def test_a_loss_blocks_the_card_and_not_the_e_card(desk: Any, of: Any, visits: Any, drugs: Any) -> None:
    person, pharmacy = of(JINAN), desk.teller(JINAN)
    for kind in (LoseCard, LoseCardFormally):
        desk.done(kind, person)
        assert pharmacy.ask(visits.drug_sale(pharmacy, person, drugs)).refusal == service_codes.CARD_LOST.code
        assert by_token(desk, visits, person, drugs).approved


@pytest.mark.rule("RF03")
def test_a_card_whose_last_day_is_over_does_not_stop_the_e_card(desk: Any, of: Any, visits: Any, drugs: Any) -> None:
    person = of(WEIFANG)
    desk.host.now_ms += 12 * YEAR_MS
    assert by_token(desk, visits, person, drugs).approved


@pytest.mark.rule("RF05")
def test_an_e_card_is_unbound_at_one_channel_and_stays_at_the_others(desk: Any, of: Any) -> None:
    person = of(JINAN)
    for channel in ("APP", "ALIPAY", "WECHAT"):
        told = desk.done(BindEcard, person, ecard_channel=channel)
    assert told.bound == ("ALIPAY", "APP", "WECHAT")
    assert desk.done(UnbindEcard, person, ecard_channel="ALIPAY").bound == ("APP", "WECHAT")
    assert desk.refused(UnbindEcard, person, ecard_channel="ALIPAY") == service_codes.STATE_FORBIDS.code
    desk.done(CancelCard, person, reason="OTHER")
    assert desk.done(BindEcard, person, ecard_channel="ALIPAY").bound == ("ALIPAY", "APP", "WECHAT")


@pytest.mark.rule("RF06")
def test_the_issuing_place_stays_and_the_place_of_use_is_switched(desk: Any, of: Any) -> None:
    person = of(JINAN)
    desk.holds(person, city=WEIFANG, card_status="NONE", balance_fen=0)
    refused = desk.refused(SwitchEcardPlace, person, insuplc_admdvs=WEIFANG, issuing_admdvs=WEIFANG)
    assert refused == service_codes.NOT_CHANGEABLE.code
    told = desk.done(SwitchEcardPlace, person, insuplc_admdvs=WEIFANG)
    assert (told.issuing_admdvs, told.insuplc_admdvs) == (JINAN, WEIFANG)


@pytest.mark.rule("RJ20")
def test_the_e_card_is_switched_among_cities_where_its_holder_was_insured_and_a_visit_keeps_its_own(
    desk: Any, of: Any, visits: Any, drugs: Any
) -> None:
    person, hospital = of(JINAN), desk.teller(JINAN, "H")
    desk.holds(person, city=WEIFANG, card_status="NONE", balance_fen=0)
    opened = visits.outpatient(hospital, person, drugs)
    assert desk.refused(SwitchEcardPlace, person, insuplc_admdvs=JINING) == codes.NO_INSURED_PERSON.code
    assert desk.refused(SwitchEcardPlace, person, insuplc_admdvs=SICHUAN) == codes.NO_INSURED_PERSON.code
    desk.done(SwitchEcardPlace, person, insuplc_admdvs=WEIFANG)
    assert hospital.told(opened).amounts.acct_pay_fen > 0
    assert desk.host.person(person.psn_no).balance_fen < person.balance_fen
    assert desk.done(SwitchEcardPlace, person, insuplc_admdvs=JINAN).insuplc_admdvs == JINAN


def test_a_reissue_leaves_the_e_card_as_it_is(desk: Any, of: Any) -> None:
    person = of(JINAN)
    desk.done(BindEcard, person, ecard_channel="APP")
    desk.done(ReissueCard, person)
    assert desk.done(BindEcard, person, ecard_channel="WECHAT").bound == ("APP", "WECHAT")


def test_a_death_ends_the_e_card(desk: Any, of: Any) -> None:
    person = of(JINAN)
    desk.done(CancelCard, person, reason="DEATH")
    assert desk.refused(BindEcard, person, ecard_channel="APP") == service_codes.CARD_CANCELLED.code
