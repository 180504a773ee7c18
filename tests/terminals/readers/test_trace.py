from collections.abc import Callable

import pytest

from cardsim.faults import FaultyCard, Unplug
from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from terminals.readers.budget import BudgetedReader, TryBudgetError
from terminals.readers.reader import NoAnswerError
from terminals.readers.simulated import SimulatedReader
from terminals.readers.trace import TracedReader

SELECT = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
VERIFY = "0020000003987654"
READ_CERTNO = "00B2013414"
AUTHENTICATE = "0082000A10" + 16 * "00"


@pytest.fixture
def traced(people: Population) -> Callable[..., tuple[TracedReader, list[str]]]:
    def make(**how: bool) -> tuple[TracedReader, list[str]]:
        lines: list[str] = []
        return TracedReader(SimulatedReader(people.card(0)), lines.append, **how), lines

    return make


async def use(reader: TracedReader) -> None:
    await reader.power_on()
    for apdu in (SELECT, VERIFY, READ_CERTNO):
        await reader.transmit(bytes.fromhex(apdu))
    await reader.power_off()


async def test_a_masked_trace_shows_no_pin_and_no_identity(
    traced: Callable[..., tuple[TracedReader, list[str]]], people: Population
) -> None:
    reader, lines = traced()
    await use(reader)
    text = "\n".join(lines)
    assert "987654" not in text
    assert people.person(0).certno.encode().hex().upper() not in text
    assert lines == [
        "< ATR (17 bytes)",
        f"> {SELECT[:8]} {SELECT[8:]}  SELECT by name sx1.sh.社会保障",
        "< 6118  24 more bytes wait for GET RESPONSE",
        "> 00200000 (4 bytes)  VERIFY, 3 bytes of data",
        "< 63C5  5 tries left",
        "> 00B20134 14  READ RECORD 1 of EF06, 20 bytes",
        "< (20 bytes) 9000  success",
        "- power off",
    ]


async def test_an_unmasked_trace_shows_all(
    traced: Callable[..., tuple[TracedReader, list[str]]], people: Population
) -> None:
    reader, lines = traced(masked=False)
    await use(reader)
    assert f"> {VERIFY}  VERIFY, 3 bytes of data" in lines
    assert people.person(0).certno.encode().hex().upper() in lines[-2]


async def test_a_card_that_does_not_answer_leaves_its_line(people: Population) -> None:
    lines: list[str] = []
    reader = TracedReader(SimulatedReader(FaultyCard(people.card(0), [Unplug(1)])), lines.append)
    await reader.power_on()
    with pytest.raises(NoAnswerError):
        await reader.transmit(bytes.fromhex(READ_CERTNO))
    assert lines[-1] == "< nothing: the card answers no more: CardUnplugged"


async def test_a_command_that_was_held_back_is_not_shown_as_sent(people: Population) -> None:
    lines: list[str] = []
    reader = TracedReader(BudgetedReader(SimulatedReader(people.card(0))), lines.append)
    await reader.power_on()
    await reader.transmit(bytes.fromhex(SELECT))
    await reader.transmit(bytes.fromhex(VERIFY))
    with pytest.raises(TryBudgetError):
        await reader.transmit(bytes.fromhex(VERIFY))
    assert lines[-2:] == [
        "> 00200000 (4 bytes)  VERIFY, 3 bytes of data",
        "- not sent: this session may present no PIN any more",
    ]


@pytest.mark.parametrize(("generation", "noted"), [(2, False), (3, True)])
async def test_an_authentication_by_our_stand_in_is_labelled_so(generation: int, *, noted: bool) -> None:
    profile = CardProfile(name="x", city="370100", generation=generation, weight=1)
    lines: list[str] = []
    reader = TracedReader(SimulatedReader(Population(1, 1, (profile,)).card(0)), lines.append)
    await reader.power_on()
    for apdu in (SELECT, "00C000001E", AUTHENTICATE):
        await reader.transmit(bytes.fromhex(apdu))
    assert ("our own stand-in" in lines[-3]) == noted
