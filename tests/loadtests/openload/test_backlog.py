from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.openload.backlog import (
    GROWN_MIN,
    MOMENTS_MAX,
    Growth,
    Moment,
    Stretch,
    Untold,
    grows,
    growth,
    growth_per_s,
    moments,
    untold,
)
from loadtests.openload.intervals import Interval
from loadtests.openload.rates import parse
from loadtests.openload.spans import Span


def series(backlog: list[int], rate: int = 100) -> list[Interval]:
    """One interval a second whose backlog at the end is what is said."""
    ended = [rate + before - after for before, after in pairwise([0, *backlog])]
    return [Interval(float(at), 1.0, scheduled=rate, completed=done) for at, done in enumerate(ended)]


def within(row: list[Interval], from_s: float, until_s: float) -> list[Moment]:
    return [moment for moment in moments(row) if from_s <= moment.at_s <= until_s]


def test_the_backlog_is_what_came_and_neither_ended_nor_was_dropped() -> None:
    row = [Interval(0.0, 1.0, scheduled=10, completed=4, dropped=1), Interval(1.0, 0.5, scheduled=0, completed=3)]
    assert moments(row) == [(1.0, 5), (1.5, 2)]


def test_a_backlog_around_a_level_does_not_grow() -> None:
    random = Random(1)
    level = [20 + random.randrange(-8, 9) for _ in range(30)]
    assert not grows(growth_per_s(within(series(level), 3, 30)), offered_per_s=100, window_s=27)


def test_what_is_offered_and_not_achieved_is_the_growth() -> None:
    assert growth_per_s(within(series([5 * second for second in range(30)]), 3, 30)) == pytest.approx(5)
    assert grows(5, offered_per_s=100, window_s=27)


def test_one_stall_is_no_growth() -> None:
    stalled = [10] * 24 + [110, 210, 310, 200, 100, 10]
    assert not grows(growth_per_s(within(series(stalled), 3, 30)), offered_per_s=100, window_s=27)


def test_a_stall_at_the_end_is_no_growth_either() -> None:
    assert growth_per_s(within(series([12, 9, 11, 10, 12, 30, 110, 210]), 0, 8)) == 0


def test_a_series_without_a_trend_hardly_ever_has_a_slope() -> None:
    random = Random(2)
    found = [growth_per_s(within(series([random.randrange(100) for _ in range(20)]), 0, 20)) for _ in range(200)]
    assert sum(slope > 0 for slope in found) <= 6


def test_a_few_visits_more_are_chance() -> None:
    assert not grows(0.3, offered_per_s=10, window_s=GROWN_MIN / 0.3)
    assert not grows(0.9, offered_per_s=100, window_s=600)


def test_what_is_under_way_by_right_is_no_backlog_however_steadily_it_rises() -> None:
    rising, segments = series([2 * second for second in range(1, 13)]), parse("100/12s")
    strict, kept = growth(rising, segments), growth(rising, segments, promised_s=1.5)
    assert strict is not None
    assert kept is not None
    assert (strict.per_s, strict.excessive) == (2, True)
    assert (kept.per_s, kept.excessive) == (2, False)
    beyond = growth(series([16 * second for second in range(1, 13)]), segments, promised_s=1.5)
    assert beyond is not None
    assert beyond.excessive


def test_a_window_of_a_few_seconds_says_nothing() -> None:
    assert growth_per_s(within(series([10, 20, 30, 40, 50]), 0, 5)) == 0
    assert growth_per_s(within(series([10, 20, 30, 40, 50, 60]), 0, 6)) == 10


@given(st.integers(0, 20), st.integers(MOMENTS_MAX, 3 * MOMENTS_MAX))
def test_a_long_window_is_thinned_without_losing_its_slope(slope: int, seconds: int) -> None:
    assert growth_per_s(within(series([slope * at for at in range(seconds)]), 0, seconds)) == pytest.approx(slope)


def thinking(visit_s: float, seconds: int, seed: int) -> list[Interval]:
    """Independent arrivals, twenty a second, whose visits are of one length and wait for nobody."""
    random, at_s = Random(seed), 0.0
    came, went = [0] * seconds, [0] * seconds
    while (at_s := at_s + random.expovariate(20)) < seconds:
        came[int(at_s)] += 1
        if at_s + visit_s < seconds:
            went[int(at_s + visit_s)] += 1
    return [Interval(float(at), 1.0, scheduled=came[at], completed=went[at]) for at in range(seconds)]


def test_a_server_of_half_the_rate_is_seen_within_eight_seconds() -> None:
    found = growth(series([50 * second for second in range(1, 9)]), parse("100/8s"))
    assert found == Growth(Stretch(100, 2, 8), pytest.approx(50))
    assert found.excessive


@pytest.mark.parametrize("visit_s", [1, 5, 20])
def test_long_visits_that_fill_a_backlog_are_no_growth(visit_s: float) -> None:
    found = [growth(thinking(visit_s, 60, seed), parse("20/60s"), 3) for seed in range(40)]
    assert sum(one is not None and one.excessive for one in found) <= 1


def test_a_rate_that_changes_tells_nothing_of_a_backlog() -> None:
    assert growth(series([5 * second for second in range(30)]), parse("50..200/30s")) is None


def test_each_step_is_looked_at_on_its_own_and_the_worst_is_told() -> None:
    level, rising = [3] * 20, [10 * second for second in range(20)]
    found = growth(series([*level, *rising]), parse("100/20s,100.5/20s"))
    assert found is not None
    assert (found.stretch.from_s, found.excessive) == (22, True)


def test_steps_of_one_rate_are_one_stretch() -> None:
    found = growth(series([3] * 20), parse("100/10s,100/10s"), 5)
    assert found == Growth(Stretch(100, 5, 20), 0.0)


def test_too_few_seconds_tell_nothing_of_a_backlog() -> None:
    assert growth(series([50 * second for second in range(1, 7)]), parse("100/6s")) is None
    assert growth([], parse("100/6s")) is None


def test_what_grows_while_something_goes_wrong_on_purpose_is_no_growth_and_is_looked_at_before_and_after() -> None:
    outage = [3] * 20 + [3 + 50 * second for second in range(10)] + [3] * 20
    assert growth(series(outage), parse("100/50s"), disturbed=[Span(20, 31)]) == Growth(Stretch(100, 2, 20), 0.0)
    rising = [3] * 30 + [20 * second for second in range(20)]
    found = growth(series(rising), parse("100/50s"), disturbed=[Span(20, 30)])
    assert found is not None
    assert (found.stretch, found.excessive) == (Stretch(100, 32, 50), True)


def test_a_backlog_of_which_faults_leave_too_little_says_that_it_was_the_faults() -> None:
    level, disturbed = series([3] * 12), [Span(4, 9)]
    assert growth(level, parse("100/12s"), disturbed=disturbed) is None
    assert untold(level, parse("100/12s")) is Untold.FAULTS
    assert untold(level, parse("50..200/12s")) is Untold.UNSTEADY
