"""A run as a series of intervals, for everybody who wants to see when something happened.

Intervals touch each other and begin with the first arrival; warm-up and drain are in them. Those of several processes
lie on the same grid and add up. An event belongs to the interval in which it was noticed. Pure; times are seconds
since the arrivals began.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from math import ceil
from typing import Any, Final, NamedTuple

from hdrh.histogram import HdrHistogram
from msgspec import Struct

from loadtests.openload import histograms
from loadtests.openload.latencies import Latencies, Pair
from loadtests.openload.outcomes import Arrivals

INTERVALS_MAX: Final = 600
"""Of a whole run: one a second for ten minutes, fewer a second beyond; a result of twice that is a few megabytes."""
MEASURED: Final = "measured"
UNMEASURED: Final = "unmeasured"


class Interval(Struct, frozen=True):
    """What happened in `length_s` from `start_s` on.

    `errors`: visits that ended as nobody asked for; the dropped are apart. Histograms are encoded, in us, "" if empty,
    and of what was served and ended in here: `intended` from the due time and `service` from the actual start of what
    was measured, so that they add up to the run's; of what the rules leave out of it (warm-up) the other two.
    """

    start_s: float
    length_s: float
    scheduled: int = 0
    sent: int = 0
    completed: int = 0
    late: int = 0
    dropped: int = 0
    errors: int = 0
    intended: str = ""
    service: str = ""
    unmeasured_intended: str = ""
    unmeasured_service: str = ""

    @property
    def end_s(self) -> float:
        """Return when the next one begins."""
        return self.start_s + self.length_s

    def pair(self) -> Pair:
        """Return the latencies of everybody who was served, measured or not: for a picture, not for a figure."""
        both = _merged((self.intended, self.unmeasured_intended)), _merged((self.service, self.unmeasured_service))
        return Pair(*map(_decoded, both))


HISTOGRAMS: Final = ("intended", "service", "unmeasured_intended", "unmeasured_service")
COUNTS: Final = (*Arrivals.__struct_fields__, "errors")


class Totals(NamedTuple):
    """What happened since the beginning, as of some moment."""

    arrivals: Arrivals = Arrivals()
    errors: int = 0

    def since(self, before: "Totals") -> dict[str, int]:
        """Return what was added, by the names of an interval's fields."""
        fates = {
            name: getattr(self.arrivals, name) - getattr(before.arrivals, name) for name in Arrivals.__struct_fields__
        }
        return {**fates, "errors": self.errors - before.errors}


def length_s(whole_s: float) -> float:
    """Return how long an interval of a run of so many seconds is: whole seconds, INTERVALS_MAX at most.

    >>> length_s(600), length_s(86_400)
    (1.0, 144.0)
    """
    return float(max(ceil(whole_s / INTERVALS_MAX), 1))


class Series:
    """The intervals of one process; the caller says what time it is, and what has come together by then."""

    def __init__(self, length_s: float = 1.0) -> None:
        self.ends_s = length_s
        """When the open interval ends: from then on `close` has something to do."""
        self._length_s = length_s
        self._closed: list[Interval] = []
        self._before = Totals()
        self._latencies = Latencies()

    def served(self, *, intended_us: float, service_us: float, measured: bool) -> None:
        """Note the latencies of a visit that was served and ended now."""
        name = MEASURED if measured else UNMEASURED
        self._latencies.record(name, "", intended_us=intended_us, sent_us=service_us)

    def close(self, now_s: float, totals: Totals) -> None:
        """Close every interval that has ended; where nobody looked for long, the later ones are empty."""
        while now_s >= self.ends_s:
            self._closed.append(self._open(self.ends_s, totals))
            self._before, self._latencies = totals, Latencies()
            self.ends_s += self._length_s

    @property
    def latest(self) -> Interval | None:
        """Return the last interval that is closed."""
        return self._closed[-1] if self._closed else None

    def whole(self, now_s: float, totals: Totals) -> tuple[Interval, ...]:
        """Return every interval, the open one as far as it has come."""
        self.close(now_s, totals)
        return (*self._closed, self._open(now_s, totals))

    def _open(self, end_s: float, totals: Totals) -> Interval:
        start_s = self.ends_s - self._length_s
        facts: dict[str, Any] = totals.since(self._before)
        for kind in (MEASURED, UNMEASURED):
            facts.update(self._encoded(kind))
        return Interval(start_s, max(end_s - start_s, 0.0), **facts)

    def _encoded(self, kind: str) -> Iterator[tuple[str, str]]:
        pair = self._latencies.items().get((kind, "", ""))
        if pair is not None:
            before = "" if kind == MEASURED else f"{UNMEASURED}_"
            yield f"{before}intended", histograms.encode(pair.intended)
            yield f"{before}service", histograms.encode(pair.sent)


def merge(every: Iterable[Iterable[Interval]]) -> tuple[Interval, ...]:
    """Return the series of several processes as one."""
    by_start: defaultdict[float, list[Interval]] = defaultdict(list)
    for series in every:
        for interval in series:
            by_start[interval.start_s].append(interval)
    return tuple(_together(by_start[start_s]) for start_s in sorted(by_start))


def _together(parts: list[Interval]) -> Interval:
    if len(parts) == 1:
        return parts[0]
    facts: dict[str, Any] = {name: sum(getattr(part, name) for part in parts) for name in COUNTS}
    facts.update((name, _merged(getattr(part, name) for part in parts)) for name in HISTOGRAMS)
    return Interval(parts[0].start_s, max(part.length_s for part in parts), **facts)


def whole_pair(series: Iterable[Interval]) -> Pair:
    """Return the measured latencies of a whole series: what a run's own must be."""
    every = list(series)
    return Pair(*(_decoded(_merged(getattr(one, name) for one in every)) for name in HISTOGRAMS[:2]))


def _merged(encoded: Iterable[str]) -> str:
    """Return encoded histograms as one; a single one is not touched."""
    filled = [one for one in encoded if one]
    if len(filled) < 2:  # noqa: PLR2004 - nothing to merge
        return filled[0] if filled else ""
    together = histograms.blank()
    for one in filled:
        together.add(histograms.decode(one))
    return histograms.encode(together)


def _decoded(encoded: str) -> HdrHistogram:
    return histograms.decode(encoded) if encoded else histograms.blank()
