"""What an engine's samples say of its memory: the most that was resident, and by how much an hour it grew. Pure.

The growth is the slope of a straight line (least squares) through the samples after the warm-up while arrivals came: a
cache that fills is one too, and the shorter the run, the more an hour of it is made of a few minutes. Of less than
SPAN_MIN_S none is told. An engine that did not tell its memory is sampled as 0.
"""

from collections.abc import Iterable, Sequence
from statistics import linear_regression
from typing import Final

from loadtests.evidence.watch import EngineSample
from loadtests.openload.figures import MEMORY, MEMORY_GROWTH, NOTHING, Name, Reading

MIB: Final = 1024 * 1024
HOUR_S: Final = 3600
SPAN_MIN_S: Final = 600.0
"""Ten minutes: an hour is then at most six times what was seen."""
SAMPLES_MIN: Final = 20


def readings(samples: Iterable[EngineSample], warmup_s: float, arrived_s: float) -> dict[Name, Reading]:
    """Return both figures, in MiB and MiB an hour."""
    told = [one for one in samples if one.rss_bytes]
    most = Reading(max(one.rss_bytes for one in told) / MIB, stated=True, n=len(told)) if told else NOTHING
    return {MEMORY: most, MEMORY_GROWTH: _growth([one for one in told if warmup_s <= one.at_s <= arrived_s])}


def _growth(told: Sequence[EngineSample]) -> Reading:
    if not told:
        return NOTHING
    seen_s = told[-1].at_s - told[0].at_s
    if seen_s < SPAN_MIN_S or len(told) < SAMPLES_MIN:
        why = f"{len(told)} samples over {seen_s:.0f} s are too few for a growth"
        return Reading(None, stated=False, n=len(told), lacking=why)
    slope, _ = linear_regression([one.at_s for one in told], [one.rss_bytes / MIB for one in told])
    return Reading(slope * HOUR_S, stated=True, n=len(told))
