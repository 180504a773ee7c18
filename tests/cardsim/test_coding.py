import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardsim.coding import Coding, decode, encode


@pytest.mark.parametrize(
    ("coding", "text", "length", "stored"),
    [
        (Coding.CN, "20240601", 4, "20240601"),
        (Coding.CN, "1", 2, "1FFF"),
        (Coding.AN, "张三", 6, "D5C5C8FD0000"),
        (Coding.AN, "2.00", 4, "322E3030"),
        (Coding.AN, "", 3, "000000"),
        (Coding.HEX, "D156000005", 5, "D156000005"),
    ],
)
def test_a_text_is_stored_padded_and_comes_back(coding: Coding, text: str, length: int, stored: str) -> None:
    value = encode(coding, text, length)
    assert value.hex().upper() == stored
    assert decode(coding, value) == text


@pytest.mark.parametrize(
    ("coding", "text", "length"),
    [
        (Coding.CN, "123456789", 4),
        (Coding.CN, "12A4", 2),
        (Coding.CN, "１２", 1),
        (Coding.AN, "张三丰", 4),
        (Coding.AN, "😀", 30),
        (Coding.HEX, "D1560000", 5),
        (Coding.HEX, "D15", 2),
    ],
)
def test_what_does_not_fit_is_refused(coding: Coding, text: str, length: int) -> None:
    with pytest.raises(ValueError, match=r".+"):
        encode(coding, text, length)


def test_early_cards_pad_names_with_spaces_and_versions_with_nul() -> None:
    assert decode(Coding.AN, b"\xd5\xc5\xc8\xfd  ") == "张三"
    assert decode(Coding.AN, bytes.fromhex("322E3000")) == "2.0"


@given(st.binary(max_size=30))
def test_any_stored_bytes_have_some_text(value: bytes) -> None:
    for coding in Coding:
        assert isinstance(decode(coding, value), str)
