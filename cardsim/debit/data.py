"""The debit application as data: its names, data elements, records, object lists and non-volatile cells.

What such a card holds, by tag, and where a terminal finds it. The tags are those of JR/T 0025.5 (PBOC 3.0, debit and
credit cards) and JR/T 0025.12 (contactless payment); the values of risk parameters are ours. No record is ever
written, so none is a cell of memory. How commands use this is `debit` and `tap`.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Literal

import msgspec

from cardsim.debit.object_lists import ObjectList, encode_list
from cardsim.files import cell
from cardsim.pboc import TERMINAL_ELEMENTS, TEST_MASTER_KEYS, Algorithm, card_key
from cardsim.tlv import encode_ber

AID = bytes.fromhex("A000000333010101")
LABEL = b"PBOC DEBIT"
PSE_NAME = b"1PAY.SYS.DDF01"
PPSE_NAME = b"2PAY.SYS.DDF01"

RECORD_TEMPLATE, FCI_TEMPLATE, FCI_PROPRIETARY, FCI_ISSUER = 0x70, 0x6F, 0xA5, 0xBF0C
ENTRY, ENTRY_AID, ENTRY_LABEL, PRIORITY = 0x61, 0x4F, 0x50, 0x87
TRACK_2, PSN, AFL, CTQ = 0x57, 0x5F34, 0x94, 0x9F6C

RENMINBI = CHINA = b"\x01\x56"  # ISO 4217 and ISO 3166 both say 156
TTQ_ELEMENT = (0x9F66, 4)
ARC_ELEMENT = (0x8A, 2)

PDOL: ObjectList = ((0x9F7A, 1), (0x9F02, 6), (0x5F2A, 2))  # as a card in the field asks; this one needs none of it
TAP_PDOL: ObjectList = (TTQ_ELEMENT, *TERMINAL_ELEMENTS)
CDOL1: ObjectList = TERMINAL_ELEMENTS
CDOL2: ObjectList = (ARC_ELEMENT, *TERMINAL_ELEMENTS)

# Cells: a directory identifier that no file of the social security application has
DEBIT = 0xADF1
COUNTER = cell(DEBIT, 0, 1)  # application transaction counter, 9F36
LAST_ONLINE_COUNTER = cell(DEBIT, 0, 2)  # 9F13
PIN_TRIES = cell(DEBIT, 0, 3)  # 9F17: of an offline PIN, which no command here presents
INDICATORS = cell(DEBIT, 0, 4)  # what the next CVR says of the last online transaction
ISSUED_CELLS = {COUNTER: bytes(2), LAST_ONLINE_COUNTER: bytes(2), PIN_TRIES: b"\x03", INDICATORS: b"\0"}

READABLE = {0x9F36: COUNTER, 0x9F13: LAST_ONLINE_COUNTER, 0x9F17: PIN_TRIES}  # by GET DATA


class DebitFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the bank knows of one card, and how the card behaves. Dates are YYYYMMDD."""

    pan: str
    psn: int
    name: str
    certno: str
    issued_on: str
    valid_until: str
    algorithm: Algorithm = Algorithm.TRIPLE_DES
    answer_format: Literal[1, 2] = 2  # of GPO and GENERATE AC: template 80 or 77
    no_pin_limit_fen: int = 100_000  # 小额免密: 1000 yuan since 2018-06-01; above it a tap asks for the online PIN
    approves_offline: bool = False  # whether a TC that is asked for is given without asking the bank


def template(tag: int, elements: Iterable[tuple[int, bytes]]) -> bytes:
    """Return a constructed object of elements."""
    return encode_ber(tag, b"".join(encode_ber(inner, value) for inner, value in elements))


_ENTRY = template(ENTRY, ((ENTRY_AID, AID), (ENTRY_LABEL, LABEL), (PRIORITY, b"\x01")))


def _fci(name: bytes, proprietary: bytes) -> bytes:
    return template(FCI_TEMPLATE, ((0x84, name), (FCI_PROPRIETARY, proprietary)))


def _application_fci(pdol: ObjectList) -> bytes:
    elements = ((ENTRY_LABEL, LABEL), (PRIORITY, b"\x01"), (0x9F38, encode_list(pdol)), (0x5F2D, b"zh"))
    return _fci(AID, b"".join(encode_ber(tag, value) for tag, value in elements))


