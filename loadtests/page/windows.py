"""Latencies over time, honestly: neighbouring intervals are merged until they can say what is asked.

A second of a run has too few visits for its p99, so each step of a percentile covers as many seconds as it needs
samples. Pure; lives here: steps for charts, and the few windows of the page's table.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from hdrh.histogram import HdrHistogram
from msgspec import Struct

from loadtests.openload import histograms
from loadtests.openload.intervals import Interval
from loadtests.openload.latencies import Pair

ROWS_MAX: Final = 20
"""Windows of the table."""

Choice = Callable[[Pair], HdrHistogram]


class Seen(NamedTuple):
    """An interval and its decoded latencies."""

    interval: Interval
    pair: Pair


class Window(Struct, frozen=True):
    """Several intervals as one: counts added, histograms merged; percentiles in us, None where n is too small."""

    from_s: float
    to_s: float
    scheduled: int
    completed: int
    late: int
    dropped: int
    errors: int
    n: int
    due_p50_us: int | None
    due_p99_us: int | None
    due_max_us: int
    sent_p50_us: int | None
    sent_p99_us: int | None
    sent_max_us: int


def seen(series: Iterable[Interval]) -> tuple[Seen, ...]:
    """Return the intervals decoded, once."""
    return tuple(Seen(interval, interval.pair()) for interval in series)


def stepped(run: Sequence[Seen], choice: Choice, p_e4: int) -> tuple[int | None, ...]:
    """Return a percentile in us for every interval: that of the stretch of intervals to which it belongs.

    A stretch ends as soon as its samples suffice; whatever is left at the end is too few and says nothing.
    """
    values: list[int | None] = []
    stretch, length = histograms.blank(), 0
    for _, pair in run:
        stretch.add(choice(pair))
        length += 1
        value = histograms.percentile(stretch, p_e4)
        if value is not None:
            values += [value] * length
            stretch, length = histograms.blank(), 0
    return (*values, *[None] * length)


def maxima(run: Sequence[Seen], choice: Choice) -> tuple[int | None, ...]:
    """Return the longest latency of each interval in us; None where nobody ended."""
    return tuple(histograms.maximum(choice(pair)) or None for _, pair in run)


def table(run: Sequence[Seen]) -> tuple[Window, ...]:
    """Return the run in at most ROWS_MAX windows of as many intervals each; the last one may have fewer."""
    if not run:
        return ()
    width = -(-len(run) // ROWS_MAX)
    return tuple(_window(run[at : at + width]) for at in range(0, len(run), width))


def _window(part: Sequence[Seen]) -> Window:
    intervals = [one.interval for one in part]
    due, sent = histograms.blank(), histograms.blank()
    for _, pair in part:
        due.add(pair.intended)
        sent.add(pair.sent)
    return Window(
        from_s=intervals[0].start_s,
        to_s=intervals[-1].start_s + intervals[-1].length_s,
        scheduled=sum(one.scheduled for one in intervals),
        completed=sum(one.completed for one in intervals),
        late=sum(one.late for one in intervals),
        dropped=sum(one.dropped for one in intervals),
        errors=sum(one.errors for one in intervals),
        n=due.get_total_count(),
        due_p50_us=histograms.percentile(due, histograms.P50),
        due_p99_us=histograms.percentile(due, histograms.P99),
        due_max_us=histograms.maximum(due),
        sent_p50_us=histograms.percentile(sent, histograms.P50),
        sent_p99_us=histograms.percentile(sent, histograms.P99),
        sent_max_us=histograms.maximum(sent),
    )
