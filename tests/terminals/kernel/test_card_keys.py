from collections.abc import Callable
from typing import Any

import pytest

from settlement.wire.messages import Line
from terminals.kernel.card_dialogue import SELECT_MEDICAL
from terminals.kernel.effects import Slot
from terminals.kernel.outcome import Event, Result
from terminals.kernel.pharmacy import sell
from terminals.kernel.remote_pin import VERIFY
from terminals.kernel.sam import GET_CHALLENGE
from terminals.kernel.site import Site

SAMPLE = "379900"
READ_REGION = bytes.fromhex("00B2022C05")
EXTERNAL_AUTHENTICATE = bytes.fromhex("0082")


@pytest.fixture
def away(booth: Callable[..., Any], site: Callable[..., Site]) -> Callable[..., Any]:
    return lambda profile="jinan", **facts: booth(site("P", SAMPLE), profile, lies_in=Slot.REMOTE, **facts)


def proofs(at: Any) -> list[int]:
    """The keys that were presented to the card, in order."""
    return [apdu[3] for slot, apdu in at.transmitted if slot is not Slot.SAM and apdu[:2] == EXTERNAL_AUTHENTICATE]


@pytest.mark.parametrize(("profile", "keys"), [("jinan", [0x84]), ("new", [0x84, 0x0A])])
def test_away_from_home_the_medical_key_comes_first(
    away: Callable[..., Any], basket: tuple[Line, ...], profile: str, keys: list[int]
) -> None:
    at = away(profile, pins=("123456",))
    assert at.run(sell(at.site, basket, slot=Slot.REMOTE)).refusal == "-35"
    assert proofs(at) == keys
    said = [apdu for _, apdu in at.transmitted]
    assert said.index(SELECT_MEDICAL) < said.index(READ_REGION)
    assert said[-1].startswith(VERIFY)


@pytest.mark.parametrize(("profile", "keys"), [("old", []), ("jinan", []), ("new", [0x0A])])
def test_at_home_only_the_third_generation_wants_a_key(
    booth: Callable[..., Any], basket: tuple[Line, ...], profile: str, keys: list[int]
) -> None:
    at = booth(None, profile)
    assert at.run(sell(at.site, basket)).result is Result.SETTLED
    assert proofs(at) == keys


def test_a_card_that_says_another_region_than_its_issuer_is_refused(away: Callable[..., Any], basket: Any) -> None:
    at = away(pins=("123456",))
    perform = at.perform

    def performed(effect: Any) -> Any:
        answer = perform(effect)
        return bytes.fromhex("84033709009000") if getattr(effect, "apdu", b"") == READ_REGION else answer

    at.perform = performed
    outcome = at.run(sell(at.site, basket, slot=Slot.REMOTE))
    assert (outcome.result, outcome.refusal, outcome.messages) == (Result.CARD_REFUSED, "-22", ())


@pytest.mark.parametrize(
    ("apdu", "answer", "code"),
    [
        (SELECT_MEDICAL, "6A82", "-27266"),
        (READ_REGION, "6982", "-27010"),
        (GET_CHALLENGE, "6D00", "-27904"),
    ],
)
def test_a_card_that_lacks_something_on_the_way_is_refused_with_its_code(
    away: Callable[..., Any], basket: tuple[Line, ...], apdu: bytes, answer: str, code: str
) -> None:
    at = away()
    perform = at.perform

    def performed(effect: Any) -> Any:
        return bytes.fromhex(answer) if getattr(effect, "apdu", b"") == apdu else perform(effect)

    at.perform = performed
    assert at.run(sell(at.site, basket, slot=Slot.REMOTE)).refusal == code


def test_a_locked_card_says_so_before_any_message(away: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = away()
    perform = at.perform

    def performed(effect: Any) -> Any:
        locked = getattr(effect, "apdu", b"")[:2] == EXTERNAL_AUTHENTICATE
        return bytes.fromhex("6983") if locked else perform(effect)

    at.perform = performed
    outcome = at.run(sell(at.site, basket, slot=Slot.REMOTE))
    assert (outcome.refusal, outcome.events, outcome.messages) == ("-27011", (Event.KEY_LOCKED,), ())
