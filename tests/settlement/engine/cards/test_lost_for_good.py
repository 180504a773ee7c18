"""A card that was lost and replaced never comes back, and whoever finds one gets no new one for it."""

import random
from typing import Any

import msgspec
import pytest

from settlement.engine.ledger.state import Person
from settlement.wire import codes, service_codes
from settlement.wire.messages import ReissueCard
from settlement.wire.services import (
    CancelCard,
    EnableCard,
    EnableForeignCard,
    LoseCard,
    LoseCardFormally,
    ReleaseCard,
    SealCard,
    TransferHome,
)
from tests.settlement.engine.cards.conftest import DAY_MS, JINAN, JINING, WEIFANG, card_sn

LOST = {"lost": True, "card_sn": ""}
NAMELESS = {"psn_no": "", "certno": "", "psn_name": ""}


def paid_with(desk: Any, visits: Any, person: Any, drugs: Any) -> str:
    """Pay at a pharmacy with a person's card; return the refusal, empty where it pays."""
    pharmacy = desk.teller(person.city)
    return str(pharmacy.ask(visits.drug_sale(pharmacy, person, drugs)).refusal)


@pytest.mark.parametrize(
    ("report", "city", "refusal"),
    [
        (LoseCard, JINAN, service_codes.CARD_LOST),
        (LoseCardFormally, JINAN, service_codes.CARD_LOST),
        (SealCard, WEIFANG, service_codes.CARD_SEALED),
    ],
)
@pytest.mark.parametrize("named", [False, True])
def test_a_card_that_was_reported_lost_or_sealed_is_not_swapped_for_another(
    desk: Any, of: Any, report: type, city: str, refusal: Any, *, named: bool
) -> None:
    person = of(city)
    desk.done(report, person)
    how = {} if named else {**NAMELESS, "channel": "KIOSK", "at": city}
    assert desk.refused(ReissueCard, person, **how) == refusal.code
    assert desk.row(city, person.psn_no).card_issue == 1


def test_only_a_machine_takes_a_card_for_its_holder(desk: Any, of: Any) -> None:
    person = of(JINAN)
    assert desk.refused(ReissueCard, person, **NAMELESS, at=JINAN) == codes.NO_INSURED_PERSON.code
    assert desk.refused(ReissueCard, person, certno="") == codes.NO_INSURED_PERSON.code
    assert desk.done(ReissueCard, person, **NAMELESS, channel="KIOSK", at=JINAN).card_issue == 2


@pytest.mark.rule("RA23")
def test_the_seven_days_bring_nothing_back_once_a_new_card_is_being_made(
    desk: Any, of: Any, visits: Any, drugs: Any
) -> None:
    person = of(WEIFANG)
    desk.done(ReissueCard, person)
    assert desk.done(LoseCard, person).until == ""
    desk.host.now_ms += 8 * DAY_MS
    assert paid_with(desk, visits, person, drugs) == service_codes.CARD_LOST.code
    assert desk.refused(ReleaseCard, person) == service_codes.REISSUE_IN_PROGRESS.code


@pytest.mark.parametrize("reported", [False, True])
def test_a_card_that_is_replaced_as_lost_is_lost_for_good(
    desk: Any, of: Any, visits: Any, drugs: Any, *, reported: bool
) -> None:
    person = of(WEIFANG)
    if reported:
        desk.done(LoseCard, person)
    told = desk.done(ReissueCard, person, **LOST)
    for _ in range(2):
        assert paid_with(desk, visits, person, drugs) == service_codes.CARD_LOST.code
        desk.host.now_ms += 8 * DAY_MS
    desk.done(EnableCard, person)
    assert desk.row(WEIFANG, person.psn_no).card_id.hex().upper() == told.card_sn
    assert paid_with(desk, visits, person, drugs) == codes.CARD_SUPERSEDED.code


def test_a_lost_card_is_not_good_beside_the_new_one_in_a_long_transition(
    desk: Any, of: Any, visits: Any, drugs: Any
) -> None:
    lost, upgraded = of(JINING), next(desk.host.people(JINING, psn_type="12"))
    desk.done(ReissueCard, lost, **LOST)
    desk.done(ReissueCard, upgraded, reason="UPGRADE")
    assert desk.row(JINING, lost.psn_no).card_also == 0
    assert paid_with(desk, visits, lost, drugs) == codes.CARD_SUPERSEDED.code
    assert desk.row(JINING, upgraded.psn_no).card_also == 1
    assert paid_with(desk, visits, upgraded, drugs) == ""


def steps(desk: Any, person: Person) -> dict[str, Any]:
    """Whatever may be asked of a card in the two cities that know its holder."""

    def ask(kind: type, city: str, **how: Any) -> Any:
        return desk.ask(kind, desk.row(city, person.psn_no), **how)

    moved = card_sn(person)
    return {
        "lose": lambda: ask(LoseCard, WEIFANG),
        "lose here": lambda: ask(LoseCard, JINAN),
        "lose formally": lambda: ask(LoseCardFormally, WEIFANG),
        "release": lambda: ask(ReleaseCard, WEIFANG),
        "enable": lambda: ask(EnableCard, WEIFANG),
        "enable here": lambda: ask(EnableCard, JINAN),
        "seal": lambda: ask(SealCard, WEIFANG),
        "cancel": lambda: ask(CancelCard, WEIFANG, reason="OTHER"),
        "cancel here": lambda: ask(CancelCard, JINAN, reason="OTHER"),
        "give back": lambda: ask(ReissueCard, WEIFANG),
        "replace lost": lambda: ask(ReissueCard, WEIFANG, **LOST),
        "replace at once": lambda: ask(ReissueCard, WEIFANG, mode="INSTANT"),
        "replace here": lambda: ask(ReissueCard, JINAN, **LOST),
        "move here": lambda: ask(EnableForeignCard, JINAN),
        "move back": lambda: ask(TransferHome, WEIFANG, from_admdvs=JINAN, card_sn=moved),
        "move on": lambda: ask(TransferHome, JINAN, from_admdvs=WEIFANG, card_sn=moved),
    }


@pytest.mark.rule("RA02")
@pytest.mark.parametrize("seed", range(40))
def test_after_any_row_of_services_in_two_cities_at_most_one_card_is_good(
    desk: Any, of: Any, visits: Any, seed: int
) -> None:
    person, chance = of(WEIFANG), random.Random(seed)
    desk.holds(person)
    desk.holds(person, city=JINAN, card_status="NONE", card_number="", card_id=b"", card_issue=0, balance_fen=0)
    offered, done = steps(desk, person), 0
    for _ in range(30):
        done += offered[chance.choice(sorted(offered))]().approved
        desk.host.now_ms += chance.choice((0, DAY_MS, 7 * DAY_MS))
        good = []
        for city in (JINAN, WEIFANG):
            hospital, here = desk.teller(city, "H"), desk.row(city, person.psn_no)
            for issue in range(1, desk.row(WEIFANG, person.psn_no).card_issue + 2):
                shown = desk.host.world.register.card(WEIFANG, person.psn_no, issue)
                asked = visits.registration(msgspec.structs.replace(here, **shown._asdict()))
                good += [(city, issue)] if hospital.ask(asked).approved else []
        assert len(good) <= 1, good
    assert done
