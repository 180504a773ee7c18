"""What the desk asks before any service: offered, open, by this channel, by this person, here, with these documents."""

from typing import Any

import pytest

from settlement.wire import codes, service_codes
from settlement.wire.service_catalogue import SERVICES
from settlement.wire.services import HandInCard, LoseCard, SealCard
from tests.settlement.engine.cards.conftest import DAY_MS, JINAN, SICHUAN, WEIFANG


@pytest.mark.parametrize(
    ("how", "refusal"),
    [
        ({"channel": "PHARMACY"}, service_codes.CHANNEL_NOT_ALLOWED),
        ({"applicant": "UNIT"}, service_codes.APPLICANT_NOT_ALLOWED),
        ({"at": SICHUAN, "channel": "PHONE"}, service_codes.WRONG_PLACE),
        ({"psn_no": "none"}, codes.NO_INSURED_PERSON),
        ({"certno": "another"}, service_codes.EVIDENCE_MISSING),
        ({"applicant": "PROXY"}, service_codes.EVIDENCE_MISSING),
    ],
)
def test_whoever_may_not_is_told_why_and_nothing_is_done(desk: Any, of: Any, how: dict[str, Any], refusal: Any) -> None:
    person = of(JINAN)
    assert desk.refused(LoseCard, person, **how) == refusal.code
    assert desk.host.person(person.psn_no) == person


def test_what_a_city_does_not_offer_is_refused_before_anything_is_looked_at(desk: Any, of: Any) -> None:
    nobody = {"psn_no": "none", "channel": "PHARMACY"}
    assert desk.refused(SealCard, of(JINAN), **nobody) == service_codes.SERVICE_NOT_OFFERED.code


def test_a_counter_is_closed_on_sunday_and_the_telephone_is_not(desk: Any, of: Any) -> None:
    desk.host.now_ms -= DAY_MS
    assert not desk.ask(LoseCard, of(JINAN), channel="COUNTER").approved
    assert desk.ask(LoseCard, of(JINAN), channel="PHONE").approved


def test_a_finder_shows_the_card_alone(desk: Any, of: Any) -> None:
    person, finder = of(JINAN), {"applicant": "FINDER", "certno": ""}
    assert desk.done(HandInCard, person, **finder).card_status == "NORMAL"
    assert desk.refused(HandInCard, person, card_sn="", **finder) == service_codes.EVIDENCE_MISSING.code


@pytest.mark.parametrize("city", [JINAN, WEIFANG, "370800", SICHUAN, "379900"])
def test_every_city_says_of_each_service_who_may_and_where_it_comes_from(desk: Any, city: str) -> None:
    offers = desk.host.world.cities[city].services
    assert offers.keys() <= SERVICES.keys()
    assert len(offers) >= 20
    for offer in offers.values():
        assert offer.at
        assert offer.by


def test_each_service_has_one_message_and_one_name() -> None:
    tags = [kind.__struct_config__.tag for kind in SERVICES.values()]
    assert len(set(tags)) == len(tags)
    assert set(tags) <= codes.KINDS.keys()
