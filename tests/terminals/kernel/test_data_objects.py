import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardsim.tlv import encode_ber, parse_ber
from terminals.kernel import data_objects as tags
from terminals.kernel.data_objects import ANSWER_MAX, chip_data, elements, filled, listed, terms

CDOL1 = bytes.fromhex("9F02069F03069F1A0295055F2A029A039C019F3704")
"""As a card in the field has it: 29 bytes of answer."""


def test_a_list_is_answered_in_its_own_order() -> None:
    answer = filled(CDOL1, terms(123_45, "261121", bytes.fromhex("DEADBEEF")))
    assert answer.hex() == "00000001234500000000000001560000000000015626112100deadbeef"


def test_what_nobody_knows_is_zeros_and_what_is_too_long_is_cut() -> None:
    assert filled(bytes.fromhex("9F5303 9F3702"), {0x9F37: b"abcd"}) == b"\0\0\0ab"


@given(st.binary(max_size=64))
def test_any_list_has_an_answer_that_fits_a_command(wanted: bytes) -> None:
    assert len(filled(wanted, {})) == min(sum(length for _, length in listed(wanted)), ANSWER_MAX)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("77 06 8202 1C00 9400".replace(" ", ""), {0x82: b"\x1c\x00", 0x94: b""}),
        ("6F0FA50DBF0C0A61084F06A00000033301", {0x4F: bytes.fromhex("A00000033301")}),
        ("", {}),
        ("77", None),
        ("7705820", None),
    ],
)
def test_primitive_objects_are_found_however_deep_they_lie(answer: str, said: dict[int, bytes] | None) -> None:
    assert elements(bytes.fromhex(answer + "0" * (len(answer) % 2))) == said


@given(st.binary(max_size=80))
def test_no_bytes_of_a_card_raise(answer: bytes) -> None:
    elements(answer)


def test_the_bank_hears_what_was_said_and_nothing_else() -> None:
    known = terms(1, "261121", b"abcd") | {tags.CRYPTOGRAM: bytes(8), tags.PAN: b"\x62", 0x9F61: b"379999"}
    told = dict(parse_ber(chip_data(known)))
    assert told[tags.AMOUNT].hex() == "000000000001"
    assert told.keys() <= set(tags.FOR_THE_BANK)
    assert chip_data({tags.AIP: b"\x1c\x00"}) == encode_ber(0x82, b"\x1c\x00")
