"""How the card writes a data element: the types cn and an of the data element tables (LD/T 32.6).

Text goes in and comes out; bytes of a fixed length lie on the card. Nothing here knows which element it is.
"""

from enum import Enum

DIGIT_PAD = "F"


class Coding(Enum):
    """The type of a data element."""

    CN = "cn"  # decimal digits, two a byte, padded with F on the right
    AN = "an"  # GBK text, padded with 00 on the right
    HEX = "hex"  # cn in the tables too, but its digits run to F and fill the length: nothing to pad or to strip


def encode(coding: Coding, text: str, length: int) -> bytes:
    """Return `text` in exactly `length` bytes; ValueError if it does not fit or is not of that type."""
    value = _digits(coding, text, length) if coding is not Coding.AN else text.encode("gbk").ljust(length, b"\0")
    if len(value) != length:
        raise ValueError(f"{text!r} does not fit {coding.value} of {length} bytes")
    return value


def decode(coding: Coding, value: bytes) -> str:
    """Return the text of a stored value; bytes that are no GBK become U+FFFD rather than an error.

    Early cards pad names with spaces and write years as ASCII, so a reader has to be generous.
    """
    if coding is Coding.AN:
        return value.rstrip(b"\0 ").decode("gbk", "replace")
    digits = value.hex().upper()
    return digits.rstrip(DIGIT_PAD) if coding is Coding.CN else digits


def _digits(coding: Coding, text: str, length: int) -> bytes:
    if coding is Coding.CN and not (text.isascii() and text.isdecimal()):
        raise ValueError(f"{text!r} is not all decimal digits")
    return bytes.fromhex(text.ljust(2 * length, DIGIT_PAD) if coding is Coding.CN else text)
