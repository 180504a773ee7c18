from collections.abc import Callable
from typing import Any

import pytest

from cardsim.inspection import status
from cardsim.psam import psam
from settlement.wire.messages import Line
from terminals.kernel.effects import AwaitCard, Slot
from terminals.kernel.outcome import Event, Result
from terminals.kernel.outpatient import treat
from terminals.kernel.pharmacy import sell
from terminals.kernel.remote_pin import change_pin
from terminals.kernel.site import AT_ONCE, Site

SAMPLE = "379900"
HOLDER_FILE = bytes.fromhex("00B2013414")


@pytest.mark.parametrize(("profile", "generation"), [("old", 1), ("jinan", 2), ("new", 3)])
@pytest.mark.parametrize(("kind", "flow"), [("P", sell), ("H", treat)])
def test_a_card_of_every_generation_settles_over_its_contacts(
    booth: Callable[..., Any],
    site: Callable[..., Site],
    basket: tuple[Line, ...],
    profile: str,
    generation: int,
    kind: str,
    flow: Any,
) -> None:
    at = booth(site(kind), profile)
    outcome = at.run(flow(at.site, basket))
    assert (outcome.result, outcome.generation, outcome.events) == (Result.SETTLED, generation, ())


@pytest.mark.rule("RG02")
@pytest.mark.parametrize(("kind", "flow"), [("P", sell), ("H", treat)])
def test_a_whole_sale_goes_over_the_antenna_with_a_third_generation_card(
    booth: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...], kind: str, flow: Any
) -> None:
    at = booth(site(kind), "new", lies_in=Slot.TAP)
    outcome = at.run(flow(at.site, basket, slot=Slot.TAP))
    assert (outcome.result, outcome.route, outcome.events) == (Result.SETTLED, "local", (Event.TAPPED,))
    assert {slot for slot, _ in at.transmitted} == {Slot.TAP, Slot.SAM}


@pytest.mark.rule("RG03")
@pytest.mark.parametrize("profile", ["old", "jinan"])
def test_a_tap_of_a_card_with_contacts_only_meets_silence_and_the_contacts_serve(
    booth: Callable[..., Any], basket: tuple[Line, ...], profile: str
) -> None:
    at = booth(None, profile, lies_in=Slot.TAP)
    outcome = at.run(sell(at.site, basket, slot=Slot.TAP))
    assert (outcome.result, outcome.events) == (Result.SETTLED, (Event.WRONG_SLOT,))
    assert at.lies_in is Slot.LOCAL


def test_a_tap_away_from_home_is_the_remote_route(
    booth: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...]
) -> None:
    at = booth(site("P", SAMPLE), "new", lies_in=Slot.TAP, kiosk=("123456", "246810"), pins=("246810",))
    at.run(change_pin(at.site, AT_ONCE, slot=Slot.TAP))
    outcome = at.run(sell(at.site, basket, slot=Slot.TAP))
    assert (outcome.result, outcome.route) == (Result.SETTLED, "remote")
    assert outcome.events == (Event.TAPPED, Event.KEY_VERIFIED, Event.PIN_VERIFIED)


@pytest.mark.rule("RC14")
def test_a_card_in_the_other_slot_cannot_be_read_until_it_is_moved_and_loses_no_try(
    booth: Callable[..., Any], basket: Any
) -> None:
    at = booth(lies_in=Slot.REMOTE)
    before = status(at.card)
    outcome = at.run(sell(at.site, basket, slot=Slot.LOCAL))
    assert (outcome.result, outcome.events) == (Result.SETTLED, (Event.WRONG_SLOT,))
    assert at.shown == ["no card can be read here, use the other slot (-2)"]
    assert next(slot for slot, _ in at.transmitted) is Slot.LOCAL
    assert status(at.card).pin_tries_left == before.pin_tries_left == 6


def test_a_card_from_elsewhere_in_the_local_function_is_sent_to_the_remote_slot(
    booth: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...]
) -> None:
    at = booth(site("P", SAMPLE), pins=("246810",), kiosk=("123456", "246810"))
    at.run(change_pin(at.site, AT_ONCE))
    outcome = at.run(sell(at.site, basket))
    assert (outcome.result, outcome.route, at.lies_in) == (Result.SETTLED, "remote", Slot.REMOTE)
    assert outcome.events[0] is Event.WRONG_SLOT


def test_who_does_not_move_the_card_is_sent_away(booth: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = booth(lies_in=Slot.REMOTE)
    at.move = lambda _slot, _card: False
    outcome = at.run(sell(at.site, basket))
    assert (outcome.result, outcome.refusal, outcome.events) == (Result.CARD_REFUSED, "-2", ())


def test_a_holder_who_moves_an_unreadable_card_again_and_again_is_sent_away(
    booth: Callable[..., Any], basket: tuple[Line, ...]
) -> None:
    at = booth()
    perform = at.perform
    at.card = None
    at.perform = lambda effect: True if isinstance(effect, AwaitCard) else perform(effect)
    outcome = at.run(sell(at.site, basket))
    assert (outcome.refusal, outcome.messages) == ("-2", ())


def test_on_the_good_path_nobody_is_asked_where_the_card_is(booth: Callable[..., Any], basket: Any) -> None:
    at = booth()
    asked: list[Any] = []
    perform = at.perform

    def performed(effect: Any) -> Any:
        asked.extend([effect] if isinstance(effect, AwaitCard) else [])
        return perform(effect)

    at.perform = performed
    assert at.run(sell(at.site, basket)).result is Result.SETTLED
    assert asked == []


def test_a_third_generation_card_without_a_module_is_read_as_far_as_its_free_files_go(
    booth: Callable[..., Any], basket: tuple[Line, ...]
) -> None:
    at = booth(None, "new")
    at.sam = None
    outcome = at.run(sell(at.site, basket))
    assert (outcome.result, outcome.refusal, outcome.generation) == (Result.CARD_REFUSED, "-2201", 3)
    assert at.shown == ["no PSAM answers: the key RKSSSE is missing (-2201)"]
    assert HOLDER_FILE not in [apdu for _, apdu in at.transmitted]


def test_a_second_generation_card_needs_no_module_at_home(booth: Callable[..., Any], basket: Any) -> None:
    at = booth()
    at.sam = None
    assert at.run(sell(at.site, basket)).result is Result.SETTLED


def test_at_home_a_module_of_another_city_costs_the_holders_key_no_try(
    booth: Callable[..., Any], basket: tuple[Line, ...]
) -> None:
    at = booth(None, "new")
    for area in ("370200", "41") * 4:
        at.sam = psam(area)
        outcome = at.run(sell(at.site, basket))
        assert (outcome.refusal, outcome.events) == ("-24", ())
    at.sam = psam("370100")
    assert at.run(sell(at.site, basket)).result is Result.SETTLED
