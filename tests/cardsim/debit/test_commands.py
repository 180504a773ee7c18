"""The contact conversation of the debit application, and everything that it refuses."""

from collections.abc import Callable
from itertools import product

import pytest

from cardsim.card import Card
from cardsim.debit.data import COUNTER
from cardsim.pboc import TEST_MASTER_KEYS, Algorithm, Session, card_key
from cardsim.tlv import parse_ber

Issue = Callable[..., Card]
Exchange = Callable[..., list[str]]

SELECT = "00A4040008A000000333010101"
GPO = "80A800000B8309" + "00" + "000000012345" + "0156"
AC_DATA = "000000012345" + "000000000000" + "0156" + "0080046000" + "0156" + "240701" + "00" + "1E78EEBC"
ARQC, TC, AAC = ("80AE80001D" + AC_DATA, "80AE40001D" + AC_DATA, "80AE00001D" + AC_DATA)


def second(kind: str, arc: bytes) -> str:
    return f"80AE{kind}001F{arc.hex()}{AC_DATA}"


def elements(answer: str) -> dict[int, bytes]:
    """Split an answer in format 2."""
    assert answer.endswith("9000"), answer
    return dict(parse_ber(dict(parse_ber(bytes.fromhex(answer[:-4])))[0x77]))


def authentication(card: Card, arqc: bytes, arc: bytes, psn: str = "01") -> str:
    """Return the issuer's answer as EXTERNAL AUTHENTICATE carries it, for the test card's number."""
    key = card_key(Algorithm.TRIPLE_DES, TEST_MASTER_KEYS[Algorithm.TRIPLE_DES], "6299990000000000018", psn)
    session = Session(Algorithm.TRIPLE_DES, key, int.from_bytes(card.memory.read(COUNTER), "big"))
    return "008200000A" + (session.response(arqc, arc) + arc).hex()


def requested(card: Card, exchange: Exchange) -> bytes:
    """Bring a card to where it waits for its bank; return the ARQC."""
    *_, answer = exchange(card, SELECT, GPO, ARQC)
    return elements(answer)[0x9F26]


def test_a_purchase_that_the_bank_approves_ends_with_a_tc(bank_card: Issue, exchange: Exchange) -> None:
    card = bank_card()
    _, options, answer = exchange(card, SELECT, GPO, ARQC)
    assert elements(options) == {0x82: b"\x1c\x00", 0x94: bytes.fromhex("0801010010010300")}
    asked = elements(answer)
    assert (asked[0x9F27], asked[0x9F36]) == (b"\x80", b"\0\x01")
    assert asked[0x9F10].hex().upper() == "07000103A0100001"  # CVR: ARQC, no second yet, new card
    right, last = exchange(card, authentication(card, asked[0x9F26], b"00"), second("40", b"00"))
    assert right == "9000"
    approved = elements(last)
    assert (approved[0x9F27], approved[0x9F36]) == (b"\x40", b"\0\x01")
    assert approved[0x9F10].hex().upper() == "0700010360100001"  # second TC, first ARQC
    assert exchange(card, "80CA9F1300") == ["9F130200019000"]


def test_format_1_answers_the_values_alone(bank_card: Issue, exchange: Exchange) -> None:
    _, options, answer = exchange(bank_card(answer_format=1), SELECT, GPO, ARQC)
    assert options == "800A1C0008010100100103009000"
    assert answer.startswith("8013800001")
    assert len(answer) == 2 * (2 + 1 + 2 + 8 + 8 + 2)


@pytest.mark.parametrize("gpo", ["80A800000B8309000000000000000156", "80A800000B830900000000000000015600"])
def test_the_options_that_a_kiosk_in_the_field_sends_are_taken(bank_card: Issue, exchange: Exchange, gpo: str) -> None:
    """A published dialogue: nine bytes for its PDOL, with and without Le."""
    assert exchange(bank_card(), SELECT + "00", gpo)[1].endswith("9000")


@pytest.mark.parametrize(
    ("command", "kind", "cvr"),
    [(ARQC, 0x80, "03A01000"), (TC, 0x80, "03A01000"), (AAC, 0x00, "03801000")],
)
def test_the_first_cryptogram_is_what_was_asked_but_an_approval_needs_the_bank(
    bank_card: Issue, exchange: Exchange, command: str, kind: int, cvr: str
) -> None:
    given = elements(exchange(bank_card(), SELECT, GPO, command)[2])
    assert given[0x9F27] == bytes((kind,))
    assert given[0x9F10][3:7].hex().upper() == cvr


