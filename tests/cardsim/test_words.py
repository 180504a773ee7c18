import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardsim.diversify import ALGORITHMS
from cardsim.status import SW
from cardsim.words import (
    announces_stand_in,
    command_in_words,
    oddities,
    stand_in_note,
    status_in_words,
)


@pytest.mark.parametrize(
    ("apdu", "words"),
    [
        ("00A404000F7378312E73682EC9E7BBE1B1A3D5CF", "SELECT by name sx1.sh.社会保障"),
        ("00A4040008A000000333010101", "SELECT by name A000000333010101"),
        ("00A4000002EF05", "SELECT EF05"),
        ("00B2010412", "READ RECORD 1, 18 bytes"),
        ("00B2070000", "READ RECORD with tag 07, 256 bytes"),
        ("00B2032C06", "READ RECORD 3 of EF05, 6 bytes"),
        ("00B20105FF", "READ RECORD 1 and all after, 255 bytes"),
        ("00B0000014", "READ BINARY from 0, 20 bytes"),
        ("00B0960006", "READ BINARY of EF16 from 0, 6 bytes"),
        ("0084000008", "GET CHALLENGE, 8 bytes"),
        ("0082000A10" + 32 * "0", "EXTERNAL AUTHENTICATE with key 0A"),
        ("842400010C" + 24 * "0", "UNBLOCK or RELOAD PIN, new value"),
        ("80AE80001D" + 58 * "0", "GENERATE AC, ARQC"),
        ("0C20000003123456", "VERIFY (class 0C, secure messaging), 3 bytes of data"),
        ("00200000", "VERIFY"),
        ("0020000009123456", "VERIFY, lengths that do not fit"),
        ("FFCA000000", "GET UID (of the reader), 256 bytes"),
        ("801200000000", ""),
        ("00A4", ""),
        ("", ""),
    ],
)
def test_a_command_is_said_in_words(apdu: str, words: str) -> None:
    assert command_in_words(bytes.fromhex(apdu)) == words


@given(ins=st.sampled_from((0x20, 0x5E, 0x82, 0x24, 0xDC, 0xD6)), cla=st.sampled_from((0x00, 0x04, 0x80, 0x84)))
def test_no_word_holds_what_was_sent(cla: int, ins: int) -> None:
    said = command_in_words(bytes((cla, ins, 0, 0, 4)) + bytes.fromhex("BEEFCAFE"))
    assert not any(part in said for part in ("BEEF", "CAFE", "beef", "cafe"))


@given(st.binary(max_size=300))
def test_whatever_is_sent_can_be_talked_about(apdu: bytes) -> None:
    assert isinstance(command_in_words(apdu), str)


@pytest.mark.parametrize(
    ("sw", "words"),
    [
        (0x9000, "success"),
        (0x6983, "authentication method blocked"),
        (0x63C0, "0 tries left"),
        (0x6118, "24 more bytes wait for GET RESPONSE"),
        (0x6C14, "the same with Le = 14"),
        (0x9403, "key index not supported"),
        (0x1234, ""),
    ],
)
def test_a_status_is_said_in_words(sw: int, words: str) -> None:
    assert status_in_words(sw) == words


def test_every_status_of_this_card_has_words() -> None:
    assert all(status_in_words(sw) for sw in SW)


@pytest.mark.parametrize(
    ("data", "odd"),
    [
        ("00B2012C12", 0),
        ("0020000003123456", 0),
        ("0CB2012C12", 1),  # with secure messaging
        ("0020000009123456", 1),  # ends early
        ("5F200446656E67", 2),  # a cardholder's name, or VERIFY of class 5F
        ("6F20840E315041592E5359532E4444463031A50E8801015F2D027A689F1101019F0C", 2),
        ("70820105" + "00" * 0x105, 2),  # a record, or EXTERNAL AUTHENTICATE of class 70
        ("7BA42D635AF33A07", 2),  # a challenge
        ("00FE000000", None),
        ("9000", None),
    ],
)
def test_the_oddities_of_a_command_are_counted(data: str, odd: int | None) -> None:
    assert oddities(bytes.fromhex(data)) == odd


def test_only_a_card_that_announces_sm4_has_authentications_of_our_own_making() -> None:
    head = "7378312E73682EC9E7BBE1B1A3D5CF"
    third = f"6F1C840F{head}A50988011E9F0C03860103"
    assert announces_stand_in(bytes.fromhex(third + "9000"))
    assert not announces_stand_in(bytes.fromhex(third[:-1] + "1" + "9000"))  # generation 3 with Triple DES
    assert not announces_stand_in(bytes.fromhex(f"6F16840F{head}A50388011E9000"))


@pytest.mark.parametrize(
    ("apdu", "noted"),
    [
        ("0082000A10" + "00" * 16, True),
        ("0088000010" + "00" * 16, True),
        ("8424000114" + "00" * 20, True),
        ("841E000004" + "00" * 4, True),
        ("008200000A" + "00" * 10, False),  # the bank's, which is PBOC's
        ("0020000003123456", False),
        ("0084000008", False),
        ("00", False),
    ],
)
def test_what_the_keys_of_such_a_card_prove_is_called_our_own_stand_in(apdu: str, *, noted: bool) -> None:
    assert stand_in_note(bytes.fromhex(apdu)) == (ALGORITHMS["sm4"].note if noted else "")
