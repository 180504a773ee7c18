from collections.abc import Callable
from typing import Any

from terminals.kernel.outcome import Event, Result
from terminals.kernel.site import Pace, Site
from terminals.visits import visit

SAMPLE = "379900"


def test_a_kiosk_on_the_way_comes_first_in_the_events(
    booth: Callable[..., Any], site: Callable[..., Site], patient: Callable[..., Any]
) -> None:
    facts = {"kiosk": ("123456", "246810"), "pins": ("246810",)}
    at = booth(site("P", SAMPLE), **facts)
    outcome = at.run(visit(at.site, patient(**facts)))
    assert (outcome.result, outcome.events) == (Result.SETTLED, (Event.PIN_CHANGED, Event.PIN_VERIFIED))


def test_a_change_that_fails_ends_the_visit(booth: Callable[..., Any], patient: Callable[..., Any]) -> None:
    facts = {"kiosk": ("123456", "123456")}
    at = booth(**facts)
    outcome = at.run(visit(at.site, patient(**facts)))
    assert (outcome.flow, outcome.refusal, outcome.messages) == ("change_pin", "-36", ())


def test_whoever_changed_the_pin_before_gives_up_at_the_kiosk_and_pays_with_it(
    booth: Callable[..., Any], site: Callable[..., Site], patient: Callable[..., Any]
) -> None:
    facts = {"kiosk": ("123456", "246810"), "pins": ("246810",)}
    at = booth(site("P", SAMPLE), **facts)
    at.run(visit(at.site, patient(**facts)))
    at.fingers = type(at.fingers)(patient(**facts))
    again = at.run(visit(at.site, patient(**facts)))
    assert (again.result, again.events) == (Result.SETTLED, (Event.PIN_WRONG, Event.PIN_VERIFIED))


def test_a_slow_patient_takes_longer_at_every_step(booth: Callable[..., Any], patient: Callable[..., Any]) -> None:
    at = booth()
    at.run(visit(at.site, patient(tempo=1.5), Pace(card_s=2, pay_s=4)))
    assert at.paused == [(3.0, "card"), (6.0, "pay")]


def test_the_kind_of_place_chooses_the_flow(
    booth: Callable[..., Any], site: Callable[..., Site], patient: Callable[..., Any]
) -> None:
    at = booth(site("H"))
    assert at.run(visit(at.site, patient())).flow == "outpatient"
