"""The social security application: a table of (CLA, INS), and one function a command.

A handler gets the state and a parsed command and returns a `Response`; it never raises for anything a terminal may
send. Refusals stand in order of precedence: class, instruction, length, P1-P2, file, record, security status
(LD/T 32.5 as cards in the field answer). How T=0 carries data is not known here: that is `t0`.
"""

from collections.abc import Callable

from cardsim.apdu import FETCHES, LE_MAX, MALFORMED, SENDS, SUCCESS, Command, Response
from cardsim.files import Access, Directory, File, RecordFile
from cardsim.layout import SSSE_PATH
from cardsim.pin import LENGTH as PIN_LENGTH
from cardsim.pin import Presented, is_pin
from cardsim.state import State
from cardsim.status import SW, tries_left

Handler = Callable[[State, Command], Response]

CLASSES = frozenset((0x00, 0x80, 0x84, 0xB0))  # interindustry, proprietary, with secure messaging, wallet
CHALLENGE_LENGTHS = (4, 8)
PIN_SEPARATOR = b"\xff"
FID_LENGTH = 2

BY_FILE_IDENTIFIER, EF_UNDER_CURRENT_DF, BY_DF_NAME = 0x00, 0x02, 0x04  # P1 of SELECT
BY_TAG, BY_NUMBER, FROM_NUMBER_TO_LAST = 0x00, 0x04, 0x05  # P2 of READ RECORD, low three bits
ADDRESSING_MASK = 0x07
SFI_RESERVED = 0x1F
SFI_IN_P1 = 0x80
OFFSET_UNIT = 0x100


def execute(state: State, command: Command) -> Response:
    """Answer one command."""
    if command.cla not in CLASSES:
        return Response(SW.CLASS_NOT_SUPPORTED)
    handler = COMMANDS.get((command.cla, command.ins))
    if handler is None:
        return Response(SW.INSTRUCTION_NOT_SUPPORTED)
    if command.case == MALFORMED:
        return Response(SW.WRONG_LENGTH)
    return handler(state, command)


def select(state: State, command: Command) -> Response:
    """SELECT by identifier, by identifier under the current DF, or by DF name (ISO 7816-4, 7.1.1)."""
    finder = FINDERS.get(command.p1)
    if finder is None or command.p2 != 0:
        return Response(SW.WRONG_P1_P2)
    if not command.data or (command.p1 != BY_DF_NAME and len(command.data) != FID_LENGTH):
        return Response(SW.WRONG_LENGTH)
    found = finder(state, command.data)
    if found is None:
        return Response(SW.FILE_NOT_FOUND)
    if not isinstance(found, Directory):
        state.file = found
        return SUCCESS  # the clients in the field expect no file control information of an EF
    enter(state, found)
    return Response(SW.SUCCESS, found.fci)


def enter(state: State, directory: Directory) -> None:
    """Make a directory current. Only a step from inside the SSSE to a DF below it keeps the PIN's status."""
    depth = len(SSSE_PATH)
    inside = state.directory.path[:depth] == SSSE_PATH
    below = len(directory.path) > depth and directory.path[:depth] == SSSE_PATH
    state.pin_verified = state.pin_verified and inside and below
    state.directory = directory
    state.file = None


FINDERS: dict[int, Callable[[State, bytes], Directory | File | None]] = {
    BY_FILE_IDENTIFIER: lambda state, fid: state.files.identified(state.directory, int.from_bytes(fid, "big")),
    EF_UNDER_CURRENT_DF: lambda state, fid: state.files.file(state.directory, int.from_bytes(fid, "big")),
    BY_DF_NAME: lambda state, name: state.files.named(name),
}


def addressed(state: State, sfi: int) -> File | SW:
    """Find the file a READ is about, the current one for SFI 0, and make it current (ISO 7816-4, 7.2.1 and 7.3.1)."""
    if sfi == 0:
        return SW.NO_CURRENT_EF if state.file is None else state.file
    found = state.files.file_by_sfi(state.directory, sfi)
    if found is None:
        return SW.FILE_NOT_FOUND
    state.file = found
    return found


