"""Numbers of the national interface are read exactly or not at all; what is written is read back as it was."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.wire.envelope import MalformedError
from settlement.wire.messages import Amounts, Line, Revocation
from settlement.wire.national_values import decode_json, encode_json, plain, read_decimal, struct_of


@given(st.integers(-(10**15), 10**15), st.sampled_from([2, 4, 6]))
def test_a_number_is_read_exactly_as_text_and_as_number(value: int, scale: int) -> None:
    written = Decimal(value).scaleb(-scale)
    assert read_decimal(f"{written:f}", 22, scale, "x") == value
    assert read_decimal(written, 22, scale, "x") == value


@pytest.mark.parametrize("value", ["1e5", "NaN", "Infinity", "", " 1", "1.", ".5", "0x10", "1,5", "१", None, {}])
def test_what_is_no_plain_number_is_refused(value: Any) -> None:
    with pytest.raises(MalformedError, match="a number is expected"):
        read_decimal(value, 16, 2, "x")


def test_more_digits_than_can_be_kept_exactly_are_refused_not_rounded() -> None:
    with pytest.raises(MalformedError):
        read_decimal(Decimal("1." + "0" * 30 + "1"), 16, 2, "x")


@pytest.mark.parametrize("value", ["1e-999999999", "1.00e-28", "-1e-1000000", "1e-999999999999"])
def test_a_number_too_small_to_be_money_is_refused_not_rounded_to_nothing(value: str) -> None:
    with pytest.raises(MalformedError, match="at most 2 decimals"):
        read_decimal(Decimal(value), 16, 2, "x")


@given(st.integers(-(10**13), 10**13), st.integers(0, 10**13), st.integers(0, 10**9))
def test_a_struct_is_written_with_its_decimals_and_read_back(fen: int, price_e6: int, count_e4: int) -> None:
    line = Line("1", "X", price_e6, count_e4, fen)
    written = decode_json(encode_json(plain(line)))
    sizes = {"pric": 6, "cnt": 4, "det_item_fee_sumamt": 2}
    numbers = {name: read_decimal(written[name], 22, scale, name) for name, scale in sizes.items()}
    assert struct_of(Line, written | numbers) == line


def test_a_name_loses_its_unit_and_a_row_of_rows_stays_one() -> None:
    assert plain(Amounts(medfee_sumamt_fen=-1205))["medfee_sumamt"] == Decimal("-12.05")
    assert plain((Revocation("S", "V", "N"),)) == [{"setl_id": "S", "mdtrt_id": "V", "psn_no": "N"}]


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedError, match="not the JSON of an answer"):
        decode_json(content, "an answer")
