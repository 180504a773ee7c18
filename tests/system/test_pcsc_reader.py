"""Faults of a real PC/SC stack under PcscReader: each call ends within its deadline, and the reader works afterwards.

Promise R8 of the project: unplugged, pcscd killed, a reader or a card that never answers.
"""

import os
import signal
from collections.abc import AsyncIterator

import pytest
import trio

from cardsim.faults import Delay, Fault, FaultyCard, Garble, Hang, Tear, Unplug
from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from terminals.readers import pcsc
from terminals.readers.pcsc import NoPyscardError, PcscReader, PcscSlot, pcsc_slots
from terminals.readers.reader import CardRemovedError, CardSilentError, NoAnswerError, ReaderGoneError
from tests.pcscd import LabSlot, Pcscd

PEOPLE = Population(1, 10, (CardProfile(name="x", city="370100", generation=2, weight=1),))
CHALLENGE = bytes.fromhex("0084000008")
DEADLINE_S = 1.0
SLACK_S = 0.5
LIMIT_S = 20

pytestmark = [pytest.mark.service(name) for name in ("pcscd", "vsmartcard-vpcd", "swig", "libpcsclite-dev")]


@pytest.fixture
async def reader(lab: tuple[LabSlot, LabSlot]) -> AsyncIterator[PcscReader]:
    reader = PcscReader(lab[0].name, deadline_s=DEADLINE_S)
    yield reader
    await reader.aclose()


async def ready(reader: PcscReader) -> None:
    with trio.fail_after(LIMIT_S):
        await reader.wait_for_card()
    await reader.power_on()


async def ends_in_time(reader: PcscReader, error: type[NoAnswerError]) -> None:
    with trio.fail_after(DEADLINE_S + SLACK_S), pytest.raises(error):
        await reader.transmit(CHALLENGE)


async def works(reader: PcscReader, slot: LabSlot) -> None:
    """Assert that another card can be used in the reader now."""
    slot.remove()
    with trio.fail_after(LIMIT_S):
        await reader.wait_for_removal()
        noticed = False
        while not noticed:  # pcscd 1.9.9 overlooks a card that comes between two of its polls: then it comes again
            slot.remove()
            slot.insert(PEOPLE.card(1))
            with trio.move_on_after(1):
                await reader.wait_for_card()
                noticed = True
    await ready(reader)
    assert (await reader.transmit(CHALLENGE))[-2:] == b"\x90\x00"


async def test_pcscd_killed_in_a_session(reader: PcscReader, lab: tuple[LabSlot, LabSlot], pcscd: Pcscd) -> None:
    lab[0].insert(PEOPLE.card(0))
    await ready(reader)
    pcscd.end(signal.SIGKILL)
    await ends_in_time(reader, ReaderGoneError)
    with pytest.raises(ReaderGoneError):
        await reader.power_on()
    await reader.power_off()
    pcscd.start()
    await works(reader, lab[0])


async def test_pcscd_that_stops_answering(reader: PcscReader, lab: tuple[LabSlot, LabSlot], pcscd: Pcscd) -> None:
    lab[0].insert(PEOPLE.card(0))
    await ready(reader)
    pcscd.signal(signal.SIGSTOP)
    try:
        await ends_in_time(reader, CardSilentError)
    finally:
        pcscd.signal(signal.SIGCONT)
    await works(reader, lab[0])


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Hang(1), CardSilentError),
        (Delay(1, 2 * DEADLINE_S), CardSilentError),
        (Tear(1), CardRemovedError),
        (Unplug(1, "after"), CardRemovedError),
    ],
    ids=["hangs", "is late", "is torn", "is pulled out after its work"],
)
async def test_a_card_that(
    reader: PcscReader, lab: tuple[LabSlot, LabSlot], fault: Fault, error: type[NoAnswerError]
) -> None:
    lab[0].insert(FaultyCard(PEOPLE.card(0), [fault]))
    await ready(reader)
    await ends_in_time(reader, error)
    await works(reader, lab[0])


async def test_what_a_card_did_not_answer_arrives_as_it_came(reader: PcscReader, lab: tuple[LabSlot, LabSlot]) -> None:
    lab[0].insert(FaultyCard(PEOPLE.card(0), [Garble(1, b"\x6f\x00"), Delay(2, 0.2)]))
    await ready(reader)
    assert await reader.transmit(CHALLENGE) == b"\x6f\x00"
    assert (await reader.transmit(CHALLENGE))[-2:] == b"\x90\x00"


