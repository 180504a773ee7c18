"""What ends a run before it does harm."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtests.evidence.platform_time import PlatformTimes, merged
from loadtests.foreign.ceilings import Guard, most_within
from loadtests.openload import histograms
from loadtests.workload.door import AbortRules, Ceilings, Limits
from settlement.wire import codes
from settlement.wire.envelope import Reply
from settlement.wire.messages import Body, QueryPerson, QuerySettlement, SignIn
from terminals.kernel.effects import NoReply, Request

ASKED = QueryPerson("03", "A1", "", "01", "1", "王")
RULES = AbortRules(error_share=0.3, consecutive_errors=4, p99_ms=100, busy=3, over=10)


class Bench:
    """A guard, its clock, and why it stopped."""

    def __init__(self, limits: Limits, measured_after_s: float = 0) -> None:
        self.now_ms, self.why, self.times = 0, list[str](), PlatformTimes()
        self.guard = Guard(limits, lambda: self.now_ms, self.why.append, self.times, measured_after_s)

    def saw(self, refusal: str | None, body: Body = ASKED, took_us: int = 1000, platform_us: int | None = None) -> None:
        reply = NoReply("lost") if refusal is None else Reply("M", "1101", refusal, "", "", "")
        self.guard.saw(Request(body, "M", ""), reply, took_us, platform_us)


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=40), st.integers(1, 20), st.integers(1, 5000))
def test_no_more_leaves_than_both_ceilings_allow(bills: list[int], settlements: int, fen: int) -> None:
    bench = Bench(Limits(Ceilings(rate_per_s=1, settlements=settlements, fen=fen)))
    left = [bill for number, bill in enumerate(bills) if bench.guard.admits(f"M{number}", bill)]
    assert len(left) <= settlements
    assert sum(left) <= fen
    assert left == bills[: len(left)], "after the first breach nothing leaves any more"
    assert len(bench.why) == (len(left) < len(bills))


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60), st.sampled_from([0.5, 1, 2.5, 5, 20]))
def test_no_span_of_time_sees_more_visits_begin_than_the_ceiling(gaps_ms: list[int], rate_per_s: float) -> None:
    ceilings = Ceilings(rate_per_s=rate_per_s, settlements=1, fen=1)
    bench = Bench(Limits(ceilings))
    begun_s = []
    for gap_ms in gaps_ms:
        bench.now_ms += gap_ms
        begun_s.append(bench.now_ms / 1000 + bench.guard.wait_s())
    assert most_within(begun_s, ceilings.span_s) <= max(1, rate_per_s)


def test_a_visit_that_comes_when_there_is_room_does_not_wait() -> None:
    bench = Bench(Limits(Ceilings(rate_per_s=2, settlements=1, fen=1)))
    waits = []
    for now_ms in (0, 100, 1000, 1050, 1900):
        bench.now_ms = now_ms
        waits.append(bench.guard.wait_s())
    assert waits == [0, 0, 0, 0.05, 0.1]


def test_without_a_ceiling_nobody_waits() -> None:
    assert [Bench(Limits()).guard.wait_s() for _ in range(3)] == [0, 0, 0]


@given(st.lists(st.floats(0, 100), max_size=30), st.floats(0.1, 10))
def test_the_busiest_span_is_what_a_count_from_every_arrival_says(due: list[float], span_s: float) -> None:
    times = [round(due_s, 3) for due_s in sorted(due)]
    span = round(span_s, 3)
    counts = [sum(begin <= other < begin + span - 1e-9 for other in times) for begin in times]
    assert most_within(times, span) == max(counts, default=0)


def test_a_repeat_of_what_has_left_is_no_second_settlement() -> None:
    bench = Bench(Limits(Ceilings(rate_per_s=1, settlements=1, fen=100)))
    assert [bench.guard.admits("M1", 100), bench.guard.admits("M1", 100), bench.guard.admits("M2", 0)] == [
        True,
        True,
        False,
    ]


def test_nothing_leaves_once_the_window_has_closed() -> None:
    bench = Bench(Limits(until_ms=1000))
    bench.now_ms = 999
    assert bench.guard.admits("M1", 1)
    bench.now_ms = 1000
    assert not bench.guard.admits("M2", 1)
    assert bench.why == ["the window of this target has closed"]


@pytest.mark.parametrize(
    ("replies", "why"),
    [
        (["E3101"] * 4, "4 errors in a row, limit 4"),
        ([None] * 4, "4 errors in a row, limit 4"),
        ([codes.BUSY.code] * 3, "the platform was busy 3 times in a row, limit 3"),
        ((["", "", "E3101", "E3101"] * 3)[:11], "4 errors in the last 10 replies, limit 30%"),
        (["", "E3101", "E3101", "E3101", ""], ""),
        ([codes.BUSY.code, codes.BUSY.code, "", codes.BUSY.code], ""),
    ],
)
def test_an_abort_rule_ends_the_run_once_and_says_why(replies: list[str | None], why: str) -> None:
    bench = Bench(Limits(abort=RULES))
    for reply in [*replies, ""]:
        bench.saw(reply)
    assert bench.why == ([why] if why else [])
    assert bench.guard.admits("M1", 1) is not bool(why)


def test_a_slow_platform_ends_the_run_when_enough_replies_say_so() -> None:
    bench = Bench(Limits(abort=RULES))
    for _ in range(9):
        bench.saw("", took_us=150_000)
    assert bench.why == []
    bench.saw("", took_us=150_000)
    assert bench.why == ["p99 of the last 10 replies 150 ms, limit 100 ms"]


def test_questions_about_an_unknown_outcome_open_no_case_against_the_platform() -> None:
    bench = Bench(Limits(abort=RULES))
    for _ in range(9):
        bench.saw("E3301", QuerySettlement("N1", "", "", "M1"))
    assert bench.why == []


def test_without_rules_nothing_ends_a_run() -> None:
    bench = Bench(Limits())
    for _ in range(50):
        bench.saw(None)
    assert (bench.why, bench.guard.admits("M1", 10**12)) == ([], True)


def test_the_platforms_time_is_kept_from_the_end_of_the_warm_up_on() -> None:
    bench = Bench(Limits(), measured_after_s=3)
    for now_ms, body in ((0, SignIn("x")), (5000, ASKED), (7999, ASKED), (8000, ASKED), (9000, SignIn("x"))):
        bench.now_ms = now_ms
        bench.saw("", body, took_us=5000, platform_us=2000)
    [times] = bench.times.encoded()
    assert (times.infno, times.outcome, times.count) == ("1101", "approved", 1)


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=30))
def test_platform_and_network_make_up_what_the_client_measured(took: list[tuple[int, int]]) -> None:
    times = PlatformTimes()
    for platform_us, network_us in took:
        times.record("2102", "approved", took_us=platform_us + network_us, platform_us=platform_us)
    [one] = merged([times.encoded(), ()])
    for encoded, longest in ((one.platform, max(took)[0]), (one.network, max(network for _, network in took))):
        assert abs(histograms.maximum(histograms.decode(encoded)) - longest) <= max(1, longest // 500)


def test_processes_times_add_up() -> None:
    times = PlatformTimes()
    times.record("2102", "approved", took_us=2000, platform_us=1000)
    [one] = merged([times.encoded(), times.encoded()])
    assert one.count == 2
