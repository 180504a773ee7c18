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


class Transmit(Struct, frozen=True):
    """Send one C-APDU to the card; answers the R-APDU with its status word, `bytes`.

    A card that no longer answers (torn, unplugged) is answered by NO_CARD, no bytes at all.
    """

    apdu: bytes


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

Effect = Transmit | Request | NextMsgid | AskPin | AskPassword | Show | Record | Pause
"""Everything that a flow may yield."""

EFFECTS: Final[tuple[type[Struct], ...]] = get_args(Effect)

_T = TypeVar("_T")
Steps: TypeAlias = Generator[Effect, Any, _T]
"""A part of a flow: yields effects, returns a `_T`."""
