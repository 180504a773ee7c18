"""How sure a comparison of runs is: the interval of a ratio, and what chance alone does. The unit is one run.

Ratios are compared by their logarithms, so that twice as much and half as much are equally far from 1. The interval is
a studentized bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 12.5): with ten pairs the plain one is
too narrow, and covers 90 % where it says 95 %. Chance is an argument, so that the same runs give the same interval.
"""

from collections.abc import Iterator, Sequence
from math import exp, fsum, log, sqrt
from random import Random
from typing import Final

from msgspec import Struct

RESAMPLES: Final = 4_000
CONFIDENCE: Final = 0.95
LOG_MAX: Final = 700.0
"""Above it there is no float; pairs that say so little have no upper end."""
PAIRS_MIN: Final = 5
"""With fewer there are too few different resamples for an interval to mean anything."""


class Estimate(Struct, frozen=True):
    """A ratio and its interval of CONFIDENCE."""

    middle: float
    low: float
    high: float

    @property
    def excludes_one(self) -> bool:
        """Whether the interval lies on one side of 1."""
        return self.low > 1 or self.high < 1


def ratio(pairs: Sequence[tuple[float, float]], random: Random) -> Estimate | None:
    """Return by how much the second of a pair differs from the first, as a ratio; None for fewer than PAIRS_MIN.

    Values are above 0. The middle is the geometric mean of the pairs' ratios.
    """
    if len(pairs) < PAIRS_MIN:
        return None
    logs = [log(second / first) for first, second in pairs]
    mean, error = _moments(logs)
    shifts = sorted(_studentized(logs, mean, random)) if error else []
    if not shifts:
        return Estimate(exp(mean), exp(mean), exp(mean))
    low, high = (_quantile(shifts, q) for q in ((1 + CONFIDENCE) / 2, (1 - CONFIDENCE) / 2))
    return Estimate(exp(mean), *(exp(min(mean - shift * error, LOG_MAX)) for shift in (low, high)))


def noise_floor(values: Sequence[float], random: Random) -> float | None:
    """Return by which factor, less 1, as many runs as these differ from as many others of the same thing.

    Two sets of so many are drawn from the values again and again; CONFIDENCE of their geometric means differ by less.
    """
    if len(values) < PAIRS_MIN:
        return None
    logs, size = [log(value) for value in values], len(values)
    apart = (
        abs(fsum(random.choices(logs, k=size)) - fsum(random.choices(logs, k=size))) / size for _ in range(RESAMPLES)
    )
    return exp(_quantile(sorted(apart), CONFIDENCE)) - 1


def _studentized(logs: Sequence[float], mean: float, random: Random) -> Iterator[float]:
    for _ in range(RESAMPLES):
        its_mean, its_error = _moments(random.choices(logs, k=len(logs)))
        if its_error:
            yield (its_mean - mean) / its_error


def _moments(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean and its standard error."""
    size = len(values)
    mean = fsum(values) / size
    return mean, sqrt(fsum((value - mean) ** 2 for value in values) / (size - 1) / size)


def _quantile(ordered: Sequence[float], q: float) -> float:
    return ordered[min(int(len(ordered) * q), len(ordered) - 1)]
