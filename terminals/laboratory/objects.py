"""What the checks read out of a card's data: BER-TLV objects, records, object lists. Malformed data read as nothing."""

from typing import Final

from cardsim.tlv import TlvError, parse_ber

CONSTRUCTED: Final = 0x20
"""In the first byte of a tag (ISO 7816-4, 5.2.2)."""
TWO_BYTE_TAG: Final = 0x100
LOW_TAG_BITS: Final = 0x1F


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


def object_list(data: bytes) -> list[tuple[int, int]]:
    """Return tags and lengths of a data object list (EMV Book 3, 5.4).

    >>> object_list(bytes.fromhex("9F7A019505"))
    [(40826, 1), (149, 5)]
    """
    objects, rest = [], data
    while len(rest) > 1:
        size = 2 if rest[0] & LOW_TAG_BITS == LOW_TAG_BITS else 1
        objects.append((int.from_bytes(rest[:size], "big"), rest[size] if len(rest) > size else 0))
        rest = rest[size + 1 :]
    return objects


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
