"""What a flow may ask of the world: every effect, and what comes back for it.

A flow is a generator that yields these values and is sent the answers; nothing here or in any flow performs one. A
performer (trio terminal, load generator, simulator, test) handles every effect of EFFECTS and raises only what it did
not expect: a lost reply, a cancelled entry and a torn card are answers.
"""

from collections.abc import Generator
from enum import StrEnum
from typing import Any, Final, TypeAlias, TypeVar, get_args

from msgspec import Struct

from settlement.wire.messages import Body
from terminals.kernel.entries import Entry


class Prompt(StrEnum):
    """What the pin pad asks for when clear digits go to the chip."""

    PIN = "PIN"
    OLD_PIN = "OLD_PIN"
    NEW_PIN = "NEW_PIN"


class Slot(StrEnum):
    """Where a terminal has a chip: two slots for cards, one for each route, an antenna, and its security module."""

    LOCAL = "local"
    REMOTE = "remote"
    TAP = "tap"
    SAM = "sam"


class Transmit(Struct, frozen=True):
    """Send one C-APDU to the chip in a slot; answers the R-APDU with its status word, `bytes`.

    A slot in which nothing answers (empty, torn, unplugged) is answered by NO_CARD, no bytes at all. The performer
    gives a chip its power at the first command of a visit.
    """

    apdu: bytes
    slot: Slot = Slot.LOCAL


class ReadAtr(Struct, frozen=True):
    """Ask for the answer to reset of the chip in a slot, which stays as it is; answers `bytes`, or NO_CARD."""

    slot: Slot


class AwaitCard(Struct, frozen=True):
    """Wait until the holder's card is in a slot; answers whether it is, `bool`, False once the holder gave up."""

    slot: Slot


class TakeCard(Struct, frozen=True):
    """Hand out the new card of a reissue: it lies where the old one lay; answers whether it does, `bool`."""

    issue: int


class Request(Struct, frozen=True):
    """Send one message to the host; answers `Reply`, or `NoReply` where nothing authentic came back in time.

    The performer seals it under the session's next counter and, where `body` is a 9001 that was approved, takes up the
    session which it opened before it answers.
    """

    body: Body
    msgid: str
    insuplc_admdvs: str


class NextMsgid(Struct, frozen=True):
    """Name the next message; answers a msgid that this terminal never used, `str`."""


class AskPin(Struct, frozen=True):
    """Have the remote PIN typed, which the chip alone checks; answers digits, or "" if the holder gave up, `str`."""

    prompt: Prompt


class AskPassword(Struct, frozen=True):
    """Have the local password typed; answers an ISO 9564 format 4 block, or b"" if the holder gave up, `bytes`.

    The pad enciphers: clear digits of what the host checks never enter a flow. `same`: the last entry once more, since
    the session under which it was enciphered is gone.
    """

    bank_card_no: str
    same: bool = False


class Unlock(Struct, frozen=True):
    """Have a simulated telephone, opened by its holder's password, encipher that under this line's session; `bytes`.

    The telephone has no line of its own. `number`: the digits that the block is bound to.
    """

    number: str
    password: str


class AskBankPin(Struct, frozen=True):
    """Have the bank's PIN typed; answers as AskPassword does, `bytes`."""

    pan: str
    same: bool = False


class Draw(Struct, frozen=True):
    """Draw a number that nobody can foresee, for the card's cryptogram; answers `size` bytes."""

    size: int


class Show(Struct, frozen=True):
    """Put a text on the display; answers nothing. Holds no secret and no identity."""

    zh: str
    en: str


class Record(Struct, frozen=True):
    """Write a journal entry; answers nothing, after it is durable."""

    entry: Entry


class Pause(Struct, frozen=True):
    """Let time pass: people think, the network rests; answers nothing."""

    seconds: float
    step: str


class NoReply(Struct, frozen=True):
    """No authentic reply: the request or its answer was lost, or what came proves nothing. The outcome is unknown."""

    reason: str


NO_CARD: Final = b""
"""The answer to a Transmit that no card answered."""

Effect = (
    Transmit
    | ReadAtr
    | AwaitCard
    | TakeCard
    | Request
    | NextMsgid
    | AskPin
    | AskPassword
    | Unlock
    | AskBankPin
    | Draw
    | Show
    | Record
    | Pause
)
"""Everything that a flow may yield."""

EFFECTS: Final[tuple[type[Struct], ...]] = get_args(Effect)

_T = TypeVar("_T")
Steps: TypeAlias = Generator[Effect, Any, _T]
"""A part of a flow: yields effects, returns a `_T`."""
