import pytest

from loadtests.openload import histograms
from loadtests.openload.health import Condition, Health, LagLimit, complaints, condition

LIMIT = LagLimit("served p95 <= 1500ms", 1500)


def lag(*values_us: int) -> str:
    histogram = histograms.blank()
    for value in values_us:
        histograms.record(histogram, value)
    return histograms.encode(histogram)


def test_the_condition_is_of_all_lags_and_the_busiest_process() -> None:
    found = condition([Health(lag(100, 200), 0.2), Health(lag(50_000), 0.7)])
    assert (found.cpu_share_max, found.processes) == (0.7, 2)
    assert abs(found.lag_max_us - 50_000) < 50


def test_what_a_process_wanted_is_what_it_used_and_what_it_waited_for() -> None:
    found = condition([Health(lag(), 0.7, 0.1), Health(lag(), 0.3, 0.65)])
    assert (found.cpu_share_max, found.wanted_share_max) == (0.7, pytest.approx(0.95))


def test_a_run_of_no_process_wanted_nothing() -> None:
    assert condition([]) == Condition(0, 0, 0.0, 0)


def test_a_generator_that_kept_up_has_nothing_to_be_said_against_it() -> None:
    assert complaints(Condition(74_000, 90_000, 0.79, 1), LIMIT) == []


def test_a_schedule_lag_of_a_twentieth_of_the_slo_is_generator_bound() -> None:
    assert complaints(Condition(75_000, 90_000, 0.1, 1), LIMIT) == [
        "schedule lag p99 75 ms, limit 75 ms, 5% of served p95 <= 1500ms"
    ]


def test_a_full_core_is_generator_bound() -> None:
    assert complaints(Condition(0, 0, 0.8, 1), LIMIT) == ["a generator process used 80% of its core, limit 80%"]


def test_a_generator_that_was_kept_from_its_core_is_generator_bound_and_the_sentence_says_so() -> None:
    assert complaints(Condition(0, 0, 0.41, 1, wanted_share_max=0.95), LIMIT) == [
        "a generator process wanted 95% of a core, limit 80%, and others kept it from it: none got more than 41%"
    ]
