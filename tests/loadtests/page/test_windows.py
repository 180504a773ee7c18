import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.evidence.result import Result
from loadtests.openload import histograms
from loadtests.openload.histograms import blank
from loadtests.openload.intervals import Interval
from loadtests.openload.latencies import Pair
from loadtests.page import windows
from loadtests.page.windows import Seen


def second(start_s: float, *latencies_us: int) -> Seen:
    pair = Pair(blank(), blank())
    for latency_us in latencies_us:
        histograms.record(pair.intended, latency_us)
        histograms.record(pair.sent, latency_us / 2)
    count = len(latencies_us)
    return Seen(Interval(start_s, 1.0, scheduled=count, sent=count, completed=count), pair)


def steady(seconds: int, rate: int, latency_us: int = 1000) -> list[Seen]:
    return [second(start_s, *[latency_us] * rate) for start_s in range(seconds)]


def test_a_percentile_is_said_of_as_many_seconds_as_it_needs_samples() -> None:
    run = steady(8, 100)  # p50 needs 200 samples, p95 2,000
    assert windows.stepped(run, lambda pair: pair.intended, histograms.P50) == (1000,) * 8
    assert windows.stepped(run, lambda pair: pair.intended, histograms.P95) == (None,) * 8


def test_what_is_left_at_the_end_says_nothing() -> None:
    values = windows.stepped(steady(5, 100), lambda pair: pair.intended, histograms.P50)
    assert values == (1000, 1000, 1000, 1000, None)


def test_a_step_is_of_its_own_stretch_only() -> None:
    run = [*steady(2, 100, 1000), *(second(start_s, *[9000] * 100) for start_s in (2, 3))]
    values = windows.stepped(run, lambda pair: pair.intended, histograms.P50)
    assert values == pytest.approx((1000, 1000, 9000, 9000), rel=0.001)


@given(st.lists(st.integers(0, 400), max_size=12))
def test_every_interval_has_a_value_or_none(counts: list[int]) -> None:
    run = [second(at, *[1000] * count) for at, count in enumerate(counts)]
    assert len(windows.stepped(run, lambda pair: pair.intended, histograms.P50)) == len(run)


def test_the_longest_latency_of_a_second_in_which_nobody_ended_is_none() -> None:
    assert windows.maxima([second(0, 5, 70), second(1)], lambda pair: pair.intended) == (70, None)


def test_the_table_has_few_windows_whose_counts_add_up_to_the_run(result: Result) -> None:
    rows = windows.table(windows.seen(result.report.series))
    assert len(rows) <= windows.ROWS_MAX
    assert sum(row.scheduled for row in rows) == result.report.arrivals.scheduled
    assert (rows[0].from_s, rows[-1].to_s) == (0.0, result.report.series[-1].end_s)


def test_a_long_run_is_told_in_as_few_windows() -> None:
    rows = windows.table(steady(601, 1))
    assert len(rows) == 20
    assert {row.n for row in rows[:-1]} == {31}


def test_a_run_without_a_series_has_no_window() -> None:
    assert windows.table(windows.seen(())) == ()
