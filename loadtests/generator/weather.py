"""Performs a plan's faults: what a process's lines go through, and the engine that stands still.

A line under weather is a line like any other; what is cut, held back or lost is decided here and nowhere else. A plan
without faults has no weather: its lines are the switchboard's own. Clock, sleep and chance are arguments.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from random import Random
from typing import Final

from loadtests.generator.connection import Dial, Line
from loadtests.workload.faults import Fault, Kind

MILLISECONDS: Final = 1000
NOT_YET: Final = -1.0
"""The second before the first: no fault goes on while terminals sign on."""


class Weather:
    """The faults of one process's lines. `begin` starts their clock; `pass_by` cuts lines where an outage begins."""

    def __init__(
        self,
        faults: Sequence[Fault],
        *,
        monotonic_s: Callable[[], float],
        sleep: Callable[[float], None],
        random: Random,
    ) -> None:
        self._faults = faults
        self.monotonic_s = monotonic_s
        self.sleep = sleep
        self.random = random
        self.happened: Counter[str] = Counter()
        """How often each fault did something, by its text."""
        self._began_s: float | None = None
        self._lines: set[WeatherLine] = set()

    def begin(self) -> None:
        """Let the first second of the arrivals be now."""
        self._began_s = self.monotonic_s()

    def over(self, dial: Dial) -> Dial:
        """Return how a line is opened under this weather."""
        if all(fault.kind == "stall" for fault in self._faults):
            return dial

        def connect(address: tuple[str, int], timeout_s: float) -> Line:
            if outage := self.now("outage"):
                self.happened[outage.text] += 1
                raise ConnectionRefusedError("an outage goes on")
            line = WeatherLine(self, dial(address, timeout_s))
            self._lines.add(line)
            return line

        return connect

    def pass_by(self) -> None:
        """Wait for each outage and cut every line when it begins; ends after the last."""
        assert self._began_s is not None
        for fault in _in_order(self._faults, "outage"):
            self.sleep(max(self._began_s + fault.at_s - self.monotonic_s(), 0.0))
            for line in tuple(self._lines):
                line.close()
            self.happened[fault.text] += 1

    def now(self, kind: Kind) -> Fault | None:
        """Return the fault of a kind that goes on."""
        now_s = NOT_YET if self._began_s is None else self.monotonic_s() - self._began_s
        return next((fault for fault in self._faults if fault.kind == kind and fault.on(now_s)), None)

    def forget(self, line: "WeatherLine") -> None:
        """Know no more of a line that is closed."""
        self._lines.discard(line)


class WeatherLine:
    """A line, and what the weather does to it. One request at a time uses it, so that what comes is its reply."""

    def __init__(self, weather: Weather, line: Line) -> None:
        self._weather = weather
        self._line = line
        self._timeout_s = 0.0
        self._in_vain = False

    def settimeout(self, timeout_s: float) -> None:
        """Set how long the other methods may take."""
        self._timeout_s = timeout_s
        self._line.settimeout(timeout_s)

    def sendall(self, data: bytes) -> None:
        """Send everything, and draw whether the reply to it gets lost; raise OSError."""
        lost = self._weather.now("drop_replies")
        self._in_vain = lost is not None and self._weather.random.random() < lost.share
        if lost is not None and self._in_vain:
            self._weather.happened[lost.text] += 1
        self._line.sendall(data)

    def recv(self, size: int) -> bytes:
        """Return what has arrived, later in slow weather; what is lost never comes."""
        data = self._line.recv(size)
        while data and self._in_vain:
            data = self._line.recv(size)  # until the time limit: it raises TimeoutError
        if slow := self._weather.now("slow"):
            self._weather.happened[slow.text] += 1
            self._weather.sleep(slow.delay_ms / MILLISECONDS)
        return data

    def close(self) -> None:
        """Hang up."""
        self._weather.forget(self)
        self._line.close()


def stand_still(
    faults: Iterable[Fault], pid: int, sleep: Callable[[float], None], happened: MutableMapping[str, int]
) -> None:
    """Stop the engine's process for each stall, counted from now, and count it; it goes on however this ends."""
    passed_s = 0.0
    try:
        for fault in _in_order(faults, "stall"):
            sleep(fault.at_s - passed_s)
            os.kill(pid, signal.SIGSTOP)
            happened[fault.text] = happened.get(fault.text, 0) + 1
            sleep(fault.for_s)
            os.kill(pid, signal.SIGCONT)
            passed_s = fault.until_s
    finally:
        os.kill(pid, signal.SIGCONT)


def _in_order(faults: Iterable[Fault], kind: Kind) -> list[Fault]:
    return sorted((fault for fault in faults if fault.kind == kind), key=lambda fault: fault.at_s)
