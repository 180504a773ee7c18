"""Who comes, told of those for whom nothing is measured: the warm-up's arrivals, and those around a fault.

Counted as they come in, so that whoever is dropped, or never ends, is counted where they were due. Pure.
"""

from collections.abc import Callable

from loadtests.openload.admission import Coming
from loadtests.openload.clock import Arrival


class Windowed:
    """A schedule, or users of a closed loop, as they are; `tell` hears how many of each look are not measured."""

    def __init__(self, coming: Coming, measures: Callable[[float], bool], tell: Callable[[int], None]) -> None:
        self._coming = coming
        self._measures = measures
        self._tell = tell

    def wait_s(self, now_s: float) -> float | None:
        """Return how long nobody is due, as the schedule says."""
        return self._coming.wait_s(now_s)

    def due(self, now_s: float) -> list[Arrival]:
        """Take everybody who is due by now, and tell."""
        arrivals = self._coming.due(now_s)
        if unmeasured := sum(not self._measures(arrival.due_s) for arrival in arrivals):
            self._tell(unmeasured)
        return arrivals

    def ended(self, arrival: Arrival, now_s: float) -> bool:
        """Hear that a visit ended; whether somebody is due because of it."""
        return self._coming.ended(arrival, now_s)
