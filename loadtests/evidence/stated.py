"""The figures of a run as its result states them, so that nobody needs to decode a histogram to read one.

Computed from the histograms alone, and again by whoever verifies a result. A percentile without a hundred samples
beyond it is not stated (null); the maximum always is.
"""

from typing import Final, Literal

from hdrh.histogram import HdrHistogram
from msgspec import Struct

from loadtests.openload import histograms
from loadtests.openload.latencies import Key, Latencies
from loadtests.workload.subjects import SERVED
from terminals.kernel.outcome import Result as End

WHOLE: Final = "served"
"""The name of every measured visit that settled, over all flows: what an SLO is about."""
PERCENTILES: Final = (histograms.P50, histograms.P90, histograms.P95, histograms.P99, histograms.P999)
Since = Literal["due", "sent"]
Counted = int | None


class Rates(Struct, frozen=True, forbid_unknown_fields=True):
    """Visits a second of the time in which arrivals came."""

    offered_per_s: float = 0.0
    achieved_per_s: float = 0.0


class Stated(Struct, frozen=True, forbid_unknown_fields=True):
    """The latencies in us of one flow, step of a flow or message over all flows, and outcome.

    `since`: from the due time, or from the actual start or sending. None where n is too small.
    """

    name: str
    step: str
    outcome: str
    since: Since
    count: int
    p50_us: Counted
    p90_us: Counted
    p95_us: Counted
    p99_us: Counted
    p999_us: Counted
    max_us: int


def stated(latencies: Latencies) -> tuple[Stated, ...]:
    """Return every figure of a run; first what its SLO is about."""
    served = latencies.over(SERVED, End.SETTLED)
    pairs = {(WHOLE, "", str(End.SETTLED)): served, **dict(sorted(latencies.items().items()))}
    return tuple(
        row for key, pair in pairs.items() for row in (_row(key, "due", pair.intended), _row(key, "sent", pair.sent))
    )


def _row(key: Key, since: Since, histogram: HdrHistogram) -> Stated:
    p50, p90, p95, p99, p999 = (histograms.percentile(histogram, p_e4) for p_e4 in PERCENTILES)
    count, longest_us = int(histogram.get_total_count()), histograms.maximum(histogram)
    return Stated(*key, since, count, p50, p90, p95, p99, p999, longest_us)
