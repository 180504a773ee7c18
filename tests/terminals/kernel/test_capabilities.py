import pytest

from cardsim.card import InterfaceSilent
from cardsim.interface import Interface
from cardsim.issuing.population import CardProfile, Population
from terminals.kernel.capabilities import Use, uses
from terminals.kernel.debit_dialogue import DEBIT_AID
from terminals.kernel.effects import Slot

NAMES = {Use.SOCIAL_SECURITY: "sx1.sh.社会保障".encode("gbk"), Use.DEBIT: DEBIT_AID}


@pytest.mark.parametrize("generation", [1, 2, 3])
@pytest.mark.parametrize(
    ("slot", "interface"),
    [(Slot.LOCAL, Interface.CONTACT), (Slot.REMOTE, Interface.CONTACT), (Slot.TAP, Interface.CONTACTLESS)],
)
def test_the_table_says_what_a_real_card_does(generation: int, slot: Slot, interface: Interface) -> None:
    people = Population(1, 10, (CardProfile(name="x", city="370100", generation=generation, weight=1),))
    card = people.card(0)
    found = set()
    try:
        card.power_on(interface)
    except InterfaceSilent:
        pass
    else:
        for use, name in NAMES.items():
            answer = card.transmit(bytes.fromhex("00A40400") + bytes((len(name),)) + name)
            found |= {use} if answer[-2:] == b"\x90\x00" or answer[-2] == 0x61 else set()
    assert uses(generation, slot) == found


def test_an_unread_card_can_do_nothing() -> None:
    assert uses(0, Slot.LOCAL) == frozenset()