def test_a_profile_may_approve_offline(bank_card: Issue, exchange: Exchange) -> None:
    card = bank_card(approves_offline=True)
    given = elements(exchange(card, SELECT, GPO, TC)[2])
    assert (given[0x9F27], given[0x9F10][3:7].hex()) == (b"\x40", "03901000")
    assert exchange(card, second("40", b"00")) == ["6985"]


@pytest.mark.parametrize(
    ("authenticates", "said", "cvr"),
    [
        (b"00", b"51", "03201000"),  # 8A says something else than tag 91
        (b"51", b"51", "03201000"),  # the bank declined, and proved that it did
        (None, b"00", "03201000"),  # nobody proved anything
        (None, b"Y3", "03211000"),  # there was no way online, says the terminal
    ],
)
def test_without_the_banks_proven_approval_the_last_cryptogram_is_an_aac(
    bank_card: Issue, exchange: Exchange, authenticates: bytes | None, said: bytes, cvr: str
) -> None:
    card = bank_card()
    arqc = requested(card, exchange)
    if authenticates:
        assert exchange(card, authentication(card, arqc, authenticates)) == ["9000"]
    given = elements(exchange(card, second("40", said))[0])
    assert (given[0x9F27], given[0x9F10][3:7].hex()) == (b"\0", cvr)


def test_a_wrong_issuer_answer_fails_once_and_cannot_be_tried_again(bank_card: Issue, exchange: Exchange) -> None:
    card = bank_card()
    arqc = requested(card, exchange)
    right = authentication(card, arqc, b"00")
    assert exchange(card, authentication(card, arqc, b"00", psn="02"), right) == ["6300", "6985"]
    given = elements(exchange(card, second("40", b"00"))[0])
    assert (given[0x9F27], given[0x9F10][3:7].hex()) == (b"\0", "03281000")


def test_a_terminal_may_decline_what_the_bank_approved(bank_card: Issue, exchange: Exchange) -> None:
    card = bank_card()
    arqc = requested(card, exchange)
    _, answer = exchange(card, authentication(card, arqc, b"00"), second("00", b"00"))
    assert elements(answer)[0x9F27] == b"\0"


@pytest.mark.parametrize(
    ("before", "command", "status"),
    [
        # GET PROCESSING OPTIONS
        ((), "80A80100" + GPO[8:], "6A86"),
        ((), "80A80000", "6700"),
        ((), "80A80000" + "0B8308" + "00" * 9, "6A80"),
        ((), "80A80000" + "0B8009" + "00" * 9, "6A80"),
        ((), "80A80000" + "0A8308" + "00" * 8, "6700"),
        ((), "80A80000" + "0183", "6A80"),
        ((), "80A8000004830283", "6700"),
        ((), "80A80000048302830000", "6700"),
        ((), "80A80000" + "00012C" + "8309" + "00" * 298, "6A80"),  # an extended length
        ((), "80A80000" + "00000B" + GPO[10:], "9000"),
        ((GPO,), GPO, "6985"),
        ((GPO, ARQC), GPO, "6985"),
        # GENERATE AC
        ((), ARQC, "6985"),
        ((GPO,), "80AEC0001D" + AC_DATA, "6A86"),  # a referral
        ((GPO,), "80AE90001D" + AC_DATA, "6A86"),  # with combined data authentication
        ((GPO,), "80AE80011D" + AC_DATA, "6A86"),
        ((GPO,), "80AE800000", "6700"),
        ((GPO,), "80AE80001C" + AC_DATA[2:], "6700"),
        ((GPO,), second("80", b"00"), "6700"),
        ((GPO,), "80AE8000" + "00012C" + "00" * 300, "6700"),
        ((GPO, AAC), ARQC, "6985"),
        ((GPO, ARQC), second("80", b"00"), "6985"),
        ((GPO, ARQC), ARQC, "6985"),
        ((GPO, ARQC), TC, "6700"),
        ((GPO, ARQC, second("00", b"05")), second("00", b"05"), "6985"),
        # EXTERNAL AUTHENTICATE
        ((), "008200000A" + "00" * 10, "6985"),
        ((GPO,), "008200000A" + "00" * 10, "6985"),
        ((GPO, ARQC), "008201000A" + "00" * 10, "6A86"),
        ((GPO, ARQC), "0082000009" + "00" * 9, "6700"),
        ((GPO, ARQC), "008200000A" + "00" * 10 + "00", "6700"),
        ((GPO, ARQC), "008200000A" + "00" * 10, "6300"),
        ((GPO, AAC), "008200000A" + "00" * 10, "6985"),
        # READ RECORD
        ((), "00B2018421", "6A82"),
        ((), "00B2020C00", "6A83"),
        ((), "00B2000C00", "6A83"),
        ((), "00B2010000", "6A86"),
        ((), "00B2010400", "6A86"),
        ((), "00B2010D00", "6A86"),
        ((), "00B2010C", "6700"),
        # GET DATA
        ((), "80CA9F4F00", "6A88"),
        ((), "80CA000000", "6A88"),
        ((), "80CA9F36", "6700"),
        # what is not there
        ((), "00200000", "6D00"),
        ((), "0084000008", "6D00"),
    ],
)
def test_each_command_has_its_answer_in_each_stage(
    bank_card: Issue, exchange: Exchange, before: tuple[str, ...], command: str, status: str
) -> None:
    card = bank_card()
    *_, answer = exchange(card, SELECT, *before, command)
    assert answer[-4:] == status


