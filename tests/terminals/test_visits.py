from collections.abc import Callable
from typing import Any

import pytest

from cardsim.psam import psam
from terminals.kernel.effects import Slot
from terminals.kernel.outcome import Event, Result, Tender
from terminals.kernel.site import Pace, Site
from terminals.visits import visit

SAMPLE = "379900"
KEY = Event.KEY_VERIFIED


def test_a_kiosk_on_the_way_comes_first_in_the_events(
    booth: Callable[..., Any], site: Callable[..., Site], patient: Callable[..., Any]
) -> None:
    facts = {"kiosk": ("123456", "246810"), "pins": ("246810",), "slot": Slot.REMOTE, "lies_in": Slot.REMOTE}
    at = booth(site("P", SAMPLE), **facts)
    outcome = at.run(visit(at.site, patient(**facts)))
    assert (outcome.result, outcome.events) == (Result.SETTLED, (Event.PIN_CHANGED, KEY, Event.PIN_VERIFIED))


def test_a_change_that_fails_ends_the_visit(booth: Callable[..., Any], patient: Callable[..., Any]) -> None:
    facts = {"kiosk": ("123456", "123456")}
    at = booth(**facts)
    outcome = at.run(visit(at.site, patient(**facts)))
    assert (outcome.flow, outcome.refusal, outcome.messages) == ("change_pin", "-36", ())


def test_whoever_changed_the_pin_before_gives_up_at_the_kiosk_and_pays_with_it(
    booth: Callable[..., Any], site: Callable[..., Site], patient: Callable[..., Any]
) -> None:
    facts = {"kiosk": ("123456", "246810"), "pins": ("246810",), "slot": Slot.REMOTE, "lies_in": Slot.REMOTE}
    at = booth(site("P", SAMPLE), **facts)
    at.run(visit(at.site, patient(**facts)))
    at.fingers = type(at.fingers)(patient(**facts))
    again = at.run(visit(at.site, patient(**facts)))
    assert (again.result, again.events) == (Result.SETTLED, (Event.PIN_WRONG, KEY, Event.PIN_VERIFIED))


def test_a_slow_patient_takes_longer_at_every_step(booth: Callable[..., Any], patient: Callable[..., Any]) -> None:
    at = booth()
    at.run(visit(at.site, patient(tempo=1.5), Pace(card_s=2, pay_s=4)))
    assert at.paused == [(3.0, "card"), (6.0, "pay")]


def test_the_kind_of_place_chooses_the_flow(
    booth: Callable[..., Any], site: Callable[..., Site], patient: Callable[..., Any]
) -> None:
    at = booth(site("H"))
    assert at.run(visit(at.site, patient())).flow == "outpatient"


def test_who_comes_to_stay_is_admitted(
    booth: Callable[..., Any], site: Callable[..., Site], patient: Callable[..., Any]
) -> None:
    at = booth(site("H"))
    outcome = at.run(visit(at.site, patient(inpatient=True)))
    assert (outcome.flow, outcome.result) == ("inpatient", Result.SETTLED)


def test_a_new_card_on_the_way_pays_in_the_same_visit(booth: Callable[..., Any], patient: Callable[..., Any]) -> None:
    at = booth()
    outcome = at.run(visit(at.site, patient(reissue=True)))
    assert (outcome.result, outcome.flow, outcome.events) == (Result.SETTLED, "pharmacy", (Event.REISSUED,))
    assert [infno for infno, _ in outcome.messages] == ["0001", "1101", "2101", "2102"]


def test_a_reissue_that_is_refused_ends_the_visit(
    booth: Callable[..., Any], site: Callable[..., Site], patient: Callable[..., Any]
) -> None:
    at = booth(site("P", SAMPLE))
    outcome = at.run(visit(at.site, patient(reissue=True)))
    assert (outcome.result, outcome.refusal, outcome.flow) == (Result.DECLINED, "E2024", "reissue")


def test_whom_a_wrong_module_turns_away_comes_back_until_the_card_is_locked(
    booth: Callable[..., Any], site: Callable[..., Site], patient: Callable[..., Any]
) -> None:
    facts = {"slot": Slot.REMOTE, "lies_in": Slot.REMOTE, "comings": 9}
    at = booth(site("P", SAMPLE), **facts)
    at.sam = psam("370200")
    outcome = at.run(visit(at.site, patient(**facts)))
    assert outcome.events == (*(Event.KEY_WRONG,) * 3, Event.KEY_LOCKED)
    assert (outcome.result, outcome.refusal, outcome.messages) == (Result.CARD_REFUSED, "-27011", ())


@pytest.mark.parametrize(("lost", "result"), [(range(3, 99), Result.IN_DOUBT), (range(2, 99), Result.NO_ANSWER)])
def test_nobody_comes_back_whom_no_key_turned_away(
    booth: Callable[..., Any], patient: Callable[..., Any], lost: range, result: Result
) -> None:
    at = booth()
    at.lose = dict.fromkeys(lost, "reply")
    outcome = at.run(visit(at.site, patient(comings=4)))
    assert outcome.result is result
    assert [infno for infno, _ in outcome.messages].count("1101") == 1


@pytest.mark.parametrize("profile", ["jinan", "new"])
def test_who_locks_the_pin_may_have_it_reset_and_pay(
    booth: Callable[..., Any], site: Callable[..., Site], patient: Callable[..., Any], profile: str
) -> None:
    facts = {
        "pins": ("000000",) * 7,
        "resets_pin": "864208",
        "slot": Slot.REMOTE,
        "lies_in": Slot.REMOTE,
    }
    at = booth(site("P", SAMPLE), profile, **facts)
    outcome = at.run(visit(at.site, patient(**facts)))
    locked = (KEY, *(Event.PIN_WRONG,) * 6, Event.PIN_LOCKED)
    assert (outcome.result, outcome.flow) == (Result.SETTLED, "pharmacy")
    assert outcome.events == (*locked, Event.PIN_RESET, KEY, Event.PIN_VERIFIED)


def test_who_cannot_have_the_pin_reset_leaves_with_the_reason(
    booth: Callable[..., Any], site: Callable[..., Site], patient: Callable[..., Any]
) -> None:
    facts = {"pins": ("000000",) * 7, "resets_pin": "123456", "slot": Slot.REMOTE, "lies_in": Slot.REMOTE}
    at = booth(site("P", SAMPLE), **facts)
    outcome = at.run(visit(at.site, patient(**facts)))
    assert (outcome.result, outcome.flow, outcome.refusal) == (Result.CARD_REFUSED, "reset_pin", "-36")


def test_who_settles_does_not_come_back(booth: Callable[..., Any], patient: Callable[..., Any]) -> None:
    at = booth()
    assert len(at.run(visit(at.site, patient(comings=4))).messages) == 3


def test_the_patient_chooses_slot_and_tender(booth: Callable[..., Any], patient: Callable[..., Any], dear: Any) -> None:
    facts = {"slot": Slot.TAP, "lies_in": Slot.TAP, "tender": Tender.TAP, "bank_pins": ("111111",), "basket": dear}
    at = booth(None, "new", **facts)
    outcome = at.run(visit(at.site, patient(**facts)))
    assert (outcome.result, outcome.tender, outcome.response_code) == (Result.SETTLED, Tender.TAP, "00")
