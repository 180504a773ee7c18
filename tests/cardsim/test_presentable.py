"""A card at an antenna while its contacts lie in another reader: one chip, one power."""

from collections.abc import Callable

import pytest

from cardsim.card import Card, CardNotPowered, InterfaceSilent
from cardsim.interface import Interface
from cardsim.presentable import HeldToAntenna, InContacts

Issue = Callable[..., Card]
CHALLENGE, UID = bytes.fromhex("0084000008"), bytes.fromhex("FFCA000000")
SSSE, ASK = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF"), bytes.fromhex("00200000")
WRONG_PIN = bytes.fromhex("0020000003000000")


@pytest.fixture
def dual(issue_card: Issue) -> Card:
    card = issue_card(generation=3, algorithm="sm4")
    card.power_off()
    return card


def test_a_sound_card_is_in_time_wherever_it_lies(dual: Card) -> None:
    assert dual.late_s == HeldToAntenna(dual).late_s == 0


def test_the_antenna_feels_nothing_of_what_goes_on_at_the_contacts(dual: Card) -> None:
    held = HeldToAntenna(dual)
    dual.power_on()
    dual.transmit(SSSE)
    with pytest.raises(InterfaceSilent):
        held.power_on()
    with pytest.raises(CardNotPowered):
        held.transmit(CHALLENGE)
    held.power_off()
    assert dual.transmit(ASK).hex() == "63c6"
    assert (dual.powered_at, held.powered_at) == (Interface.CONTACT, None)


def test_the_contacts_take_the_power_from_the_antenna(dual: Card) -> None:
    held = HeldToAntenna(dual)
    held.power_on()
    assert held.transmit(UID)[-2:].hex() == "9000"
    dual.power_on()
    with pytest.raises(CardNotPowered):
        held.transmit(UID)
    dual.power_off()
    held.power_on()
    assert (dual.powered_at, held.powered_at) == (Interface.CONTACTLESS,) * 2
    assert held.transmit(UID)[-2:].hex() == "9000"


def test_each_side_has_its_own_answer_to_reset_whichever_had_the_power_last(dual: Card) -> None:
    held, contacts = HeldToAntenna(dual), InContacts(dual)
    atrs = held.atr, contacts.atr
    for side in (held, contacts, held):
        side.power_on()
        assert (held.atr, contacts.atr) == atrs
        side.power_off()


def test_contacts_without_power_take_none_from_the_antenna_and_send_nothing_through_it(dual: Card) -> None:
    held, contacts = HeldToAntenna(dual), InContacts(dual)
    held.power_on()
    contacts.power_off()
    with pytest.raises(CardNotPowered):
        contacts.transmit(CHALLENGE)
    assert held.transmit(UID)[-2:].hex() == "9000"


def test_a_try_spent_over_the_antenna_is_missing_at_the_contacts(dual: Card) -> None:
    for side, left in ((HeldToAntenna(dual), "63c5"), (InContacts(dual), "63c4")):
        side.power_on()
        side.transmit(SSSE)
        assert side.transmit(WRONG_PIN).hex() == left
