from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtests.openload import histograms, intervals
from loadtests.openload.intervals import INTERVALS_MAX, Interval, Series, Totals
from loadtests.openload.latencies import Latencies
from loadtests.openload.outcomes import Arrivals

EVENTS = st.lists(st.tuples(st.floats(0, 8), st.integers(1, 10**7), st.booleans()), max_size=30)


def totals(count: int, errors: int = 0) -> Totals:
    return Totals(Arrivals(scheduled=count, sent=count, completed=count), errors)


def series_of(events: list[tuple[float, int, bool]], end_s: float = 8.0) -> tuple[Interval, ...]:
    """Return the series of a process in which a visit of so many us ended at each of these times."""
    series = Series()
    for number, (at_s, took_us, measured) in enumerate(sorted(events)):
        series.close(at_s, totals(number))
        series.served(intended_us=took_us + 1000, service_us=took_us, measured=measured)
    return series.whole(end_s, totals(len(events)))


@given(EVENTS)
def test_intervals_touch_each_other_and_add_up_to_everything(events: list[tuple[float, int, bool]]) -> None:
    series = series_of(events)
    assert series[0].start_s == 0
    assert all(one.end_s == next_one.start_s for one, next_one in pairwise(series))
    assert sum(one.completed for one in series) == len(events)


@given(EVENTS)
def test_the_measured_latencies_of_a_series_are_those_of_the_run(events: list[tuple[float, int, bool]]) -> None:
    latencies = Latencies()
    for _, took_us, measured in events:
        if measured:
            latencies.record("served", "", intended_us=took_us + 1000, sent_us=took_us)
    merged = intervals.whole_pair(series_of(events))
    assert histograms.encode(merged.intended) == histograms.encode(latencies.pair("served", "").intended)
    assert histograms.encode(merged.sent) == histograms.encode(latencies.pair("served", "").sent)


@settings(max_examples=40)  # each makes a hundred histograms
@given(EVENTS, EVENTS)
def test_series_of_processes_merge_into_one_of_the_same_sums(
    here: list[tuple[float, int, bool]], there: list[tuple[float, int, bool]]
) -> None:
    merged = intervals.merge([series_of(here), series_of(there, end_s=7.5)])
    assert merged == intervals.merge([series_of(there, end_s=7.5), series_of(here)])
    assert sum(one.completed for one in merged) == len(here) + len(there)
    together = intervals.whole_pair(series_of(here + there)).intended
    assert histograms.encode(intervals.whole_pair(merged).intended) == histograms.encode(together)


def test_a_stall_leaves_empty_intervals_behind_and_not_a_gap() -> None:
    series = Series()
    series.close(1.0, totals(5))
    series.close(4.5, totals(6))
    assert [(one.start_s, one.completed) for one in series.whole(4.5, totals(8))] == [
        (0, 5),
        (1, 1),
        (2, 0),
        (3, 0),
        (4, 2),
    ]


def test_an_event_belongs_to_the_interval_in_which_it_was_noticed() -> None:
    series = Series()
    series.close(0.99, totals(1))
    series.served(intended_us=7, service_us=7, measured=True)
    series.close(1.01, totals(1))
    assert [bool(one.intended) for one in series.whole(1.5, totals(1))] == [True, False]


def test_errors_and_what_was_dropped_stand_apart() -> None:
    series = Series()
    series.close(1.0, Totals(Arrivals(scheduled=3, sent=2, dropped=1), errors=1))
    [first, _] = series.whole(1.0, Totals(Arrivals(scheduled=3, sent=2, dropped=1), errors=1))
    assert (first.scheduled, first.dropped, first.errors) == (3, 1, 1)


def test_a_picture_shows_the_warm_up_that_no_figure_holds() -> None:
    series = Series()
    series.served(intended_us=2000, service_us=1000, measured=False)
    series.served(intended_us=4000, service_us=3000, measured=True)
    [only] = series.whole(0.5, totals(2))
    assert only.pair().intended.get_total_count() == only.pair().sent.get_total_count() == 2
    assert intervals.whole_pair([only]).intended.get_total_count() == 1


@pytest.mark.parametrize(("whole_s", "length_s"), [(0, 1), (30, 1), (600, 1), (601, 2), (7 * 86_400, 1008)])
def test_a_long_run_has_longer_intervals_and_no_more_of_them(whole_s: float, length_s: float) -> None:
    assert intervals.length_s(whole_s) == length_s
    assert whole_s / length_s <= INTERVALS_MAX
