"""How long after a peak or a fault the service is within its promise again, read from the series of intervals.

An interval keeps the promise where the p95 of what was served and ended in it, from the due time, is within the bound,
and no more than the promised share went wrong or was dropped; one in which nothing ended tells nothing. What counts is
since when no interval breaks it any more, to the length of an interval, until the arrivals end or the next disturbance
begins: who is slow once more later has not recovered. Several peaks and faults answer with the slowest. Also what was
left out of the latencies (an unmeasured fault) is looked at: it is what this is about. Pure.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from loadtests.openload import histograms
from loadtests.openload.figures import Reading
from loadtests.openload.intervals import Interval
from loadtests.openload.rates import ROUNDING, Segment, duration_s
from loadtests.openload.spans import Span, joined

UNDISTURBED: Final = "no peak and no fault ended while arrivals came"


class Promise(NamedTuple):
    """What an interval has to keep."""

    p95_ms: float
    error_share_max: float


def peaks(segments: Sequence[Segment]) -> list[Span]:
    """Return when the highest rate of a plan is offered, be it for a moment; at the end of the plan it is no peak."""
    return [one for one in joined(_at_the_top(segments)) if one.until_s < duration_s(segments) - ROUNDING]


def _at_the_top(segments: Sequence[Segment]) -> Iterator[Span]:
    top = max((max(one.rate_from, one.rate_to) for one in segments), default=0.0)
    start_s = 0.0
    for one in segments:
        end_s = start_s + one.duration_s
        if top in (one.rate_from, one.rate_to):
            yield Span(start_s if one.rate_from == top else end_s, end_s if one.rate_to == top else start_s)
        start_s = end_s


def recovery(
    series: Sequence[Interval],
    segments: Sequence[Segment],
    promise: Promise,
    *,
    arrived_s: float,
    faults: Iterable[Span] = (),
) -> Reading:
    """Return how many seconds the slowest took of as many peaks and faults as ended while arrivals came.

    Not stated where it may have been longer.
    """
    disturbed = joined([*peaks(segments), *faults])
    over = [one.until_s for one in disturbed if one.until_s < arrived_s - ROUNDING]
    until = [min(one.from_s, arrived_s) for one in disturbed[1:]] + [arrived_s]
    each = [_after(series, Span(*window), promise) for window in zip(over, until, strict=False)]
    if not each:
        return Reading(None, stated=False, n=0, lacking=UNDISTURBED)
    lacking = next((one.lacking for one in each if one.lacking), "")
    return Reading(max(one.value or 0.0 for one in each), not lacking, len(each), lacking)


def _after(series: Sequence[Interval], window: Span, promise: Promise) -> Reading:
    """Return when, within a window, the last intervals begin of which all keep the promise."""
    kept_s: float | None = None
    for one in series:
        if one.end_s <= window.from_s + ROUNDING or one.start_s >= window.until_s or not one.completed + one.dropped:
            continue
        if not _keeps(one, promise):
            kept_s = None
        elif kept_s is None:
            kept_s = max(one.start_s - window.from_s, 0.0)
    if kept_s is not None:
        return Reading(kept_s, stated=True, n=1)
    seen_s = window.until_s - window.from_s
    return Reading(seen_s, stated=False, n=1, lacking=f"not within the SLO again in the {seen_s:g} s that were left")


def _keeps(one: Interval, promise: Promise) -> bool:
    wrong, ended = one.errors + one.dropped, one.completed + one.dropped
    if wrong > promise.error_share_max * ended:
        return False
    return histograms.estimate(one.pair().intended, histograms.P95) <= promise.p95_ms * 1000
