"""What every reader does, whatever is behind it or wrapped around it."""

from collections.abc import AsyncIterator, Callable
from typing import Protocol

import pytest
import trio

from cardsim.card import Card
from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from cardsim.presentable import Presentable
from terminals.readers.ours import DiscerningReader
from terminals.readers.pcsc import PcscReader
from terminals.readers.reader import CardRemovedError, Reader
from terminals.readers.session import RecordingReader
from terminals.readers.simulated import SimulatedReader
from terminals.readers.slow import SlowReader
from terminals.readers.timing import Contact
from terminals.readers.trace import TracedReader

PEOPLE = Population(1, 10, (CardProfile(name="x", city="370100", generation=2, weight=1),))
CHALLENGE = bytes.fromhex("0084000008")
SELECT = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
READ = bytes.fromhex("00B2032C06")
LIMIT_S = 20
PCSC_SERVICES = ("pcscd", "vsmartcard-vpcd", "swig", "libpcsclite-dev")


class Slot(Protocol):
    """Where a test puts its cards."""

    def insert(self, card: Presentable) -> None: ...

    def remove(self) -> None: ...


class Place:
    """A reader and its slot."""

    def __init__(self, reader: Reader, slot: Slot) -> None:
        self.reader = reader
        self.slot = slot

    async def hold(self, card: Card) -> Card:
        """Put a card in and return it once the reader has noticed."""
        self.slot.insert(card)
        with trio.fail_after(LIMIT_S):
            await self.reader.wait_for_card()
        return card


WRAPPERS: dict[str, Callable[[Reader], Reader]] = {
    "simulated": lambda reader: reader,
    "traced": lambda reader: TracedReader(reader, lambda _: None),
    "slow": lambda reader: SlowReader(reader, Contact(multiple=1_000, processing_s=0)),
    "recorded": lambda reader: RecordingReader(reader, lambda _: None),
    "discerning": lambda reader: DiscerningReader(reader, lambda _: None),
}
PCSC = pytest.param("pcsc", marks=[pytest.mark.service(name) for name in PCSC_SERVICES])


@pytest.fixture(params=[*WRAPPERS, PCSC])
def parts(request: pytest.FixtureRequest) -> tuple[Reader, Slot]:
    if request.param == "pcsc":
        slot = request.getfixturevalue("lab")[0]
        return PcscReader(slot.name), slot
    reader = SimulatedReader()
    return WRAPPERS[request.param](reader), reader


@pytest.fixture
async def place(parts: tuple[Reader, Slot]) -> AsyncIterator[Place]:
    reader, slot = parts
    yield Place(reader, slot)
    if isinstance(reader, PcscReader):
        await reader.aclose()


async def test_power_on_answers_the_atr(place: Place) -> None:
    card = await place.hold(PEOPLE.card(0))
    assert await place.reader.power_on() == card.atr


async def test_a_powered_card_answers_whatever_has_a_header(place: Place) -> None:
    await place.hold(PEOPLE.card(0))
    await place.reader.power_on()
    assert (await place.reader.transmit(CHALLENGE))[-2:] == b"\x90\x00"
    assert await place.reader.transmit(bytes.fromhex("00FE0000")) == b"\x6d\x00"
    assert await place.reader.transmit(SELECT + bytes(100)) == b"\x67\x00"


async def test_power_on_resets_what_was_selected(place: Place) -> None:
    await place.hold(PEOPLE.card(0))
    await place.reader.power_on()
    await place.reader.transmit(SELECT)
    assert (await place.reader.transmit(READ))[-2:] == b"\x90\x00"
    await place.reader.power_on()
    assert (await place.reader.transmit(READ))[-2:] != b"\x90\x00"


async def test_without_a_card_nothing_answers(place: Place) -> None:
    with pytest.raises(CardRemovedError):
        await place.reader.power_on()
    with pytest.raises(CardRemovedError):
        await place.reader.transmit(CHALLENGE)
    await place.reader.power_off()


async def test_without_power_nothing_answers(place: Place) -> None:
    await place.hold(PEOPLE.card(0))
    with pytest.raises(CardRemovedError):
        await place.reader.transmit(CHALLENGE)
    await place.reader.power_on()
    await place.reader.power_off()
    with pytest.raises(CardRemovedError):
        await place.reader.transmit(CHALLENGE)


async def test_power_off_twice_is_harmless(place: Place) -> None:
    await place.hold(PEOPLE.card(0))
    await place.reader.power_on()
    await place.reader.power_off()
    await place.reader.power_off()


async def test_a_card_that_is_pulled_out_answers_no_more_and_the_next_one_does(place: Place) -> None:
    await place.hold(PEOPLE.card(0))
    await place.reader.power_on()
    place.slot.remove()
    with pytest.raises(CardRemovedError):
        await place.reader.transmit(CHALLENGE)
    with trio.fail_after(LIMIT_S):
        await place.reader.wait_for_removal()
    other = await place.hold(PEOPLE.card(1))
    assert await place.reader.power_on() == other.atr


async def test_a_wait_ends_when_the_card_comes_and_when_it_goes(place: Place) -> None:
    with trio.move_on_after(0.05) as nobody_comes:
        await place.reader.wait_for_card()
    assert nobody_comes.cancelled_caught
    async with trio.open_nursery() as nursery:
        nursery.start_soon(place.hold, PEOPLE.card(0))
    with trio.move_on_after(0.05) as nobody_goes:
        await place.reader.wait_for_removal()
    assert nobody_goes.cancelled_caught
    place.slot.remove()
    with trio.fail_after(LIMIT_S):
        await place.reader.wait_for_removal()


async def test_what_a_card_keeps_outlives_its_power(place: Place) -> None:
    await place.hold(PEOPLE.card(0))
    for tries in (5, 4):
        await place.reader.power_on()
        await place.reader.transmit(SELECT)
        wrong = bytes.fromhex("0020000003000000")
        assert await place.reader.transmit(wrong) == bytes((0x63, 0xC0 | tries))
        await place.reader.power_off()
