"""Arrivals as data: a rate over time, and the due time of each arrival under it.

An arrival is due whether or not an earlier one has been served: that is what makes the load open. Pure; chance comes
as an argument. The text form is one segment or several joined by commas:

    100              100 arrivals a second, for as long as the run's duration says
    10..100/30s      from 10 to 100 a second, evenly over 30 seconds
    50/10s,100/10s   steps: 50 a second for 10 seconds, then 100 for 10
"""

import re
from collections.abc import Iterator, Sequence
from itertools import count
from math import ceil, sqrt
from random import Random
from typing import Final, Literal

from msgspec import Struct

RATE_MAX: Final = 100_000.0
SEGMENTS_MAX: Final = 100
DURATION_MAX_S: Final = 7 * 24 * 3600.0
EXPECTED: Final = "a rate such as 100, a ramp such as 10..100/30s, or steps such as 50/10s,100/10s (arrivals a second)"

_SEGMENT = re.compile(
    r"(?P<first>\d+(?:\.\d+)?)(?:\.\.(?P<last>\d+(?:\.\d+)?))?(?:/(?P<duration>\d+(?:\.\d+)?)(?P<unit>s|m|h))?"
)
_UNITS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0}
_ROUNDING: Final = 1e-6
"""An area this much above a whole number is that number: 0.1 * 30 is three arrivals, not four."""


class ArrivalsError(ValueError):
    """A text that is no plan of arrivals; says which part, and what is expected."""


class Segment(Struct, frozen=True):
    """Arrivals a second, changing evenly from `rate_from` to `rate_to` over `duration_s`."""

    rate_from: float
    rate_to: float
    duration_s: float

    @property
    def area(self) -> float:
        """Return how many arrivals fall into the segment."""
        return (self.rate_from + self.rate_to) / 2 * self.duration_s

    def when(self, area: float) -> float:
        """Return the second at which `area` arrivals have come: the root of rate_from*t + slope*t*t/2 = area.

        Written so that it neither cancels for a small slope nor divides by zero for none.
        """
        if area <= 0:
            return 0.0
        slope = (self.rate_to - self.rate_from) / self.duration_s
        return 2 * area / (self.rate_from + sqrt(max(self.rate_from**2 + 2 * slope * area, 0.0)))


Spacing = Literal["even", "jittered", "poisson"]
"""How arrivals lie under their rate: each at its own area, each at random within it, or independent of one another."""


class ArrivalPlan(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is due when: a rate over time and how arrivals lie under it. `text` is how it was written."""

    text: str
    segments: tuple[Segment, ...]
    spacing: Spacing = "jittered"

    @classmethod
    def read(cls, text: str, duration_s: float | None = None, spacing: Spacing = "jittered") -> "ArrivalPlan":
        """Read the text form; `duration_s` is the length of a segment that states none. Raise ArrivalsError."""
        return cls(text, parse(text, duration_s), spacing)

    @property
    def expected(self) -> int:
        """Return how many arrivals the plan has; Poisson arrivals have so many on average."""
        return expected(self.segments)

    @property
    def duration_s(self) -> float:
        """Return how long arrivals come, in seconds."""
        return duration_s(self.segments)

    def due_times(self, random: Random) -> Iterator[float]:
        """Yield the due time of every arrival in order, in seconds from the start; even ones draw nothing."""
        return due_times(self.segments, None if self.spacing == "even" else random)


def parse(text: str, duration_s: float | None = None) -> tuple[Segment, ...]:
    """Read the text form; `duration_s` is the length of a segment that states none. Raise ArrivalsError.

    >>> parse("10..100/30s")
    (Segment(rate_from=10.0, rate_to=100.0, duration_s=30.0),)
    """
    parts = text.split(",")
    if len(parts) > SEGMENTS_MAX:
        raise ArrivalsError(f"{len(parts)} segments; at most {SEGMENTS_MAX}")
    segments = tuple(_segment(part.strip(), duration_s) for part in parts)
    if expected(segments) == 0:
        raise ArrivalsError(f"{text!r} brings nobody; expected {EXPECTED}")
    return segments


def _segment(text: str, duration_s: float | None) -> Segment:
    match = _SEGMENT.fullmatch(text)
    if not match:
        raise ArrivalsError(f"{text!r} is no rate; expected {EXPECTED}")
    first, last, stated, unit = match.group("first", "last", "duration", "unit")
    seconds = float(stated) * _UNITS[unit] if stated else duration_s
    if seconds is None or not 0 < seconds <= DURATION_MAX_S:
        raise ArrivalsError(f"{text!r} needs a duration above 0 and at most 7 days, as in {first}/30s")
    rate_from, rate_to = float(first), float(last or first)
    if max(rate_from, rate_to) > RATE_MAX:
        raise ArrivalsError(f"{text!r} is above {RATE_MAX:.0f} arrivals a second")
    return Segment(rate_from, rate_to, seconds)


def expected(segments: Sequence[Segment]) -> int:
    """Return how many arrivals the plan has."""
    return ceil(sum(segment.area for segment in segments) - _ROUNDING)


def duration_s(segments: Sequence[Segment]) -> float:
    """Return how long arrivals come, in seconds."""
    return sum(segment.duration_s for segment in segments)


def due_times(segments: Sequence[Segment], jitter: Random | None = None) -> Iterator[float]:
    """Yield the due time of every arrival in order, in seconds from the start.

    Arrival k is due when the area under the rate reaches k; with `jitter` at a random point between k and k + 1, which
    keeps order and number.
    """
    areas = (k + (jitter.random() if jitter else 0.0) for k in count())
    start_s, before = 0.0, 0.0
    area = next(areas)
    for segment in segments:
        end = before + segment.area
        while area < end - _ROUNDING:
            yield start_s + min(segment.when(area - before), segment.duration_s)
            area = next(areas)
        start_s, before = start_s + segment.duration_s, end
