"""The e-card: it goes on whatever becomes of the card, and is unbound but never cancelled."""

from typing import Any

import pytest

from settlement.engine.ecard_in_force import TRIES_MAX
from settlement.engine.ledger.cards import Ecard
from settlement.wire import codes, service_codes
from settlement.wire.making import ApplyForCard, MakeInstantly
from settlement.wire.messages import ReissueCard
from settlement.wire.services import (
    BindEcard,
    CancelCard,
    ChangeEcardPassword,
    LoseCard,
    LoseCardFormally,
    SwitchEcardPlace,
    UnbindEcard,
)
from tests.settlement.engine.cards.conftest import JINAN, JINING, PHOTO, SICHUAN, WEIFANG

ECARD = "91"
YEAR_MS = 365 * 24 * 3600 * 1000


def by_token(desk: Any, visits: Any, person: Any, drugs: Any) -> Any:
    """Pay at a pharmacy of the person's city with the e-card on the telephone."""
    pharmacy = desk.teller(person.city)
    token = pharmacy.token(ECARD, person)
    sale = visits.drug_sale(
        pharmacy, person, drugs, mdtrt_cert_type=ECARD, mdtrt_cert_no=token, card_sn="", pin_block=b""
    )
    return pharmacy.ask(sale)


def token_refusal(desk: Any, person: Any, password: str = "000000") -> str:
    """Ask for a token that is not issued; return why."""
    pharmacy = desk.teller(person.city)
    reply = pharmacy.ask(pharmacy.asks_token(ECARD, person, password))
    assert not reply.approved
    return str(reply.refusal)


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


@pytest.mark.rule("RF05")
def test_an_e_card_shows_nothing_once_it_is_bound_nowhere_and_again_after_it_is_bound(
    desk: Any, of: Any, visits: Any, drugs: Any
) -> None:
    person = of(JINAN)
    desk.done(BindEcard, person, ecard_channel="WECHAT")
    desk.done(UnbindEcard, person, ecard_channel="APP")
    assert by_token(desk, visits, person, drugs).approved
    desk.done(UnbindEcard, person, ecard_channel="WECHAT")
    assert token_refusal(desk, person) == service_codes.STATE_FORBIDS.code
    desk.done(BindEcard, person, ecard_channel="APP")
    assert by_token(desk, visits, person, drugs).approved


@pytest.mark.rule("RF06")
@pytest.mark.rule("RJ20")
def test_an_e_card_pays_in_the_city_that_it_was_switched_to_and_in_no_other(
    desk: Any, of: Any, visits: Any, drugs: Any
) -> None:
    person = of(JINAN)
    there = desk.holds(person, city=WEIFANG, card_status="NONE", card_issue=0)
    assert token_refusal(desk, there) == service_codes.STATE_FORBIDS.code
    desk.done(SwitchEcardPlace, person, insuplc_admdvs=WEIFANG)
    assert token_refusal(desk, person) == service_codes.WRONG_PLACE.code
    assert by_token(desk, visits, there, drugs).approved
    desk.done(SwitchEcardPlace, person, insuplc_admdvs=JINAN)
    assert token_refusal(desk, there) == service_codes.WRONG_PLACE.code
    assert by_token(desk, visits, person, drugs).approved


@pytest.mark.rule("RF07")
def test_six_wrong_passwords_lock_the_e_card_until_a_forgotten_one_is_set_anew(
    desk: Any, of: Any, visits: Any, drugs: Any
) -> None:
    person, app = of(JINAN), desk.teller(JINAN)
    for _ in range(TRIES_MAX):
        assert token_refusal(desk, person, "999999") == codes.PIN_WRONG.code
    assert token_refusal(desk, person) == codes.PIN_LOCKED.code
    desk.done(ChangeEcardPassword, person, forgotten=True, new_pin_block=app.pin_block(person, "135790"))
    assert token_refusal(desk, person) == codes.PIN_WRONG.code
    assert app.token(ECARD, person, "135790")
    assert desk.host.person(person.psn_no).password_tries_left == person.password_tries_left


@pytest.mark.rule("RF02")
def test_the_e_card_of_a_first_card_waits_to_be_bound_and_for_its_first_password(desk: Any, of: Any) -> None:
    person = desk.holds(of(JINAN), card_status="NONE", card_issue=0)
    data = {"photo": PHOTO, "phone": "13", "address": "a street", "mode": "INSTANT", "channel": "BANK"}
    desk.done(ApplyForCard, person, psn_name=person.psn_name, bank_code="CCB", **data)
    desk.done(MakeInstantly, person, channel="BANK")
    kept = [row for row in desk.host.store._rows.values() if isinstance(row, Ecard)]
    assert [(row.psn_no, row.bound, row.password_check) for row in kept] == [(person.psn_no, "", b"")]
    assert token_refusal(desk, person) == service_codes.STATE_FORBIDS.code
    desk.done(BindEcard, person, ecard_channel="APP")
    assert token_refusal(desk, person) == codes.PIN_REQUIRED.code
    app = desk.teller(JINAN)
    desk.done(ChangeEcardPassword, person, new_pin_block=app.pin_block(person, "135790"))
    assert app.token(ECARD, person, "135790")


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
    assert token_refusal(desk, person) == service_codes.WRONG_PLACE.code
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
