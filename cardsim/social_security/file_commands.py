"""Reading and writing files: records by every addressing that clients use, and transparent files.

Refusals stand in order of precedence: P1-P2, length, file, kind of file, record or offset, access, data.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from cardsim.access import FREE, Condition, met
from cardsim.apdu import FETCHES, LE_MAX, SENDS, SUCCESS, Command, Response
from cardsim.files import BinaryFile, CyclicFile, File, FileSystem, Path, RecordFile
from cardsim.social_security.cyclic import append, records_of
from cardsim.state import State
from cardsim.status import SW
from cardsim.tlv import parse_records

BY_TAG, BY_NUMBER, FROM_NUMBER_TO_LAST = 0x00, 0x04, 0x05  # P2 of READ RECORD, low three bits
ADDRESSING_MASK = 0x07
SFI_RESERVED = 0x1F
SFI_MASK = 0x1F
READ_RECORD = (0x00, 0xB2)
BYTE_MAX = 0xFF
SFI_IN_P1 = 0x80
OFFSET_UNIT = 0x100


def addressed(state: State, sfi: int) -> File | SW:
    """Find the file a command is about, the current one for SFI 0, and make it current (ISO 7816-4, 7.2.1, 7.3.1)."""
    if sfi == 0:
        return SW.NO_CURRENT_EF if state.file is None else state.file
    found = state.files.file_by_sfi(state.directory, sfi)
    if found is None:
        return SW.FILE_NOT_FOUND
    state.file = found
    return found


def allowed(state: State, condition: Condition) -> bool:
    """Tell whether what was proven so far satisfies a condition."""
    return met(condition, state.rights)


def read_record(state: State, command: Command) -> Response:
    """READ RECORD by tag, by number, in a named file, or all from a number to the last (ISO 7816-4, 7.3.3)."""
    sfi, addressing = command.p2 >> 3, command.p2 & ADDRESSING_MASK
    if addressing not in (BY_TAG, BY_NUMBER, FROM_NUMBER_TO_LAST) or sfi == SFI_RESERVED:
        return Response(SW.WRONG_P1_P2)
    if command.case != FETCHES:
        return Response(SW.WRONG_LENGTH)
    file = addressed(state, sfi)
    if isinstance(file, SW):
        return Response(file)
    if isinstance(file, BinaryFile):
        return Response(SW.INCOMPATIBLE_FILE_STRUCTURE)
    cells = records_of(state.memory, file) if isinstance(file, CyclicFile) else record_cells(file)
    number = _number(state, file, cells, command.p1) if addressing == BY_TAG else command.p1
    if number is None or not 1 <= number <= len(cells):
        return Response(SW.RECORD_NOT_FOUND)
    if not allowed(state, file.read):
        return Response(SW.SECURITY_STATUS_NOT_SATISFIED)
    last = len(cells) if addressing == FROM_NUMBER_TO_LAST else number
    return Response(SW.SUCCESS, _joined(state, file, cells[number - 1 : last], max(command.le, LE_MAX)))


@cache
def free_reads(files: FileSystem) -> Mapping[tuple[Path, bytes], tuple[RecordFile, int]]:
    """Return every READ RECORD by number that has one answer: of a file open to everybody, with the record's length.

    By directory and command; with the file and the record's cell. A terminal reads a card by little else.
    """
    return {
        (path, bytes((*READ_RECORD, number, (file.fid & SFI_MASK) << 3 | BY_NUMBER, 2 + item.length))): (file, cell)
        for path, directory in files.by_path.items()
        for file in directory.files
        if isinstance(file, RecordFile) and file.read is FREE
        for number, (item, cell) in enumerate(zip(file.items, record_cells(file), strict=True), 1)
        if 2 + item.length <= BYTE_MAX
    }


def record_cells(file: RecordFile) -> Sequence[int]:
    """Return the cells of a linear file's records, in order."""
    return range(file.first_cell, file.first_cell + len(file.items))


def _number(state: State, file: RecordFile | CyclicFile, cells: Sequence[int], tag: int) -> int | None:
    if isinstance(file, RecordFile):
        return file.number_of(tag)
    return next((number for number, cell in enumerate(cells, 1) if state.memory.read(cell)[0] == tag), None)


def _joined(state: State, file: RecordFile | CyclicFile, cells: Sequence[int], limit: int) -> bytes:
    """Return as many whole records as one answer takes: 256 bytes, or more after an extended length."""
    data = b""
    for cell in cells:
        record = state.memory.read(cell)
        if isinstance(file, CyclicFile):
            record = record[: 2 + record[1]]
        if len(data) + len(record) > limit:
            break
        data += record
    return data