async def test_a_reader_that_is_unplugged(reader: PcscReader, lab: tuple[LabSlot, LabSlot], pcscd: Pcscd) -> None:
    lab[0].insert(PEOPLE.card(0))
    await ready(reader)
    pcscd.end()
    pcscd.call_reader("Another")
    pcscd.start()
    await ends_in_time(reader, ReaderGoneError)
    with pytest.raises(
        ReaderGoneError, match=r"no reader is called 'Lab 00 00'; there are: Another 00 00, Another 00 01"
    ):
        await reader.power_on()
    pcscd.end()
    pcscd.call_reader("Lab")
    pcscd.start()
    await works(reader, lab[0])


async def test_a_wait_for_a_card_ends_when_pcscd_does(reader: PcscReader, pcscd: Pcscd) -> None:
    async with trio.open_nursery() as nursery:

        @nursery.start_soon
        async def wait() -> None:
            with trio.fail_after(LIMIT_S), pytest.raises(ReaderGoneError):
                await reader.wait_for_card()

        await trio.sleep(0.1)
        await trio.to_thread.run_sync(pcscd.end)


async def test_a_command_that_is_given_up_leaves_no_process(reader: PcscReader, lab: tuple[LabSlot, LabSlot]) -> None:
    lab[0].insert(FaultyCard(PEOPLE.card(0), [Hang(1)]))
    await ready(reader)
    process = reader._process
    assert process is not None
    with trio.move_on_after(0.1):
        await reader.transmit(CHALLENGE)
    assert process.returncode == -signal.SIGKILL
    await works(reader, lab[0])


async def test_a_process_that_is_killed_is_made_anew(reader: PcscReader, lab: tuple[LabSlot, LabSlot]) -> None:
    lab[0].insert(PEOPLE.card(0))
    await ready(reader)
    assert reader._process is not None
    os.kill(reader._process.pid, signal.SIGKILL)
    await ends_in_time(reader, ReaderGoneError)
    await works(reader, lab[0])


async def test_an_exclusive_reader_keeps_others_off_and_a_shared_one_does_not(
    reader: PcscReader, lab: tuple[LabSlot, LabSlot]
) -> None:
    lab[0].insert(PEOPLE.card(0))
    await ready(reader)
    others = [PcscReader(lab[0].name, exclusive=False) for _ in range(2)]
    with pytest.raises(CardRemovedError, match="Sharing violation"):
        await others[0].power_on()
    await reader.power_off()
    for other in others:
        assert await other.power_on() == PEOPLE.card(0).atr
    with pytest.raises(CardRemovedError, match="reset"):  # the second one's power-on was a reset
        await others[0].transmit(CHALLENGE)
    for other in others:
        await other.aclose()


async def test_two_readers_hold_two_cards(reader: PcscReader, lab: tuple[LabSlot, LabSlot]) -> None:
    other = PcscReader(lab[1].name)
    for slot, index in zip(lab, (0, 1), strict=True):
        slot.insert(PEOPLE.card(index))
    await ready(reader)
    await ready(other)
    assert [await one.power_on() for one in (reader, other)] == [PEOPLE.card(index).atr for index in (0, 1)]
    await other.aclose()


async def test_a_name_that_fits_two_readers_is_refused_with_both(lab: tuple[LabSlot, LabSlot]) -> None:
    reader = PcscReader("Lab")
    with pytest.raises(ReaderGoneError, match="several readers are called 'Lab'; there are: Lab 00 00, Lab 00 01"):
        await reader.power_on()


async def test_readers_are_listed_with_their_cards(reader: PcscReader, lab: tuple[LabSlot, LabSlot]) -> None:
    lab[0].insert(PEOPLE.card(0))
    await ready(reader)
    assert await pcsc_slots() == [PcscSlot(lab[0].name, holds_card=True), PcscSlot(lab[1].name, holds_card=False)]


async def test_without_pcscd_the_list_says_so(pcscd: Pcscd) -> None:
    pcscd.end()
    with pytest.raises(ReaderGoneError, match="Service not available"):
        await pcsc_slots()


async def test_without_pyscard_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcsc, "find_spec", lambda _: None)
    with pytest.raises(NoPyscardError, match=r"shuaka\[reader\]"):
        await pcsc_slots()
