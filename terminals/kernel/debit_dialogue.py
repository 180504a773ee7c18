"""The debit application in APDUs: over the contacts from SELECT to the second GENERATE AC, over the antenna in one GPO.

What comes out of either is the same value, a card that asks its bank; what the bank answers only the contacts hear.
Nothing is decided here but which form of an answer the card has chosen (EMV Book 3, 6.5; JR/T 0025.5 and .12).
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from terminals.kernel import data_objects as tags
from terminals.kernel.command import SUCCESS, case_3, case_4, command, refusal
from terminals.kernel.data_objects import Elements, elements, filled
from terminals.kernel.effects import Slot, Steps
from terminals.kernel.terminal_codes import CARD_DATA, CARD_TYPE, TerminalCode

SELECT: Final = bytes.fromhex("00A40400")
PSE: Final = b"1PAY.SYS.DDF01"
PPSE: Final = b"2PAY.SYS.DDF01"
DEBIT_AID: Final = bytes.fromhex("A000000333010101")
UNIONPAY: Final = DEBIT_AID[:5]
"""The registered provider whose applications are taken."""
PROCESSING_OPTIONS: Final = bytes.fromhex("80A80000")
COMMAND_TEMPLATE: Final = 0x83
GENERATE_AC: Final = bytes.fromhex("80AE")
ISSUER_AUTHENTICATE: Final = bytes.fromhex("00820000")
ARQC, TC, AAC = 0x80, 0x40, 0x00
"""Kinds of application cryptograms: ask the bank, approved, declined."""
FORMAT_1: Final = 0x80
"""An answer of values without tags."""
OF_OPTIONS: Final = ((tags.AIP, 2), (tags.AFL, None))
OF_CRYPTOGRAM: Final = ((tags.CRYPTOGRAM_KIND, 1), (tags.COUNTER, 2), (tags.CRYPTOGRAM, 8), (tags.ISSUER_DATA, None))
"""What such values are, one after the other, with their lengths (EMV Book 3, 6.5.8 and 6.5.5)."""
SFI_MASK: Final = 0x1F
SEQUENCE_DIGITS: Final = 2
ACCOUNT_DIGITS: Final = range(16, 20)
RECORDS_MAX: Final = 32
"""Records that a terminal reads of one card; ours has four."""
PIN_WANTED: Final = 0x80
"""In the first byte of the card's qualifiers: the bank shall see a PIN."""
UNABLE_TO_GO_ONLINE: Final = b"Z3"
"""The terminal's own response code where no answer came (EMV Book 4, A6)."""


Order = tuple[tuple[int, int | None], ...]


class Asking(NamedTuple):
    """A card that asks its bank: whose it is, and everything said between card and terminal, by tag."""

    pan: str
    sequence: int
    known: Elements
    pin_wanted: bool


def identify(slot: Slot, said: Elements) -> Steps[Elements | TerminalCode]:
    """Begin a purchase over the contacts: select, tell what the card wants to know, read its records."""
    selected = yield from _selected(slot, PSE)
    if isinstance(selected, TerminalCode):
        return selected
    options = yield from _options(slot, selected, said)
    if isinstance(options, TerminalCode):
        return options
    known = said | options
    for sfi, number in located(options.get(tags.AFL, b"")):
        read = yield from _told(bytes((0x00, 0xB2, number, sfi << 3 | 4, 0)), slot)
        if isinstance(read, TerminalCode):
            return read
        known |= read
    return known if {tags.CDOL1, tags.CDOL2, tags.PAN} <= known.keys() else CARD_DATA


def ask(slot: Slot, known: Elements) -> Steps[Asking | TerminalCode]:
    """Have an identified card ask its bank (the first GENERATE AC)."""
    given = yield from _cryptogram(slot, ARQC, known, tags.CDOL1)
    return given if isinstance(given, TerminalCode) else asking(known | given)


def tap(slot: Slot, said: Elements) -> Steps[Asking | TerminalCode]:
    """Have a card in the field ask its bank: everything is in the one answer (qPBOC)."""
    selected = yield from _selected(slot, PPSE)
    if isinstance(selected, TerminalCode):
        return selected
    options = yield from _options(slot, selected, said)
    return options if isinstance(options, TerminalCode) else asking(said | options)


def conclude(slot: Slot, card: Asking, response_code: bytes, answer: bytes, *, approved: bool) -> Steps[bool]:
    """Tell the card what its bank said (`answer` is DE 55, maybe nothing), and return whether it approves as well."""
    authentication = (elements(answer) or {}).get(tags.ISSUER_AUTHENTICATION)
    if authentication:
        yield from command(case_3(ISSUER_AUTHENTICATE, authentication), slot)
    known = card.known | {tags.RESPONSE_CODE: response_code}
    given = yield from _cryptogram(slot, TC if approved else AAC, known, tags.CDOL2)
    return not isinstance(given, TerminalCode) and given[tags.CRYPTOGRAM_KIND] == bytes((TC,))