def update_record(state: State, command: Command) -> Response:
    """UPDATE RECORD with a whole TLV object of the record's tag and length (ISO 7816-4, 7.3.5)."""
    sfi, addressing = command.p2 >> 3, command.p2 & ADDRESSING_MASK
    if addressing not in (BY_TAG, BY_NUMBER) or sfi == SFI_RESERVED:
        return Response(SW.WRONG_P1_P2)
    if command.case != SENDS:
        return Response(SW.WRONG_LENGTH)
    file = addressed(state, sfi)
    if isinstance(file, SW):
        return Response(file)
    if not isinstance(file, RecordFile):
        return Response(SW.INCOMPATIBLE_FILE_STRUCTURE)
    number = file.number_of(command.p1) if addressing == BY_TAG else command.p1
    if number is None or not 1 <= number <= len(file.items):
        return Response(SW.RECORD_NOT_FOUND)
    if not allowed(state, file.write):
        return Response(SW.SECURITY_STATUS_NOT_SATISFIED)
    item = file.items[number - 1]
    if command.data[:2] != bytes((item.tag, item.length)) or len(command.data) != 2 + item.length:
        return Response(SW.WRONG_DATA)
    state.memory.write(file.first_cell + number - 1, command.data)
    return SUCCESS


def append_record(state: State, command: Command) -> Response:
    """APPEND RECORD to a cyclic file: it becomes number 1 (ISO 7816-4, 7.3.6)."""
    sfi = command.p2 >> 3
    if command.p1 or command.p2 & ADDRESSING_MASK or sfi == SFI_RESERVED:
        return Response(SW.WRONG_P1_P2)
    if command.case != SENDS:
        return Response(SW.WRONG_LENGTH)
    file = addressed(state, sfi)
    if isinstance(file, SW):
        return Response(file)
    if not isinstance(file, CyclicFile):
        return Response(SW.INCOMPATIBLE_FILE_STRUCTURE)
    if not allowed(state, file.write):
        return Response(SW.SECURITY_STATUS_NOT_SATISFIED)
    if not _fits(file, command.data):
        return Response(SW.WRONG_DATA)
    append(state.memory, file, command.data)
    return SUCCESS


def _fits(file: CyclicFile, record: bytes) -> bool:
    try:
        ((_, value),) = parse_records(record)
        inner = list(parse_records(value)) if file.constructed else []
    except ValueError:  # no whole object, or not exactly one
        return False
    return len(record) <= file.length and bool(inner or not file.constructed)


def read_binary(state: State, command: Command) -> Response:
    """READ BINARY with a 15-bit offset, or with an SFI in P1 and an 8-bit one (ISO 7816-4, 7.2.3)."""
    if command.case != FETCHES:
        return Response(SW.WRONG_LENGTH)
    place = _byte(state, command)
    if isinstance(place, SW):
        return Response(place)
    file, offset = place
    if not allowed(state, file.read):
        return Response(SW.SECURITY_STATUS_NOT_SATISFIED)
    data = state.memory.read(file.first_cell)
    if offset >= len(data):
        return Response(SW.WRONG_OFFSET)
    return Response(SW.SUCCESS, data[offset : offset + command.le])


def update_binary(state: State, command: Command) -> Response:
    """UPDATE BINARY, addressed like READ BINARY; it does not reach beyond the end (ISO 7816-4, 7.2.5)."""
    if command.case != SENDS:
        return Response(SW.WRONG_LENGTH)
    place = _byte(state, command)
    if isinstance(place, SW):
        return Response(place)
    file, offset = place
    if not allowed(state, file.write):
        return Response(SW.SECURITY_STATUS_NOT_SATISFIED)
    data = state.memory.read(file.first_cell)
    end = offset + len(command.data)
    if end > len(data):
        return Response(SW.WRONG_OFFSET)
    state.memory.write(file.first_cell, data[:offset] + command.data + data[end:])
    return SUCCESS


def _byte(state: State, command: Command) -> tuple[BinaryFile, int] | SW:
    """Find the transparent file and the offset that P1-P2 mean."""
    with_sfi = command.p1 & SFI_IN_P1
    sfi, offset = (command.p1 & SFI_RESERVED, command.p2) if with_sfi else (0, command.p1 * OFFSET_UNIT + command.p2)
    file = addressed(state, sfi)
    if isinstance(file, SW):
        return file
    return (file, offset) if isinstance(file, BinaryFile) else SW.INCOMPATIBLE_FILE_STRUCTURE
