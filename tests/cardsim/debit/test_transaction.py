"""What lasts of a transaction, and that nobody can turn it back: tears, resets, any bytes at all."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cardsim.card import Card
from cardsim.debit.data import COUNTER
from cardsim.interface import Interface
from cardsim.memory import Cells
from cardsim.pboc import TEST_MASTER_KEYS, Algorithm, Session, card_key

Issue = Callable[..., Card]

SELECT = bytes.fromhex("00A4040008A000000333010101")
GPO = bytes.fromhex("80A800000B8309000000000000000156")
SAID = bytes.fromhex("000000012345000000000000015600800460000156240701001E78EEBC")
ARQC = bytes.fromhex("80AE80001D") + SAID
APPROVED = bytes.fromhex("80AE40001F3030") + SAID
DECLINED_OFFLINE = bytes.fromhex("80AE00001F5933") + SAID
# The fixture is a factory, so that each example has a new card
each_makes_its_own = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
PROGRAMS_A_WRITE = 3
WRITES_TO_AN_AAC = 2  # the counter, and that a request is open


class PowerCutError(Exception):
    """The card was pulled out."""


class TornCells(Cells):
    """Loses power in the k-th programming, of which `kept` bytes still happen (nothing at all if it is None)."""

    def __init__(self, before: Cells, cut: int, kept: int | None) -> None:
        super().__init__()
        self.changed = dict(before.changed)
        self._left, self._kept = cut, kept

    def program(self, cell: int, old: bytes, new: bytes) -> None:
        self._left -= 1
        if self._left:
            super().program(cell, old, new)
            return
        if self._kept is not None:
            super().program(cell, old, new[: self._kept] + old[self._kept :])
        raise PowerCutError


def run(card: Card, *commands: bytes) -> list[bytes]:
    return [card.transmit(command) for command in commands]


def counter(card: Card) -> int:
    return int.from_bytes(card.memory.read(COUNTER), "big")


def cryptogram(answer: bytes) -> bytes:
    """Take 9F26 out of an answer in format 2, in which 9F10 and the status word follow."""
    return answer[-21:-13]


def purchase(card: Card) -> bytes:
    """Pay with the bank's approval; return the last answer."""
    arqc = cryptogram(run(card, SELECT, GPO, ARQC)[2])
    key = card_key(Algorithm.TRIPLE_DES, TEST_MASTER_KEYS[Algorithm.TRIPLE_DES], "6299990000000000018", "01")
    answer = Session(Algorithm.TRIPLE_DES, key, counter(card)).response(arqc, b"00") + b"00"
    right, last = run(card, bytes.fromhex("008200000A") + answer, APPROVED)
    assert right == b"\x90\0"
    return last


def first_results(card: Card) -> bytes:
    """Begin a transaction and return the CVR that its ARQC tells."""
    answer = run(card, SELECT, GPO, ARQC)[2]
    return answer[answer.index(b"\x9f\x10") + 6 :][:4]


def test_after_an_approved_purchase_the_card_is_no_longer_new(bank_card: Issue) -> None:
    card = bank_card()
    assert first_results(card).hex() == "03a01000"
    purchase(card)
    assert first_results(card).hex() == "03a00000"


def test_a_card_pulled_out_before_its_last_cryptogram_says_so_the_next_time(bank_card: Issue) -> None:
    card = bank_card()
    purchase(card)
    run(card, SELECT, GPO, ARQC)
    card.power_off()
    card.power_on()
    assert first_results(card).hex() == "03a08000"


@pytest.mark.parametrize(
    ("after_the_request", "results"),
    [
        ((bytes.fromhex("008200000A") + bytes(10), APPROVED), "03a00800"),  # the issuer was not authentic
        ((APPROVED,), "03a00400"),  # nobody was authenticated though the terminal was online
        ((DECLINED_OFFLINE,), "03a08000"),  # there was no way online
    ],
)
def test_what_became_of_a_request_stands_in_the_next_one(
    bank_card: Issue, after_the_request: tuple[bytes, ...], results: str
) -> None:
    card = bank_card()
    purchase(card)
    run(card, SELECT, GPO, ARQC, *after_the_request)
    assert first_results(card).hex() == results


def spend(card: Card, reached: list[int]) -> None:
    """Decline a transaction and begin another; note the counter after each command that was answered."""
    for command in (SELECT, GPO, ARQC, DECLINED_OFFLINE, SELECT, GPO):
        card.transmit(command)
        reached.append(counter(card))


@pytest.mark.parametrize("kept", [None, 0, 1, 5, 100])
@pytest.mark.parametrize("cut", range(1, PROGRAMS_A_WRITE * (WRITES_TO_AN_AAC + 1) + 1))
def test_wherever_a_transaction_is_torn_the_counter_stays_or_has_risen_and_is_never_used_twice(
    bank_card: Issue, cut: int, kept: int | None
) -> None:
    card = bank_card()
    purchase(card)
    reached = [counter(card)]
    card.cells = TornCells(card.cells, cut, kept)
    card.power_on()
    with pytest.raises(PowerCutError):
        spend(card, reached)
    card.power_off()
    card.cells = TornCells(card.cells, 0, None)
    card.power_on()
    assert counter(card) >= reached[-1]
    run(card, SELECT, GPO)
    assert counter(card) > reached[-1]


def test_a_cryptogram_changes_with_every_bit_that_the_terminal_says(bank_card: Issue) -> None:
    seen = set()
    for bit in range(8 * len(SAID)):
        changed = (int.from_bytes(SAID, "big") ^ 1 << bit).to_bytes(len(SAID), "big")
        seen.add(cryptogram(run(bank_card(), SELECT, GPO, ARQC[:5] + changed)[2]))
    seen.add(cryptogram(run(bank_card(), SELECT, GPO, ARQC)[2]))
    assert len(seen) == 8 * len(SAID) + 1


def test_a_cryptogram_changes_with_the_counter_and_with_its_kind(bank_card: Issue) -> None:
    card = bank_card()
    answers = run(card, SELECT, GPO, ARQC, DECLINED_OFFLINE, SELECT, GPO, ARQC)
    assert len({cryptogram(answers[at]) for at in (2, 3, 6)}) == 3


HEADERS = ["00A40400", "80A80000", "80AE8000", "80AE4000", "00820000", "00B20114", "80CA9F36"]
BODIES = ["08A000000333010101", "0B8309000000000000000156", "1D" + SAID.hex(), "1F3030" + SAID.hex(), "0A" + "00" * 10]
BODIES += ["", "00", "23832126000000" + SAID.hex(), "01FF", "0000FF"]


@each_makes_its_own
@given(
    st.sampled_from(Interface),
    st.lists(
        st.one_of(
            st.tuples(st.sampled_from(HEADERS), st.sampled_from(BODIES)).map("".join).map(bytes.fromhex),
            st.binary(max_size=400),
        ),
        max_size=25,
    ),
)
def test_no_run_of_commands_makes_the_application_raise_or_its_counter_fall(
    bank_card: Issue, interface: Interface, commands: list[bytes]
) -> None:
    card = bank_card(interface)
    card.transmit(SELECT)
    reached = 0
    for command in commands:
        answer = card.transmit(command)
        assert 2 <= len(answer) <= 258
        assert answer[-2] >> 4 in (0x6, 0x9)
        assert counter(card) >= reached
        reached = counter(card)
