"""Latencies in HdrHistograms: microseconds, three digits, 1 us to 10 minutes.

Each (name, outcome) has two: from the intended start, which shows a stall to everybody who had to wait for it, and from
the actual start, which is the time of the service alone. Histograms of processes are merged; percentiles are never
averaged, and one without a hundred samples beyond it is not stated.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from hdrh.histogram import HdrHistogram
from msgspec import Struct

LOWEST_US: Final = 1
HIGHEST_US: Final = 600_000_000
DIGITS: Final = 3
BEYOND_MIN: Final = 100
"""Samples that must lie beyond a percentile: p99 needs 10^4, p99.9 10^5."""
WHOLE_E4: Final = 10_000
P50, P90, P95, P99, P999 = 5_000, 9_000, 9_500, 9_900, 9_990
"""Percentiles in 10^-4, so that the rule above is exact."""
TOO_SMALL: Final = "n too small"


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
    histogram.record_value(min(max(int(latency_us), LOWEST_US), HIGHEST_US))


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


class Pair(NamedTuple):
    """The two histograms of one name and outcome."""

    intended: HdrHistogram
    sent: HdrHistogram


class Encoded(Struct, frozen=True):
    """One pair as it travels and as a result file keeps it; `name` is a flow or a message."""

    name: str
    outcome: str
    count: int
    intended: str
    sent: str


class Latencies:
    """Every pair of one process, or of several merged."""

    def __init__(self) -> None:
        self._pairs: dict[tuple[str, str], Pair] = {}

    def record(self, name: str, outcome: str, *, intended_us: float, sent_us: float) -> None:
        """Record one latency, counted from the intended and from the actual start."""
        pair = self.pair(name, outcome)
        record(pair.intended, intended_us)
        record(pair.sent, sent_us)

    def pair(self, name: str, outcome: str) -> Pair:
        """Return the pair of a name and an outcome, empty at first."""
        pair = self._pairs.get((name, outcome))
        if pair is None:
            pair = self._pairs[name, outcome] = Pair(blank(), blank())
        return pair

    def items(self) -> Mapping[tuple[str, str], Pair]:
        """Return what was recorded, by (name, outcome)."""
        return self._pairs

    def over(self, names: Iterable[str], outcome: str) -> Pair:
        """Return one merged pair of several names; errors are never mixed into a success: one outcome."""
        wanted, merged = set(names), Pair(blank(), blank())
        for (name, its_outcome), pair in self._pairs.items():
            if name in wanted and its_outcome == outcome:
                merged.intended.add(pair.intended)
                merged.sent.add(pair.sent)
        return merged

    def encoded(self) -> tuple[Encoded, ...]:
        """Return every pair in its standard form, sorted."""
        return tuple(
            Encoded(name, outcome, pair.sent.get_total_count(), encode(pair.intended), encode(pair.sent))
            for (name, outcome), pair in sorted(self._pairs.items())
        )

    def add(self, pairs: Iterable[Encoded]) -> None:
        """Merge what other processes encoded."""
        for one in pairs:
            pair = self.pair(one.name, one.outcome)
            pair.intended.add(decode(one.intended))
            pair.sent.add(decode(one.sent))
