"""The closed model: users who come again when they have been served, and at their pace at best.

It is here because others measure so, and to show what it hides: while a server stands still its users wait with it, so
nobody comes who could notice. A report of it says closed; its latencies have no intended start but the actual one.
"""

from heapq import heapify, heappop, heappush
from typing import Final

from loadtests.openload.clock import Arrival

NOBODY_S: Final = 0.1
"""How long to wait where every user is being served: `ended` says when one comes again."""


class ClosedLoop:
    """The users of one process; each begins a visit when its last has ended, and `period_s` after it began at best."""

    def __init__(self, users: int, period_s: float, lasts_s: float, *, part: int = 0, parts: int = 1) -> None:
        assert users > 0
        assert period_s > 0
        self._period_s = period_s
        self._lasts_s = lasts_s
        self._coming_s = [(k + part / parts) * period_s / users for k in range(users)]
        heapify(self._coming_s)
        self._next_number, self._parts = part, parts

    def wait_s(self, now_s: float) -> float | None:
        """Return how long no user is due; None after the last second."""
        if now_s >= self._lasts_s:
            return None
        next_s = self._coming_s[0] if self._coming_s else now_s + NOBODY_S
        return max(min(next_s, self._lasts_s) - now_s, 0.0)

    def due(self, now_s: float) -> list[Arrival]:
        """Take every user who comes by now, while the run lasts."""
        taken = []
        while self._coming_s and self._coming_s[0] <= now_s and self._coming_s[0] < self._lasts_s:
            taken.append(Arrival(self._next_number, heappop(self._coming_s)))
            self._next_number += self._parts
        return taken

    def ended(self, arrival: Arrival, now_s: float) -> bool:
        """Let the user of a visit that has ended come again as its pace says; whether that is now."""
        again_s = max(arrival.due_s + self._period_s, now_s)
        heappush(self._coming_s, again_s)
        return again_s <= now_s
