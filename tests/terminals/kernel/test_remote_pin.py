from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs

from settlement.wire.messages import Line
from terminals.kernel.effects import Slot
from terminals.kernel.outcome import Event, Result
from terminals.kernel.pharmacy import sell
from terminals.kernel.remote_pin import change_pin
from terminals.kernel.site import AT_ONCE, Site
from terminals.patients import Fingers

SAMPLE = "379900"
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
def test_the_initial_pin_cannot_pay(away: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = away(pins=("123456",))
    outcome = at.run(sell(at.site, basket, slot=Slot.REMOTE))
    assert (outcome.result, outcome.refusal) == (Result.CARD_REFUSED, "-35")
    assert outcome.events == (KEY, Event.PIN_MUST_CHANGE)
    assert outcome.messages == (("1101", "approved"),)
    assert at.shown == ["the initial PIN cannot pay, change it first (-35)"]


def test_the_initial_pin_typed_after_the_change_is_a_wrong_one(away: Callable[..., Any], basket: Any) -> None:
    at = away(kiosk=("123456", "246810"), pins=("123456", "246810"))
    at.run(change_pin(at.site, AT_ONCE, slot=Slot.REMOTE))
    outcome = at.run(sell(at.site, basket, slot=Slot.REMOTE))
    assert outcome.events == (KEY, Event.PIN_WRONG, Event.PIN_VERIFIED)
    assert outcome.result is Result.SETTLED


def test_the_local_password_counts_the_chip_down_to_the_lock(away: Callable[..., Any], basket: Any) -> None:
    at = away(pins=("000000",) * 7)
    outcome = at.run(sell(at.site, basket, slot=Slot.REMOTE))
    assert (outcome.result, outcome.refusal) == (Result.CARD_REFUSED, "-52")
    assert outcome.events == (KEY, *(Event.PIN_WRONG,) * 6, Event.PIN_LOCKED)
    assert at.shown[:6] == [f"wrong PIN, {left} tries left (-51)" for left in (5, 4, 3, 2, 1, 0)]


def test_a_locked_pin_stays_locked_for_the_right_one(away: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = away(pins=("000000",) * 7 + ("123456",))
    at.run(sell(at.site, basket, slot=Slot.REMOTE))
    assert at.run(sell(at.site, basket, slot=Slot.REMOTE)).refusal == "-52"


def test_a_locked_pin_still_pays_at_home(booth: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = booth()
    at.card.power_on()
    at.card.transmit(bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF"))
    for _ in range(6):
        at.card.transmit(bytes.fromhex("0020000003999999"))
    assert at.run(sell(at.site, basket)).result is Result.SETTLED


@pytest.mark.rule("RB07")
def test_a_locked_pin_stops_the_whole_card_where_its_city_says_so(
    booth: Callable[..., Any], site: Callable[..., Any], basket: tuple[Line, ...]
) -> None:
    at = booth(structs.replace(site(), pin_lock_stops_card=True))
    assert at.run(sell(at.site, basket)).result is Result.SETTLED
    at.card.power_on()
    at.card.transmit(bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF"))
    for _ in range(6):
        at.card.transmit(bytes.fromhex("0020000003999999"))
    outcome = at.run(sell(at.site, basket))
    assert (outcome.result, outcome.refusal, outcome.messages) == (Result.CARD_REFUSED, "-52", ())


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
