"""What a card that breaks by its schedule looks like in a simulated reader: as in a real one."""

import pytest
import trio
from trio.testing import MockClock

from cardsim.card import Card
from cardsim.faults import Delay, FaultyCard, Garble, Hang, Tear, Unplug
from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from cardsim.presentable import HeldToAntenna
from terminals.readers.reader import CardRemovedError, CardSilentError
from terminals.readers.simulated import SimulatedReader

CHALLENGE = bytes.fromhex("0084000008")
DEADLINE_S = 5.0
GENERATION_3 = CardProfile(name="x", city="370100", generation=3, weight=1)


@pytest.fixture
def card(people: Population) -> Card:
    return people.card(0)


@pytest.mark.rule("RC17")
async def test_a_card_that_hangs_is_given_up_at_the_deadline_and_works_after_a_reset(
    card: Card, autojump_clock: MockClock
) -> None:
    reader = SimulatedReader(FaultyCard(card, [Hang(1)]), deadline_s=DEADLINE_S)
    await reader.power_on()
    began = trio.current_time()
    with pytest.raises(CardSilentError):
        await reader.transmit(CHALLENGE)
    assert trio.current_time() - began == DEADLINE_S
    await reader.power_on()
    assert (await reader.transmit(CHALLENGE))[-2:] == b"\x90\x00"


async def test_a_late_answer_is_waited_for_until_the_deadline(card: Card, autojump_clock: MockClock) -> None:
    reader = SimulatedReader(FaultyCard(card, [Delay(1, 3.0), Delay(2, 7.0)]), deadline_s=DEADLINE_S)
    await reader.power_on()
    began = trio.current_time()
    assert (await reader.transmit(CHALLENGE))[-2:] == b"\x90\x00"
    assert trio.current_time() - began == 3.0
    with pytest.raises(CardSilentError):
        await reader.transmit(CHALLENGE)
    assert trio.current_time() - began == 3.0 + DEADLINE_S


async def test_a_torn_card_can_be_powered_again_and_an_unplugged_one_only_once_it_is_back(card: Card) -> None:
    faulty = FaultyCard(card, [Tear(1), Unplug(2)])
    reader = SimulatedReader(faulty)
    for back in (lambda: None, faulty.plug_in):
        await reader.power_on()
        with pytest.raises(CardRemovedError):
            await reader.transmit(CHALLENGE)
        with pytest.raises(CardRemovedError):
            await reader.transmit(CHALLENGE)
        back()
    await reader.power_on()
    assert (await reader.transmit(CHALLENGE))[-2:] == b"\x90\x00"


async def test_a_wrong_answer_arrives_as_it_came(card: Card) -> None:
    reader = SimulatedReader(FaultyCard(card, [Garble(1, b"\x6f\x00")]))
    await reader.power_on()
    assert await reader.transmit(CHALLENGE) == b"\x6f\x00"


async def test_a_late_answer_is_waited_for_at_the_antenna_too(autojump_clock: MockClock) -> None:
    third = Population(1, 1, (GENERATION_3,)).card(0)
    faults = [Delay(1, 3.0), Tear(2), Hang(3)]
    for held in (HeldToAntenna(FaultyCard(third, faults)), FaultyCard(HeldToAntenna(third), faults)):
        reader = SimulatedReader(held, deadline_s=DEADLINE_S)
        await reader.power_on()
        began = trio.current_time()
        assert (await reader.transmit(CHALLENGE))[-2:] == b"\x90\x00"
        assert trio.current_time() - began == 3.0
        with pytest.raises(CardRemovedError, match="PowerLost"):
            await reader.transmit(CHALLENGE)
        await reader.power_on()
        with pytest.raises(CardSilentError):
            await reader.transmit(CHALLENGE)
        await reader.power_off()


async def test_a_card_is_gone_from_the_antenna_when_the_contacts_take_its_power() -> None:
    third = Population(1, 1, (GENERATION_3,)).card(0)
    reader = SimulatedReader(HeldToAntenna(third))
    await reader.power_on()
    third.power_on()
    with pytest.raises(CardRemovedError, match="CardNotPowered"):
        await reader.transmit(CHALLENGE)


async def test_a_card_whose_contacts_have_the_power_is_silent_at_the_antenna() -> None:
    third = Population(1, 1, (GENERATION_3,)).card(0)
    third.power_on()
    with pytest.raises(CardRemovedError, match="InterfaceSilent"):
        await SimulatedReader(HeldToAntenna(third)).power_on()
