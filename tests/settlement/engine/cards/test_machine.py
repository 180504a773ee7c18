"""The life of a card as a table: where each event leads, and what nothing leads out of."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.config import SHIPPED
from settlement.engine.card_in_force import CANCELLED, NORMAL, REFUSALS
from settlement.engine.cards.machine import TRANSITIONS, Event, after
from settlement.engine.case import Refused
from settlement.engine.rules.city import read_city
from settlement.engine.rules.profile import ProfileError
from settlement.wire import service_codes
from settlement.wire.services import (
    CancelCard,
    EnableCard,
    LoseCard,
    LoseCardFormally,
    ReleaseCard,
    SealCard,
)
from tests.settlement.engine.cards.conftest import JINAN, WEIFANG

STATUSES = sorted({status for status, _ in TRANSITIONS} | set(TRANSITIONS.values()))
ASKED = {
    Event.LOSE: LoseCard,
    Event.LOSE_FORMALLY: LoseCardFormally,
    Event.RELEASE: ReleaseCard,
    Event.ENABLE: EnableCard,
    Event.SEAL: SealCard,
    Event.CANCEL: CancelCard,
}


@pytest.mark.rule("RA24")
@pytest.mark.parametrize("event", Event)
def test_nothing_leads_out_of_a_cancelled_card(desk: Any, of: Any, event: Event) -> None:
    person = desk.holds(of(WEIFANG), card_status=CANCELLED)
    how = {"reason": "OTHER"} if event is Event.CANCEL else {}
    assert desk.refused(ASKED[event], person, **how) == service_codes.CARD_CANCELLED.code
    assert desk.host.person(person.psn_no) == person


@pytest.mark.rule("RA29")
def test_a_card_is_cancelled_by_whoever_asks_for_it_and_by_nothing_else(desk: Any, of: Any) -> None:
    assert {event for (_, event), reached in TRANSITIONS.items() if reached == CANCELLED} == {Event.CANCEL}
    person = desk.holds(of(JINAN), card_status="LOST_TEMP", card_status_ms=desk.host.now_ms)
    desk.host.now_ms += 400 * 24 * 3600 * 1000
    assert desk.done(LoseCardFormally, person).card_status == "LOST_FORMAL"
    desk.host.now_ms += 400 * 24 * 3600 * 1000
    assert desk.done(ReleaseCard, person).card_status == NORMAL


@given(st.lists(st.sampled_from(list(Event)), max_size=12))
def test_any_row_of_events_leads_to_a_status_with_a_name(events: list[Event]) -> None:
    status = "ISSUED_UNENABLED"
    for event in events:
        reached = after(status, event)
        if isinstance(reached, Refused):
            assert reached.refusal in {*REFUSALS.values(), service_codes.STATE_FORBIDS}
        else:
            status = reached
    assert status in STATUSES


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_that_stops_a_card_has_its_refusal(status: str) -> None:
    assert (status in REFUSALS) == (status != NORMAL)


@pytest.mark.rule("RA14")
def test_a_city_that_knows_no_sealed_card_seals_none(desk: Any, of: Any) -> None:
    assert desk.refused(SealCard, of(JINAN)) == service_codes.SERVICE_NOT_OFFERED.code
    assert desk.done(SealCard, of(WEIFANG)).card_status == "SEALED"
    text = (SHIPPED / "cities" / "370100.toml").read_text("utf-8")
    row = 'seal = { value = { at = ["COUNTER"] }, source = "a try", basis = "assumed" }\n'
    with pytest.raises(ProfileError, match=r"services\.seal is offered, but card\.statuses has no SEALED"):
        read_city(text.replace("[services]\n", "[services]\n" + row), "370100.toml")


def test_a_service_that_nobody_knows_is_no_part_of_a_city() -> None:
    text = (SHIPPED / "cities" / "370100.toml").read_text("utf-8")
    row = 'sael = { value = { at = ["COUNTER"] }, source = "a try", basis = "assumed" }\n'
    with pytest.raises(ProfileError, match="sael is no card service"):
        read_city(text.replace("[services]\n", "[services]\n" + row), "370100.toml")


def test_a_sealed_card_is_made_good_by_enabling_alone(desk: Any, of: Any) -> None:
    person = of(WEIFANG)
    desk.done(SealCard, person)
    for kind in (LoseCard, LoseCardFormally, ReleaseCard):
        assert desk.refused(kind, person) == service_codes.CARD_SEALED.code
    assert desk.done(EnableCard, person).card_status == NORMAL


def test_a_status_of_the_future_is_refused_by_name() -> None:
    refused = after("OTHER", Event.LOSE)
    assert isinstance(refused, Refused)
    assert refused.refusal is service_codes.STATE_FORBIDS
