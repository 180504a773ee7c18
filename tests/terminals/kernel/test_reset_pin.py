from collections.abc import Callable
from typing import Any

import pytest

from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from cardsim.psam import psam
from settlement.wire.messages import Line
from terminals.kernel.card_dialogue import SELECT_SSSE
from terminals.kernel.effects import Slot
from terminals.kernel.outcome import Event, Result
from terminals.kernel.pharmacy import sell
from terminals.kernel.remote_pin import VERIFY
from terminals.kernel.reset_pin import reset_pin
from terminals.kernel.sam import EXTERNAL_AUTHENTICATE, GET_CHALLENGE, UNBLOCK_PIN
from terminals.kernel.site import Site

SAMPLE, NEW = "379900", "864208"
LOCKED, WRONG = "6983", bytes.fromhex("999999")
CITY_AND_UP = pytest.mark.parametrize("area", ["370100", "37", ""])


def lock_the_pin(card: Any) -> None:
    card.power_on()
    card.transmit(SELECT_SSSE)
    assert [card.transmit(VERIFY + WRONG).hex() for _ in range(7)][-1] == LOCKED
    card.power_off()


def verified(card: Any, digits: str) -> str:
    card.power_on()
    card.transmit(SELECT_SSSE)
    answer: str = card.transmit(VERIFY + bytes.fromhex(digits)).hex()
    card.power_off()
    return answer


@CITY_AND_UP
@pytest.mark.parametrize("cipher", ["3des", "sm4"])
def test_a_module_of_each_level_resets_the_pin_of_a_card_of_each_cipher(
    booth: Callable[..., Any], area: str, cipher: Any
) -> None:
    at = booth(resets_pin=NEW)
    profile = CardProfile(name="x", city="370100", generation=3, weight=1, algorithm=cipher)
    at.card, at.sam = Population(1, 10, (profile,)).card(3), psam(area)
    lock_the_pin(at.card)
    outcome = at.run(reset_pin(at.site))
    assert (outcome.result, outcome.flow, outcome.events) == (Result.DONE, "reset_pin", (Event.PIN_RESET,))
    at.card.power_off()
    assert [verified(at.card, digits) for digits in (NEW, "123456")] == ["9000", "63c5"]


def test_any_terminal_of_the_province_resets_it_and_the_card_pays_there(
    booth: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...]
) -> None:
    at = booth(site("P", SAMPLE), lies_in=Slot.REMOTE, pins=("246810",), resets_pin=NEW)
    lock_the_pin(at.card)
    assert at.run(sell(at.site, basket, slot=Slot.REMOTE)).refusal == "-52"
    assert at.run(reset_pin(at.site, slot=Slot.REMOTE)).result is Result.DONE
    assert at.run(sell(at.site, basket, slot=Slot.REMOTE)).result is Result.SETTLED


def test_the_new_pin_crosses_the_wire_to_the_card_enciphered(booth: Callable[..., Any]) -> None:
    at = booth(resets_pin=NEW)
    at.run(reset_pin(at.site))
    to_the_card = [apdu for slot, apdu in at.transmitted if slot is Slot.LOCAL]
    assert to_the_card[-1][:5].hex().upper() == "842400010C"
    assert not [apdu for apdu in to_the_card if bytes.fromhex(NEW) in apdu]


@pytest.mark.parametrize(
    ("typed", "result", "refusal"), [("", Result.ABANDONED, ""), ("123456", Result.CARD_REFUSED, "-36")]
)
def test_without_a_pin_of_ones_own_nothing_changes(
    booth: Callable[..., Any], typed: str, result: Result, refusal: str
) -> None:
    at = booth(resets_pin=typed)
    lock_the_pin(at.card)
    outcome = at.run(reset_pin(at.site))
    assert (outcome.result, outcome.refusal, outcome.events) == (result, refusal, ())
    at.card.power_off()
    assert verified(at.card, "123456") == LOCKED


@pytest.mark.parametrize(
    ("module", "code"),
    [(None, "-2201"), (psam("370200"), "-24"), (psam("41"), "-24"), (psam("37", lacks=frozenset({"PUK"})), "-2203")],
)
def test_a_module_that_cannot_do_it_costs_the_card_no_try(booth: Callable[..., Any], module: Any, code: str) -> None:
    at = booth(resets_pin=NEW)
    at.sam = module
    outcome = at.run(reset_pin(at.site))
    assert (outcome.result, outcome.refusal, outcome.events) == (Result.CARD_REFUSED, code, ())
    assert not [apdu for _, apdu in at.transmitted if apdu.startswith(EXTERNAL_AUTHENTICATE)]


def test_a_locked_key_is_said_to_be_the_one_that_resets_the_pin(booth: Callable[..., Any]) -> None:
    at = booth(resets_pin=NEW)
    at.card.power_on()
    at.card.transmit(SELECT_SSSE)
    for _ in range(4):
        at.card.transmit(GET_CHALLENGE)
        at.card.transmit(EXTERNAL_AUTHENTICATE + bytes((UNBLOCK_PIN.identifier, 16)) + bytes(16))
    at.card.power_off()
    outcome = at.run(reset_pin(at.site))
    assert (outcome.refusal, outcome.events) == ("-27011", (Event.KEY_LOCKED,))
    assert at.shown[-1].startswith("the key that resets the PIN is locked")


@pytest.mark.parametrize(("slot", "at_least"), [(Slot.SAM, 6), (Slot.LOCAL, 7)])
def test_whoever_falls_silent_on_the_way_leaves_the_pin_as_it_was(
    booth: Callable[..., Any], slot: Slot, at_least: int
) -> None:
    silent_at, ends = 0, []
    while not ends or ends[-1] is not Result.DONE:
        at = booth(resets_pin=NEW)
        heard, perform, silent_at = 0, at.perform, silent_at + 1

        def performed(effect: Any, silent_at: int = silent_at, perform: Any = perform) -> Any:
            nonlocal heard
            heard += getattr(effect, "slot", None) is slot and hasattr(effect, "apdu")
            gone = heard >= silent_at and getattr(effect, "slot", None) is slot
            return b"" if gone else perform(effect)

        at.perform = performed
        lock_the_pin(at.card)
        ends.append(at.run(reset_pin(at.site)).result)
        at.card.power_off()
        assert verified(at.card, NEW) == ("9000" if ends[-1] is Result.DONE else LOCKED)
    assert len(ends) > at_least
    assert set(ends[:-1]) == {Result.CARD_REFUSED}
