"""How the checks talk to the debit application: object lists filled from a table, both answer formats, the locator."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from terminals.laboratory.commands import DEBIT_AID, read_record, select_name, with_data
from terminals.laboratory.effects import Steps, status
from terminals.laboratory.objects import elements, object_list

AIP, AFL, PDOL, CDOL1 = 0x82, 0x94, 0x9F38, 0x8C
CID, ATC, CRYPTOGRAM, ISSUER_DATA = 0x9F27, 0x9F36, 0x9F26, 0x9F10
FORMAT_1: Final = 0x80
SAID_MAX: Final = 250
"""More than a short command carries, no list of a sound card asks."""
LOCATOR_SIZE: Final = 4
SFI_SHIFT: Final = 3
ARQC, TC, AAC = 0x80, 0x40, 0x00

SAID: Final[Mapping[int, bytes]] = {
    0x9F66: bytes.fromhex("26000000"),  # a terminal with contacts, antenna and online PIN (JR/T 0025.12)
    0x9F02: bytes.fromhex("000000000100"),
    0x9F03: bytes(6),
    0x9F1A: bytes.fromhex("0156"),
    0x95: bytes(5),
    0x5F2A: bytes.fromhex("0156"),
    0x9A: bytes.fromhex("260101"),
    0x9C: bytes(1),
    0x9F37: bytes.fromhex("01020304"),
    0x9F7A: bytes(1),
}
"""What this terminal says: one yuan, in China, on a day of its own; a number that is not unpredictable at all."""


class Begun(NamedTuple):
    """A transaction that GET PROCESSING OPTIONS has begun: interchange profile, and SFI and number of each record."""

    profile: bytes
    records: tuple[tuple[int, int], ...]
    answered: Mapping[int, bytes]


def said(objects: bytes, changed: Mapping[int, bytes] | None = None) -> bytes:
    """Return what answers an object list; elements this terminal does not have are zeros (EMV Book 3, 5.4)."""
    has = {**SAID, **(changed or {})}
    values = (has.get(tag, b"")[:length].ljust(length, b"\0") for tag, length in object_list(objects))
    return b"".join(values)[:SAID_MAX]


def options(fci: bytes, changed: Mapping[int, bytes] | None = None) -> bytes:
    """Return GET PROCESSING OPTIONS as the FCI's PDOL wants it."""
    answer = said(elements(fci).get(PDOL, b""), changed)
    return with_data("80A80000", bytes((0x83, len(answer))) + answer) + b"\0"


def begin(changed: Mapping[int, bytes] | None = None) -> Steps[Begun]:
    """Select the application and begin a transaction."""
    fci = yield from status("SELECT the debit application", select_name(DEBIT_AID))
    data = yield from status("GET PROCESSING OPTIONS", options(fci, changed))
    found = elements(data)
    if FORMAT_1 in found:
        value = found[FORMAT_1]
        found = {AIP: value[:2], AFL: value[2:]}
    return Begun(found.get(AIP, b""), _records(found.get(AFL, b"")), found)


def _records(locator: bytes) -> tuple[tuple[int, int], ...]:
    entries = (
        locator[at : at + LOCATOR_SIZE] for at in range(0, len(locator) // LOCATOR_SIZE * LOCATOR_SIZE, LOCATOR_SIZE)
    )
    return tuple((sfi >> SFI_SHIFT, number) for sfi, first, last, _ in entries for number in range(first, last + 1))


def read_all(begun: Begun) -> Steps[dict[int, bytes]]:
    """Read every record that the locator names and return the elements in them."""
    found: dict[int, bytes] = {}
    for sfi, number in begun.records:
        record = yield from status(f"READ RECORD {number} of SFI {sfi}", read_record(number, sfi))
        found |= elements(record)
    return found


def generate(kind: int, answered: bytes) -> bytes:
    """Return GENERATE AC."""
    return with_data(f"80AE{kind:02X}00", answered) + b"\0"


def cryptogram(data: bytes) -> dict[int, bytes]:
    """Return the elements of an answer to GENERATE AC, in either format (EMV Book 3, 6.5.5)."""
    found = elements(data)
    value = found.get(FORMAT_1)
    if value is None:
        return found
    return {CID: value[:1], ATC: value[1:3], CRYPTOGRAM: value[3:11], ISSUER_DATA: value[11:]}