def test_get_data_tells_the_counters_before_any_transaction(bank_card: Issue, exchange: Exchange) -> None:
    answers = exchange(bank_card(), SELECT, "80CA9F3600", "80CA9F1300", "80CA9F1700")
    assert answers[1:] == ["9F360200009000", "9F130200009000", "9F1701039000"]


def test_records_may_be_read_before_and_after_the_options(bank_card: Issue, exchange: Exchange) -> None:
    before, _, after = exchange(bank_card(), SELECT, "00B2011400", GPO, "00B2011400")[1:]
    assert before == after
    assert "5A0A6299990000000000018F" in before


def test_a_refused_command_changes_nothing_that_lasts(bank_card: Issue, exchange: Exchange) -> None:
    card = bank_card()
    exchange(card, SELECT, ARQC, "80A80000" + "0A8308" + "00" * 8, "80A80100" + GPO[8:])
    assert card.image() == b""


def test_a_card_whose_counter_is_used_up_begins_no_transaction(bank_card: Issue, exchange: Exchange) -> None:
    card = bank_card()
    card.memory.write(COUNTER, b"\xff\xfe")
    assert exchange(card, SELECT, GPO)[1].endswith("9000")
    assert exchange(card, SELECT, GPO, "80CA9F3600")[1:] == ["6985", "9F3602FFFF9000"]


def test_another_selection_or_a_reset_ends_the_transaction(bank_card: Issue, exchange: Exchange) -> None:
    card = bank_card()
    assert exchange(card, SELECT, GPO, SELECT, ARQC)[3] == "6985"
    exchange(card, GPO)
    card.power_on()
    assert exchange(card, ARQC) == ["6D00"]  # nothing is selected but the MF
    assert exchange(card, SELECT, ARQC)[1] == "6985"


def test_every_instruction_of_every_class_is_answered_in_the_application(bank_card: Issue) -> None:
    card = bank_card()
    card.transmit(bytes.fromhex(SELECT))
    for cla, ins in product((0x00, 0x80, 0x84, 0xB0, 0xFF), range(256)):
        answer = card.transmit(bytes((cla, ins, 0xAA, 0xAA)))
        assert answer[-2] >> 4 in (0x6, 0x9)


def find_bank_number(transmit: Callable[[str], str]) -> str | None:
    """A C++ library: selects the account, tries three records without GPO, searches their text for tag 5A."""
    assert transmit("00A4040008A000000333010101")[:2] in ("6F", "61")
    for command in ("00B2018421", "00B2011400", "00B2011C00"):
        answer = transmit(command)
        if answer.startswith("6C"):
            answer = transmit(command[:-2] + answer[2:4])
        at = answer.find("5A0A")
        if at >= 0:
            return answer[at + 4 : at + 24].rstrip("F")
    return None


@pytest.mark.parametrize("t0_mode", ["raw", "auto"])
def test_the_library_that_searches_for_a_bank_number_finds_it(bank_card: Issue, t0_mode: str) -> None:
    card = bank_card(t0_mode=t0_mode)
    found = find_bank_number(lambda command: card.transmit(bytes.fromhex(command)).hex().upper())
    assert found == "6299990000000000018"


def test_the_exerciser_gets_an_answer_to_its_processing_options_everywhere(
    bank_card: Issue, exchange: Exchange
) -> None:
    """A Python 2 script asks a social security DF for them, with a template inside a template."""
    card = bank_card()
    assert exchange(card, "80A80000048302830000") == ["6D00"]
    assert exchange(card, SELECT + "00", "80A80000048302830000")[1] == "6700"