def asking(known: Elements) -> Asking | TerminalCode:
    """Return the card that asks its bank, or why it does not: it declines, or lacks what the bank must have."""
    kind, pan, sequence = known.get(tags.CRYPTOGRAM_KIND), account_of(known), known.get(tags.PAN_SEQUENCE, b"").hex()
    if kind is None or not pan or not (sequence.isdecimal() and len(sequence) == SEQUENCE_DIGITS):
        return CARD_DATA
    if kind != bytes((ARQC,)):
        return CARD_TYPE
    qualifiers = known.get(tags.CARD_QUALIFIERS, b"")
    return Asking(pan, int(sequence), known, pin_wanted=bool(qualifiers and qualifiers[0] & PIN_WANTED))


def account_of(known: Elements) -> str:
    """Return the account number of the record (5A) or of track 2 (57); "" without a plausible one."""
    digits = known.get(tags.PAN, b"").hex().rstrip("f") or known.get(tags.TRACK_2, b"").hex().partition("d")[0]
    return digits if digits.isdecimal() and len(digits) in ACCOUNT_DIGITS else ""


def located(locator: bytes) -> Iterator[tuple[int, int]]:
    """Yield file and number of each record that a file locator names (EMV Book 3, 10.2), RECORDS_MAX at most.

    >>> list(located(bytes.fromhex("0801010010010300")))
    [(1, 1), (2, 1), (2, 2), (2, 3)]
    """
    found = (
        (locator[at] >> 3, number)
        for at in range(0, len(locator) - 3, 4)
        for number in range(locator[at + 1], locator[at + 2] + 1)
    )
    return (record for _, record in zip(range(RECORDS_MAX), found, strict=False))


def processing_options(wanted: bytes, known: Elements) -> bytes:
    r"""Return GET PROCESSING OPTIONS with the answer to a PDOL.

    >>> processing_options(bytes.fromhex("9F1A02"), {tags.COUNTRY: b"\x01\x56"}).hex()
    '80a80000048302015600'
    """
    answer = filled(wanted, known)
    return case_4(PROCESSING_OPTIONS, bytes((COMMAND_TEMPLATE, len(answer))) + answer)


def generate_ac(kind: int, answer: bytes) -> bytes:
    """Return GENERATE AC with the answer to a CDOL."""
    return case_4(GENERATE_AC + bytes((kind, 0)), answer)


def told(data: bytes, order: Order) -> Elements | None:
    """Return what a card's answer says, by tag, in either format; None for what is no BER-TLV."""
    said = elements(data)
    return _ordered(said[FORMAT_1], order) if said and FORMAT_1 in said else said


def _selected(slot: Slot, directory: bytes) -> Steps[Elements | TerminalCode]:
    """Select the application that the directory names, or the known one where there is no directory."""
    entry = yield from _told(case_4(SELECT, directory), slot)
    if not isinstance(entry, TerminalCode) and (file := entry.get(tags.FCI_LIST_OF_FILES)):
        entry = yield from _told(bytes((0x00, 0xB2, 1, (file[0] & SFI_MASK) << 3 | 4, 0)), slot)
    name = DEBIT_AID if isinstance(entry, TerminalCode) else entry.get(tags.AID, DEBIT_AID)
    if not name.startswith(UNIONPAY):
        return CARD_TYPE
    return (yield from _told(case_4(SELECT, name), slot))


def _options(slot: Slot, selected: Elements, said: Elements) -> Steps[Elements | TerminalCode]:
    return (yield from _told(processing_options(selected.get(tags.PDOL, b""), said), slot, OF_OPTIONS))


def _cryptogram(slot: Slot, kind: int, known: Elements, wanted: int) -> Steps[Elements | TerminalCode]:
    given = yield from _told(generate_ac(kind, filled(known[wanted], known)), slot, OF_CRYPTOGRAM)
    return CARD_DATA if not isinstance(given, TerminalCode) and tags.CRYPTOGRAM_KIND not in given else given


def _told(apdu: bytes, slot: Slot, order: Order = ()) -> Steps[Elements | TerminalCode]:
    """Send a command and return what the card says, by tag; `order` says what values without tags are."""
    data, status = yield from command(apdu, slot)
    if status != SUCCESS:
        return refusal(status)
    said = told(data, order)
    return CARD_DATA if said is None else said


def _ordered(values: bytes, order: Order) -> Elements:
    named, at = {}, 0
    for tag, length in order:
        named[tag] = values[at:] if length is None else values[at : at + length]
        at += length or 0
    return named
