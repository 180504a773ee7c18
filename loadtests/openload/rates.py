"""A rate over time, as segments that each change evenly, and its text form. Pure.

Of what can be written, in arrivals a second:

    100                      100 a second, for as long as the run's duration says
    10..100/30s              a ramp: from 10 to 100, evenly over 30 seconds
    50/10s,100/10s           steps: 50 for 10 seconds, then 100 for 10
    spike:50,400@20s+5s/60s  50 for a minute, but 400 from second 20 on for 5 seconds
"""

import re
from collections.abc import Sequence
from math import ceil, sqrt
from typing import Final

from msgspec import Struct

RATE_MAX: Final = 100_000.0
SEGMENTS_MAX: Final = 1_000
DURATION_MAX_S: Final = 7 * 24 * 3600.0
ROUNDING: Final = 1e-6
"""An area this much above a whole number is that number: 0.1 * 30 is three arrivals, not four."""
SPIKE: Final = "spike:"
EXPECTED: Final = (
    "a rate such as 100, a ramp such as 10..100/30s, steps such as 50/10s,100/10s, spike:50,400@20s+5s/60s, "
    "plan:FILE*60 or trace:FILE, each but a trace also after even: or poisson: (arrivals a second)"
)

_UNITS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0}
_NUMBER: Final = r"\d+(?:\.\d+)?"
_TIME: Final = rf"({_NUMBER})([smh])"
_SEGMENT: Final = re.compile(rf"({_NUMBER})(?:\.\.({_NUMBER}))?(?:/{_TIME})?")
_SPIKE: Final = re.compile(rf"({_NUMBER}),({_NUMBER})@{_TIME}\+{_TIME}(?:/{_TIME})?")


class ArrivalsError(ValueError):
    """A text or a file that is no plan of arrivals; says which part, and what is expected."""


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


def parse(text: str, duration_s: float | None = None) -> tuple[Segment, ...]:
    """Read the text form; `duration_s` is the length of what states none. Raise ArrivalsError.

    >>> parse("10..100/30s")
    (Segment(rate_from=10.0, rate_to=100.0, duration_s=30.0),)
    """
    if text.startswith(SPIKE):
        return checked(text, _spike(text, duration_s))
    parts = text.split(",")
    if len(parts) > SEGMENTS_MAX:
        raise ArrivalsError(f"{len(parts)} segments; at most {SEGMENTS_MAX}")
    return checked(text, tuple(_segment(part.strip(), duration_s) for part in parts))


def checked(text: str, segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Return the segments of a text; raise ArrivalsError where nobody would come, too many, or for too long."""
    fastest = max(max(segment.rate_from, segment.rate_to) for segment in segments)
    if fastest > RATE_MAX:
        raise ArrivalsError(f"{text!r} is above {RATE_MAX:.0f} arrivals a second")
    if duration_s(segments) > DURATION_MAX_S:
        raise ArrivalsError(f"{text!r} lasts {duration_s(segments):.0f} s; at most 7 days")
    if expected(segments) == 0:
        raise ArrivalsError(f"{text!r} brings nobody; expected {EXPECTED}")
    return tuple(segments)


def _segment(text: str, duration_s: float | None) -> Segment:
    match = _SEGMENT.fullmatch(text)
    if not match:
        raise ArrivalsError(f"{text!r} is no rate; expected {EXPECTED}")
    first, last, stated, unit = match.groups()
    return Segment(float(first), float(last or first), _lasts(text, first, stated, unit, duration_s))


def _lasts(text: str, rate: str, stated: str | None, unit: str | None, duration_s: float | None) -> float:
    seconds = _seconds(stated, unit) if stated and unit else duration_s
    if seconds is None or not 0 < seconds <= DURATION_MAX_S:
        raise ArrivalsError(f"{text!r} needs a duration above 0 and at most 7 days, as in {rate}/30s")
    return seconds


def _spike(text: str, duration_s: float | None) -> tuple[Segment, ...]:
    match = _SPIKE.fullmatch(text.removeprefix(SPIKE))
    if not match:
        raise ArrivalsError(
            f"{text!r} is no spike; expected base,peak@begin+length/duration, as in {SPIKE}50,400@20s+5s/60s"
        )
    base, peak, begin, begin_unit, length, length_unit, stated, unit = match.groups()
    begin_s, length_s = _seconds(begin, begin_unit), _seconds(length, length_unit)
    rest_s = _lasts(text, f"{SPIKE}50,400@20s+5s", stated, unit, duration_s) - begin_s - length_s
    if rest_s < 0:
        raise ArrivalsError(f"the spike of {text!r} ends {-rest_s:g} s after its duration; let it begin earlier")
    steps = (float(base), begin_s), (float(peak), length_s), (float(base), rest_s)
    return tuple(Segment(rate, rate, seconds) for rate, seconds in steps if seconds)


def _seconds(number: str, unit: str) -> float:
    return float(number) * _UNITS[unit]


def expected(segments: Sequence[Segment]) -> int:
    """Return how many arrivals the segments bring."""
    return ceil(sum(segment.area for segment in segments) - ROUNDING)


def duration_s(segments: Sequence[Segment]) -> float:
    """Return how long the segments last, in seconds."""
    return sum(segment.duration_s for segment in segments)
