"""What the checks ask of the security module in the terminal's second slot: proofs and MACs under the card's keys.

A module of a city wants the card's factor, one of a province the city's too, the root's all three (LD/T 33 terminals):
which it is, is found out by asking. A module that refuses ends the check without a verdict on the card.
The SM4 computations are our own stand-in (cardsim.diversify).
"""

from typing import Final, NamedTuple

from terminals.kernel.command import SUCCESS, Answer, command
from terminals.kernel.effects import Slot
from terminals.kernel.sam import factors_of
from terminals.laboratory.commands import DF01_NAME, DF04_NAME, GET_CHALLENGE, external_authenticate, with_data
from terminals.laboratory.effects import Steps, Stop, shown, status
from terminals.laboratory.subject import Subject


class CardKey(NamedTuple):
    """A key of the card: its identifiers on the card and in the module, and the DF in which it stands, if in any."""

    name: str
    identifier: int
    in_module: int
    application: bytes = b""


READ_SSSE = CardKey("RKSSSE", 0x0A, 0x0A)
UPDATE_SSSE = CardKey("UKSSSE", 0x04, 0x12)
UNBLOCK_PIN = CardKey("PUK", 0x06, 0x10)
READ_DF01 = CardKey("RK DF01", 0x88, 0x2E, DF01_NAME)
UPDATE_DF01 = CardKey("UK DF01", 0x89, 0x42, DF01_NAME)
READ_DF04 = CardKey("RK DF04", 0x84, 0x2D, DF04_NAME)
UPDATE_DF04 = CardKey("UK DF04", 0x85, 0x43, DF04_NAME)
KEYS: Final = (READ_SSSE, UPDATE_SSSE, UNBLOCK_PIN, READ_DF01, UPDATE_DF01, READ_DF04, UPDATE_DF04)
"""Identifiers as personalisation tools in the field have them; on the card 85 and 89, in the module 43: ours."""

USAGES: Final = {"3des": (0x07, 0x08), "sm4": (0x17, 0x18)}
"""Low five bits of P1: to encipher, and to encipher and MAC. Those of SM4 are ours."""
BLOCKS: Final = {"3des": 8, "sm4": 16}
LEVELS: Final = (1, 2, 3)
LEVELS_SHIFT: Final = 5
OTHER_LEVELS: Final = 0x6985
ENCIPHER, MAC = "80FA0000", "80FA0500"
DATA: Final = b"to prove"
"""Eight bytes of the terminal's choice; what keeps a proof from being played again is the card's challenge."""
MAC_SIZE: Final = 4


def authenticate(subject: Subject, key: CardKey) -> Steps[Answer]:
    """EXTERNAL AUTHENTICATE with a proof of the module; return the card's answer."""
    return (yield from command((yield from proof(subject, key))))


def proof(subject: Subject, key: CardKey) -> Steps[bytes]:
    """Draw a challenge of the card and return EXTERNAL AUTHENTICATE with the module's proof over it."""
    yield from _prepare(subject, key, mac=False)
    authenticator = yield from _compute(ENCIPHER, DATA)
    return external_authenticate(key.identifier, authenticator + DATA)


def secured(subject: Subject, key: CardKey, header: str, plain: bytes = b"") -> Steps[bytes]:
    """Return a command of class 84: its data enciphered, a MAC over the header and them (that framing is ours)."""
    block = BLOCKS[subject.algorithm]
    yield from _prepare(subject, key, mac=True)
    cryptogram = (yield from _compute(ENCIPHER, padded(plain, block))) if plain else b""
    message = bytes.fromhex(header) + bytes((len(cryptogram) + MAC_SIZE,)) + cryptogram
    return message + (yield from _compute(MAC, padded(message, block)))


def padded(message: bytes, block: int) -> bytes:
    """Fill up with 80 00 ... (ISO/IEC 9797-1, padding method 2)."""
    return (message + b"\x80").ljust((len(message) // block + 1) * block, b"\0")


def _prepare(subject: Subject, key: CardKey, *, mac: bool) -> Steps[None]:
    challenge = yield from status("GET CHALLENGE", GET_CHALLENGE)
    if subject.algorithm not in USAGES:
        yield Stop(f"no module here knows {subject.algorithm}")
    factors = (subject.factor, *factors_of(subject.city))
    answer = Answer(b"", 0)
    for levels in LEVELS:
        usage = levels << LEVELS_SHIFT | USAGES[subject.algorithm][mac]
        request = with_data(f"BFDE{usage:02X}{key.in_module:02X}", b"".join(factors[:levels]) + challenge)
        answer = yield from command(request, Slot.SAM)
        if answer.status != OTHER_LEVELS:
            break
    if answer.status != SUCCESS:
        yield Stop(f"the security module refuses {key.name}: {shown(answer.status)}")


def _compute(header: str, data: bytes) -> Steps[bytes]:
    answer = yield from command(with_data(header, data), Slot.SAM)
    if answer.status != SUCCESS:
        yield Stop(f"the security module does not compute: {shown(answer.status)}")
    return answer.data
