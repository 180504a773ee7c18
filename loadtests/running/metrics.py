"""/metrics of a load run: the last merged report in Prometheus's words, on a registry of its own.

Labels are bounded: flows, transaction codes and their groups, classes of outcome and events; never a refusal, a card
or a terminal. Latencies are of what was served, so that a quick refusal makes none better. Buckets are computed from
the HdrHistograms at a scrape, so that recording costs nothing more. In the only process of a run a scrape shares the
greenlets' one thread with the arrivals: a histogram that did not change is not read again, and after each that did
everybody else may run.
"""

import errno
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, compress
from math import sqrt
from typing import Final, NamedTuple

from hdrh.histogram import HdrHistogram
from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from loadtests.evidence.testimony import Report
from loadtests.openload import health, histograms
from loadtests.openload.latencies import Encoded
from loadtests.openload.outcomes import Counts
from loadtests.openload.verdict import Slo
from loadtests.workload.subjects import SERVED
from settlement.wire.groups import GROUP_OF, OTHER
from terminals.kernel.conversation import Stray
from terminals.kernel.outcome import APPROVED, NO_REPLY, Event, Result

ADDRESS: Final = "127.0.0.1"
STEPS: Final = 24
LOWEST_S: Final = 0.0005
MICROSECONDS: Final = 1e6


def edges(slo: Slo) -> tuple[float, ...]:
    """Return upper edges in seconds: 24 from 0.5 ms by sqrt(2), and each limit of the SLO once and four times."""
    limits = (slo.p95_ms / 1000, slo.p99_ms / 1000)
    steps = (round(LOWEST_S * sqrt(2) ** step, 6) for step in range(STEPS))
    return tuple(sorted({*steps, *limits, *(4 * limit for limit in limits)}))


def outcome_class(outcome: str) -> str:
    """Return the class of a message's outcome: approved, refused or no reply.

    >>> outcome_class("E2102")
    'refused'
    """
    return outcome if outcome in (APPROVED, NO_REPLY) else "refused"


class Cut(NamedTuple):
    """A histogram in buckets: how many lie in each, the last of them above every edge, and their sum in us."""

    counts: tuple[int, ...]
    sum_us: float


class ReportCollector(Collector):
    """Translates whatever report `latest` returns; every sample carries the run's name, for whoever chooses one."""

    def __init__(self, latest: Callable[[], Report], slo: Slo, run: str) -> None:
        self._latest = latest
        self._run = run
        self._edges = edges(slo)
        self._cuts: dict[tuple[str, str, str, str], tuple[str, Cut]] = {}

    def collect(self) -> Iterator[Metric]:
        """Yield every family, freshly made."""
        for family in self._families(self._latest()):
            family.samples = [sample._replace(labels={**sample.labels, "run": self._run}) for sample in family.samples]
            yield family

    def _families(self, report: Report) -> Iterator[Metric]:
        yield GaugeMetricFamily("shuaka_load_running", "1 while the run lasts", 1)
        yield _arrivals(report)
        yield _counter("shuaka_load_visits", "Visits by flow and result", ("flow", "outcome"), report.visits)
        messages = {infno: _classes(outcomes) for infno, outcomes in report.messages.items()}
        yield _counter("shuaka_load_messages", "Messages by code and class of outcome", ("infno", "outcome"), messages)
        yield _events(report)
        yield _strays(report)
        yield from _health(report)
        flows = ((pair.name, pair) for pair in report.latencies if _was_visit(pair))
        yield self._latencies("shuaka_load_visit_seconds", "Visits that settled", "flow", flows)
        groups = ((GROUP_OF.get(pair.step, OTHER), pair) for pair in report.latencies if _was_message(pair))
        yield self._latencies("shuaka_load_message_seconds", "Messages that were approved", "group", groups)

    def _latencies(self, name: str, text: str, label: str, pairs: Iterable[tuple[str, Encoded]]) -> Metric:
        family = HistogramMetricFamily(name, f"{text}, without think times", labels=(label, "since"))
        together: dict[tuple[str, str], list[Cut]] = {}
        for value, pair in pairs:
            for since, encoded in (("intended", pair.intended), ("sent", pair.sent)):
                together.setdefault((value, since), []).append(self._cut(pair, since, encoded))
        for key, found in together.items():
            family.add_metric(key, *buckets(found, self._edges))
        return family

    def _cut(self, pair: Encoded, since: str, encoded: str) -> Cut:
        """Return a histogram in buckets; one that is as it was at the last scrape is not read again."""
        key = pair.name, pair.step, pair.outcome, since
        known, kept = self._cuts.get(key, ("", None))
        if kept is None or known != encoded:
            kept = cut(histograms.decode(encoded), self._edges)
            self._cuts[key] = encoded, kept
            time.sleep(0)  # whoever is due goes first
        return kept


