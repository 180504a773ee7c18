import urllib.request
from itertools import pairwise

import pytest
from prometheus_client import CollectorRegistry

from terminals import metrics
from terminals.kernel.effects import Slot
from terminals.kernel.outcome import Event
from terminals.metrics import APDU_BUCKETS, CARD_EVENTS, FieldCollector, Meter
from terminals.readers.reader import CardSilentError, NoAnswerError, ReaderGoneError
from terminals.tally import Tally


class Field:
    def __init__(self, open_intents: int = 0, left_open: int = 0) -> None:
        self.tally, self.meter = Tally(), Meter()
        self.collector = FieldCollector(self.tally, self.meter, lambda: open_intents, lambda: left_open)

    def value(self, name: str, **labels: str) -> float | None:
        registry = CollectorRegistry()
        registry.register(self.collector)
        return registry.get_sample_value(name, labels)


def test_an_apdu_is_counted_by_interface_in_every_bucket_from_its_time_on() -> None:
    field = Field()
    field.meter.answered(Slot.TAP, 0.01)
    below = max(edge for edge in APDU_BUCKETS if edge < 0.01)
    above = min(edge for edge in APDU_BUCKETS if edge >= 0.01)
    bucket = "shuaka_apdu_seconds_bucket"
    assert field.value(bucket, interface="contactless", le=str(below)) == 0
    assert field.value(bucket, interface="contactless", le=str(above)) == 1
    assert field.value("shuaka_apdu_seconds_sum", interface="contactless") == 0.01
    assert field.value("shuaka_apdu_seconds_count", interface="contact") == 0


def test_both_slots_for_cards_are_one_interface() -> None:
    field = Field()
    for slot in (Slot.LOCAL, Slot.REMOTE):
        field.meter.answered(slot, 0.01)
    assert field.value("shuaka_apdu_seconds_count", interface="contact") == 2


def test_errors_of_a_reader_are_told_apart_from_the_first_scrape() -> None:
    field = Field()
    for error in (CardSilentError("late"), ReaderGoneError("unplugged"), NoAnswerError("what was that")):
        field.meter.failed(error)
    kinds = ("removed", "silent", "gone", "other")
    assert [field.value("shuaka_reader_errors_total", kind=kind) for kind in kinds] == [0, 1, 1, 1]


def test_locks_that_a_chip_told_of_are_counted() -> None:
    field = Field()
    field.tally.events.update([Event.PIN_LOCKED, Event.KEY_LOCKED, Event.KEY_LOCKED])
    assert field.value("shuaka_card_events_total", event="pin_lock") == 1
    assert field.value("shuaka_card_events_total", event="key_lock") == 2
    assert all(field.value("shuaka_card_events_total", event=name) is not None for name in CARD_EVENTS.values())


def test_what_stands_open_is_a_gauge_of_the_journal_and_one_of_what_no_visit_holds() -> None:
    field = Field(open_intents=3, left_open=1)
    field.tally.cut()
    field.tally.fail(OSError("cable"))
    assert field.value("shuaka_journal_open_entries") == 3
    assert field.value("shuaka_reversals_pending") == 1


def test_an_apdu_has_buckets_by_the_square_root_of_two_from_50_us_to_a_second_and_a_half() -> None:
    assert {round(above / below, 2) for below, above in pairwise(APDU_BUCKETS)} == {1.41}
    assert APDU_BUCKETS[0] == 0.00005
    assert APDU_BUCKETS[-1] == pytest.approx(1.6384)


def test_metrics_are_served_while_the_fleet_works_and_no_longer() -> None:
    field = Field()
    field.meter.reconnects = 2
    with metrics.served(field.collector, "127.0.0.1", 0) as port:
        page = f"http://127.0.0.1:{port}/metrics"
        shown = urllib.request.urlopen(page, timeout=5).read().decode()
        assert "shuaka_reconnects_total 2.0" in shown
        assert "process_resident_memory_bytes" in shown
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(page, timeout=5)
