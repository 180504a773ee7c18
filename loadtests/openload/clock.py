"""Which arrivals are due, for a caller who says what time it is.

With several processes arrival i belongs to process i mod n. No clock is read here and nobody sleeps: a driver asks how
long it may wait, waits as its loop waits, and takes what is due. Whatever is overdue comes at once: nothing is skipped.
A plan lasts until its own end, not until its last arrival: its rate would seem higher than it is.
"""

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple


class Arrival(NamedTuple):
    """One arrival of the plan: its number over all processes, and when it is due."""

    number: int
    due_s: float


class Schedule:
    """The due times of one process, taken in order, and how long their plan lasts."""

    def __init__(self, due_times: Iterable[float], lasts_s: float = 0.0, *, part: int = 0, parts: int = 1) -> None:
        assert 0 <= part < parts, (part, parts)
        self._lasts_s = lasts_s
        self._coming = islice((Arrival(*pair) for pair in enumerate(due_times)), part, None, parts)
        self._next = next(self._coming, None)

    def wait_s(self, now_s: float) -> float | None:
        """Return how long nothing is due; 0 if something is; None if nothing comes any more and the plan has ended."""
        if self._next is None:
            return self._lasts_s - now_s if now_s < self._lasts_s else None
        return max(self._next.due_s - now_s, 0.0)

    def due(self, now_s: float) -> list[Arrival]:
        """Take everything that is due by now."""
        taken = []
        while self._next is not None and self._next.due_s <= now_s:
            taken.append(self._next)
            self._next = next(self._coming, None)
        return taken

    def ended(self, arrival: Arrival, now_s: float) -> bool:  # noqa: ARG002 - users of a closed loop come again
        """Hear that a visit ended: of no account here, whoever comes does not wait for whoever came."""
        return False
