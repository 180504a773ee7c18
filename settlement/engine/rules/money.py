"""Money as integers: fen, and decimals of the interface's other precisions, with one rule of rounding.

Everything that rounds or reads an amount does it here. No float, no Decimal: n(16,2) is fen, n(16,4) is 10^-4 and
n(16,6) is 10^-6, each an int, so sums are exact and cheap.
"""

import re
from typing import Final

FEN_PLACES: Final = 2
RATIO_PLACES: Final = 4
PRICE_PLACES: Final = 6
RATIO_ONE: Final = 10**RATIO_PLACES
"""The ratio 1 in 10^-4."""
DIGITS_MAX: Final = 16
"""The interface's widest number is n(16,...)."""


def half_up(numerator: int, denominator: int) -> int:
    """Return the quotient rounded half away from zero, so that a refund mirrors its bill to the fen (I11).

    >>> half_up(5, 2), half_up(-5, 2), half_up(4, 3)
    (3, -3, 1)
    """
    assert denominator > 0
    if numerator < 0:
        return -((-2 * numerator + denominator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)


def scaled(text: str, places: int) -> int:
    """Read a decimal exactly, in units of 10^-places; raise ValueError rather than round or guess.

    >>> scaled("112.5", FEN_PLACES), scaled("-0.01", FEN_PLACES), scaled("0.85", RATIO_PLACES)
    (11250, -1, 8500)
    """
    number = _DECIMAL.fullmatch(text)
    if not number:
        raise ValueError(f"{text!r} is not a decimal number such as 12.34")
    sign, whole, fraction = number["sign"], number["whole"], number["fraction"] or ""
    if len(fraction) > places:
        raise ValueError(f"{text!r} has more than {places} decimals")
    if len(whole) + places > DIGITS_MAX:
        raise ValueError(f"{text!r} has more than {DIGITS_MAX - places} digits before the point")
    return int(sign + whole + fraction.ljust(places, "0"))


def unscaled(value: int, places: int) -> str:
    """Write a number of 10^-places as a decimal; the inverse of `scaled`.

    >>> unscaled(11250, FEN_PLACES), unscaled(-1, FEN_PLACES)
    ('112.50', '-0.01')
    """
    assert places > 0
    digits = str(abs(value)).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def yuan(fen: int) -> str:
    """Write an amount as people and the interface do.

    >>> yuan(-1205)
    '-12.05'
    """
    return unscaled(fen, FEN_PLACES)


_DECIMAL: Final = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]+)(?:\.(?P<fraction>[0-9]+))?")
