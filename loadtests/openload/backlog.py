"""Whether a server kept up: how many visits waited or were under way over time, and whether they became ever more.

Below capacity the backlog moves up and down around a level; above it, it grows by what is offered and not achieved,
long before latency limits are hit. Its slope is the median over all pairs of moments (Theil-Sen), and counts where most
pairs agree that it rises (Mann-Kendall): one stall, be it the last thing that happens, is no growth. Pure.
"""

from collections.abc import Sequence
from itertools import accumulate, combinations
from math import sqrt
from statistics import median
from typing import Final, NamedTuple

from loadtests.openload.intervals import Interval

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


class Moment(NamedTuple):
    """How many visits waited or were under way at a time of the run."""

    at_s: float
    waiting: int


def moments(series: Sequence[Interval]) -> list[Moment]:
    """Return the backlog at the end of each interval."""
    left = accumulate(one.scheduled - one.completed - one.dropped for one in series)
    return [Moment(one.end_s, waiting) for one, waiting in zip(series, left, strict=True)]


def growth_per_s(series: Sequence[Interval], from_s: float, until_s: float) -> float:
    """Return by how many visits a second the backlog grew in a window; 0 where no trend, or too little time, is."""
    within = [moment for moment in moments(series) if from_s <= moment.at_s <= until_s]
    looked_at = within[:: len(within) // MOMENTS_MAX + 1]
    if len(looked_at) < MOMENTS_MIN:
        return 0.0
    slopes = [(b.waiting - a.waiting) / (b.at_s - a.at_s) for a, b in combinations(looked_at, 2)]
    return median(slopes) if _rises(slopes, len(looked_at)) else 0.0


def _rises(slopes: Sequence[float], count: int) -> bool:
    """Whether more pairs rise than fall than chance would have it, by the normal approximation of Mann-Kendall's S."""
    surplus = sum(slope > 0 for slope in slopes) - sum(slope < 0 for slope in slopes)
    deviation = sqrt(count * (count - 1) * (2 * count + 5) / 18)
    return (surplus - 1) / deviation >= TREND_MIN


def grows(per_s: float, *, offered_per_s: float, window_s: float) -> bool:
    """Whether a growth is more than chance and more than may be left unachieved."""
    return per_s > SHARE_MAX * offered_per_s and per_s * window_s > GROWN_MIN
