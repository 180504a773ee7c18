"""What Prometheus is told of replies: counted in plain numbers, and made into families when somebody asks.

The client library's own counters take a lock each and walk a histogram's buckets one by one: that was a tenth of all
that the interpreter did for a settlement. Here a reply costs two dictionary entries and a bisection. Only the engine's
loop counts; a scrape, in its own thread, reads copies.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from settlement.engine.arrival import Password
from settlement.tally import APPROVED, REPLAYED, UNKNOWN, Outcome
from settlement.wire.codes import BUSY, KINDS, REFUSALS, UNKNOWN_ERROR
from settlement.wire.groups import GROUP_OF, OTHER
from settlement.wire.refusal import Owner

SLO_SECONDS: Final = (0.05, 1.5, 3.0)
"""The limits that a run is judged by; each is a bucket's edge, so that no percentile near it is interpolated."""
LIMITS_S: Final = frozenset({times * limit for limit in SLO_SECONDS for times in (1, 4)})
"""Each limit, and four times it: by how much it was missed."""
LATENCY_BUCKETS: Final = tuple(sorted({round(0.0005 * 2 ** (step / 2), 6) for step in range(24)} | LIMITS_S))
"""0.5 ms to 1.4 s by the square root of 2, then the limits up to 12 s."""
OUTCOMES_MAX: Final = 280
"""Different replies that are counted by transaction; a run has some dozens, somebody who tries everything has more."""
OTHERS: Final = "(other)"
"""Transaction and outcome of all further ones: their door is still told, and refusals by owner count them, too."""
SHOWN_FROM_THE_START: Final = tuple(
    (gateway, infno, outcome)
    for gateway in ("tcp", "national")
    for infno, kind in KINDS.items()
    if kind.group == "settle" and not kind.admin
    for outcome in (APPROVED, REPLAYED, BUSY.code, UNKNOWN_ERROR.code)
)
"""What the promise is judged by, at the doors that take settlements: a rate does not see a counter's birth."""
ASKED: Final = tuple(became for became in Password if became is not Password.NOT_ASKED)


class Latency:
    """How many durations fell into each bucket, and their seconds."""

    def __init__(self, edges: tuple[float, ...] = LATENCY_BUCKETS) -> None:
        self._edges = edges
        self.counts = [0] * (len(edges) + 1)
        self.seconds = 0.0

    def observe(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect_left(self._edges, seconds)] += 1
        self.seconds += seconds

    def add_to(self, family: HistogramMetricFamily, labels: tuple[str, ...]) -> None:
        """Put what was counted into a family."""
        family.add_metric(
            labels,
            list(zip((*map(str, self._edges), "+Inf"), accumulate(self.counts), strict=True)),
            sum_value=self.seconds,
        )


class Replies(Collector):
    """Replies by gateway, infno and outcome, their latency by gateway and group, and what became of passwords."""

    def __init__(self) -> None:
        self._outcomes = Counter(dict.fromkeys(SHOWN_FROM_THE_START, 0))
        self._latencies: dict[tuple[str, str], Latency] = {}
        self._owners = Counter(dict.fromkeys((owner.value for owner in Owner), 0))
        self._passwords: Counter[Password] = Counter(dict.fromkeys(ASKED, 0))

    def answered(self, outcome: Outcome) -> None:
        """Count one reply."""
        group = GROUP_OF.get(outcome.infno)
        infno, group = (outcome.infno, group) if group else (UNKNOWN, OTHER)
        place = outcome.gateway, infno, outcome.name
        if place not in self._outcomes and len(self._outcomes) >= OUTCOMES_MAX:
            place = outcome.gateway, OTHERS, OTHERS
        self._outcomes[place] += 1
        if outcome.refusal in REFUSALS and not outcome.replayed:
            self._owners[REFUSALS[outcome.refusal].owner.value] += 1
        latency = self._latencies.get((outcome.gateway, group))
        if latency is None:
            latency = self._latencies[outcome.gateway, group] = Latency()
        latency.observe(outcome.seconds)
        if outcome.password is not Password.NOT_ASKED:
            self._passwords[outcome.password] += 1

    def collect(self) -> Iterator[CounterMetricFamily | HistogramMetricFamily]:
        """Return the families as they stand now."""
        replies = CounterMetricFamily(
            "shuaka_replies", "Replies, by outcome: approved, replayed or a refusal's code.",
            labels=["gateway", "infno", "outcome"],
        )  # fmt: skip
        for labels, count in list(self._outcomes.items()):
            replies.add_metric(labels, count)
        latency = HistogramMetricFamily(
            "shuaka_reply_seconds", "From a request's last byte to its reply.", labels=["gateway", "group"]
        )
        for place, found in list(self._latencies.items()):
            found.add_to(latency, place)
        pins = CounterMetricFamily("shuaka_pins", "Local passwords that settlements asked for.", labels=["outcome"])
        for became in ASKED:
            pins.add_metric([became], self._passwords[became])
        yield from (replies, latency, pins, self._refusals())

    def _refusals(self) -> CounterMetricFamily:
        """Return the refusals by who can cure them, each owner from the start."""
        family = CounterMetricFamily("shuaka_refusals", "Refused requests, by who can cure it.", labels=["owner"])
        for owner, count in self._owners.items():
            family.add_metric([owner], count)
        return family
