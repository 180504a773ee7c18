from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardsim.card import Card, CardNotPowered
from cardsim.interface import Interface
from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from cardsim.memory import MemoryImageError
from cardsim.social_security.layout import PIN_TRIES, PIN_VALUE

Issue = Callable[..., Card]
Exchange = Callable[..., list[str]]

SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
VERIFY_WRONG = "0020000003000000"
PEOPLE = Population(7, 100, [CardProfile(name="gen2", city="370100", generation=2, weight=1)])


def powered() -> Card:
    card = PEOPLE.card(0)
    card.power_on()
    return card


def test_a_card_without_power_answers_nothing(issue_card: Issue) -> None:
    card = issue_card()
    card.power_off()
    card.power_off()
    with pytest.raises(CardNotPowered):
        card.transmit(bytes.fromhex("0084000008"))


def test_a_reset_forgets_selection_and_pin_but_no_spent_try(card: Card, exchange: Exchange) -> None:
    exchange(card, SSSE, VERIFY_WRONG, "0020000003123456", VERIFY_WRONG)
    assert card.power_on() == card.atr
    assert exchange(card, "00B2012C12", "00B2010412", "00C0000018") == ["6A82", "6986", "6985"]
    assert exchange(card, SSSE, "00200000", "00A4000002DF01", "00B2012C04") == ["6118", "63C5", "610A", "6982"]


def test_a_blocked_card_stays_blocked_through_its_image(issue_card: Issue, exchange: Exchange) -> None:
    card, later = issue_card(), issue_card()
    exchange(card, SSSE, *[VERIFY_WRONG] * 6)
    later.restore(card.image())
    later.power_on()
    assert exchange(later, SSSE, "0020000003123456") == ["6118", "6983"]


def test_an_untouched_card_has_an_empty_image_and_a_touched_one_a_small_one(card: Card, exchange: Exchange) -> None:
    exchange(card, SSSE, "00C0000018", "00B2012C12")
    assert card.image() == b""
    exchange(card, "805E010007123456FF654321", VERIFY_WRONG)
    assert 0 < len(card.image()) < 64


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (PIN_TRIES, b"\x07\0"),
        (PIN_TRIES, b"\xff\0"),
        (PIN_TRIES, b"\x06"),
        (PIN_VALUE, b"\xaa\xbb\xcc"),
        (PIN_VALUE, b""),
    ],
)
def test_an_image_with_a_pin_or_a_counter_that_no_card_writes_is_refused_and_changes_nothing(
    card: Card, exchange: Exchange, cell: int, value: bytes
) -> None:
    exchange(card, SSSE, VERIFY_WRONG)
    before = card.image()
    with pytest.raises(MemoryImageError):
        card.restore(cell.to_bytes(8, "big") + len(value).to_bytes(2, "big") + value)
    assert card.image() == before


def test_restoring_takes_the_power_away(card: Card) -> None:
    card.restore(b"")
    with pytest.raises(CardNotPowered):
        card.transmit(b"\x00\x20\x00\x00")


def test_every_class_and_instruction_is_answered() -> None:
    card = powered()
    for cla, ins in product(range(256), range(256)):
        status = int.from_bytes(card.transmit(bytes((cla, ins, 0xAA, 0xAA)))[-2:], "big")
        known = cla in (0x00, 0x80, 0x84, 0xB0)
        assert (status == 0x6E00) is (not known)
        assert status >> 12 in (0x6, 0x9)


DUAL = Population(7, 100, [CardProfile(name="gen3", city="370100", generation=3, weight=1)])
CARDS = {"gen2": (PEOPLE, Interface.CONTACT), "gen3": (DUAL, Interface.CONTACT), "tap": (DUAL, Interface.CONTACTLESS)}


def powered_at(way: str) -> Card:
    people, interface = CARDS[way]
    card = people.card(0)
    card.power_on(interface)
    return card


@given(st.sampled_from(sorted(CARDS)), st.lists(st.binary(max_size=300), max_size=20))
def test_no_bytes_make_a_card_raise(way: str, commands: list[bytes]) -> None:
    card = powered_at(way)
    for command in commands:
        assert len(card.transmit(command)) >= 2


SOCIAL = (0xA4, 0xB2, 0xB0, 0x84, 0x20, 0xC0, 0x82, 0x88, 0xDC, 0xE2, 0xD6)
HEADERS = [(0x00, ins) for ins in SOCIAL] + [(0x80, 0x5E), (0x84, 0x24), (0x84, 0x1E), (0xFF, 0xCA)]
BODIES = [
    *("", "00", "08", "0002EF05", "02EF06", "02DF01", "02DF04", "02DDF1", "02DDF100", "03123456", "03000000", "07"),
    *("000000", "00000002EF05", "0004FF"),
    "07123456FF654321",
    "04" + "00" * 4,
    "0C" + "00" * 12,
    "10" + "00" * 16,
    "14" + "00" * 20,
    "03990141",
    "0603043245302E30",
]


@given(
    st.sampled_from(sorted(CARDS)),
    st.lists(
        st.tuples(
            st.sampled_from(HEADERS),
            st.sampled_from([0, 1, 2, 4, 0x85, 0x96]),
            st.sampled_from([0, 1, 4, 5, 6, 0x0A, 0x28, 0x2C, 0x34, 0x40, 0x84, 0xA8]),
            st.sampled_from(BODIES),
        ),
        max_size=30,
    ),
)
def test_no_run_of_nearly_right_commands_makes_a_card_raise(
    way: str, steps: list[tuple[tuple[int, int], int, int, str]]
) -> None:
    card = powered_at(way)
    card.transmit(bytes.fromhex(SSSE))
    for header, p1, p2, body in steps:
        answer = card.transmit(bytes((*header, p1, p2)) + bytes.fromhex(body))
        assert 2 <= len(answer) <= 0x1000 + 2
        assert answer[-2] >> 4 in (0x6, 0x9)


@given(st.lists(st.integers(0, 1 << 16), max_size=5))
def test_a_restored_card_answers_whatever_was_written_into_its_image(cuts: list[int]) -> None:
    card = powered()
    for command in (SSSE, VERIFY_WRONG, "0084000008", "0082000610" + "00" * 16):
        card.transmit(bytes.fromhex(command))
    image = bytearray(card.image())
    for cut in cuts:
        image[cut % len(image)] ^= 1 << cut % 8
    other = PEOPLE.card(0)
    try:
        other.restore(bytes(image))
    except MemoryImageError:
        return
    other.power_on()
    for command in (SSSE, "0020000003123456", "00A4000002DF04", "00B2014400", "0084000008", "0082008410" + "00" * 16):
        assert len(other.transmit(bytes.fromhex(command))) >= 2


def test_a_card_without_power_keeps_its_changes_and_its_chance_but_little_else(issue_card: Issue) -> None:
    card = issue_card()
    drawn = card.transmit(bytes.fromhex("0084000008"))
    card.transmit(bytes.fromhex(SSSE))
    card.transmit(bytes.fromhex(VERIFY_WRONG))
    card.power_off()
    assert card._chip is None
    card.power_on()
    card.transmit(bytes.fromhex(SSSE))
    assert card.transmit(bytes.fromhex("00200000")).hex() == "63c5"
    assert card.transmit(bytes.fromhex("0084000008")) != drawn
