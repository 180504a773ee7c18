"""The matrix of the two paths: local by the host's password, remote by the chip's PIN and key."""

from collections.abc import Callable
from typing import Any

import pytest

from cardsim.inspection import status
from cardsim.psam import psam
from settlement.wire.messages import Line
from terminals.kernel.effects import Slot
from terminals.kernel.outcome import Event, Outcome, Result
from terminals.kernel.pharmacy import sell
from terminals.kernel.reissue import reissue
from terminals.kernel.remote_pin import change_pin
from terminals.kernel.reset_pin import reset_pin
from terminals.kernel.site import AT_ONCE, Site
from terminals.patients import Fingers

SAMPLE, QINGDAO = "379900", "370200"
CHANGED = {"kiosk": ("123456", "246810"), "pins": ("246810",)}
SELECT_SSSE = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
GENERATIONS = pytest.mark.parametrize("profile", ["jinan", "new"])


class Holder:
    """One person with one card, at a terminal at home and at one away."""

    def __init__(self, home: Any, away: Any, patient: Callable[..., Any]) -> None:
        self.home, self.away, self._patient = home, away, patient

    def carries(self, card: Any) -> None:
        self.home.card = self.away.card = card

    def pays(self, at: Any, slot: Slot, basket: Any, **facts: Any) -> Outcome:
        at.card = self.card
        at.lies_in, at.fingers = slot, Fingers(self._patient(**facts))
        at.host.now_ms += 1000
        outcome: Outcome = at.run(sell(at.site, basket, slot=slot))
        at.card.power_off()
        return outcome

    @property
    def card(self) -> Any:
        return self.home.card

    def changes_the_pin(self) -> None:
        self.home.fingers, self.home.lies_in = Fingers(self._patient(**CHANGED)), Slot.LOCAL
        assert self.home.run(change_pin(self.home.site, AT_ONCE)).events == (Event.PIN_CHANGED,)
        self.card.power_off()

    def has_the_pin_reset(self, at: Any, slot: Slot) -> Outcome:
        at.fingers, at.lies_in = Fingers(self._patient(resets_pin="864208")), slot
        outcome: Outcome = at.run(reset_pin(at.site, slot=slot))
        self.card.power_off()
        return outcome


@pytest.fixture
def holder(
    booth: Callable[..., Any], site: Callable[..., Site], patient: Callable[..., Any]
) -> Callable[[str], Holder]:
    def make(profile: str) -> Holder:
        home, away = booth(None, profile), booth(site("P", SAMPLE), profile)
        away.card = home.card
        return Holder(home, away, patient)

    return make


def locally(holder: Holder, basket: Any) -> str:
    return holder.pays(holder.home, Slot.LOCAL, basket).refusal


def remotely(holder: Holder, basket: Any, *pins: str) -> str:
    return holder.pays(holder.away, Slot.REMOTE, basket, pins=pins).refusal


def lock_the_key(holder: Holder, basket: Any) -> list[str]:
    holder.away.sam = psam(QINGDAO)
    return [remotely(holder, basket, "246810") for _ in range(4)]


@GENERATIONS
def test_an_initial_pin_works_at_home_and_not_away(holder: Any, basket: tuple[Line, ...], profile: str) -> None:
    person = holder(profile)
    assert (locally(person, basket), remotely(person, basket, "123456")) == ("", "-35")


@GENERATIONS
def test_a_changed_pin_works_on_both_paths(holder: Any, basket: tuple[Line, ...], profile: str) -> None:
    person = holder(profile)
    person.changes_the_pin()
    assert (locally(person, basket), remotely(person, basket, "246810")) == ("", "")


@GENERATIONS
def test_the_local_password_typed_as_pin_locks_the_remote_path_alone(
    holder: Any, basket: tuple[Line, ...], profile: str
) -> None:
    person = holder(profile)
    assert remotely(person, basket, *("000000",) * 7) == "-52"
    assert (locally(person, basket), remotely(person, basket, "123456")) == ("", "-52")


