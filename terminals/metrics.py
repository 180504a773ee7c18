"""/metrics of a fleet: its tally in Prometheus's words, and what only a picture needs: APDUs, readers, lines, journal.

Labels are bounded: flows, results, events, interfaces and kinds of error; never a card, a person or a terminal.
Counting is plain numbers on the fleet's loop; a scrape, in a thread of its own, reads copies.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from terminals.kernel.effects import Slot
from terminals.kernel.outcome import Event
from terminals.readers.reader import CardRemovedError, CardSilentError, NoAnswerError, ReaderGoneError
from terminals.tally import Tally

APDU_BUCKETS: Final = tuple(round(0.00005 * 2 ** (step / 2), 7) for step in range(31))
"""50 us, as a simulated card answers, to 1.6 s, which no card takes, by the square root of 2."""
INTERFACES: Final = {Slot.LOCAL: "contact", Slot.REMOTE: "contact", Slot.TAP: "contactless", Slot.SAM: "sam"}
ERRORS: Final[dict[type[NoAnswerError], str]] = {
    CardRemovedError: "removed",
    CardSilentError: "silent",
    ReaderGoneError: "gone",
}
CARD_EVENTS: Final = {
    Event.PIN_WRONG: "pin_wrong",
    Event.PIN_LOCKED: "pin_lock",
    Event.KEY_WRONG: "key_wrong",
    Event.KEY_LOCKED: "key_lock",
    Event.BANK_PIN_WRONG: "bank_pin_wrong",
    Event.BANK_PIN_LOCKED: "bank_pin_lock",
}


class Meter:
    """What a fleet's readers and lines report, beside its tally."""

    def __init__(self) -> None:
        names = dict.fromkeys(INTERFACES.values())
        self.apdus = {interface: [0] * (len(APDU_BUCKETS) + 1) for interface in names}
        self.seconds = dict.fromkeys(names, 0.0)
        self.errors = Counter(dict.fromkeys(ERRORS.values(), 0))
        self.reconnects = 0

    def answered(self, slot: Slot, seconds: float) -> None:
        """Note an APDU that was answered."""
        interface = INTERFACES[slot]
        self.apdus[interface][bisect_left(APDU_BUCKETS, seconds)] += 1
        self.seconds[interface] += seconds

    def failed(self, error: NoAnswerError) -> None:
        """Note one that was not."""
        self.errors[ERRORS.get(type(error), "other")] += 1


class FieldCollector(Collector):
    """Translates a tally, a meter, the number of open intents, and of those left behind, whenever it is asked."""

    def __init__(
        self, tally: Tally, meter: Meter, open_intents: Callable[[], int], left_open: Callable[[], int]
    ) -> None:
        self._tally = tally
        self._meter = meter
        self._open_intents = open_intents
        self._left_open = left_open

    def collect(self) -> Iterator[Metric]:
        """Yield every family, freshly made."""
        yield self._apdus()
        yield _counter("shuaka_reader_errors", "Dialogues that the reader broke off.", "kind", self._meter.errors)
        events = {name: self._tally.events[event] for event, name in CARD_EVENTS.items()}
        yield _counter("shuaka_card_events", "Wrong PINs and keys, and locks, as the chip told.", "event", events)
        yield self._visits()
        yield GaugeMetricFamily("shuaka_journal_open_entries", "Intents without an outcome.", self._open_intents())
        yield GaugeMetricFamily(
            "shuaka_reversals_pending", "Intents without an outcome that no running visit holds.", self._left_open()
        )  # fmt: skip
        yield CounterMetricFamily(
            "shuaka_reconnects", "Lines to the host that were opened again.", self._meter.reconnects
        )

    def _apdus(self) -> Metric:
        family = HistogramMetricFamily(
            "shuaka_apdu_seconds", "A command to a chip and its answer.", labels=["interface"]
        )
        edges = (*map(str, APDU_BUCKETS), "+Inf")
        for interface, counts in self._meter.apdus.items():
            buckets = list(zip(edges, accumulate(counts), strict=True))
            family.add_metric([interface], buckets, sum_value=self._meter.seconds[interface])
        return family

    def _visits(self) -> Metric:
        family = CounterMetricFamily("shuaka_visits", "Flows that ended.", labels=["flow", "outcome"])
        for (flow, result), count in self._tally.visits():
            family.add_metric([flow, result], count)
        return family


@contextmanager
def served(collector: FieldCollector, host: str, port: int) -> Iterator[int]:
    """Serve /metrics from a thread and yield its port; raise OSError if it cannot be had."""
    registry = CollectorRegistry()
    registry.register(collector)
    ProcessCollector(registry=registry)
    server, thread = start_http_server(port, addr=host, registry=registry)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _counter(name: str, text: str, label: str, counts: dict[str, int]) -> Metric:
    family = CounterMetricFamily(name, text, labels=[label])
    for value, count in list(counts.items()):
        family.add_metric([value], count)
    return family
