from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs

from cardsim.inspection import status
from cardsim.issuing.population import Population
from settlement.wire.messages import Line
from terminals.kernel.effects import Slot
from terminals.kernel.outcome import Event, Result
from terminals.kernel.pharmacy import sell
from terminals.kernel.remote_pin import change_pin
from terminals.kernel.reset_pin import reset_pin
from terminals.kernel.site import AT_ONCE, IssuedPin, Site
from terminals.patients import Fingers
from tests.terminals.conftest import PROFILES

SAMPLE, WEIFANG = "379900", "370700"
KEY = Event.KEY_VERIFIED


@pytest.fixture
def away(booth: Callable[..., Any], site: Callable[..., Site]) -> Callable[..., Any]:
    """A terminal in the sample city, with a patient from Jinan at it."""
    return lambda **facts: booth(site("P", SAMPLE), lies_in=Slot.REMOTE, **facts)


@pytest.mark.rule("RD04")
def test_a_changed_pin_pays_away_from_home_without_the_local_password(
    away: Callable[..., Any], basket: tuple[Line, ...]
) -> None:
    at = away(kiosk=("123456", "246810"), pins=("246810",), passwords=())
    assert at.run(change_pin(at.site, AT_ONCE, slot=Slot.REMOTE)).events == (Event.PIN_CHANGED,)
    outcome = at.run(sell(at.site, basket, slot=Slot.REMOTE))
    assert (outcome.result, outcome.route, outcome.events) == (Result.SETTLED, "remote", (KEY, Event.PIN_VERIFIED))
    assert at.host.ledger["2102"].settled == 1


@pytest.mark.rule("RB06")
@pytest.mark.rule("RD04")
def test_the_initial_pin_cannot_pay_costs_no_try_and_pays_once_it_was_changed_at_a_pharmacy(
    away: Callable[..., Any], adult: Any, patient: Any, basket: tuple[Line, ...]
) -> None:
    at = away(pins=("123456",))
    outcome = at.run(sell(at.site, basket, slot=Slot.REMOTE))
    assert (outcome.result, outcome.refusal) == (Result.CARD_REFUSED, "-35")
    assert outcome.events == (KEY, Event.PIN_MUST_CHANGE)
    assert outcome.messages == (("1101", "approved"),)
    assert at.shown == ["the initial PIN cannot pay, change it first (-35)"]
    assert status(at.card).pin_tries_left == 6
    own = {"lies_in": Slot.REMOTE, "kiosk": ("123456", "246810"), "pins": ("246810",)}
    at.fingers = Fingers(patient(adult("jinan"), **own))
    assert at.run(change_pin(at.site, AT_ONCE, slot=Slot.REMOTE)).result is Result.DONE
    assert at.run(sell(at.site, basket, slot=Slot.REMOTE)).result is Result.SETTLED


@pytest.mark.rule("RB06")
def test_a_city_that_hands_its_cards_out_with_another_pin_has_that_one_changed_first(
    booth: Callable[..., Any], site: Callable[..., Site], adult: Any, patient: Any, basket: tuple[Line, ...]
) -> None:
    issued = (IssuedPin("370100", 2, "888888"), IssuedPin("370100", 3, "777777"), IssuedPin(SAMPLE, 2, "666666"))
    at, index = booth(structs.replace(site("P", SAMPLE), issued_pins=issued), lies_in=Slot.REMOTE), adult("jinan")
    handed_out = tuple(structs.replace(kind, pin_default="888888") for kind in PROFILES)
    at.card = Population(1, 10_000, handed_out).card(index)

    def ends(errand: Any, **typed: Any) -> tuple[Result, str]:
        at.fingers = Fingers(patient(index, lies_in=Slot.REMOTE, **typed))
        outcome = at.run(errand)
        return outcome.result, outcome.refusal

    refused = (Result.CARD_REFUSED, "-36")
    assert ends(sell(at.site, basket, slot=Slot.REMOTE), pins=("888888",)) == (Result.CARD_REFUSED, "-35")
    assert ends(change_pin(at.site, AT_ONCE, slot=Slot.REMOTE), kiosk=("888888", "888888")) == refused
    assert ends(reset_pin(at.site, slot=Slot.REMOTE), resets_pin="888888") == refused
    assert ends(change_pin(at.site, AT_ONCE, slot=Slot.REMOTE), kiosk=("888888", "123456")) == (Result.DONE, "")
    assert ends(sell(at.site, basket, slot=Slot.REMOTE), pins=("123456",)) == (Result.SETTLED, "")


