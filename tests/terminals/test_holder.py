from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from cardsim.issuing.population import Population
from terminals.holder import Holder
from terminals.kernel.effects import Slot
from terminals.patients import Patient

HolderOf = Callable[..., Holder]


@pytest.fixture
def holder_of(people: Population, adult: Callable[..., int], patient: Callable[..., Patient]) -> HolderOf:
    def make(profile: str = "jinan", *, issuer: bool = True, **facts: Any) -> Holder:
        made, index = Holder("37"), adult(profile)
        cards = partial(people.card, index)
        made.come(patient(index, **facts), cards(), cards if issuer else None)
        return made

    return make


def slots_of(holder: Holder) -> set[Slot]:
    return {slot for slot in Slot if holder.chip(slot) is not None}


def test_a_card_lies_where_its_holder_puts_it(holder_of: HolderOf) -> None:
    holder = holder_of(lies_in=Slot.REMOTE)
    assert slots_of(holder) == {Slot.REMOTE, Slot.SAM}
    assert holder.move(Slot.LOCAL)
    assert slots_of(holder) == {Slot.LOCAL, Slot.SAM}


def test_an_antenna_finds_no_card_with_contacts_only(holder_of: HolderOf) -> None:
    assert slots_of(holder_of(lies_in=Slot.TAP)) == {Slot.SAM}
    held = holder_of("new", lies_in=Slot.TAP).chip(Slot.TAP)
    card = holder_of("new").chip(Slot.LOCAL)
    assert held is not None
    assert card is not None
    assert held.power_on() != card.power_on()


def test_the_next_card_lies_where_the_last_one_lay(holder_of: HolderOf) -> None:
    holder = holder_of(lies_in=Slot.REMOTE)
    old = holder.chip(Slot.REMOTE)
    assert holder.take(2)
    assert holder.chip(Slot.REMOTE) is not old
    assert slots_of(holder) == {Slot.REMOTE, Slot.SAM}


def test_without_an_issuer_there_is_no_next_card(holder_of: HolderOf) -> None:
    holder = holder_of(issuer=False)
    assert not holder.take(2)
    assert Slot.LOCAL not in slots_of(holder)


def test_a_module_is_made_once_for_each_area(holder_of: HolderOf) -> None:
    holder = holder_of()
    assert holder.chip(Slot.SAM) is holder.chip(Slot.SAM)
    assert holder.chip(Slot.SAM) is not holder_of(module_area="370200").chip(Slot.SAM)


def test_where_nobody_is_there_is_nothing(holder_of: HolderOf) -> None:
    holder = holder_of()
    holder.leave()
    assert slots_of(holder) == set()
    assert not holder.present
    assert not holder.move(Slot.LOCAL)
    assert not holder.take(2)
