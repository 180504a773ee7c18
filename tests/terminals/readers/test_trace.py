from collections.abc import Callable

import pytest

from cardsim.population import Population
from terminals.readers.simulated import SimulatedReader
from terminals.readers.trace import TracedReader

SELECT = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
VERIFY = "0020000003987654"
READ_CERTNO = "00B2013414"


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
        f"> {SELECT[:8]} {SELECT[8:]}",
        "< 6118",
        "> 00200000 (4 bytes)",
        "< 63C5",
        "> 00B20134 14",
        "< (20 bytes) 9000",
        "- power off",
    ]


async def test_an_unmasked_trace_shows_all(
    traced: Callable[..., tuple[TracedReader, list[str]]], people: Population
) -> None:
    reader, lines = traced(masked=False)
    await use(reader)
    assert f"> {VERIFY}" in lines
    assert people.person(0).certno.encode().hex().upper() in lines[-2]