PSE_FCI = _fci(PSE_NAME, encode_ber(0x88, b"\x01"))  # the directory is SFI 1
PSE_RECORDS = {(1, 1): encode_ber(RECORD_TEMPLATE, _ENTRY)}
PPSE_FCI = _fci(PPSE_NAME, encode_ber(FCI_ISSUER, _ENTRY))
APPLICATION_FCI = _application_fci(PDOL)
TAP_FCI = _application_fci(TAP_PDOL)

SERVICE_CODE = "220"  # chip card, domestic and abroad, authorised online
# The interchange profile (82) announces what this card does: cardholder verification, terminal risk management, issuer
# authentication, and no SDA, DDA or CDA. A tap has none of them.
PROFILE, TAP_PROFILE = b"\x1c\x00", b"\x00\x00"

RECORDS: Mapping[tuple[int, int], tuple[int, ...]] = {  # SFI and number, tags
    (1, 1): (TRACK_2, 0x5F20, 0x9F61, 0x9F62),
    (2, 1): (0x5A, 0x5F24, 0x5F25, 0x5F28, PSN, 0x9F07, 0x9F08),  # 5F24 not in the last: JR/T 0025.12 forbids it
    (2, 2): (0x8C, 0x8D),
    (2, 3): (0x8E, 0x9F0D, 0x9F0E, 0x9F0F, 0x5F30),
}
# The file locator (94): SFI, first and last record, how many are signed
FILE_LOCATOR = bytes.fromhex("08010100 10010300")

CONSTANT = {
    0x5F28: CHINA,
    0x5F30: bytes.fromhex("0" + SERVICE_CODE),
    0x8C: encode_list(CDOL1),
    0x8D: encode_list(CDOL2),
    0x8E: bytes(8) + bytes.fromhex("0200"),  # cardholder verification: the PIN goes to the bank, always
    0x9F07: bytes.fromhex("FF00"),  # usable everywhere
    0x9F08: bytes.fromhex("0030"),  # PBOC 3.0
    0x9F0D: bytes.fromhex("D86004A800"),  # issuer action codes: default (no way online), denial, online
    0x9F0E: bytes.fromhex("0010980000"),
    0x9F0F: bytes.fromhex("D86804F800"),
    0x9F62: b"00",  # identity card
}
NAME_MAX = 26
FROM_FACTS: Mapping[int, Callable[[DebitFacts], bytes]] = {
    0x5A: lambda facts: _digits(facts.pan),
    TRACK_2: lambda facts: _digits(f"{facts.pan}D{facts.valid_until[2:6]}{SERVICE_CODE}"),
    0x5F20: lambda facts: facts.name.encode("gbk")[:NAME_MAX],
    0x5F24: lambda facts: bytes.fromhex(facts.valid_until[2:]),
    0x5F25: lambda facts: bytes.fromhex(facts.issued_on[2:]),
    PSN: lambda facts: bytes.fromhex(f"{facts.psn:02}"),
    0x9F61: lambda facts: facts.certno.encode("ascii"),
}


class Debit:
    """A debit application as the bank issued it. Records and key are made when they are first wanted."""

    def __init__(self, facts: DebitFacts) -> None:
        self.facts = facts

    def element(self, tag: int) -> bytes:
        """Return the value of a data element that the issuer wrote."""
        constant = CONSTANT.get(tag)
        return FROM_FACTS[tag](self.facts) if constant is None else constant

    def record(self, sfi: int, number: int) -> bytes | None:
        """Return a record, in its template 70; None if there is none."""
        tags = RECORDS.get((sfi, number))
        return None if tags is None else template(RECORD_TEMPLATE, ((tag, self.element(tag)) for tag in tags))

    @cached_property
    def key(self) -> bytes:
        """The card's key for cryptograms."""
        facts = self.facts
        return card_key(facts.algorithm, TEST_MASTER_KEYS[facts.algorithm], facts.pan, f"{facts.psn:02}")


def _digits(text: str) -> bytes:
    """Two digits a byte, F at the end if they are odd."""
    return bytes.fromhex(text + "F" * (len(text) % 2))
