"""What a terminal asks of the security module in its second slot, whatever reader that slot is.

The authenticator is the worked example of the card's own tests; the SM4 one is our stand-in.
"""

from collections.abc import AsyncIterator

import pytest
import trio

from cardsim.card import Card
from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from cardsim.psam import psam
from settlement.wire.names import PHARMACY
from terminals.kernel.card_dialogue import CardFacts, Issued, read_holder, read_issued
from terminals.kernel.card_keys import open_card
from terminals.kernel.command import Answer, command
from terminals.kernel.drive import drive_async
from terminals.kernel.effects import Effect, ReadAtr, Show, Slot, Steps, Transmit
from terminals.kernel.site import Site
from terminals.kernel.terminal_codes import TerminalCode
from terminals.kernel.transaction import Transaction
from terminals.readers.pcsc import PcscReader
from terminals.readers.reader import CardRemovedError, Reader
from terminals.readers.simulated import SimulatedReader
from tests.pcscd import LabSlot

CITY = "370100"
SITE = Site(dev_no="1", fixmedins_code="P37010000001", city=CITY, kind=PHARMACY, opter_no="t", password_asked=False)
PEOPLE = Population(1, 10, (CardProfile(name="x", city=CITY, generation=3, weight=1),))
TERMINAL_NUMBER, COUNTER = "00B0960006", "00B0990004"
CARD, CHALLENGE = "8660240601000001", "1122334455667788"
PREPARE = {"3des": f"BFDE270A10{CARD}{CHALLENGE}", "sm4": f"BFDE370A10{CARD}{CHALLENGE}"}
COMPUTE = "80FA0000080102030405060708"
AUTHENTICATORS = {"3des": "ADD075207E46FB87", "sm4": "EC2A6F866A00B87E"}
LIMIT_S = 20
PCSC = pytest.param(
    "pcsc", marks=[pytest.mark.service(name) for name in ("pcscd", "vsmartcard-vpcd", "swig", "libpcsclite-dev")]
)


class Place:
    """A reader for security modules, and its slot."""

    def __init__(self, reader: Reader, slot: SimulatedReader | LabSlot) -> None:
        self.reader = reader
        self._slot = slot

    async def hold(self, module: Card) -> None:
        """Put a module in and power it once the reader has noticed."""
        self._slot.insert(module)
        with trio.fail_after(LIMIT_S):
            await self.reader.wait_for_card()
        assert await self.reader.power_on() == module.atr

    def remove(self) -> None:
        """Pull the module out."""
        self._slot.remove()

    async def ask(self, *commands: str) -> list[str]:
        """Send commands and return each whole answer in hex, with its status word."""
        answers = [await drive_async(command(bytes.fromhex(apdu), Slot.SAM), self._perform) for apdu in commands]
        return [in_hex(answer) for answer in answers]

    async def _perform(self, effect: Effect) -> bytes:
        assert isinstance(effect, Transmit)
        return await self.reader.transmit(effect.apdu)


def in_hex(answer: Answer) -> str:
    return f"{answer.data.hex().upper()}{answer.status:04X}"


@pytest.fixture(params=["simulated", PCSC])
def parts(request: pytest.FixtureRequest) -> tuple[Reader, SimulatedReader | LabSlot]:
    if request.param == "pcsc":
        slot: LabSlot = request.getfixturevalue("lab")[1]
        return PcscReader(slot.name), slot
    reader = SimulatedReader()
    return reader, reader


@pytest.fixture
async def place(parts: tuple[Reader, SimulatedReader | LabSlot]) -> AsyncIterator[Place]:
    yield Place(*parts)
    if isinstance(parts[0], PcscReader):
        await parts[0].aclose()


async def test_a_module_tells_its_area_and_number(place: Place) -> None:
    await place.hold(psam(CITY, serial=813475))
    assert await place.ask(TERMINAL_NUMBER) == ["3701008134759000"]


@pytest.mark.parametrize("cipher", ["3des", "sm4"])
async def test_a_module_computes_the_authenticator_of_a_card(place: Place, cipher: str) -> None:
    await place.hold(psam(CITY))
    assert await place.ask(PREPARE[cipher], COMPUTE) == ["9000", f"{AUTHENTICATORS[cipher]}9000"]


async def test_a_module_refuses_in_words_of_its_own_what_it_cannot(place: Place) -> None:
    await place.hold(psam(CITY, lacks=frozenset(("RKSSSE",)), algorithms=frozenset(("3des",))))
    another_level = f"BFDE472D18{CARD}{CARD}{CHALLENGE}"
    assert await place.ask(PREPARE["3des"], PREPARE["sm4"], another_level, COMPUTE) == ["6A88", "6A81", "6985", "6985"]


async def test_a_session_key_is_gone_after_a_reset_and_the_counter_is_not(place: Place) -> None:
    await place.hold(psam(CITY))
    await place.ask(PREPARE["3des"], PREPARE["3des"])
    await place.reader.power_on()
    assert await place.ask(COMPUTE, COUNTER) == ["6985", "000000029000"]


async def test_a_module_that_is_pulled_out_answers_no_more(place: Place) -> None:
    await place.hold(psam(CITY))
    place.remove()
    with pytest.raises(CardRemovedError):
        await place.ask(TERMINAL_NUMBER)


@pytest.mark.parametrize("area", [CITY, "37", ""], ids=["city", "province", "root"])
async def test_a_module_of_any_level_opens_a_card_of_its_area(place: Place, area: str) -> None:
    await place.hold(psam(area))
    desk = SimulatedReader(PEOPLE.card(0))
    atr = await desk.power_on()

    async def perform(effect: Effect) -> bytes | None:
        match effect:
            case Transmit(apdu=apdu, slot=slot):
                return await (place.reader if slot is Slot.SAM else desk).transmit(apdu)
            case ReadAtr():
                return atr
            case Show():
                return None
        raise AssertionError(effect)

    holder = await drive_async(opened(), perform)
    assert isinstance(holder, CardFacts)
    assert holder.psn_name == PEOPLE.person(0).name


def opened() -> Steps[CardFacts | TerminalCode]:
    """Prove the key of the holder's file and read it."""
    issued = yield from read_issued(Slot.LOCAL)
    assert isinstance(issued, Issued)
    refused = yield from open_card(Transaction("test", SITE), issued)
    return refused or (yield from read_holder(Slot.LOCAL, issued))
