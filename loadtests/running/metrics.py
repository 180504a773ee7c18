"""/metrics of a load run: the last merged report in Prometheus's words, on a registry of its own.

Labels are bounded: flows, transaction codes, classes of outcome and events; never a refusal, a card or a
terminal. Buckets are computed from the HdrHistograms at a scrape, so that recording costs nothing more.
"""

import errno
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from math import sqrt
from typing import Final

from hdrh.histogram import HdrHistogram
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from loadtests.evidence.testimony import Report
from loadtests.openload import health, histograms
from loadtests.openload.latencies import Encoded
from loadtests.openload.outcomes import Counts
from loadtests.openload.verdict import Slo
from terminals.kernel.conversation import Stray
from terminals.kernel.outcome import APPROVED, NO_REPLY, Event

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


class ReportCollector(Collector):
    """Translates whatever report `latest` returns; every sample carries the run's name, for whoever chooses one."""

    def __init__(self, latest: Callable[[], Report], slo: Slo, run: str) -> None:
        self._latest = latest
        self._run = run
        self._edges = edges(slo)

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
        yield self._latencies(report.latencies)

    def _latencies(self, pairs: Iterable[Encoded]) -> Metric:
        family = HistogramMetricFamily(
            "shuaka_load_latency_seconds",
            "Latency by flow or message, from the intended start and from the send; think times excluded",
            labels=("name", "outcome", "since"),
        )
        by_class: dict[tuple[str, str, str], HdrHistogram] = {}
        for pair in pairs:
            for since, encoded in (("intended", pair.intended), ("sent", pair.sent)):
                key = pair.step or pair.name, _class_of(pair), since
                by_class.setdefault(key, histograms.blank()).add(histograms.decode(encoded))
        for key, histogram in by_class.items():
            family.add_metric(key, *buckets(histogram, self._edges))
        return family


def buckets(histogram: HdrHistogram, upper_s: Iterable[float]) -> tuple[list[tuple[str, float]], float]:
    """Return cumulative buckets as Prometheus wants them, and the sum in seconds."""
    filled, below, start = [], 0, 0
    for edge in upper_s:
        end = histogram.get_counts_array_index(int(edge * MICROSECONDS)) + 1
        below, start = below + sum(histogram.counts[start:end]), end
        filled.append((str(edge), float(below)))
    total = histogram.get_total_count()
    filled.append(("+Inf", float(total)))
    return filled, histogram.get_mean_value() * total / MICROSECONDS if total else 0.0


class PortTakenError(Exception):
    """The port for /metrics is another's; one sentence for the user."""


def serve(latest: Callable[[], Report], slo: Slo, run: str, port: int) -> int:
    """Serve /metrics on loopback and return the port; raise PortTakenError."""
    registry = CollectorRegistry()
    registry.register(ReportCollector(latest, slo, run))
    try:
        server, _ = start_http_server(port, addr=ADDRESS, registry=registry)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortTakenError(f"{ADDRESS}:{port} is taken; --metrics-port 0 takes any free one") from None
    return int(server.server_port)


def _class_of(pair: Encoded) -> str:
    return outcome_class(pair.outcome) if pair.step else pair.outcome


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
    family = CounterMetricFamily(
        "shuaka_load_arrivals", "Arrivals by fate: offered are scheduled, achieved completed", labels=("state",)
    )
    for state in report.arrivals.__struct_fields__:
        family.add_metric((state,), getattr(report.arrivals, state))
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
    yield GaugeMetricFamily("shuaka_load_schedule_lag_p99_seconds", "How late the scheduler itself is", lag_s)
    yield GaugeMetricFamily(
        "shuaka_load_cpu_share", "Share of a core that the busiest load process uses", found.cpu_share_max
    )
