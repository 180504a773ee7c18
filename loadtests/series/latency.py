"""The latency of one step or of its repeats together: percentiles with samples enough, and the maximum. Pure."""

from collections.abc import Iterable

from msgspec import Struct

from loadtests.openload import histograms
from loadtests.openload.histograms import blank
from loadtests.openload.latencies import Pair


class Latency(Struct, frozen=True, forbid_unknown_fields=True):
    """Latencies of what was served, in us from the due time, the last from the actual start; None: n too small."""

    n: int
    p50_us: int | None
    p95_us: int | None
    p99_us: int | None
    p999_us: int | None
    max_us: int
    service_p99_us: int | None


def merged(pairs: Iterable[Pair]) -> Pair:
    """Return the histograms of several runs, added up."""
    whole = Pair(blank(), blank())
    for pair in pairs:
        whole.intended.add(pair.intended)
        whole.sent.add(pair.sent)
    return whole


def latency_of(pair: Pair) -> Latency:
    """Return what may be stated of them."""
    due = pair.intended
    return Latency(
        n=int(due.get_total_count()),
        p50_us=histograms.percentile(due, histograms.P50),
        p95_us=histograms.percentile(due, histograms.P95),
        p99_us=histograms.percentile(due, histograms.P99),
        p999_us=histograms.percentile(due, histograms.P999),
        max_us=histograms.maximum(due),
        service_p99_us=histograms.percentile(pair.sent, histograms.P99),
    )
