import json
from collections.abc import Callable

import pytest

from cardsim.card import Card
from cardsim.faults import FaultyCard, Garble, Unplug
from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from cardsim.presentable import Presentable
from terminals.readers.reader import CardRemovedError
from terminals.readers.session import Difference, Exchanged, RecordingReader, SessionError, read, replay
from terminals.readers.simulated import SimulatedReader

SELECT = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
READ_CERTNO = "00B2013414"
VERIFY = "0020000003987654"
CHALLENGE = "0084000008"


async def recorded(card: Presentable, *commands: str, masked: bool) -> list[str]:
    lines: list[str] = []
    reader = RecordingReader(SimulatedReader(card), lines.append, masked=masked)
    await reader.power_on()
    for command in commands:
        await reader.transmit(bytes.fromhex(command))
    await reader.power_off()
    return lines


@pytest.fixture
def card(people: Population) -> Callable[[int], Card]:
    return people.card


async def test_a_session_comes_back_the_same(card: Callable[[int], Card]) -> None:
    lines = await recorded(card(0), CHALLENGE, SELECT, READ_CERTNO, VERIFY, masked=False)
    assert json.loads(lines[0]) == {
        "type": "session",
        "format": "shuaka card session",
        "version": 1,
        "masked": False,
    }
    assert len(lines) == 7
    assert await replay(lines, SimulatedReader(card(0))) is None


async def test_the_first_difference_is_told_with_its_line(card: Callable[[int], Card]) -> None:
    lines = await recorded(card(0), SELECT, VERIFY, READ_CERTNO, masked=False)
    difference = await replay(lines, SimulatedReader(FaultyCard(card(0), [Garble(2, b"\x69\x83")])))
    assert difference == Difference(4, VERIFY, "63C5", "6983")


async def test_another_card_differs_in_its_atr(card: Callable[[int], Card]) -> None:
    lines = await recorded(card(0), SELECT, masked=False)
    difference = await replay(lines, SimulatedReader(card(1)))
    assert difference == Difference(2, "", card(0).atr.hex().upper(), card(1).atr.hex().upper())


async def test_a_masked_session_holds_no_identity_no_pin_and_no_serial_number(
    people: Population, card: Callable[[int], Card]
) -> None:
    text = "\n".join(await recorded(card(0), SELECT, VERIFY, READ_CERTNO, masked=True))
    for secret in ("987654", people.person(0).certno.encode().hex().upper(), card(0).atr.hex().upper()):
        assert secret not in text


async def test_a_masked_session_is_replayed_as_far_as_it_says_what_was_sent(card: Callable[[int], Card]) -> None:
    reading = await recorded(card(0), SELECT, READ_CERTNO, masked=True)
    assert await replay(reading, SimulatedReader(card(1))) is None
    verifying = await recorded(card(0), SELECT, VERIFY, masked=True)
    with pytest.raises(SessionError, match="line 4: 4 bytes of the command are masked"):
        await replay(verifying, SimulatedReader(card(1)))


async def test_an_answer_that_was_lost_is_lost_again(card: Callable[[int], Card]) -> None:
    lines: list[str] = []
    reader = RecordingReader(SimulatedReader(FaultyCard(card(0), [Unplug(1)])), lines.append, masked=False)
    await reader.power_on()
    with pytest.raises(CardRemovedError):
        await reader.transmit(bytes.fromhex(SELECT))
    assert await replay(lines, SimulatedReader(FaultyCard(card(0), [Unplug(1)]))) is None
    assert await replay(lines, SimulatedReader(card(0))) == Difference(3, SELECT, "CardRemovedError", "6118")


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ([], "empty"),
        (["no json"], "line 1 is none of a session"),
        (['{"type":"power_off"}'], "one header, at its beginning"),
        (['{"type":"session","version":2}'], "version 2 is not 'shuaka card session' version 1"),
        (['{"type":"session","format":"x"}'], "'x' version 1"),
        (['{"type":"session"}', '{"type":"session"}'], "line 2: a session has one header"),
        (['{"type":"session"}', '{"type":"exchange"}'], "line 2 is none"),
        (['{"type":"session"}', '{"type":"power_off","more":1}'], "line 2 is none"),
        (['{"type":"session"}', '{"type":"exchange","command_hex":"00A4"}'], "header of four bytes"),
        (['{"type":"session"}', '{"type":"exchange","command_hex":"00A4040x"}'], "line 2 is none"),
        ([b"\x7fELF\x02\x01"], "line 1 is none of a session"),
        ([b'{"type":"\xff"}'], "line 1 is none of a session"),
    ],
)
def test_what_is_no_session_is_refused_with_its_line(lines: list[str | bytes], complaint: str) -> None:
    with pytest.raises(SessionError, match=complaint):
        list(read(lines))


async def test_an_authentication_by_our_stand_in_is_labelled_so_in_the_file() -> None:
    profile = CardProfile(name="x", city="370100", generation=3, weight=1)
    authenticate = "0082000A10" + 16 * "00"
    lines = await recorded(Population(1, 1, (profile,)).card(0), SELECT, "00C000001E", authenticate, masked=True)
    notes = [step.note[:16] for _, step in read(lines) if isinstance(step, Exchanged)]
    assert notes == ["", "", "our own stand-in"]
