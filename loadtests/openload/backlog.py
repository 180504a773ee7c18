"""Whether a server kept up: how many visits waited or were under way over time, and whether they became ever more.

Below capacity the backlog moves up and down around a level; above it, it grows by what is offered and not achieved,
before latency limits are hit. Its slope is the median over all pairs of moments (Theil-Sen), and counts where most
pairs agree that it rises (Mann-Kendall): one stall, be it the last thing that happens, is no growth. It is judged at a
steady rate alone, outside whatever disturbed it on purpose, and not before the first who came have gone: until then a
backlog that only fills looks alike. Pure.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import accumulate, combinations, groupby
from math import sqrt
from statistics import median
from typing import Final, NamedTuple

from loadtests.openload.intervals import Interval
from loadtests.openload.rates import ROUNDING, Segment
from loadtests.openload.spans import Span, without

MOMENTS_MIN: Final = 6
"""With fewer not even a backlog that always rises is more than chance."""
MOMENTS_MAX: Final = 200
"""Of a longer window every second, third ... moment is looked at: pairs grow with the square."""
TREND_MIN: Final = 2.33
"""Standard deviations by which rises must outnumber falls: one in a hundred series without a trend has as many."""
SHARE_MAX: Final = 0.01
"""Of what is offered: what a run may not achieve of it, it may not add to the backlog either."""
GROWN_MIN: Final = 10
"""Visits over the whole window; fewer are chance."""
FILLED_SHARE: Final = 1 / 3
"""A backlog has filled when as many have gone as had come in so much of the time: after 1.5 visits of one length."""
FILLED: Final = 2
"""After so many times that long a stretch is looked at; moments less than once that long apart know of each other."""


class Untold(StrEnum):
    """Why nothing can be said of a backlog."""

    CLOSED = "the model is closed, and a backlog cannot grow"
    FAULTS = "faults leave no steady rate alone for long enough"
    UNSTEADY = "at no steady rate for long enough"


class Moment(NamedTuple):
    """How many visits waited or were under way at a time of the run."""

    at_s: float
    waiting: int


class Stretch(NamedTuple):
    """A part of a run at one rate, in arrivals a second."""

    rate: float
    from_s: float
    until_s: float


class Growth(NamedTuple):
    """By how many visits a second the backlog of a stretch grew; `promised_s` is how long a visit may take by right."""

    stretch: Stretch
    per_s: float
    promised_s: float = 0.0

    @property
    def excessive(self) -> bool:
        """Whether it is more than the service may leave undone."""
        rate, from_s, until_s = self.stretch
        return grows(self.per_s, offered_per_s=rate, window_s=until_s - from_s, promised_s=self.promised_s)


def moments(series: Sequence[Interval]) -> list[Moment]:
    """Return the backlog at the end of each interval."""
    left = accumulate(one.scheduled - one.completed - one.dropped for one in series)
    return [Moment(one.end_s, waiting) for one, waiting in zip(series, left, strict=True)]


def growth(
    series: Sequence[Interval],
    segments: Sequence[Segment],
    warmup_s: float = 0.0,
    *,
    promised_s: float = 0.0,
    disturbed: Sequence[Span] = (),
) -> Growth | None:
    """Return the growth of the stretch at a steady rate that grew most; None where all are too short to tell.

    `promised_s` is the SLO's p95: a visit that takes as long is under way by right. `disturbed` is left out, and as
    much time after it as a backlog needs to fill: there it grows on purpose.
    """
    fills = _fills(series)
    if not fills:
        return None
    fills_s = series[fills - 1].end_s
    steady = _steady(segments, FILLED * fills_s, warmup_s, disturbed)
    each = ((one, _within(series, one.from_s, one.until_s)[::fills]) for one in steady)
    found = [
        Growth(one, growth_per_s(looked_at), promised_s) for one, looked_at in each if len(looked_at) >= MOMENTS_MIN
    ]
    return max(found, key=lambda one: (one.excessive, one.per_s), default=None)


def untold(series: Sequence[Interval], segments: Sequence[Segment], warmup_s: float = 0.0) -> Untold:
    """Return why `growth` has no answer: it would have had one, had nothing been left out, or not even then."""
    return Untold.FAULTS if growth(series, segments, warmup_s) else Untold.UNSTEADY


def _steady(
    segments: Sequence[Segment], filled_s: float, warmup_s: float, disturbed: Sequence[Span]
) -> Iterator[Stretch]:
    """Yield every stretch at one rate, without the time in which its backlog fills, or warms up."""
    start_s = 0.0
    for (rate_from, rate_to), same in groupby(segments, key=lambda one: (one.rate_from, one.rate_to)):
        steps = list(same)
        end_s = start_s + sum(one.duration_s for one in steps)
        if rate_from == rate_to:
            for from_s, until_s in without(Span(start_s, end_s), disturbed):
                yield Stretch(rate_from, max(from_s + filled_s, warmup_s), until_s)
        start_s = end_s


def _fills(series: Sequence[Interval]) -> int:
    """Return in how many intervals a backlog that began at nothing filled; 0 where it did not."""
    came = [0, *accumulate(one.scheduled for one in series)]
    went = accumulate(one.completed + one.dropped for one in series)
    for number, gone in enumerate(went, 1):
        whole, part = divmod(number * FILLED_SHARE, 1)  # intervals are of one length
        before = int(whole)
        if gone >= came[before] + part * series[before].scheduled > 0:
            return number
    return 0


def growth_per_s(within: Sequence[Moment]) -> float:
    """Return by how many visits a second the backlog grew over moments; 0 where no trend, or too little time, is."""
    looked_at = within[:: len(within) // MOMENTS_MAX + 1]
    if len(looked_at) < MOMENTS_MIN:
        return 0.0
    slopes = [(b.waiting - a.waiting) / (b.at_s - a.at_s) for a, b in combinations(looked_at, 2)]
    return median(slopes) if _rises(slopes, len(looked_at)) else 0.0


def _within(series: Sequence[Interval], from_s: float, until_s: float) -> list[Moment]:
    return [moment for moment in moments(series) if from_s <= moment.at_s <= until_s + ROUNDING]


def _rises(slopes: Sequence[float], count: int) -> bool:
    """Whether more pairs rise than fall than chance would have it, by the normal approximation of Mann-Kendall's S."""
    surplus = sum(slope > 0 for slope in slopes) - sum(slope < 0 for slope in slopes)
    deviation = sqrt(count * (count - 1) * (2 * count + 5) / 18)
    return (surplus - 1) / deviation >= TREND_MIN


def grows(per_s: float, *, offered_per_s: float, window_s: float, promised_s: float = 0.0) -> bool:
    """Whether a growth is more than chance, than is under way by right (Little's law), and than may be left unachieved.

    A host that slows from 40 ms to 140 ms has 10 more visits of a hundred a second under way, and keeps up.
    """
    return per_s > SHARE_MAX * offered_per_s and per_s * window_s > max(GROWN_MIN, promised_s * offered_per_s)
