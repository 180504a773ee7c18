"""Prepares the dialogues of a replayed run, before its first arrival: every terminal does its part (gevent).

People come in the order in which they would have come unprepared, so that a seed makes the same visits either way.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from math import isqrt
from typing import Final

from gevent.pool import Pool
from gevent.queue import SimpleQueue

from loadtests.generator.crowd import Comer, Comers
from loadtests.generator.visitor import Visitor
from terminals.kernel.outcome import Outcome, Result
from terminals.kernel.site import Pace

DIALOGUES_MAX: Final = 200_000
"""Dialogues of one process, about 10 KB each: nobody comes twice, so that every arrival needs one."""
AT_ONCE_MAX: Final = 32
"""Terminals that prepare at a time."""
SIGMAS: Final = 4
"""Random arrivals may be more than are expected: by so many square roots of their number, and hardly ever by more."""


class PreparationError(Exception):
    """The dialogues cannot be prepared; one sentence for the user."""


class PreparedCrowd:
    """The people whose dialogues are prepared; when they have all come, nobody comes any more."""

    def __init__(self, ready: Iterable[Comer]) -> None:
        self._ready = deque(ready)

    def next(self) -> Comer | None:
        """Return who comes next; None when nobody is left."""
        return self._ready.popleft() if self._ready else None


def wanted(expected: int) -> int:
    """Return how many dialogues a process prepares for so many arrivals; raise PreparationError for too many.

    >>> wanted(10_000)
    10401
    """
    count = expected + SIGMAS * isqrt(expected) + 1
    if count > DIALOGUES_MAX:
        raise PreparationError(
            f"a replay prepares {DIALOGUES_MAX} dialogues a process at most, and this one needs {count}: "
            "use more processes, a shorter run, or the fidelity chip"
        )
    return count


def prepared(
    crowd: Comers, visitors: Sequence[Visitor], count: int, pace: Pace, tell: Callable[[Outcome], None]
) -> PreparedCrowd:
    """Prepare the dialogues of the next `count` people; raise PreparationError if the host does not answer.

    `tell` hears of each what it asked.
    """
    idle: dict[tuple[str, str], SimpleQueue[Visitor]] = {}
    for visitor in visitors:
        idle.setdefault((visitor.site.city, visitor.site.kind), SimpleQueue()).put(visitor)

    def prepare(comer: Comer) -> Comer:
        place = idle[comer.patient.city, comer.patient.kind]
        visitor: Visitor = place.get()
        try:
            return visitor.prepare(comer, pace)
        finally:
            place.put(visitor)

    coming = islice(iter(crowd.next, None), count)
    return PreparedCrowd(_answered(Pool(AT_ONCE_MAX).imap(prepare, coming, maxsize=AT_ONCE_MAX), tell))


def _answered(comers: Iterable[Comer], tell: Callable[[Outcome], None]) -> Iterable[Comer]:
    for comer in comers:
        assert comer.dialogue is not None
        asked = comer.dialogue.asked
        tell(asked)
        if asked.result is Result.NO_ANSWER:
            raise PreparationError("the host left a message without an answer while dialogues were prepared")
        yield comer
