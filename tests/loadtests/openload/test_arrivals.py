from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.openload.arrivals import ArrivalsError, Segment, due_times, duration_s, expected, parse

RATES = st.floats(0, 200, allow_nan=False).map(lambda rate: round(rate, 2))
SEGMENTS = st.lists(
    st.builds(Segment, rate_from=RATES, rate_to=RATES, duration_s=st.floats(0.1, 5).map(lambda s: round(s, 2))),
    min_size=1,
    max_size=4,
).map(tuple)


def test_a_constant_rate_is_due_at_even_distances() -> None:
    assert list(due_times(parse("4/1s"))) == [0, 0.25, 0.5, 0.75]


def test_a_rate_without_a_duration_takes_the_runs() -> None:
    assert parse("100", 30) == (Segment(100, 100, 30),)


def test_a_ramp_comes_ever_faster() -> None:
    times = list(due_times(parse("0..20/10s")))
    assert len(times) == 100
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert all(later < earlier for earlier, later in pairwise(gaps))


def test_a_ramp_reaches_its_middle_after_three_quarters_of_the_arrivals_are_left() -> None:
    times = list(due_times(parse("0..20/10s")))
    assert sum(time < 5 for time in times) == 25


def test_a_falling_ramp_ends_at_rate_zero() -> None:
    times = list(due_times(parse("20..0/10s")))
    assert len(times) == 100
    assert times[-1] < 10


def test_steps_follow_each_other() -> None:
    times = list(due_times(parse("10/1s,100/1s")))
    assert (sum(time < 1 for time in times), sum(time >= 1 for time in times)) == (10, 100)


def test_minutes_and_hours_are_understood() -> None:
    assert duration_s(parse("1/2m,1/1h")) == 3720


@given(SEGMENTS)
def test_due_times_rise_and_stay_inside_the_plan(segments: tuple[Segment, ...]) -> None:
    times = list(due_times(segments))
    assert times == sorted(times)
    assert all(0 <= time <= duration_s(segments) for time in times)


@given(SEGMENTS)
def test_as_many_are_due_as_expected(segments: tuple[Segment, ...]) -> None:
    assert len(list(due_times(segments))) == expected(segments)


@given(SEGMENTS, st.integers())
def test_jitter_keeps_order_and_the_same_seed_gives_the_same_arrivals(segments: tuple[Segment, ...], seed: int) -> None:
    times = list(due_times(segments, Random(seed)))
    assert times == sorted(times)
    assert times == list(due_times(segments, Random(seed)))
    assert abs(len(times) - expected(segments)) <= 1


@given(st.floats(1, 50), st.floats(1, 50), st.floats(0.5, 10), st.floats(0, 1))
def test_the_root_of_the_area_is_exact(rate_from: float, rate_to: float, seconds: float, share: float) -> None:
    segment = Segment(rate_from, rate_to, seconds)
    t = segment.when(segment.area * share)
    slope = (rate_to - rate_from) / seconds
    assert rate_from * t + slope * t * t / 2 == pytest.approx(segment.area * share, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("fast", "'fast' is no rate; expected a rate such as 100"),
        ("", "is no rate"),
        ("-5/10s", "is no rate"),
        ("10..", "is no rate"),
        ("10/0s", "needs a duration above 0"),
        ("10", "needs a duration"),
        ("10/9999h", "at most 7 days"),
        ("1000000/1s", "is above 100000 arrivals a second"),
        ("0/10s", "brings nobody"),
        (",".join(["1/1s"] * 101), "101 segments; at most 100"),
    ],
)
def test_a_text_that_is_no_plan_is_refused_with_what_is_expected(text: str, says: str) -> None:
    with pytest.raises(ArrivalsError, match=says.replace("(", r"\(")):
        parse(text)
