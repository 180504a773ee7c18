"""How the checks talk to the debit application: as a terminal does, in its codec, one expectation a step."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from terminals.kernel.data_objects import AFL, AIP, PDOL, Elements, filled, terms
from terminals.kernel.debit_dialogue import OF_CRYPTOGRAM, OF_OPTIONS, located, processing_options, told
from terminals.laboratory.commands import DEBIT_AID, read_record, select_name
from terminals.laboratory.effects import Steps, status
from terminals.laboratory.objects import elements

SAID: Final = terms(100, "260101", bytes.fromhex("01020304"))
"""What this terminal says: one yuan, in China, on a day of its own; a number that is not unpredictable at all."""


class Begun(NamedTuple):
    """A transaction that GET PROCESSING OPTIONS has begun: interchange profile, and SFI and number of each record."""

    profile: bytes
    records: tuple[tuple[int, int], ...]
    answered: Elements


def said(wanted: bytes, changed: Mapping[int, bytes] | None = None) -> bytes:
    """Return what answers an object list."""
    return filled(wanted, {**SAID, **(changed or {})})


def options(fci: bytes, changed: Mapping[int, bytes] | None = None) -> bytes:
    """Return GET PROCESSING OPTIONS as the FCI's PDOL wants it."""
    return processing_options(elements(fci).get(PDOL, b""), {**SAID, **(changed or {})})


def begin(changed: Mapping[int, bytes] | None = None) -> Steps[Begun]:
    """Select the application and begin a transaction."""
    fci = yield from status("SELECT the debit application", select_name(DEBIT_AID))
    data = yield from status("GET PROCESSING OPTIONS", options(fci, changed))
    found = told(data, OF_OPTIONS) or {}
    return Begun(found.get(AIP, b""), tuple(located(found.get(AFL, b""))), found)


def read_all(begun: Begun) -> Steps[Elements]:
    """Read every record that the locator names and return the elements in them."""
    found: Elements = {}
    for sfi, number in begun.records:
        record = yield from status(f"READ RECORD {number} of SFI {sfi}", read_record(number, sfi))
        found |= elements(record)
    return found


def cryptogram(data: bytes) -> Elements:
    """Return the elements of an answer to GENERATE AC; nothing if it is no BER-TLV."""
    return told(data, OF_CRYPTOGRAM) or {}
