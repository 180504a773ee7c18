"""Cards that are broken on purpose: what each fault does, as an event that a reader turns into behaviour."""

from collections.abc import Callable
from itertools import product
from typing import Any

import msgspec
import pytest

from cardsim.card import Card, InterfaceSilent
from cardsim.faults import (
    CardFault,
    CardHangs,
    CardUnplugged,
    Delay,
    Fault,
    FaultyCard,
    Garble,
    Hang,
    PowerLost,
    Tear,
    Unplug,
)
from cardsim.inspection import status
from cardsim.interface import Interface
from cardsim.presentable import HeldToAntenna, Presentable

Issue = Callable[..., Card]

SSSE = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
VERIFY_WRONG = bytes.fromhex("0020000003000000")
ASK = bytes.fromhex("00200000")
MOMENTS = ("before", "inside", "after")


def selected(card: Card) -> Card:
    card.transmit(SSSE)
    return card


@pytest.mark.parametrize("command", [VERIFY_WRONG, bytes.fromhex("805E010007000000FF654321")])
def test_a_try_is_counted_before_its_answer_leaves(issue_card: Issue, command: bytes) -> None:
    card = selected(issue_card())
    with pytest.raises(PowerLost):
        FaultyCard(card, [Tear(1, 0, "after")]).transmit(command)
    assert status(card).pin_tries_left == 5


def test_pulling_the_card_at_every_programming_of_a_wrong_try_wins_no_try(issue_card: Issue) -> None:
    """Whatever is torn, as many tries as the card ever answers wrong are gone."""
    for write in range(1, 4):
        for moment in MOMENTS:
            card = selected(issue_card())
            faulty = FaultyCard(card, [Tear(apdu, write, moment) for apdu in range(1, 41)])
            wrong = 0
            for _ in range(40):
                try:
                    wrong += faulty.transmit(VERIFY_WRONG)[:1] == b"\x63"
                except PowerLost:
                    faulty.power_on()
                    selected(card)
            assert wrong <= 6
            assert status(card).pin_tries_left in (0, 6)


def test_a_tear_before_the_command_changes_nothing_and_after_it_everything(issue_card: Issue) -> None:
    tries = []
    for moment in ("before", "after"):
        card = selected(issue_card())
        with pytest.raises(PowerLost):
            FaultyCard(card, [Tear(1, 0, moment)]).transmit(VERIFY_WRONG)
        tries.append(status(card).pin_tries_left)
    assert tries == [6, 5]


def test_a_torn_card_is_without_power_until_the_next_reset(issue_card: Issue) -> None:
    faulty = FaultyCard(issue_card(), [Tear(1)])
    with pytest.raises(PowerLost):
        faulty.transmit(VERIFY_WRONG)
    assert faulty.power_on() == faulty.atr
    faulty.transmit(SSSE)
    assert faulty.transmit(VERIFY_WRONG).hex() == "63c5"


def test_what_a_card_finishes_at_power_on_can_be_torn_again_and_is_finished_after_that(issue_card: Issue) -> None:
    seen = set()
    for write, moment, again, then in product((1, 2, 3), MOMENTS, (1, 2), MOMENTS):
        card = selected(issue_card())
        faulty = FaultyCard(card, [Tear(1, write, moment), Tear(0, again, then)])
        with pytest.raises(PowerLost):
            faulty.transmit(VERIFY_WRONG)
        torn_again = False
        try:
            faulty.power_on()
        except PowerLost:
            torn_again = True
        faulty.power_on()
        seen.add((write > 1 or moment == "after", torn_again, status(card).pin_tries_left))
    assert seen == {(False, False, 6), (False, True, 6), (True, False, 5), (True, True, 5)}


def test_a_power_on_may_be_torn_as_a_whole_and_once(issue_card: Issue) -> None:
    faulty = FaultyCard(issue_card(), [Tear(0)])
    with pytest.raises(PowerLost):
        faulty.power_on()
    assert faulty.power_on() == faulty.atr


def test_an_unplugged_card_is_gone_until_it_is_plugged_in(issue_card: Issue) -> None:
    faulty = FaultyCard(selected(issue_card()), [Unplug(2, "after")])
    faulty.transmit(VERIFY_WRONG)
    for use in (lambda: faulty.transmit(VERIFY_WRONG), lambda: faulty.transmit(VERIFY_WRONG), faulty.power_on):
        with pytest.raises(CardUnplugged):
            use()
    faulty.plug_in()
    faulty.power_on()
    faulty.transmit(SSSE)
    assert faulty.transmit(ASK).hex() == "63c4"


