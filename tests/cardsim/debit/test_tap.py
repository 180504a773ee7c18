"""A tap: what the card decides, as a table, and the one answer in which everything comes."""

from collections.abc import Callable

import pytest

from cardsim.card import Card
from cardsim.debit.data import DebitFacts
from cardsim.debit.tap import Decision, decide
from cardsim.debit.transaction import Kind
from cardsim.interface import Interface
from cardsim.pboc import TEST_MASTER_KEYS, Algorithm, parse_request, session_of
from cardsim.status import SW
from cardsim.tlv import parse_ber

Issue = Callable[..., Card]
Exchange = Callable[..., list[str]]

PPSE = "00A404000E325041592E5359532E4444463031"
SELECT = "00A4040008A000000333010101"
LIMIT, ABOVE, FOREIGN = "000000100000", "000000100001", "0840"
FREE, ASKED = b"\0\0", b"\x80\0"


def options(amount: str = LIMIT, qualifiers: str = "26000000", currency: str = "0156") -> str:
    data = f"{qualifiers}{amount}0000000000000156{'00' * 5}{currency}240701001E78EEBC"
    return f"80A80000238321{data}00"


@pytest.mark.parametrize(
    ("qualifiers", "amount", "currency", "decision"),
    [
        ("26000000", LIMIT, "0156", Decision(Kind.ARQC, FREE)),
        ("26000000", ABOVE, "0156", Decision(Kind.ARQC, ASKED)),
        ("26400000", "000000000001", "0156", Decision(Kind.ARQC, ASKED)),  # the terminal wants the holder verified
        ("26000000", "000000000001", FOREIGN, Decision(Kind.ARQC, ASKED)),
        ("22000000", LIMIT, "0156", Decision(Kind.ARQC, FREE)),  # a terminal without online PIN, within the limit
        ("22000000", ABOVE, "0156", Decision(Kind.AAC, FREE)),
        ("2E000000", LIMIT, "0156", Decision(Kind.AAC, FREE)),  # a terminal that cannot go online
        ("46000000", LIMIT, "0156", SW.CONDITIONS_NOT_SATISFIED),  # full PBOC over the air: not here
        ("26000000", "00000000000A", "0156", SW.WRONG_DATA),
    ],
)
def test_the_card_decides_by_the_terminals_qualifiers_and_the_amount(
    bank_facts: DebitFacts, qualifiers: str, amount: str, currency: str, decision: Decision | SW
) -> None:
    said = {0x9F66: qualifiers, 0x9F02: amount, 0x5F2A: currency}
    assert decide(bank_facts, {tag: bytes.fromhex(value) for tag, value in said.items()}) == decision


@pytest.mark.parametrize("algorithm", Algorithm)
def test_one_answer_holds_everything_that_the_bank_needs(
    bank_card: Issue, exchange: Exchange, algorithm: Algorithm
) -> None:
    card = bank_card(Interface.CONTACTLESS, algorithm=algorithm)
    answer = exchange(card, PPSE, SELECT, options())[2]
    told = dict(parse_ber(dict(parse_ber(bytes.fromhex(answer[:-4])))[0x77]))
    assert list(told) == [0x82, 0x94, 0x9F27, 0x9F36, 0x9F26, 0x9F10, 0x57, 0x9F6C, 0x5F34]
    assert (told[0x82], told[0x9F27], told[0x9F36], told[0x5F34]) == (b"\0\0", b"\x80", b"\0\x01", b"\x01")
    said = {
        0x9F02: bytes.fromhex(LIMIT),
        0x9F03: bytes(6),
        0x9F1A: b"\x01\x56",
        0x95: bytes(5),
        0x5F2A: b"\x01\x56",
        0x9A: bytes.fromhex("240701"),
        0x9C: b"\0",
        0x9F37: bytes.fromhex("1E78EEBC"),
    }
    request = parse_request(told | said)
    assert request is not None
    assert request.issuer_data.algorithm is algorithm
    assert session_of(request, TEST_MASTER_KEYS, "6299990000000000018", "01").made(request)


def test_above_the_limit_the_card_asks_for_the_online_pin(bank_card: Issue, exchange: Exchange) -> None:
    within, above = (
        exchange(bank_card(Interface.CONTACTLESS, no_pin_limit_fen=5000), SELECT, options(amount))[1]
        for amount in ("000000005000", "000000005001")
    )
    assert "9F6C020000" in within
    assert "9F6C028000" in above


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (options(qualifiers="46000000"), "6985"),
        (options(amount="0000000000FF"), "6A80"),
        ("80A800000B8309000000000000000156", "6700"),
    ],
)
def test_a_refused_tap_counts_nothing(bank_card: Issue, exchange: Exchange, command: str, status: str) -> None:
    card = bank_card(Interface.CONTACTLESS)
    assert exchange(card, SELECT, command)[1] == status
    assert card.image() == b""


def test_nothing_follows_a_tap(bank_card: Issue, exchange: Exchange) -> None:
    """The card is gone when the bank answers; that the answer never came is no mark against it."""
    card = bank_card(Interface.CONTACTLESS)
    generate, authenticate = "80AE40001D" + "00" * 29, "008200000A" + "00" * 10
    assert exchange(card, SELECT, options(), options(), generate, authenticate)[2:] == ["6985"] * 3
    assert exchange(card, SELECT, options())[1].find("070001" + "03A01000") > 0


def test_contacts_and_antenna_share_one_counter(bank_card: Issue, exchange: Exchange) -> None:
    card = bank_card(Interface.CONTACTLESS)
    exchange(card, SELECT, options())
    card.power_off()
    card.power_on(Interface.CONTACT)
    assert exchange(card, SELECT, "80CA9F3600")[1] == "9F360200019000"
