"""Arrivals as one value: a rate over time, or a recorded trace, and the due time of each arrival under it.

An arrival is due whether or not an earlier one has been served: that is what makes the load open. Chance comes as an
argument; a file is read only where the text names one. A text is a rate (rates.py), `plan:FILE` or `trace:FILE`
(recorded.py); how arrivals lie under a rate stands before it:

    jittered:100/60s    as many as the rate says, each at random within its own share of it (what is meant without)
    even:100/60s        as many as the rate says, at even distances
    poisson:100/60s     independent of one another: their number is random, and the rate says its mean
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, count, repeat
from pathlib import Path
from random import Random
from typing import Final, Literal, get_args

from msgspec import Struct

from loadtests.openload import recorded
from loadtests.openload.rates import (
    EXPECTED,
    ROUNDING,
    ArrivalsError,
    Segment,
    duration_s,
    expected,
    parse,
)
from loadtests.openload.recorded import Trace

__all__ = [
    "EXPECTED",
    "ArrivalPlan",
    "ArrivalsError",
    "Segment",
    "Spacing",
    "due_times",
    "duration_s",
    "expected",
    "parse",
]

Spacing = Literal["even", "jittered", "poisson"]
"""How arrivals lie under their rate: each at its own area, each at random within it, or independent of one another."""
SPACINGS: Final[tuple[Spacing, ...]] = get_args(Spacing)


class ArrivalPlan(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is due when: a rate over time and how arrivals lie under it. `text` is how it was written.

    With a `trace` the due times are the file's, and the segments say what its rate was.
    """

    text: str
    segments: tuple[Segment, ...]
    spacing: Spacing = "jittered"
    trace: Trace | None = None

    @classmethod
    def read(
        cls, text: str, duration_s: float | None = None, spacing: Spacing = "jittered", folder: Path = Path()
    ) -> "ArrivalPlan":
        """Read the text form; raise ArrivalsError.

        `duration_s` is the length of what states none, `spacing` what is meant where the text says none, `folder`
        where the files lie that the text names.
        """
        stated, colon, rate = text.partition(":")
        shape = rate if colon and stated in SPACINGS else text
        lies: Spacing = next((one for one in SPACINGS if colon and one == stated), spacing)
        if shape.startswith(recorded.PLAN):
            return cls(text, recorded.read_plan(shape, folder), lies)
        if not text.startswith(recorded.TRACE):
            return cls(text, parse(shape, duration_s), lies)
        trace, segments = recorded.read_trace(text, folder)
        return cls(text, segments, "even", trace)

    @property
    def expected(self) -> int:
        """Return how many arrivals the plan has; Poisson arrivals have so many on average."""
        return self.trace.count if self.trace else expected(self.segments)

    def number(self, random: Random) -> int:
        """Return how many arrivals come by this chance: Poisson ones by far, jittered ones by one not the expected."""
        return self.trace.count if self.trace else sum(1 for _ in self.due_times(random))

    @property
    def duration_s(self) -> float:
        """Return how long arrivals come, in seconds."""
        return duration_s(self.segments)

    def due_times(self, random: Random) -> Iterator[float]:
        """Yield the due time of every arrival in order, in seconds from the start; even ones draw nothing."""
        return recorded.due_times(self.trace) if self.trace else due_times(self.segments, random, self.spacing)


def due_times(
    segments: Sequence[Segment], random: Random | None = None, spacing: Spacing = "jittered"
) -> Iterator[float]:
    """Yield the due time of every arrival in order, in seconds from the start; without chance all are even.

    An arrival is due when the area under the rate reaches its own: k for the even, a random point between k and k + 1
    for the jittered, which keeps order and number, and a Poisson process of unit rate for the independent.
    """
    areas = _areas(random, spacing)
    start_s, before = 0.0, 0.0
    area = next(areas)
    for segment in segments:
        end = before + segment.area
        while area < end - ROUNDING:
            yield start_s + min(segment.when(area - before), segment.duration_s)
            area = next(areas)
        start_s, before = start_s + segment.duration_s, end


def _areas(random: Random | None, spacing: Spacing) -> Iterator[float]:
    if random is None or spacing == "even":
        return (float(k) for k in count())
    if spacing == "jittered":
        return (k + random.random() for k in count())
    return accumulate(random.expovariate(rate) for rate in repeat(1.0))
