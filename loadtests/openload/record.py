"""What one process saw of an open load, whatever its visits are, in a form that travels and adds up. Pure.

A visit ends in one of three ways, and errors are never mixed into the latency of what was served. Times are seconds of
one monotonic clock.
"""

import math
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from loadtests.openload import histograms, intervals
from loadtests.openload.health import Health
from loadtests.openload.intervals import Interval, Series, Totals
from loadtests.openload.latencies import Encoded, Latencies
from loadtests.openload.outcomes import Arrivals, Counts, Tally

SERVED: Final = "served"
FAILED: Final = "failed"
"""One of the visit's requests failed."""
FAULT: Final = "fault"
"""The visit's own code raised; its text is kept."""
FAULTS_KEPT: Final = 5


class Report(Struct, frozen=True):
    """Everything that one process, or several merged, can say; `series` is whole in the last report alone."""

    arrivals: Arrivals = Arrivals()
    achieved: int = 0
    """Visits that ended while arrivals came."""
    visits: Counts = {}
    latencies: tuple[Encoded, ...] = ()
    series: tuple[Interval, ...] = ()
    health: tuple[Health, ...] = ()
    faults: tuple[str, ...] = ()
    elapsed_s: float = 0.0
    finished: bool = False
    stopped: str = ""
    """What of the visits' own ended the arrivals before their time."""
    failure: str = ""
    """Why the run could not be carried out, in a sentence."""

    @property
    def errors(self) -> int:
        """Return how many arrivals were not served: failed, dropped or never ended."""
        bad = sum(count for ends in self.visits.values() for end, count in ends.items() if end != SERVED)
        return bad + self.arrivals.dropped + self.arrivals.unfinished


class Record:
    """Counts and times the visits of one process."""

    def __init__(self, interval_s: float = 1.0) -> None:
        self.scheduled = self.sent = self.completed = self.late = self.dropped = self.achieved = 0
        self.lag = histograms.blank()
        self._visits, self._errors = Tally(), 0
        self._latencies = Latencies()
        self._series = Series(interval_s)
        self._faults: list[str] = []
        self.stopped = ""
        self._began_s, self._closes_s = 0.0, math.inf

    def begin(self, now_s: float) -> None:
        """Begin the series: now the arrivals come."""
        self._began_s, self._closes_s = now_s, now_s + self._series.ends_s

    def tick(self, now_s: float) -> None:
        """Close the interval that has ended, if one has."""
        if now_s >= self._closes_s:
            self._series.close(now_s - self._began_s, self._totals())
            self._closes_s = self._began_s + self._series.ends_s

    def end(self, name: str, outcome: str, *, intended_us: float, sent_us: float, measured: bool) -> None:
        """Record how a visit ended and how long it took, from its due time and from its actual start."""
        self._visits.add(name, outcome)
        if outcome == SERVED:
            self._series.served(intended_us=intended_us, service_us=sent_us, measured=measured)
        else:
            self._errors += 1
        if measured:
            self._latencies.record(name, outcome, intended_us=intended_us, sent_us=sent_us)

    def fault(self, text: str) -> None:
        """Keep the first few texts of what the visits' own code raised."""
        if len(self._faults) < FAULTS_KEPT:
            self._faults.append(text)

    def report(
        self, *, cpu_share: float, elapsed_s: float, waited_share: float = 0.0, finished: bool = False
    ) -> Report:
        """Return all of it, frozen."""
        return Report(
            arrivals=self._arrivals(),
            achieved=self.achieved,
            visits=self._visits.counts(),
            latencies=self._latencies.encoded(),
            series=self._series.whole(elapsed_s, self._totals()) if finished else (),
            health=(Health(histograms.encode(self.lag), cpu_share, waited_share),),
            faults=tuple(self._faults),
            elapsed_s=elapsed_s,
            finished=finished,
            stopped=self.stopped,
        )

    def _arrivals(self) -> Arrivals:
        return Arrivals(self.scheduled, self.sent, self.completed, self.late, self.dropped)

    def _totals(self) -> Totals:
        return Totals(self._arrivals(), self._errors)


def merge(reports: Iterable[Report]) -> Report:
    """Return the reports of several processes as one; histograms are merged, nothing is averaged."""
    every = list(reports)
    visits, latencies = Tally(), Latencies()
    for report in every:
        visits.merge(report.visits)
        latencies.add(report.latencies)
    return Report(
        arrivals=sum((report.arrivals for report in every), Arrivals()),
        achieved=sum(report.achieved for report in every),
        visits=visits.counts(),
        latencies=latencies.encoded(),
        series=intervals.merge(report.series for report in every),
        health=tuple(health for report in every for health in report.health),
        faults=tuple(fault for report in every for fault in report.faults)[:FAULTS_KEPT],
        elapsed_s=max((report.elapsed_s for report in every), default=0.0),
        finished=bool(every) and all(report.finished for report in every),
        stopped=next((report.stopped for report in every if report.stopped), ""),
        failure=next((report.failure for report in every if report.failure), ""),
    )
