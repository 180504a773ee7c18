"""What the checks read out of a card's data: BER-TLV objects and the shape of records.

A reading of its own beside the kernel's, which takes a card at its word: here templates count as well, the first of two
objects with one tag is the one that is judged, and what stands before a malformed object has been read.
"""

from typing import Final

from cardsim.tlv import TlvError, parse_ber

CONSTRUCTED: Final = 0x20
"""In the first byte of a tag (ISO 7816-4, 5.2.2)."""
TWO_BYTE_TAG: Final = 0x100


def elements(data: bytes) -> dict[int, bytes]:
    """Return every object by its tag, at whatever depth; of two with one tag, the first.

    >>> sorted(map(hex, elements(bytes.fromhex("6F0AA5088801019F0C028600"))))
    ['0x6f', '0x86', '0x88', '0x9f0c', '0xa5']
    """
    found: dict[int, bytes] = {}
    try:
        for tag, value in parse_ber(data):
            found.setdefault(tag, value)
            if _first_byte(tag) & CONSTRUCTED or tag == ISSUER_PART:
                found = {**elements(value), **found}
    except TlvError:
        return found
    return found


ISSUER_PART: Final = 0x9F0C
"""Primitive by its tag, and yet holds objects on these cards."""


def shape(record: bytes) -> str:
    """Return what may be told of a record: its tag, the length it announces, the bytes that are there.

    >>> shape(bytes.fromhex("020133"))
    'tag 02, length 1, 3 bytes'
    """
    if len(record) <= 1:
        return f"{len(record)} bytes"
    return f"tag {record[0]:02X}, length {record[1]}, {len(record)} bytes"


def _first_byte(tag: int) -> int:
    return tag >> 8 if tag >= TWO_BYTE_TAG else tag