def cut(histogram: HdrHistogram, upper_s: tuple[float, ...]) -> Cut:
    """Return a histogram in buckets. Only counters that are not nought are looked at: of 23,000 a run fills some."""
    if not histogram.get_total_count():
        return Cut((0,) * (len(upper_s) + 1), 0.0)
    ends = [histogram.get_counts_array_index(int(edge * MICROSECONDS)) for edge in upper_s]
    highest = histogram.get_counts_array_index(histogram.get_max_value())
    recorded = histogram.counts[: highest + 1]
    counts, sum_us = [0] * (len(upper_s) + 1), 0.0
    for place in compress(range(len(recorded)), recorded):
        counts[bisect_left(ends, place)] += recorded[place]
        lowest_us = histogram.get_value_from_index(place)
        sum_us += recorded[place] * (lowest_us + histogram.get_highest_equivalent_value(lowest_us)) / 2
    return Cut(tuple(counts), sum_us)


def buckets(cuts: Iterable[Cut], upper_s: tuple[float, ...]) -> tuple[list[tuple[str, float]], float]:
    """Return cumulative buckets of histograms together as Prometheus wants them, and the sum in seconds."""
    found = tuple(cuts)
    below = accumulate(map(sum, zip(*(one.counts for one in found), strict=True)))
    edges_said = (*map(str, upper_s), "+Inf")
    return list(zip(edges_said, map(float, below), strict=True)), sum(one.sum_us for one in found) / MICROSECONDS


class PortTakenError(Exception):
    """The port for /metrics is another's; one sentence for the user."""


def serve(latest: Callable[[], Report], slo: Slo, run: str, port: int) -> int:
    """Serve /metrics on loopback and return the port; raise PortTakenError."""
    registry = CollectorRegistry()
    registry.register(ReportCollector(latest, slo, run))
    ProcessCollector(registry=registry)
    try:
        server, _ = start_http_server(port, addr=ADDRESS, registry=registry)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortTakenError(f"{ADDRESS}:{port} is taken; --metrics-port 0 takes any free one") from None
    return int(server.server_port)


def _was_visit(pair: Encoded) -> bool:
    return not pair.step and pair.name in SERVED and pair.outcome == Result.SETTLED


def _was_message(pair: Encoded) -> bool:
    return bool(pair.step) and pair.outcome == APPROVED


def _classes(outcomes: dict[str, int]) -> dict[str, int]:
    classes: Counter[str] = Counter()
    for outcome, count in outcomes.items():
        classes[outcome_class(outcome)] += count
    return dict(classes)


def _counter(name: str, text: str, labels: tuple[str, str], counts: Counts) -> Metric:
    family = CounterMetricFamily(name, text, labels=labels)
    for first, outcomes in counts.items():
        for outcome, count in outcomes.items():
            family.add_metric((first, outcome), count)
    return family


def _arrivals(report: Report) -> Metric:
    text = "Arrivals by fate: offered are scheduled, achieved completed while arrivals came"
    family = CounterMetricFamily("shuaka_load_arrivals", text, labels=("state",))
    for state in report.arrivals.__struct_fields__:
        family.add_metric((state,), getattr(report.arrivals, state))
    family.add_metric(("achieved",), report.achieved)
    return family


def _events(report: Report) -> Metric:
    """Show every event there is, so that a label set is whole from the first scrape."""
    family = CounterMetricFamily("shuaka_load_events", "What happened on the way of a visit", labels=("event",))
    for event in Event:
        family.add_metric((event.value,), report.events.get(event, 0))
    return family


def _strays(report: Report) -> Metric:
    """Show every kind of reply that nobody waits for."""
    family = CounterMetricFamily("shuaka_load_strays", "Replies that answered nothing under way", labels=("kind",))
    for kind in Stray:
        family.add_metric((kind.value,), report.strays.get(kind, 0))
    return family


def _health(report: Report) -> Iterator[Metric]:
    found = health.condition(report.health)
    lag_s = found.lag_p99_us / MICROSECONDS
    text = "How late the scheduler itself is; of fewer than 10,000 arrivals an estimate"
    yield GaugeMetricFamily("shuaka_load_schedule_lag_p99_seconds", text, lag_s)
    yield GaugeMetricFamily(
        "shuaka_load_cpu_share", "Share of a core that the busiest load process uses", found.cpu_share_max
    )
