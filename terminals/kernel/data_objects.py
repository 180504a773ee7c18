"""The data objects that terminal, card and bank share in a purchase, and how lists of them are filled.

A card says in a data object list (PDOL, CDOL) what it wants to hear; the terminal answers with values, one after the
other (EMV Book 3, 5.4). Tags are EMV's and PBOC's (JR/T 0025).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from cardsim.tlv import TlvError, encode_ber, parse_ber

Elements = dict[int, bytes]

AID, FCI_LIST_OF_FILES, PDOL = 0x4F, 0x88, 0x9F38
AIP, AFL, PAN, TRACK_2, PAN_SEQUENCE = 0x82, 0x94, 0x5A, 0x57, 0x5F34
CDOL1, CDOL2 = 0x8C, 0x8D
CRYPTOGRAM, CRYPTOGRAM_KIND, ISSUER_DATA, COUNTER = 0x9F26, 0x9F27, 0x9F10, 0x9F36
AMOUNT, OTHER_AMOUNT, COUNTRY, CURRENCY = 0x9F02, 0x9F03, 0x9F1A, 0x5F2A
VERIFICATION_RESULTS, DATE, KIND_OF_TRANSACTION, UNPREDICTABLE = 0x95, 0x9A, 0x9C, 0x9F37
TERMINAL_QUALIFIERS, CARD_QUALIFIERS, CASH_INDICATOR = 0x9F66, 0x9F6C, 0x9F7A
RESPONSE_CODE, ISSUER_AUTHENTICATION = 0x8A, 0x91

CONSTRUCTED: Final = 0x20
MULTI_BYTE_TAG: Final = 0x1F
AMOUNT_DIGITS: Final = 12
ANSWER_MAX: Final = 252
"""What fits into a short command, with a template around it; a card that wants more hears less, and refuses."""

TERMINAL: Final[Mapping[int, bytes]] = {
    COUNTRY: b"\x01\x56",
    CURRENCY: b"\x01\x56",
    OTHER_AMOUNT: bytes(6),
    VERIFICATION_RESULTS: bytes(5),
    KIND_OF_TRANSACTION: b"\x00",
    CASH_INDICATOR: b"\x00",
    TERMINAL_QUALIFIERS: bytes.fromhex("26000000"),
}
"""What this terminal says in every purchase: China, renminbi, goods and services, no electronic cash; over the antenna
qPBOC and the online PIN, and contacts as well."""
FOR_THE_BANK: Final = (
    CRYPTOGRAM,
    CRYPTOGRAM_KIND,
    ISSUER_DATA,
    UNPREDICTABLE,
    COUNTER,
    VERIFICATION_RESULTS,
    DATE,
    KIND_OF_TRANSACTION,
    AMOUNT,
    CURRENCY,
    AIP,
    COUNTRY,
    OTHER_AMOUNT,
    CARD_QUALIFIERS,
    PAN_SEQUENCE,
)
"""DE 55 of a purchase, in this order; what the card did not give is left out."""


def terms(amount_fen: int, date: str, number: bytes) -> Elements:
    """Return what the terminal can say in a purchase of this amount on this day (YYMMDD); `number` is unpredictable."""
    amount = bytes.fromhex(f"{amount_fen:0{AMOUNT_DIGITS}d}")
    return {**TERMINAL, AMOUNT: amount, DATE: bytes.fromhex(date), UNPREDICTABLE: number}


def filled(wanted: bytes, known: Mapping[int, bytes]) -> bytes:
    """Return the answer to a data object list; what nobody knows is zeros (EMV Book 3, 5.4).

    >>> filled(bytes.fromhex("9F37045F2A029F5301"), terms(1, "261121", b"abcd")).hex()
    '61626364015600'
    """
    answer = b"".join(known.get(tag, b"").ljust(length, b"\0")[:length] for tag, length in listed(wanted))
    return answer[:ANSWER_MAX]


def listed(wanted: bytes) -> Iterator[tuple[int, int]]:
    """Yield tag and length of each object in a list; one that breaks off ends it."""
    bytes_left = iter(wanted)
    for first in bytes_left:
        tag = first << 8 | next(bytes_left, 0) if first & MULTI_BYTE_TAG == MULTI_BYTE_TAG else first
        yield tag, next(bytes_left, 0)


def elements(data: bytes) -> Elements | None:
    """Return every primitive object of an answer by tag, however deep it lies; None for what is no BER-TLV."""
    try:
        return dict(_flat(parse_ber(data)))
    except TlvError:
        return None


def chip_data(known: Mapping[int, bytes]) -> bytes:
    """Return DE 55: what the card has said, and what it was told."""
    return b"".join(encode_ber(tag, known[tag]) for tag in FOR_THE_BANK if tag in known)


def _flat(objects: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    for tag, value in objects:
        first = tag >> 8 or tag
        if first & CONSTRUCTED:
            yield from _flat(parse_ber(value))
        else:
            yield tag, value
