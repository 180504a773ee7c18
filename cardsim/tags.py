"""TLV objects in words: both dialects of this card, told apart by which of them the bytes are.

Values are shown as they are: who prints them decides whether they may be seen.
"""

from collections.abc import Iterator
from typing import NamedTuple

from cardsim import coding
from cardsim.files import RecordFile
from cardsim.social_security.layout import PLANS
from cardsim.tlv import TlvError, parse_ber, parse_records

CONSTRUCTED = 0x20  # in the first byte of a tag (ISO 7816-4, 5.2.2, 1)
BER_NAMES = {
    0x4F: "application identifier",
    0x50: "application label",
    0x57: "track 2 equivalent",
    0x5A: "PAN",
    0x5F20: "cardholder name",
    0x5F24: "expiry date",
    0x5F25: "effective date",
    0x5F28: "issuer country",
    0x5F2D: "language preference",
    0x5F30: "service code",
    0x5F34: "PAN sequence number",
    0x61: "application template",
    0x6F: "FCI template",
    0x70: "record template",
    0x77: "response template, format 2",
    0x80: "response template, format 1",
    0x82: "application interchange profile",
    0x83: "command template",
    0x84: "DF name",
    0x87: "priority",
    0x88: "short file identifier",
    0x8A: "authorisation response code",
    0x8C: "CDOL1",
    0x8D: "CDOL2",
    0x8E: "CVM list",
    0x91: "issuer authentication data",
    0x94: "application file locator",
    0x95: "terminal verification results",
    0x9A: "transaction date",
    0x9C: "transaction type",
    0x9F02: "amount",
    0x9F03: "other amount",
    0x9F07: "application usage control",
    0x9F08: "application version",
    0x9F0C: "issuer's data of the FCI (algorithm)",
    0x9F0D: "issuer action code, default",
    0x9F0E: "issuer action code, denial",
    0x9F0F: "issuer action code, online",
    0x9F10: "issuer application data",
    0x9F13: "last online ATC",
    0x9F17: "PIN tries left",
    0x9F1A: "terminal country",
    0x9F26: "application cryptogram",
    0x9F27: "cryptogram information data",
    0x9F36: "application transaction counter",
    0x9F37: "unpredictable number",
    0x9F38: "PDOL",
    0x9F61: "cardholder certificate number",
    0x9F62: "cardholder certificate type",
    0x9F66: "terminal transaction qualifiers",
    0x9F6C: "card transaction qualifiers",
    0xA5: "FCI proprietary template",
    0xBF0C: "FCI issuer discretionary data",
}
"""EMV Book 3, annex A, and JR/T 0025.5."""
ITEMS = {
    item.tag: item
    for directory in PLANS[2].by_path.values()
    for file in directory.files
    if isinstance(file, RecordFile)
    for item in file.items
}
"""Data elements of LD/T 32.6, which stand in records."""


class Object(NamedTuple):
    """One object: how deep it stands, its tag in hex, its name, and its value as hex and as text if it is any."""

    depth: int
    tag_hex: str
    name: str
    value_hex: str
    text: str = ""


def objects(data: bytes) -> tuple[Object, ...]:
    """Return the TLV objects that `data` is, with what stands inside them; nothing if it is none.

    >>> [(item.depth, item.tag_hex, item.name) for item in objects(bytes.fromhex("6F058403D15600"))]
    [(0, '6F', 'FCI template'), (1, '84', 'DF name')]
    >>> objects(bytes.fromhex("0304322E3030"))[0].text
    '2.00'
    """
    for reading in (_ber, _records):
        try:
            found = tuple(reading(data, 0))
        except TlvError:
            continue
        if found and all(item.name for item in found if item.depth == 0):
            return found
    return ()


def _ber(data: bytes, depth: int) -> Iterator[Object]:
    for tag, value in parse_ber(data):
        tag_hex = f"{tag:02X}" if tag <= 0xFF else f"{tag:04X}"  # noqa: PLR2004  one byte or two
        inner = tuple(_ber(value, depth + 1)) if bytes.fromhex(tag_hex)[0] & CONSTRUCTED else ()
        shown = "" if inner else value.hex().upper()
        yield Object(depth, tag_hex, BER_NAMES.get(tag, ""), shown, "" if inner else _text(value))
        yield from inner


def _records(data: bytes, depth: int) -> Iterator[Object]:
    for tag, value in parse_records(data):
        item = ITEMS.get(tag)
        text = coding.decode(item.coding, value) if item and len(value) <= item.length else ""
        yield Object(depth, f"{tag:02X}", item.word if item else "", value.hex().upper(), text)


def _text(value: bytes) -> str:
    try:
        text = value.decode("gb2312")
    except UnicodeDecodeError:
        return ""
    return text if len(value) > 1 and text.isprintable() else ""
