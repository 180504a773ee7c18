"""Which table answers a command: SELECT is shared, everything else belongs to the selected application.

The file system with the social security application is one of them; the others (debit, PSE, PPSE) are reached by name
and stand before it, since PSE and MF have the same name. Whoever leaves an application leaves its security status.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from cardsim.access import NONE, PIN
from cardsim.apdu import SUCCESS, Command, Response
from cardsim.card import Running
from cardsim.files import CyclicFile, Directory, File, FileSystem, Path, RecordFile
from cardsim.interface import Interface
from cardsim.memory import Memory, MemoryImageError
from cardsim.social_security import cyclic
from cardsim.social_security.file_commands import free_reads
from cardsim.social_security.key_commands import IS_BLOCKED
from cardsim.social_security.key_plan import KEYS, SSSE, TRIES_MAX
from cardsim.social_security.keys import CardKeys, KeyLock, Keys
from cardsim.social_security.layout import BLOCKED, PIN_TRIES, PIN_VALUE, SSSE_PATH
from cardsim.social_security.pin import Pin
from cardsim.social_security.table import SOCIAL_SECURITY
from cardsim.state import Application, State
from cardsim.status import SW

CLASSES = frozenset((0x00, 0x80, 0x84, 0xB0))  # interindustry, proprietary, with secure messaging, wallet
SELECT = (0x00, 0xA4)
SUCCEEDED = SUCCESS.encode()
FID_LENGTH = 2
DEPTH = len(SSSE_PATH)
RIGHTS_OF_SSSE = frozenset((PIN, *(key.reference for key in KEYS if key.directory == SSSE)))
BY_FILE_IDENTIFIER, EF_UNDER_CURRENT_DF, BY_DF_NAME = 0x00, 0x02, 0x04  # P1 of SELECT


class System(NamedTuple):
    """A card's operating system as personalised: what each power-on starts with."""

    files: FileSystem
    applications: Mapping[bytes, Application]
    pin_tries_max: int
    keys: CardKeys
    key_lock: KeyLock

    def start(self, memory: Memory, random_bytes: Callable[[int], bytes], interface: Interface) -> Running:
        """Begin one power-on: the MF is selected, nothing is verified, and a lock of the PIN has had its effect."""
        pin, keys = self.pin(memory), Keys(memory, self.keys, self.key_lock)
        if pin.tries_left == 0:
            keys.pin_locked(pin.locks)
        state = State(
            files=self.files,
            applications=self.applications,
            memory=memory,
            pin=pin,
            keys=keys,
            random_bytes=random_bytes,
            interface=interface,
            blocked=memory.read(BLOCKED) == IS_BLOCKED,
            application=SOCIAL_SECURITY,
            directory=self.files.mf,
        )
        return Running(partial(execute, state), partial(at_once, state, free_reads(self.files)))

    def check(self, memory: Memory) -> None:
        """MemoryImageError for contents that this card does not write."""
        if not self.pin(memory).sound:
            raise MemoryImageError(f"PIN or counter (at most {self.pin_tries_max}) are none of this card's")
        if not Keys(memory, self.keys, self.key_lock).sound:
            raise MemoryImageError(f"a key's counter (at most {TRIES_MAX}) is none of this card's")
        files = (file for directory in self.files.by_path.values() for file in directory.files)
        if not all(cyclic.sound(memory, file) for file in files if isinstance(file, CyclicFile)):
            raise MemoryImageError("the head of a cyclic file is none of this card's")

    def pin(self, memory: Memory) -> Pin:
        """Return the PIN object in a memory."""
        return Pin(memory, PIN_VALUE, PIN_TRIES, self.pin_tries_max)


def execute(state: State, command: Command) -> Response:
    """Answer one command: refusals of class and instruction first, in this order, then of a blocked application.

    P1-P2 and then lengths are the handler's, which sees a body that fits no case as `MALFORMED`.
    """
    called = command[:2]
    handler = select if called == SELECT else state.application.commands.get(called)
    if handler is None:
        return Response(SW.INSTRUCTION_NOT_SUPPORTED if command.cla in CLASSES else SW.CLASS_NOT_SUPPORTED)
    if state.blocked and handler is not select and _inside(state.directory):
        return Response(SW.FUNCTION_NOT_SUPPORTED)
    return handler(state, command)


def at_once(state: State, reads: Mapping[tuple[Path, bytes], tuple[RecordFile, int]], command: bytes) -> bytes:
    """Answer what reads a record that is open to everybody, as `execute` would; empty for everything else."""
    found = reads.get((state.directory.path, command))
    if found is None or state.application is not SOCIAL_SECURITY or state.blocked:
        return b""
    state.file, cell = found
    return state.memory.read(cell) + SUCCEEDED


def select(state: State, command: Command) -> Response:
    """SELECT by identifier, by identifier under the current DF, or by DF name (ISO 7816-4, 7.1.1)."""
    finder = FINDERS.get(command.p1)
    if finder is None or command.p2 != 0:
        return Response(SW.WRONG_P1_P2)
    if not command.data or (command.p1 != BY_DF_NAME and len(command.data) != FID_LENGTH):
        return Response(SW.WRONG_LENGTH)
    if command.p1 == BY_DF_NAME and (application := state.applications.get(command.data)):
        return _enter_application(state, application)
    found = finder(state, command.data)
    if found is None:
        return Response(SW.FILE_NOT_FOUND)
    if not isinstance(found, Directory):
        state.application, state.file = SOCIAL_SECURITY, found
        return SUCCESS  # the clients in the field expect no file control information of an EF
    enter(state, found)
    return Response(SW.INVALIDATED) if state.blocked and _inside(found) else Response(SW.SUCCESS, found.fci)


def _enter_application(state: State, application: Application) -> Response:
    """Leave the file system for an application that has none; a refusal leaves everything as it was."""
    response = application.enter(state)
    if response.sw == SW.SUCCESS:
        enter(state, state.files.mf)
        state.application = application
    return response


def enter(state: State, directory: Directory) -> None:
    """Make a directory current. Rights of the SSSE last as long as nobody leaves it; those of a DF end with it."""
    if state.rights:
        stays = _inside(state.directory) and _inside(directory) and directory.path != SSSE_PATH
        state.rights = state.rights & RIGHTS_OF_SSSE if stays else NONE
    state.application = SOCIAL_SECURITY
    state.directory = directory
    state.file = None


def _inside(directory: Directory) -> bool:
    """Tell whether a directory is the SSSE or below it."""
    return directory.path[:DEPTH] == SSSE_PATH


FINDERS: dict[int, Callable[[State, bytes], Directory | File | None]] = {
    BY_FILE_IDENTIFIER: lambda state, fid: state.files.identified(state.directory, int.from_bytes(fid, "big")),
    EF_UNDER_CURRENT_DF: lambda state, fid: state.files.file(state.directory, int.from_bytes(fid, "big")),
    BY_DF_NAME: lambda state, name: state.files.named(name),
}
