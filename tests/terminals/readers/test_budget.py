"""No sequence of commands breaks the try budget, whatever they look like and whatever the card answers."""

from collections import Counter
from collections.abc import Sequence

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from terminals.readers.budget import BudgetedReader, TryBudgetError
from terminals.readers.reader import CardRemovedError, NoAnswerError, Reader

PIN = bytes.fromhex("0020000003123456")
CHANGE = bytes.fromhex("805E010007123456FF654321")
ASK = bytes.fromhex("00200000")
AUTHENTICATE_84 = bytes.fromhex("0082008410") + bytes(16)
AUTHENTICATE_PUK = bytes.fromhex("0082000610") + bytes(16)
RELOAD = bytes.fromhex("842400010C") + bytes(12)
SELECT = bytes.fromhex("00A40000023F00")
RIGHT, WRONG, GONE = "right", "wrong", "gone"

PROCESSING_OPTIONS = bytes.fromhex("80A80000028300")
GENERATE_AC = bytes.fromhex("80AE800004") + bytes(4)

READS = {0xA4, 0xB0, 0xB2, 0xC0, 0xCA, 0x84, 0x88}
PINS, KEYS, PUKS = {0x20, 0x5E}, {0x82}, {0x24}
TRANSACTIONS = {(0x80, 0xA8), (0x80, 0xAE)}


class WorstCard:
    """A card on which everything counts that could count anywhere; `answers` says what each presentation meets.

    It knows nothing of the budget's tables: whatever is neither plain reading nor a bare question costs a try.
    """

    def __init__(self, tries: int = 6, answers: Sequence[str] = (), question: bytes | None = None) -> None:
        self.tries = tries
        self.received: list[bytes] = []
        self.spent: Counter[str] = Counter()
        self.failed_keys: Counter[int] = Counter()
        self.harmed: list[bytes] = []
        self._answers = list(answers)
        self._question = question

    async def power_on(self) -> bytes:
        return b"\x3b\x00"

    async def power_off(self) -> None: ...

    async def wait_for_card(self) -> None: ...

    async def wait_for_removal(self) -> None: ...

    async def transmit(self, apdu: bytes) -> bytes:
        self.received.append(apdu)
        kind, ins = apdu[0], apdu[1]
        if kind in {0x00, 0x80, 0xFF} and ins in READS:
            return b"\x90\x00"
        if apdu[:2] == b"\x00\x20" and apdu[4:] in {b"", b"\x00"}:
            return self._question or bytes((0x63, 0xC0 | self.tries))
        return self._presented(apdu)

    def _presented(self, apdu: bytes) -> bytes:
        if (apdu[0], apdu[1]) in TRANSACTIONS:
            self.spent["transaction"] += 1
            return b"\x90\x00"
        met = self._answers.pop(0) if self._answers else WRONG
        if apdu[1] in PINS:
            self.spent["pin"] += 1
            assert self.tries >= 3, "the last tries are not ours to spend"
            self.tries = 6 if met == RIGHT else self.tries - 1
        elif apdu[1] in KEYS | PUKS:
            key = 0x06 if apdu[1] in PUKS else apdu[3]
            self.spent[f"{apdu[1]:02X} {key:02X}"] += 1
            self.failed_keys[key] = 0 if met == RIGHT else self.failed_keys[key] + 1
        else:
            self.harmed.append(apdu)
        if met == GONE:
            raise CardRemovedError
        return b"\x90\x00" if met == RIGHT else b"\x63\xc1"


async def play(reader: Reader, *commands: bytes) -> list[str]:
    """Return what became of each command: its answer in hex, "refused" or "gone"."""
    ends = []
    for command in commands:
        try:
            ends.append((await reader.transmit(command)).hex())
        except TryBudgetError:
            ends.append("refused")
        except NoAnswerError:
            ends.append("gone")
    return ends


async def test_a_pin_is_presented_once_after_its_counter_was_asked() -> None:
    card = WorstCard()
    assert await play(BudgetedReader(card), SELECT, PIN, PIN, CHANGE) == ["9000", "63c1", "refused", "refused"]
    assert card.received == [SELECT, ASK, PIN]


@pytest.mark.parametrize(("tries", "attempts", "times"), [(3, 1, 1), (2, 1, 0), (4, 2, 1), (3, 2, 0)])
async def test_two_more_tries_are_left_than_the_session_may_spend(tries: int, attempts: int, times: int) -> None:
    card = WorstCard(tries)
    await play(BudgetedReader(card, pin_attempts=attempts), PIN)
    assert card.received.count(PIN) == times


@pytest.mark.parametrize("question", ["9000", "6983", "6700", "6d00", "", "63c60000"])
async def test_a_card_that_does_not_tell_its_counter_gets_no_pin(question: str) -> None:
    card = WorstCard(question=bytes.fromhex(question) or b"\x69\x85")
    assert await play(BudgetedReader(card), PIN) == ["refused"]
    assert card.spent == {}


async def test_a_change_of_the_pin_is_a_presentation() -> None:
    card = WorstCard()
    assert await play(BudgetedReader(card), CHANGE, PIN) == ["63c1", "refused"]
    assert card.received == [ASK, CHANGE]


