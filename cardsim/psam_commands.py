"""The commands of a PSAM: a request makes a session key, which then enciphers or MACs.

The order of data and the usages are those of terminals in the field (LD/T 33). A key that the module lacks, a level
that it does not have and a cipher that it does not know are refused differently, because terminals tell them apart.
Ours: the SM4 usages, the stand-in that they compute, and what the transaction counter counts, which is session keys.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cardsim.apdu import BOTH, FETCHES, MALFORMED, SENDS, SUCCESS, Command, Response
from cardsim.diversify import ALGORITHMS, FACTOR_LENGTH, Algorithm, AlgorithmName
from cardsim.files import MF, cell
from cardsim.memory import Memory
from cardsim.social_security.key_plan import DF01, KEYS
from cardsim.status import SW

CLASSES = frozenset((0x00, 0x80, 0xBF))
APPLICATION_NAME = bytes.fromhex("D15600000590")
TERMINAL_NUMBER, COUNTER = cell(MF, 0x0016), cell(DF01, 0x0019)
COUNTER_LENGTH = 4
SHORT_FILES = {0x16: TERMINAL_NUMBER, 0x19: COUNTER}
SFI_IN_P1, SFI_MASK, FID_LENGTH = 0x80, 0x1F, 2
LEVELS_SHIFT, USAGE_MASK = 5, 0x1F
ENCIPHER, MAC = 0x00, 0x05  # P1 of the computation
CHALLENGE_LENGTHS = (4, 8)

AreaKey = Callable[[AlgorithmName, str], bytes]


class Usage(NamedTuple):
    """What the low five bits of a request's P1 say."""

    algorithm: AlgorithmName
    may_mac: bool


USAGES = {
    0x07: Usage("3des", may_mac=False),
    0x08: Usage("3des", may_mac=True),
    0x17: Usage("sm4", may_mac=False),  # ours
    0x18: Usage("sm4", may_mac=True),  # ours
}


class Session(NamedTuple):
    """A session key that was asked for, until reset, SELECT or the next request."""

    cipher: Algorithm
    key: bytes
    may_mac: bool


@dataclass(slots=True)
class Module:
    """One power-on. The first six outlive it."""

    area_key: AreaKey  # of an algorithm and a key's name; asked only for what it holds
    levels: int  # how many factors its keys still want
    holds: frozenset[str]  # names of keys
    algorithms: frozenset[AlgorithmName]
    memory: Memory
    random_bytes: Callable[[int], bytes]
    session: Session | None = None


def execute(module: Module, command: Command) -> Response:
    """Answer one command."""
    if command.cla not in CLASSES:
        return Response(SW.CLASS_NOT_SUPPORTED)
    handler = COMMANDS.get((command.cla, command.ins))
    if handler is None:
        return Response(SW.INSTRUCTION_NOT_SUPPORTED)
    if command.case == MALFORMED:
        return Response(SW.WRONG_LENGTH)
    return handler(module, command)


def select(module: Module, command: Command) -> Response:
    """SELECT the MF or the application, by identifier or name; both end a session."""
    if (command.p1, command.p2) not in ((0x00, 0x00), (0x04, 0x00)):
        return Response(SW.WRONG_P1_P2)
    if command.case not in (SENDS, BOTH) or (command.p1 == 0 and len(command.data) != FID_LENGTH):
        return Response(SW.WRONG_LENGTH)
    names = (APPLICATION_NAME,) if command.p1 else (MF.to_bytes(2, "big"), DF01.to_bytes(2, "big"))
    if command.data not in names:
        return Response(SW.FILE_NOT_FOUND)
    module.session = None
    return SUCCESS


def read_binary(module: Module, command: Command) -> Response:
    """READ BINARY by short identifier: 16 is the terminal number, 19 the transaction counter."""
    if command.case != FETCHES:
        return Response(SW.WRONG_LENGTH)
    if not command.p1 & SFI_IN_P1:
        return Response(SW.NO_CURRENT_EF)
    address = SHORT_FILES.get(command.p1 & SFI_MASK)
    if address is None:
        return Response(SW.FILE_NOT_FOUND)
    data = module.memory.read(address)
    if command.p2 >= len(data):
        return Response(SW.WRONG_OFFSET)
    return Response(SW.SUCCESS, data[command.p2 :][: command.le])


def get_challenge(module: Module, command: Command) -> Response:
    """GET CHALLENGE of 4 or 8 random bytes: what a terminal wants enciphered by the card is as good as any."""
    if command.p1 or command.p2:
        return Response(SW.WRONG_P1_P2)
    if command.case != FETCHES or command.le not in CHALLENGE_LENGTHS:
        return Response(SW.WRONG_LENGTH)
    return Response(SW.SUCCESS, module.random_bytes(command.le))


def prepare(module: Module, command: Command) -> Response:
    """Make a session key: P1 says levels and usage, P2 the key, the data the factors (card's first) and a challenge."""
    levels, usage = command.p1 >> LEVELS_SHIFT, USAGES.get(command.p1 & USAGE_MASK)
    module.session = None
    if usage is None:
        return Response(SW.WRONG_P1_P2)
    if command.case != SENDS or len(command.data) != (levels + 1) * FACTOR_LENGTH:
        return Response(SW.WRONG_LENGTH)
    if usage.algorithm not in module.algorithms:
        return Response(SW.FUNCTION_NOT_SUPPORTED)
    name = NAMES.get(command.p2, "")
    if name not in module.holds:
        return Response(SW.REFERENCED_DATA_NOT_FOUND)
    if levels != module.levels:
        return Response(SW.CONDITIONS_NOT_SATISFIED)
    *factors, challenge = (command.data[at : at + FACTOR_LENGTH] for at in range(0, len(command.data), FACTOR_LENGTH))
    cipher, key = ALGORITHMS[usage.algorithm], module.area_key(usage.algorithm, name)
    for factor in reversed(factors):
        key = cipher.diversify(key, factor)
    _count(module)
    module.session = Session(cipher, cipher.session_key(key, challenge), usage.may_mac)
    return SUCCESS


def _count(module: Module) -> None:
    count = int.from_bytes(module.memory.read(COUNTER), "big") + 1
    module.memory.write(COUNTER, (count % (1 << 8 * COUNTER_LENGTH)).to_bytes(COUNTER_LENGTH, "big"))


def compute(module: Module, command: Command) -> Response:
    """Encipher data (P1 = 00) or MAC whole blocks of it (05) under the session key."""
    if command.p1 not in (ENCIPHER, MAC) or command.p2:
        return Response(SW.WRONG_P1_P2)
    session = module.session
    if session is None or (command.p1 == MAC and not session.may_mac):
        return Response(SW.CONDITIONS_NOT_SATISFIED)
    data, cipher = command.data, session.cipher
    if command.p1 == ENCIPHER and len(data) == FACTOR_LENGTH:
        return Response(SW.SUCCESS, cipher.authenticator(session.key, data))
    if not data or len(data) % cipher.block:
        return Response(SW.WRONG_LENGTH)
    return Response(SW.SUCCESS, (cipher.mac if command.p1 == MAC else cipher.encipher)(session.key, data))


NAMES = {key.psam_identifier: key.name for key in KEYS if key.psam_identifier is not None}
COMMANDS: Mapping[tuple[int, int], Callable[[Module, Command], Response]] = {
    (0x00, 0xA4): select,
    (0x00, 0xB0): read_binary,
    (0x00, 0x84): get_challenge,
    (0xBF, 0xDE): prepare,
    (0x80, 0xFA): compute,
}