def may_read(state: State, file: File) -> bool:
    """Tell whether the file's access condition is met."""
    return file.read is Access.FREE or state.pin_verified


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
    if not isinstance(file, RecordFile):
        return Response(SW.INCOMPATIBLE_FILE_STRUCTURE)
    number = file.number_of(command.p1) if addressing == BY_TAG else command.p1
    if number is None or not 1 <= number <= len(file.items):
        return Response(SW.RECORD_NOT_FOUND)
    if not may_read(state, file):
        return Response(SW.SECURITY_STATUS_NOT_SATISFIED)
    last = len(file.items) if addressing == FROM_NUMBER_TO_LAST else number
    cells = range(file.first_cell + number - 1, file.first_cell + last)
    return Response(SW.SUCCESS, b"".join(map(state.memory.read, cells)))


def read_binary(state: State, command: Command) -> Response:
    """READ BINARY with a 15-bit offset, or with an SFI in P1 and an 8-bit one (ISO 7816-4, 7.2.3)."""
    if command.case != FETCHES:
        return Response(SW.WRONG_LENGTH)
    with_sfi = command.p1 & SFI_IN_P1
    sfi, offset = (command.p1 & SFI_RESERVED, command.p2) if with_sfi else (0, command.p1 * OFFSET_UNIT + command.p2)
    file = addressed(state, sfi)
    if isinstance(file, SW):
        return Response(file)
    if isinstance(file, RecordFile):
        return Response(SW.INCOMPATIBLE_FILE_STRUCTURE)
    if not may_read(state, file):
        return Response(SW.SECURITY_STATUS_NOT_SATISFIED)
    data = state.memory.read(file.first_cell)
    if offset >= len(data):
        return Response(SW.WRONG_OFFSET)
    return Response(SW.SUCCESS, data[offset : offset + command.le])


def get_challenge(state: State, command: Command) -> Response:
    """GET CHALLENGE of 4 or 8 random bytes, in any state (ISO 7816-4, 7.5.3)."""
    if command.p1 or command.p2:
        return Response(SW.WRONG_P1_P2)
    if command.case != FETCHES or command.le not in CHALLENGE_LENGTHS:
        return Response(SW.WRONG_LENGTH)
    return Response(SW.SUCCESS, state.random_bytes(command.le))


def verify(state: State, command: Command) -> Response:
    """VERIFY the PIN; with an empty body, only ask how many tries are left (ISO 7816-4, 7.5.6)."""
    if command.p1 or command.p2:
        return Response(SW.WRONG_P1_P2)
    if not command.data and command.le in (0, LE_MAX):  # Lc absent, or Lc = 00, which parses as Le = 00
        left = state.pin.tries_left
        return Response(tries_left(left) if left else SW.AUTHENTICATION_METHOD_BLOCKED)
    if command.case != SENDS or len(command.data) != PIN_LENGTH:
        return Response(SW.WRONG_LENGTH)
    return _presented(state, state.pin.present(command.data))


def change_pin(state: State, command: Command) -> Response:
    """CHANGE PIN: old value, FF, new value. The old value is an attempt like a VERIFY (LD/T 32.5)."""
    if (command.p1, command.p2) != (0x01, 0x00):
        return Response(SW.WRONG_P1_P2)
    if command.case != SENDS or len(command.data) != 2 * PIN_LENGTH + 1:
        return Response(SW.WRONG_LENGTH)
    old, new = command.data[:PIN_LENGTH], command.data[PIN_LENGTH + 1 :]
    if command.data[PIN_LENGTH : PIN_LENGTH + 1] != PIN_SEPARATOR or not is_pin(new):
        return Response(SW.WRONG_DATA)
    return _presented(state, state.pin.change(old, new))


def _presented(state: State, presented: Presented) -> Response:
    state.pin_verified = presented is Presented.RIGHT
    if presented is Presented.RIGHT:
        return SUCCESS
    if presented is Presented.BLOCKED:
        return Response(SW.AUTHENTICATION_METHOD_BLOCKED)
    return Response(tries_left(state.pin.tries_left))  # 63C0 after the last one; only the next is told of the block


COMMANDS: dict[tuple[int, int], Handler] = {
    (0x00, 0xA4): select,
    (0x00, 0xB2): read_record,
    (0x00, 0xB0): read_binary,
    (0x00, 0x84): get_challenge,
    (0x00, 0x20): verify,
    (0x80, 0x5E): change_pin,
}
