"""What every reader does, whatever is behind it or wrapped around it."""

from collections.abc import Callable

import pytest

from cardsim.card import Card
from cardsim.population import CardProfile, Population
from terminals.readers.reader import CardRemovedError, Reader
from terminals.readers.simulated import SimulatedReader
from terminals.readers.trace import TracedReader

PEOPLE = Population(1, 10, (CardProfile(name="x", city="370100", generation=2, weight=1),))
CHALLENGE = bytes.fromhex("0084000008")

IMPLEMENTATIONS: dict[str, Callable[[Card | None], Reader]] = {
    "simulated": SimulatedReader,
    "traced": lambda card: TracedReader(SimulatedReader(card), lambda _: None),
}


@pytest.fixture(params=IMPLEMENTATIONS)
def reader_with(request: pytest.FixtureRequest) -> Callable[[Card | None], Reader]:
    return IMPLEMENTATIONS[request.param]


async def test_power_on_answers_the_atr(reader_with: Callable[..., Reader]) -> None:
    card = PEOPLE.card(0)
    assert await reader_with(card).power_on() == card.atr


async def test_a_powered_card_answers_any_bytes(reader_with: Callable[..., Reader]) -> None:
    reader = reader_with(PEOPLE.card(0))
    await reader.power_on()
    assert (await reader.transmit(CHALLENGE))[-2:] == b"\x90\x00"
    assert await reader.transmit(b"") == b"\x67\x00"


async def test_power_on_resets_what_was_selected(reader_with: Callable[..., Reader]) -> None:
    reader = reader_with(PEOPLE.card(0))
    await reader.power_on()
    select = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
    read = bytes.fromhex("00B2032C06")
    await reader.transmit(select)
    assert (await reader.transmit(read))[-2:] == b"\x90\x00"
    await reader.power_on()
    assert (await reader.transmit(read))[-2:] != b"\x90\x00"


async def test_without_a_card_nothing_answers(reader_with: Callable[..., Reader]) -> None:
    reader = reader_with(None)
    with pytest.raises(CardRemovedError):
        await reader.power_on()
    with pytest.raises(CardRemovedError):
        await reader.transmit(CHALLENGE)
    await reader.power_off()


async def test_without_power_nothing_answers(reader_with: Callable[..., Reader]) -> None:
    reader = reader_with(PEOPLE.card(0))
    with pytest.raises(CardRemovedError):
        await reader.transmit(CHALLENGE)
    await reader.power_on()
    await reader.power_off()
    with pytest.raises(CardRemovedError):
        await reader.transmit(CHALLENGE)


async def test_power_off_twice_is_harmless(reader_with: Callable[..., Reader]) -> None:
    reader = reader_with(PEOPLE.card(0))
    await reader.power_on()
    await reader.power_off()
    await reader.power_off()
