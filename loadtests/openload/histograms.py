"""HdrHistograms of latencies: microseconds, three digits, 1 us to 10 minutes.

How one is made, filled, read, encoded and written for a person; whose latencies they are is said in latencies.py.
Percentiles are never averaged, and one without a hundred samples beyond it is not stated.
"""

from collections.abc import Iterable, MutableSequence
from typing import Final

from hdrh.histogram import HdrHistogram

LOWEST_US: Final = 1
HIGHEST_US: Final = 600_000_000
DIGITS: Final = 3
BEYOND_MIN: Final = 100
"""Samples that must lie beyond a percentile: p99 needs 10^4, p99.9 10^5."""
WHOLE_E4: Final = 10_000
P50, P90, P95, P99, P999 = 5_000, 9_000, 9_500, 9_900, 9_990
"""Percentiles in 10^-4, so that the rule above is exact."""
TOO_SMALL: Final = "n too small"
FOLD_AT: Final = 64
"""Latencies that wait in an array before they are counted: one by one a histogram costs three times as much."""


class _Histogram(HdrHistogram):  # type: ignore[misc]  # untyped in hdrh
    """A histogram that finds a value's counter by the same rule as its library, at a third of the cost."""

    def _counts_index_for(self, value: int) -> int:
        bucket = (value | self.sub_bucket_mask).bit_length() - self.sub_bucket_half_count_magnitude - 1
        return int((bucket << self.sub_bucket_half_count_magnitude) + (value >> bucket))


def blank() -> HdrHistogram:
    """Return an empty histogram of the one form that all of them have."""
    return _Histogram(LOWEST_US, HIGHEST_US, DIGITS)


def record(histogram: HdrHistogram, latency_us: float) -> None:
    """Record a latency, held to the histogram's range."""
    histogram.record_value(_held(int(latency_us)))


def _held(latency_us: int) -> int:
    return min(max(latency_us, LOWEST_US), HIGHEST_US)


def fold(histogram: HdrHistogram, latencies_us: MutableSequence[int]) -> None:
    """Record many latencies at once, held to the histogram's range; they are gone from the array afterwards."""
    if not latencies_us:
        return
    values: Iterable[int] = latencies_us
    lowest, highest = min(latencies_us), max(latencies_us)
    if lowest < LOWEST_US or highest > HIGHEST_US:
        values = [_held(value) for value in latencies_us]
    counts, mask, magnitude = histogram.counts, histogram.sub_bucket_mask, histogram.sub_bucket_half_count_magnitude
    for value in values:
        if value <= mask:  # the first bucket counts by the microsecond
            counts[value] += 1
        else:
            bucket = value.bit_length() - magnitude - 1
            counts[(bucket << magnitude) + (value >> bucket)] += 1
    histogram.total_count += len(latencies_us)
    histogram.min_value = min(histogram.min_value, _held(lowest))
    histogram.max_value = max(histogram.max_value, _held(highest))
    del latencies_us[:]


def estimate(histogram: HdrHistogram, p_e4: int) -> int:
    """Return a percentile in us however few samples there are; for judging a generator and for live views."""
    return int(histogram.get_value_at_percentile(p_e4 / 100)) if histogram.get_total_count() else 0


def percentile(histogram: HdrHistogram, p_e4: int) -> int | None:
    """Return a percentile in us; None where fewer than BEYOND_MIN samples lie beyond it."""
    beyond = histogram.get_total_count() * (WHOLE_E4 - p_e4) // WHOLE_E4
    return estimate(histogram, p_e4) if beyond >= BEYOND_MIN else None


def maximum(histogram: HdrHistogram) -> int:
    """Return the longest latency in us; 0 where there is none."""
    return int(histogram.get_max_value()) if histogram.get_total_count() else 0


def above(histogram: HdrHistogram, latency_us: float) -> int:
    """Return how many samples lie above a latency, by the values that `estimate` returns."""
    steps = histogram.get_recorded_iterator()
    return sum(step.count_added_in_this_iter_step for step in steps if step.value_iterated_to > latency_us)


def encode(histogram: HdrHistogram) -> str:
    """Return the standard compressed form (HdrHistogram V2, base64)."""
    encoded: bytes = histogram.encode()
    return encoded.decode("ascii")


def decode(encoded: str) -> HdrHistogram:
    """Read what `encode` wrote, also by another HdrHistogram."""
    return HdrHistogram.decode(encoded)


def in_ms(latency_us: int | None) -> str:
    """Write a latency for a person.

    >>> in_ms(1234), in_ms(None)
    ('1.23 ms', 'n too small')
    """
    return (
        TOO_SMALL
        if latency_us is None
        else f"{latency_us / 1000:.3g} ms"
        if latency_us < 10**6
        else f"{latency_us / 1e6:.2f} s"
    )