def test_the_initial_pin_typed_after_the_change_is_a_wrong_one(away: Callable[..., Any], basket: Any) -> None:
    at = away(kiosk=("123456", "246810"), pins=("123456", "246810"))
    at.run(change_pin(at.site, AT_ONCE, slot=Slot.REMOTE))
    outcome = at.run(sell(at.site, basket, slot=Slot.REMOTE))
    assert outcome.events == (KEY, Event.PIN_WRONG, Event.PIN_VERIFIED)
    assert outcome.result is Result.SETTLED


@pytest.mark.rule("RB04")
def test_jinans_remote_pin_is_locked_by_six_wrong_entries_in_a_row_and_freed_of_five_by_a_right_one(
    away: Callable[..., Any], world: Any, adult: Any, patient: Any, basket: Any
) -> None:
    at, index = away(kiosk=("123456", "246810")), adult("jinan")
    tries = next(kind.pin_tries_max for kind in world.cities["370100"].cards if kind.generation == 2)
    at.card = Population(1, 10_000, tuple(structs.replace(kind, pin_tries_max=tries) for kind in PROFILES)).card(index)
    at.run(change_pin(at.site, AT_ONCE, slot=Slot.REMOTE))

    def typed(*pins: str) -> Any:
        at.fingers = Fingers(patient(index, lies_in=Slot.REMOTE, pins=pins))
        return at.run(sell(at.site, basket, slot=Slot.REMOTE))

    for _ in range(2):
        outcome = typed(*["135790"] * 5, "246810")
        assert outcome.result is Result.SETTLED
        assert outcome.events == (KEY, *(Event.PIN_WRONG,) * 5, Event.PIN_VERIFIED)
    locked = typed(*["135790"] * 6, "246810")
    assert (locked.result, locked.refusal) == (Result.CARD_REFUSED, "-52")
    assert locked.events == (KEY, *(Event.PIN_WRONG,) * 6, Event.PIN_LOCKED)


@pytest.mark.rule("RB07")
@pytest.mark.parametrize("whole_card", [False, True])
def test_the_local_password_typed_away_from_home_locks_the_pin_and_the_whole_card_where_a_city_says_so(
    away: Callable[..., Any], booth: Callable[..., Any], site: Callable[..., Any], basket: Any, whole_card: object
) -> None:
    at = away(pins=("000000",) * 7)
    outcome = at.run(sell(at.site, basket, slot=Slot.REMOTE))
    assert (outcome.result, outcome.refusal) == (Result.CARD_REFUSED, "-52")
    assert outcome.events == (KEY, *(Event.PIN_WRONG,) * 6, Event.PIN_LOCKED)
    assert at.shown[:6] == [f"wrong PIN, {left} tries left (-51)" for left in (5, 4, 3, 2, 1, 0)]
    home = booth(structs.replace(site(), pin_lock_stops_card=whole_card))
    home.card = at.card
    local = home.run(sell(home.site, basket))
    if whole_card:
        assert (local.result, local.refusal, local.messages) == (Result.CARD_REFUSED, "-52", ())
    else:
        assert local.result is Result.SETTLED