async def test_a_key_is_used_once_and_only_where_it_was_risked() -> None:
    card = WorstCard()
    assert await play(BudgetedReader(card), AUTHENTICATE_84) == ["refused"]
    reader = BudgetedReader(card, risked_keys={0x84})
    assert await play(reader, AUTHENTICATE_PUK, AUTHENTICATE_84, AUTHENTICATE_84) == ["refused", "63c1", "refused"]


@pytest.mark.parametrize("met", [RIGHT, WRONG, GONE])
async def test_a_key_is_not_used_again_whatever_the_first_use_met(met: str) -> None:
    card = WorstCard(answers=[met])
    reader = BudgetedReader(card, risked_keys={0x84})
    await play(reader, AUTHENTICATE_84)
    await reader.power_on()
    assert await play(reader, AUTHENTICATE_84) == ["refused"]


async def test_transactions_are_counted_only_where_that_was_risked() -> None:
    card = WorstCard()
    assert await play(BudgetedReader(card), PROCESSING_OPTIONS, GENERATE_AC) == ["refused", "refused"]
    assert card.received == []
    reader = BudgetedReader(card, risk_transaction=True)
    assert await play(reader, PROCESSING_OPTIONS, GENERATE_AC) == ["9000", "9000"]


@pytest.mark.parametrize(("met", "reloaded"), [(RIGHT, "9000"), (WRONG, "refused"), (GONE, "refused")])
async def test_a_pin_is_reloaded_only_after_the_puk_was_right(met: str, reloaded: str) -> None:
    card = WorstCard(answers=[met, RIGHT])
    reader = BudgetedReader(card, risked_keys={0x06})
    assert await play(reader, RELOAD) == ["refused"]
    assert (await play(reader, AUTHENTICATE_PUK, RELOAD))[-1] == reloaded


@pytest.mark.parametrize(
    "command",
    [
        "0420000003123456",  # secure messaging
        "1020000003123456",  # chained
        "0120000003123456",  # another channel
        "A020000003123456",
        "00200000000003123456",  # extended
        "002000000312345600",  # with Le
        "0020000004123456",  # too long a promise
        "0020000002123456",
        "0020010003123456",
        "0020000003",
        "0021000003123456",
        "002C000003123456",
        "805E000007123456FF654321",  # RELOAD PIN of older cards
        "00C2000009" + "0020000003123456" + "00",  # ENVELOPE
        "00A4000002" + "3F00" + "0020000003123456",  # a command behind a command
        "841E000004" + "00000000",  # APPLICATION BLOCK
        "00DC010403" + "010100",
        "00",
        "",
    ],
)
async def test_what_is_not_known_to_be_harmless_is_not_sent(command: str) -> None:
    card = WorstCard()
    assert await play(BudgetedReader(card, risked_keys=range(256)), bytes.fromhex(command)) == ["refused"]
    assert card.received == []


CLASSES = st.sampled_from((0x00, 0x01, 0x04, 0x0C, 0x10, 0x80, 0x84, 0x90, 0xA0, 0xB0, 0xFF)) | st.integers(0, 255)
INSTRUCTIONS = st.sampled_from((0x20, 0x21, 0x24, 0x2C, 0x5E, 0x82, 0x83, 0x86, 0xA4, 0xB2, 0xC2)) | st.integers(0, 255)
PARAMETERS = st.sampled_from((0x00, 0x01, 0x06, 0x84)) | st.integers(0, 255)
BODIES = st.one_of(
    st.sampled_from((b"", b"\x00", b"\x03")),
    st.binary(max_size=20).map(lambda data: bytes((len(data),)) + data),
    st.binary(max_size=20).map(lambda data: bytes((len(data),)) + data + b"\x00"),
    st.binary(max_size=20).map(lambda data: b"\x00" + len(data).to_bytes(2, "big") + data),
    st.binary(max_size=20),
)
SHAPED = st.tuples(CLASSES, INSTRUCTIONS, PARAMETERS, PARAMETERS, BODIES).map(lambda row: bytes(row[:4]) + row[4])
GENUINE = st.sampled_from(
    (PIN, CHANGE, ASK, AUTHENTICATE_84, AUTHENTICATE_PUK, RELOAD, SELECT, PROCESSING_OPTIONS, GENERATE_AC)
)
COMMANDS = st.lists(GENUINE | SHAPED | st.binary(max_size=30), max_size=25)


@given(
    commands=COMMANDS,
    answers=st.lists(st.sampled_from((RIGHT, WRONG, GONE)), max_size=10),
    tries=st.integers(0, 15),
    attempts=st.integers(0, 3),
    risked=st.sets(st.sampled_from((0x06, 0x84)) | st.integers(0, 255), max_size=3),
    counted=st.booleans(),
)
def test_no_sequence_breaks_the_budget(
    commands: list[bytes], answers: list[str], tries: int, attempts: int, risked: set[int], *, counted: bool
) -> None:
    card = WorstCard(tries, answers)
    reader = BudgetedReader(card, pin_attempts=attempts, risked_keys=risked, risk_transaction=counted)
    trio.run(play, reader, *commands)
    assert card.harmed == []
    assert counted or not card.spent["transaction"]
    card.spent.pop("transaction", 0)
    assert card.spent.pop("pin", 0) <= attempts
    assert all(count == 1 and int(use[-2:], 16) in risked for use, count in card.spent.items())
    assert all(failed <= 1 for failed in card.failed_keys.values())
