"""What a check may ask of the world: those effects of a terminal's flow that reach chips, and four of its own.

`Expect` and `Stop` are effects, not exceptions: a check says what it expects and what it found, and does not come back
if the two differ. So a flow reads as a list of expectations, and everything that it met is evidence.
"""

from collections.abc import Generator
from typing import Any, Final, TypeAlias, TypeVar

from msgspec import Struct

from cardsim.faults import Fault
from terminals.kernel.command import SILENCE, SUCCESS, Answer, command
from terminals.kernel.effects import Effect as TerminalEffect


class Reset(Struct, frozen=True):
    """Give the card under test its power anew; answers the ATR, `bytes`, or NO_CARD."""


class Specimen(Struct, frozen=True):
    """Lay a fresh copy of the card under test, without power, into its reader; it breaks as `faults` say."""

    faults: tuple[Fault, ...] = ()


class Expect(Struct, frozen=True):
    """Compare; answers nothing, and only if the expectation is met. Neither text holds a secret or an identity."""

    what: str
    expected: str
    found: str
    met: bool


class Stop(Struct, frozen=True):
    """End the check without a verdict; answers never."""

    reason: str


Effect = TerminalEffect | Reset | Specimen | Expect | Stop

_T = TypeVar("_T")
Steps: TypeAlias = Generator[Effect, Any, _T]
"""A part of a check: yields effects, returns a `_T`."""

YES, NO = "yes", "no"
OK: Final = frozenset({SUCCESS})


def equal(what: str, expected: str, found: str) -> Expect:
    """Expect two texts to be the same."""
    return Expect(what, expected, found, expected == found)


def true(what: str, holds: object) -> Expect:
    """Expect something to hold, where what was found must not be shown or is not worth it."""
    return Expect(what, YES, YES if holds else NO, bool(holds))


def status(what: str, apdu: bytes, *wanted: int) -> Steps[bytes]:
    """Send a command, expect one of the status words (9000 if none is named), and return its data."""
    answer = yield from command(apdu)
    yield of_status(what, answer, *wanted)
    return answer.data


def of_status(what: str, answer: Answer, *wanted: int) -> Expect:
    """Expect an answer to have one of the status words, 9000 if none is named."""
    words = wanted or tuple(OK)
    return Expect(what, " or ".join(map(shown, words)), shown(answer.status), answer.status in words)


def shown(status_word: int) -> str:
    """Return a status word as people write it.

    >>> shown(0x6A82), shown(0)
    ('6A82', 'no answer')
    """
    return "no answer" if status_word == SILENCE else f"{status_word:04X}"