@pytest.mark.rule("RD03")
def test_one_pin_set_once_pays_in_every_city_of_the_province(
    booth: Callable[..., Any], away: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...]
) -> None:
    first = away(kiosk=("123456", "246810"), pins=())
    assert first.run(change_pin(first.site, AT_ONCE, slot=Slot.REMOTE)).result is Result.DONE
    for city in (SAMPLE, WEIFANG):
        at = booth(site("P", city), lies_in=Slot.REMOTE, pins=("000000", "123456", "246810"), passwords=())
        at.card = first.card
        outcome = at.run(sell(at.site, basket, slot=Slot.REMOTE))
        assert outcome.events == (KEY, Event.PIN_WRONG, Event.PIN_WRONG, Event.PIN_VERIFIED)
        assert (outcome.result, outcome.route) == (Result.SETTLED, "remote")


def test_a_locked_pin_stays_locked_for_the_right_one(away: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = away(pins=("000000",) * 7 + ("123456",))
    at.run(sell(at.site, basket, slot=Slot.REMOTE))
    assert at.run(sell(at.site, basket, slot=Slot.REMOTE)).refusal == "-52"


@pytest.mark.rule("RB08")
def test_pin_and_local_password_may_be_the_same_and_both_routes_work(
    booth: Callable[..., Any], away: Callable[..., Any], basket: tuple[Line, ...]
) -> None:
    at = away(kiosk=("123456", "000000"), pins=("000000",), passwords=("000000",))
    assert at.run(change_pin(at.site, AT_ONCE, slot=Slot.REMOTE)).result is Result.DONE
    assert at.run(sell(at.site, basket, slot=Slot.REMOTE)).result is Result.SETTLED
    home = booth(passwords=("000000",))
    home.card = at.card
    assert home.run(sell(home.site, basket)).result is Result.SETTLED


def test_what_is_no_pin_never_reaches_the_chip(away: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = away(pins=("12345", "abcdef", "１２３４５６", ""))
    outcome = at.run(sell(at.site, basket, slot=Slot.REMOTE))
    assert (outcome.result, outcome.events) == (Result.ABANDONED, (KEY,))
    assert at.shown == ["a PIN has six digits (-31)"] * 3


@pytest.mark.parametrize(
    ("kiosk", "result", "refusal", "events"),
    [
        (("123456", "135790"), Result.DONE, "", (Event.PIN_CHANGED,)),
        (("123456", "123456"), Result.CARD_REFUSED, "-36", ()),
        (("000000", "135790"), Result.ABANDONED, "", (Event.PIN_WRONG,)),
        (None, Result.ABANDONED, "", ()),
    ],
)
def test_a_pin_change_ends_in_one_of_four_ways(
    booth: Callable[..., Any], kiosk: Any, result: Result, refusal: str, events: tuple[Event, ...]
) -> None:
    at = booth(kiosk=kiosk)
    outcome = at.run(change_pin(at.site, AT_ONCE))
    assert (outcome.result, outcome.refusal, outcome.events) == (result, refusal, events)
    assert [shown.endswith("(-36)") for shown in at.shown] == [refusal == "-36"] * len(at.shown)


def test_an_old_pin_offered_again_and_again_locks_the_card(booth: Callable[..., Any], patient: Any) -> None:
    at = booth(kiosk=("000000", "135790"))
    ends = []
    for _ in range(7):
        at.fingers = Fingers(patient(kiosk=("000000", "135790")))
        ends.append(at.run(change_pin(at.site, AT_ONCE)))
    assert [end.events for end in ends] == [(Event.PIN_WRONG,)] * 6 + [(Event.PIN_LOCKED,)]
    assert (ends[-1].result, ends[-1].refusal) == (Result.CARD_REFUSED, "-52")
    assert at.shown[-1] == "the PIN is locked, have it reset at an HRSS outlet (-52)"


def test_a_generation_1_card_is_refused_away_from_home_before_any_pin(away: Callable[..., Any], basket: Any) -> None:
    at = away(profile="old", pins=("123456",))
    outcome = at.run(sell(at.site, basket, slot=Slot.REMOTE))
    assert (outcome.result, outcome.refusal, outcome.events) == (Result.DECLINED, "E3008", ())