@pytest.mark.rule("RB22")
@GENERATIONS
def test_another_citys_module_counts_the_remote_key_down_to_its_lock_and_home_goes_on(
    holder: Any, basket: tuple[Line, ...], profile: str
) -> None:
    person = holder(profile)
    person.changes_the_pin()
    assert lock_the_key(person, basket) == ["-25538", "-25537", "-25536", "-27011"]
    assert status(person.card).pin_tries_left == 6
    person.away.sam = psam("37")
    assert (remotely(person, basket, "246810"), locally(person, basket)) == ("-27011", "")


@GENERATIONS
def test_a_module_that_is_right_again_in_time_gives_the_tries_back(
    holder: Any, basket: tuple[Line, ...], profile: str
) -> None:
    person = holder(profile)
    person.changes_the_pin()
    person.away.sam = psam(QINGDAO)
    assert [remotely(person, basket, "246810") for _ in range(2)] == ["-25538", "-25537"]
    person.away.sam = psam("37")
    assert remotely(person, basket, "246810") == ""
    assert lock_the_key(person, basket)[0] == "-25538"


def test_each_lock_is_said_in_both_languages(holder: Any, basket: tuple[Line, ...]) -> None:
    person = holder("jinan")
    person.changes_the_pin()
    lock_the_key(person, basket)
    assert person.away.shown == [
        "external authentication failed, 2 tries left (-25538)",
        "external authentication failed, 1 tries left (-25537)",
        "external authentication failed, 0 tries left (-25536)",
        "the card's key is locked: away from home only a new card helps, at home it goes on (-27011)",
    ]


@GENERATIONS
def test_a_new_pin_does_not_open_a_locked_key(holder: Any, basket: tuple[Line, ...], profile: str) -> None:
    person = holder(profile)
    lock_the_key(person, basket)
    person.changes_the_pin()
    person.away.sam = psam("37")
    assert remotely(person, basket, "246810") == "-27011"


@GENERATIONS
def test_a_locked_pin_is_reset_at_any_terminal_of_the_province_and_works_on_both_paths(
    holder: Any, basket: tuple[Line, ...], profile: str
) -> None:
    person = holder(profile)
    assert remotely(person, basket, *("000000",) * 7) == "-52"
    assert person.has_the_pin_reset(person.away, Slot.REMOTE).events == (Event.PIN_RESET,)
    assert (locally(person, basket), remotely(person, basket, "864208")) == ("", "")


@pytest.mark.rule("RB11")
@GENERATIONS
def test_a_pin_that_was_reset_does_not_open_a_locked_key_and_a_new_card_does(
    holder: Any, basket: tuple[Line, ...], profile: str
) -> None:
    person = holder(profile)
    lock_the_key(person, basket)
    person.away.sam = psam("37")
    assert person.has_the_pin_reset(person.home, Slot.LOCAL).result is Result.DONE
    assert (remotely(person, basket, "864208"), locally(person, basket)) == ("-27011", "")
    person.home.lies_in = Slot.LOCAL
    assert person.home.run(reissue(person.home.site)).result is Result.DONE
    person.away.sam = psam("37")
    person.changes_the_pin()
    assert (remotely(person, basket, "246810"), locally(person, basket)) == ("", "")


@GENERATIONS
def test_a_new_card_cures_a_locked_key_and_keeps_the_account(
    holder: Any, basket: tuple[Line, ...], profile: str
) -> None:
    person = holder(profile)
    spent = person.pays(person.home, Slot.LOCAL, basket).amounts
    lock_the_key(person, basket)
    old = person.card
    person.home.lies_in = Slot.LOCAL
    outcome = person.home.run(reissue(person.home.site))
    assert (outcome.result, outcome.events) == (Result.DONE, (Event.REISSUED,))
    assert person.card is not old
    person.away.sam = psam("37")
    assert remotely(person, basket, "123456") == "-35"
    person.changes_the_pin()
    assert remotely(person, basket, "246810") == ""
    again = person.pays(person.home, Slot.LOCAL, basket).amounts
    assert again.balc_fen == spent.balc_fen - 2 * spent.acct_pay_fen
    person.home.card = old
    assert locally(person, basket) == "E2004"
