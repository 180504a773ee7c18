"""The open half of a load process: lets every arrival in when it is due, whether or not earlier ones have ended.

What becomes of each is counted here, once: whoever serves says when a visit begins and ends, or that it came to
nothing. Time and sleep are arguments, so that gevent, a thread or a test may drive it. Nothing here knows what a visit
is; its cost an arrival is a few microseconds. Who ends while arrivals come is achieved; who ends in the drain, only
completed: else a server of half the rate would achieve all of it.
"""

from array import array
from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from hdrh.histogram import HdrHistogram

from loadtests.openload import histograms
from loadtests.openload.clock import Arrival
from loadtests.openload.cores import Share

MICROSECONDS: Final = 1e6
IN_FLIGHT_MAX: Final = 20_000
"""Visits under way or waiting in one process; past it an arrival is dropped at once."""
LOOK_S: Final = 0.1
"""How often a scheduler that waits looks whether it was stopped."""
DRAIN_LOOK_S: Final = 0.005
"""How often it looks, at the end, whether everybody has gone."""
LATE_S: Final = 0.1
"""A visit that begins this much after its due time is counted as late."""


class World(NamedTuple):
    """Both clocks in seconds, of the wall and of this process's CPU; how it waits, and how long it was kept waiting."""

    monotonic_s: Callable[[], float]
    cpu_s: Callable[[], float]
    sleep: Callable[[float], object]
    waited_s: Callable[[], float] = lambda: 0.0


class Fates(Protocol):
    """Where the fates of arrivals are counted, and the schedule's lag is recorded."""

    scheduled: int
    sent: int
    completed: int
    late: int
    dropped: int
    achieved: int
    lag: HdrHistogram

    def begin(self, now_s: float) -> None:
        """Hear when the arrivals begin, on the wall's clock."""

    def tick(self, now_s: float) -> None:
        """Hear what time it is, once for every look at the schedule."""


class Coming(Protocol):
    """Who says when somebody comes: a schedule, or users who come again when they are served."""

    def wait_s(self, now_s: float) -> float | None:
        """Return how long nobody is due; 0 if somebody is; None if nobody comes any more."""

    def due(self, now_s: float) -> list[Arrival]:
        """Take everybody who is due by now."""

    def ended(self, arrival: Arrival, now_s: float) -> bool:
        """Hear that a visit ended; whether somebody is due because of it."""


class Admission:
    """Lets the arrivals of one process in. Call `run`, `drain` and `shut` in this order; `stop` ends `run`."""

    def __init__(self, coming: Coming, fates: Fates, world: World, in_flight_max: int = IN_FLIGHT_MAX) -> None:
        self._coming = coming
        self._fates = fates
        self._world = world
        self._in_flight_max = in_flight_max
        self._enter: Callable[[Arrival], bool] = lambda _: False
        self._stopped = False
        self._began = Share()
        self._share: Share | None = None
        self._lags_us = array("q")
        self.began_s = 0.0
        """When the first arrival could be due, on the wall's clock; 0 before."""
        self.in_flight = 0
        """Who has entered and not left, waiting or served."""

    @property
    def now_s(self) -> float:
        """Return how long arrivals have been coming; due times are counted from there."""
        return self._world.monotonic_s() - self.began_s if self.began_s else 0.0

    @property
    def share(self) -> Share:
        """Return how much of a core this process used, and waited for, while arrivals came."""
        return self._share_so_far() if self._share is None else self._share

    def run(self, enter: Callable[[Arrival], bool]) -> None:
        """Let everybody in who comes; `enter` takes an arrival without waiting, or says that it has no place."""
        self._enter = enter
        self.began_s, self._began = self._world.monotonic_s(), self._taken_s()
        self._fates.begin(self.began_s)
        while not self._stopped and (wait_s := self._coming.wait_s(self.now_s)) is not None:
            if wait_s:
                self._world.sleep(min(wait_s, LOOK_S))
            self._let_in()
        self._stopped = True
        self._share = self._share_so_far()
        histograms.fold(self._fates.lag, self._lags_us)

    def stop(self) -> None:
        """End the arrivals; whoever has entered goes on."""
        self._stopped = True

    def begin(self, arrival: Arrival) -> None:
        """Count an arrival that is now being served."""
        self._fates.sent += 1
        self._fates.late += self.now_s - arrival.due_s > LATE_S

    def end(self, arrival: Arrival) -> None:
        """Count a visit that has ended, however it did."""
        self._fates.completed += 1
        self._fates.achieved += not self._stopped
        self.in_flight -= 1
        if self._coming.ended(arrival, self.now_s) and not self._stopped:
            self._let_in()

    def turn_away(self, arrival: Arrival) -> None:
        """Count an arrival that entered and waited in vain."""
        self._fates.dropped += 1
        self.in_flight -= 1
        self._coming.ended(arrival, self.now_s)

    def drain(self, bound_s: float) -> None:
        """Wait until everybody has gone, for `bound_s` at most."""
        until_s = self.now_s + bound_s
        while self.in_flight and self.now_s < until_s:
            self._world.sleep(DRAIN_LOOK_S)
            self._fates.tick(self._world.monotonic_s())

    def shut(self) -> None:
        """Count whoever entered and was never served as dropped: nobody serves any more."""
        self._fates.dropped = self._fates.scheduled - self._fates.sent

    def _let_in(self) -> None:
        fates, now_s = self._fates, self.now_s
        fates.tick(self.began_s + now_s)
        for arrival in self._coming.due(now_s):
            fates.scheduled += 1
            self._lags_us.append(int((now_s - arrival.due_s) * MICROSECONDS))
            self.in_flight += 1
            if self.in_flight > self._in_flight_max or not self._enter(arrival):
                self.turn_away(arrival)
        if len(self._lags_us) >= histograms.FOLD_AT:
            histograms.fold(fates.lag, self._lags_us)

    def _share_so_far(self) -> Share:
        elapsed_s = self.now_s
        if not elapsed_s:
            return Share()
        return Share(*((now - then) / elapsed_s for now, then in zip(self._taken_s(), self._began, strict=True)))

    def _taken_s(self) -> Share:
        return Share(self._world.cpu_s(), self._world.waited_s())
