"""Replies as Prometheus reads them: nothing lost, every bucket cumulative, and a scrape disturbs nobody."""

from bisect import bisect_left

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from settlement.engine.arrival import Password
from settlement.replies import LATENCY_BUCKETS, Replies
from settlement.tally import Outcome


def outcome(seconds: float, gateway: str = "tcp") -> Outcome:
    return Outcome(gateway, "operator-7", "2102", "", replayed=False, password=Password.RIGHT, seconds=seconds)


def read(replies: Replies, name: str, **labels: str) -> float | None:
    registry = CollectorRegistry()
    registry.register(replies)
    return registry.get_sample_value(name, labels)


@given(st.lists(st.floats(0, 5), max_size=30))
def test_each_bucket_holds_every_reply_up_to_its_edge(latencies: list[float]) -> None:
    replies = Replies()
    replies.answered(outcome(0.0))
    for seconds in latencies:
        replies.answered(outcome(seconds))
    for edge in LATENCY_BUCKETS:
        found = read(replies, "shuaka_reply_seconds_bucket", gateway="tcp", group="settle", le=str(edge))
        assert found == 1 + sum(seconds <= edge for seconds in latencies)
    assert read(replies, "shuaka_reply_seconds_count", gateway="tcp", group="settle") == 1 + len(latencies)
    assert read(replies, "shuaka_reply_seconds_sum", gateway="tcp", group="settle") == sum([0.0, *latencies])


def test_a_latency_on_an_edge_is_within_it() -> None:
    assert [bisect_left(LATENCY_BUCKETS, edge) for edge in LATENCY_BUCKETS] == list(range(len(LATENCY_BUCKETS)))


def test_a_scrape_that_is_under_way_stands_a_reply_of_a_new_kind() -> None:
    replies = Replies()
    replies.answered(outcome(0.1))
    scrape = replies.collect()
    next(scrape)
    replies.answered(outcome(0.1, "http"))
    assert len(list(scrape)) == 3
    assert read(replies, "shuaka_pins_total", outcome="right") == 2


def test_a_refusal_is_counted_under_whoever_can_cure_it() -> None:
    replies = Replies()
    for refusal in ("", "E2102", "E2102", "E1001"):
        replies.answered(Outcome("tcp", "", "2102", refusal, replayed=False, password=Password.WRONG, seconds=0.1))
    counts = {owner: read(replies, "shuaka_refusals_total", owner=owner) for owner in ("HRSS", "institution", "bank")}
    assert counts == {"HRSS": 2, "institution": 1, "bank": 0}
