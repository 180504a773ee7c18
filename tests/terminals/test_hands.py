from collections.abc import Callable
from typing import Any

import pytest
import trio
import trio.testing

from cardsim.issuing.population import Population
from terminals.assembly import slots
from terminals.hands import SimulatedHands, WaitingHands
from terminals.kernel.effects import Slot
from terminals.readers.reader import CardRemovedError, ReaderGoneError
from terminals.readers.simulated import SimulatedReader


@pytest.fixture
def hands(people: Population, adult: Callable[..., int], patient: Callable[..., Any]) -> Callable[..., SimulatedHands]:
    def make(profile: str = "jinan", **facts: Any) -> SimulatedHands:
        made = SimulatedHands(slots(), people.card, "37")
        made.come(patient(adult(profile), **facts))
        return made

    return make


async def answers(made: SimulatedHands) -> set[Slot]:
    """The slots in which something answers."""
    found = set()
    for slot, reader in made.readers.items():
        try:
            await reader.power_on()
        except CardRemovedError:
            continue
        found.add(slot)
        await reader.power_off()
    return found


async def test_a_card_answers_where_its_holder_puts_it_and_nowhere_else(hands: Callable[..., Any]) -> None:
    made = hands(lies_in=Slot.REMOTE)
    assert await answers(made) == {Slot.REMOTE, Slot.SAM}
    assert await made.move_card(Slot.LOCAL)
    assert await answers(made) == {Slot.LOCAL, Slot.SAM}
    made.leave()
    assert await answers(made) == set()


async def test_a_card_with_contacts_only_is_silent_at_the_antenna(hands: Callable[..., Any]) -> None:
    made = hands(lies_in=Slot.TAP)
    assert await answers(made) == {Slot.SAM}
    assert await made.move_card(Slot.LOCAL)
    assert await answers(made) == {Slot.LOCAL, Slot.SAM}


async def test_a_card_with_an_antenna_answers_there_as_itself(hands: Callable[..., Any]) -> None:
    made = hands("new")
    assert await made.move_card(Slot.TAP)
    contact = await hands("new").readers[Slot.LOCAL].power_on()
    assert (await made.readers[Slot.TAP].power_on())[4:-1] == contact[4:]


async def test_a_new_card_lies_where_the_old_one_lay(hands: Callable[..., Any]) -> None:
    made = hands(lies_in=Slot.REMOTE)
    old = await made.readers[Slot.REMOTE].power_on()
    assert await made.take_card(2)
    assert await made.readers[Slot.REMOTE].power_on() != old


async def test_the_module_is_the_terminals_own_unless_the_story_has_another(hands: Callable[..., Any]) -> None:
    modules = [hands(module_area=area).readers[Slot.SAM] for area in ("", "370200")]
    numbers = [(await module.power_on())[-6:-3].hex() for module in modules]
    assert numbers == ["370000", "370200"]


async def test_nobody_moves_and_takes_nothing(people: Population) -> None:
    made = SimulatedHands(slots(), people.card, "37")
    assert not await made.move_card(Slot.LOCAL)
    assert not await made.take_card(2)


async def test_a_terminal_waits_for_a_card_as_long_as_people_may_take(
    people: Population, autojump_clock: trio.testing.MockClock
) -> None:
    reader = SimulatedReader()
    waiting = WaitingHands({Slot.LOCAL: reader}, patience_s=5)
    assert not await waiting.move_card(Slot.LOCAL)
    assert trio.current_time() == pytest.approx(5)
    assert not await waiting.move_card(Slot.TAP)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_bring, reader, people)
        assert await waiting.move_card(Slot.LOCAL)
        nursery.start_soon(_bring, reader, people)
        assert await waiting.take_card(2)


async def _bring(reader: SimulatedReader, people: Population) -> None:
    await trio.sleep(1)
    reader.remove()
    await trio.sleep(1)
    reader.insert(people.card(0))


async def test_a_reader_that_goes_away_brings_no_card(autojump_clock: trio.testing.MockClock) -> None:
    class Gone(SimulatedReader):
        async def wait_for_card(self) -> None:
            raise ReaderGoneError

    waiting = WaitingHands({Slot.LOCAL: Gone()})
    assert not await waiting.move_card(Slot.LOCAL)
    assert not await waiting.take_card(2)
    assert not await WaitingHands({}).take_card(2)
