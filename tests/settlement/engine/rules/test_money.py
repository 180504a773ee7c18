"""Rounding and exact decimals."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.engine.rules.money import FEN_PLACES, PRICE_PLACES, RATIO_PLACES, half_up, scaled, unscaled

NUMERATORS = st.integers(min_value=-(10**20), max_value=10**20)
DENOMINATORS = st.integers(min_value=1, max_value=10**8)


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(0, 2, 0), (1, 2, 1), (-1, 2, -1), (3, 2, 2), (1, 3, 0), (2, 3, 1), (-2, 3, -1), (249, 100, 2), (250, 100, 3)],
)
def test_a_half_is_rounded_away_from_zero(numerator: int, denominator: int, rounded: int) -> None:
    assert half_up(numerator, denominator) == rounded


@given(NUMERATORS, DENOMINATORS)
def test_a_refund_is_rounded_as_the_mirror_of_its_bill(numerator: int, denominator: int) -> None:
    assert half_up(-numerator, denominator) == -half_up(numerator, denominator)


@given(st.integers(min_value=-(10**12), max_value=10**12), st.sampled_from([1, 10, 10**4, 10**8]))
def test_rounding_agrees_with_decimal_arithmetic(numerator: int, denominator: int) -> None:
    exact = Decimal(numerator) / Decimal(denominator)
    assert half_up(numerator, denominator) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@given(NUMERATORS, DENOMINATORS)
def test_rounding_moves_a_quotient_by_at_most_a_half(numerator: int, denominator: int) -> None:
    assert abs(2 * (half_up(numerator, denominator) * denominator - numerator)) <= denominator


@pytest.mark.parametrize(
    ("text", "places", "value"),
    [
        ("0", FEN_PLACES, 0),
        ("200", FEN_PLACES, 20_000),
        ("112.5", FEN_PLACES, 11_250),
        ("-87.50", FEN_PLACES, -8_750),
        ("1", RATIO_PLACES, 10_000),
        ("0.000001", PRICE_PLACES, 1),
        ("99999999999999.99", FEN_PLACES, 9_999_999_999_999_999),
    ],
)
def test_a_decimal_is_read_exactly(text: str, places: int, value: int) -> None:
    assert scaled(text, places) == value


@pytest.mark.parametrize("text", ["", "-", ".5", "5.", "1,5", "1e3", "+1", " 1", "1 ", "--1", "NaN", "١", "0x1"])
def test_what_is_no_plain_decimal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a decimal number"):
        scaled(text, FEN_PLACES)


def test_a_third_decimal_is_refused_and_not_rounded() -> None:
    with pytest.raises(ValueError, match=r"'1\.005' has more than 2 decimals"):
        scaled("1.005", FEN_PLACES)


def test_a_number_wider_than_the_interface_has_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 14 digits before the point"):
        scaled("123456789012345.00", FEN_PLACES)


@given(st.integers(min_value=-(10**16) + 1, max_value=10**16 - 1), st.sampled_from([2, 4, 6]))
def test_writing_and_reading_a_decimal_are_inverse(value: int, places: int) -> None:
    assert scaled(unscaled(value, places), places) == value
