import pytest
from hdrh.histogram import HdrHistogram

from loadtests.openload import histograms
from loadtests.openload.health import Condition, Health, LagLimit, complaints, condition, kept_up, lag_of, lag_said
from loadtests.openload.histograms import P95, P99, P999, WHOLE_E4

WELL = Condition(0, 0, 0.1, 1)
P95_1500 = LagLimit("served p95 <= 1500ms", 1500, P95)
P999_150 = LagLimit("served p99.9 <= 150ms", 150, P999)


def lag(*values_us: int) -> str:
    histogram = histograms.blank()
    for value in values_us:
        histograms.record(histogram, value)
    return histograms.encode(histogram)


def late(count: int, of: int, by_us: int = 240_000) -> HdrHistogram:
    histogram = histograms.blank()
    histogram.record_value(300, of - count)
    if count:
        histogram.record_value(by_us, count)
    return histogram


def broken(lag: HdrHistogram, *limits: LagLimit) -> list[str]:
    return complaints(WELL, lag, limits)


def test_the_condition_is_of_all_lags_and_the_busiest_process() -> None:
    found = condition([Health(lag(100, 200), 0.2), Health(lag(50_000), 0.7)])
    assert (found.cpu_share_max, found.processes) == (0.7, 2)
    assert abs(found.lag_max_us - 50_000) < 50


def test_the_lag_is_of_the_arrivals_of_all_processes() -> None:
    assert lag_of([Health(lag(100, 200), 0.2), Health(lag(50_000), 0.7)]).get_total_count() == 3


def test_what_a_process_wanted_is_what_it_used_and_what_it_waited_for() -> None:
    found = condition([Health(lag(), 0.7, 0.1), Health(lag(), 0.3, 0.65)])
    assert (found.cpu_share_max, found.wanted_share_max) == (0.7, pytest.approx(0.95))


def test_a_run_of_no_process_wanted_nothing() -> None:
    assert condition([]) == Condition(0, 0, 0.0, 0)
    assert broken(lag_of([]), P95_1500, P999_150) == []


def test_a_generator_that_kept_up_has_nothing_to_be_said_against_it() -> None:
    nearly = Condition(0, 0, 0.79, 1)
    assert complaints(nearly, late(10_000, 10_000, by_us=74_000), [P95_1500]) == []


def test_more_than_one_arrival_in_a_hundred_late_by_a_twentieth_of_the_slo_is_generator_bound() -> None:
    assert broken(late(100, 10_000, by_us=76_000), P95_1500) == []
    [said] = broken(late(101, 10_000, by_us=76_000), P95_1500)
    assert said == (
        "the scheduler let 101 of 10000 arrivals in more than 75 ms late, 5% of served p95 <= 1500ms, where 1% may be;"
        " schedule lag p99 76 ms, max 76 ms"
    )


def test_a_pause_that_one_arrival_in_a_hundred_met_is_generator_bound_beside_a_bound_on_p999() -> None:
    assert broken(late(12, 1_500), P95_1500) == []
    [said] = broken(late(12, 1_500), P95_1500, P999_150)
    assert said == (
        "the scheduler let 12 of 1500 arrivals in more than 7.5 ms late, 5% of served p99.9 <= 150ms, where 0.1% may"
        " be; schedule lag p99.9 n too small, max 240 ms"
    )


@pytest.mark.parametrize(("count", "of"), [(2, 120), (3, 257), (20, 1_200)])
def test_a_few_late_arrivals_of_not_many_may_be_chance(count: int, of: int) -> None:
    assert broken(late(count, of), P95_1500) == []


@pytest.mark.parametrize(("count", "of"), [(6, 120), (9, 257), (22, 1_200), (50, 50)])
def test_so_many_late_arrivals_of_a_few_are_beyond_chance(count: int, of: int) -> None:
    assert len(broken(late(count, of), P95_1500)) == 1


@pytest.mark.parametrize(("p_e4", "may"), [(P95, "1%"), (P99, "1%"), (9_950, "0.5%"), (P999, "0.1%"), (9_999, "0.01%")])
def test_a_higher_percentile_allows_as_many_late_arrivals_as_it_leaves_out_and_a_hundredth_at_most(
    p_e4: int, may: str
) -> None:
    [said] = broken(late(5_000, 10_000), LagLimit("it", 150, p_e4))
    assert f"where {may} may be" in said


def test_a_missed_maximum_is_the_generators_if_one_arrival_was_as_late_as_it_is_missed_by() -> None:
    missed = LagLimit("served max <= 150ms", 150, WHOLE_E4, missed_by_ms=117)
    [said] = broken(late(1, 1_500), missed)
    assert said == (
        "served max <= 150ms is missed by 117 ms, and the scheduler let 1 of 1500 arrivals in as late;"
        " schedule lag max 240 ms"
    )


@pytest.mark.parametrize(("by_us", "missed_by_ms"), [(240_000, 0), (7_000, 5), (240_000, 800)])
def test_a_maximum_that_no_late_arrival_explains_is_the_services(by_us: int, missed_by_ms: float) -> None:
    limit = LagLimit("served max <= 150ms", 150, WHOLE_E4, missed_by_ms)
    assert broken(late(1, 1_500, by_us), limit) == []


def test_a_missed_percentile_of_few_is_the_generators_if_enough_arrivals_were_as_late_as_it_is_missed_by() -> None:
    missed = P999_150._replace(missed_by_ms=60)
    assert broken(late(1, 300), P999_150) == []
    assert len(broken(late(1, 300), missed)) == 1
    assert broken(late(3, 300), P95_1500._replace(missed_by_ms=60)) == []


def test_of_several_broken_limits_the_first_is_named() -> None:
    said = broken(late(500, 1_000), P95_1500, P999_150)
    assert len(said) == 1
    assert "served p95" in said[0]


def test_a_generator_that_kept_up_says_so_beside_the_tightest_bound_that_allows_anybody_to_be_late() -> None:
    limits = (P95_1500, LagLimit("served p99 <= 50ms", 50, P99), LagLimit("served max <= 9ms", 9, WHOLE_E4))
    assert kept_up(late(1, 1_500), limits) == (
        "the scheduler let 1 of 1500 arrivals in more than 2.5 ms late, 5% of served p99 <= 50ms, where 1% may be;"
        " schedule lag p99 n too small, max 240 ms"
    )


def test_a_lags_percentile_is_stated_where_a_hundred_lie_beyond_it() -> None:
    assert lag_said(late(0, 10_000)) == "schedule lag p99 0.3 ms, max 0.3 ms"
    assert lag_said(late(0, 9_999)) == "schedule lag p99 n too small, max 0.3 ms"


def test_a_full_core_is_generator_bound() -> None:
    full = Condition(0, 0, 0.8, 1)
    assert complaints(full, late(0, 100), [P95_1500]) == ["a generator process used 80% of its core, limit 80%"]


def test_a_generator_that_was_kept_from_its_core_is_generator_bound_and_the_sentence_says_so() -> None:
    assert complaints(Condition(0, 0, 0.41, 1, wanted_share_max=0.95), late(0, 100), [P95_1500]) == [
        "a generator process wanted 95% of a core, limit 80%, and others kept it from it: none got more than 41%"
    ]