def test_a_hanging_card_answers_again_after_a_reset(issue_card: Issue) -> None:
    faulty = FaultyCard(issue_card(), [Hang(1)])
    for _ in range(2):
        with pytest.raises(CardHangs):
            faulty.transmit(VERIFY_WRONG)
    faulty.power_on()
    faulty.transmit(SSSE)
    assert faulty.transmit(ASK).hex() == "63c6"


def test_a_garbled_answer_hides_what_the_card_has_done(issue_card: Issue) -> None:
    faulty = FaultyCard(selected(issue_card()), [Garble(1, b"\x90")])
    assert faulty.transmit(VERIFY_WRONG) == b"\x90"
    assert faulty.transmit(ASK).hex() == "63c5"


def test_a_late_answer_says_how_late_it_is(issue_card: Issue) -> None:
    faulty = FaultyCard(selected(issue_card()), [Delay(1, 2.5)])
    assert (faulty.transmit(VERIFY_WRONG).hex(), faulty.late_s) == ("63c5", 2.5)
    assert faulty.transmit(VERIFY_WRONG).hex() == "63c4"
    assert faulty.late_s == 0


def test_a_tear_at_a_write_that_a_command_has_not_leaves_it_alone(issue_card: Issue) -> None:
    faulty = FaultyCard(selected(issue_card()), [Tear(1, 4)])
    assert faulty.transmit(VERIFY_WRONG).hex() == "63c5"
    faulty.power_off()


def before_the_antenna(card: Card, *faults: Fault) -> tuple[Presentable, FaultyCard]:
    faulty = FaultyCard(HeldToAntenna(card), faults)
    return faulty, faulty


def behind_the_antenna(card: Card, *faults: Fault) -> tuple[Presentable, FaultyCard]:
    faulty = FaultyCard(card, faults)
    return HeldToAntenna(faulty), faulty


@pytest.mark.parametrize("held", [before_the_antenna, behind_the_antenna])
def test_a_card_at_an_antenna_breaks_like_one_in_contacts(issue_card: Issue, held: Any) -> None:
    card = issue_card(generation=3, algorithm="sm4")
    card.power_off()
    in_field, _ = held(card, Tear(2, 2, "inside"), Delay(4, 2.5))
    assert in_field.power_on() == in_field.atr == card.atr_at(Interface.CONTACTLESS)
    in_field.transmit(SSSE)
    with pytest.raises(PowerLost):
        in_field.transmit(VERIFY_WRONG)
    in_field.power_on()
    assert (in_field.transmit(SSSE)[-2:].hex(), in_field.late_s) == ("9000", 0)
    assert (in_field.transmit(ASK).hex(), in_field.late_s) == ("63c5", 2.5)
    assert (in_field.transmit(ASK).hex(), in_field.late_s) == ("63c5", 0)


def test_a_card_that_was_torn_at_the_antenna_goes_on_at_the_contacts(issue_card: Issue) -> None:
    card = issue_card(generation=3, algorithm="sm4")
    card.power_off()
    faulty = FaultyCard(card, [Tear(2, 2, "inside")])
    assert faulty.interfaces == set(Interface)
    assert faulty.power_on(Interface.CONTACTLESS) == faulty.atr_at(Interface.CONTACTLESS) == faulty.atr
    faulty.transmit(SSSE)
    with pytest.raises(PowerLost):
        faulty.transmit(VERIFY_WRONG)
    faulty.power_on(Interface.CONTACT)
    faulty.transmit(SSSE)
    assert faulty.transmit(ASK).hex() == "63c5"


def test_nobody_reaches_the_contacts_of_a_card_that_is_held_to_an_antenna(issue_card: Issue) -> None:
    card = issue_card(generation=3)
    card.power_off()
    with pytest.raises(InterfaceSilent):
        FaultyCard(HeldToAntenna(card), []).power_on(Interface.CONTACT)


def test_a_schedule_is_data_that_survives_its_encoding() -> None:
    faults: list[Fault] = [Tear(1, 2, "inside"), Unplug(2), Hang(3), Garble(4, b"\x90\x00"), Delay(5, 1.5)]
    assert msgspec.json.decode(msgspec.json.encode(faults), type=list[Fault]) == faults


def test_every_fault_is_a_card_fault() -> None:
    assert all(issubclass(fault, CardFault) for fault in (PowerLost, CardUnplugged, CardHangs))
