from itertools import pairwise
from math import exp, sqrt
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.openload.arrivals import (
    SPACINGS,
    ArrivalPlan,
    ArrivalsError,
    Segment,
    Spacing,
    due_times,
    duration_s,
    expected,
    parse,
)

RATES = st.floats(0, 200, allow_nan=False).map(lambda rate: round(rate, 2))
SEGMENTS = st.lists(
    st.builds(Segment, rate_from=RATES, rate_to=RATES, duration_s=st.floats(0.1, 5).map(lambda s: round(s, 2))),
    min_size=1,
    max_size=4,
).map(tuple)
CHI_SQUARE_P999 = {19: 43.820, 20: 45.315}
"""The 99.9 % point of chi-square by its degrees of freedom (NIST/SEMATECH e-Handbook 1.3.6.7.4)."""


def test_a_constant_rate_is_due_at_even_distances() -> None:
    assert list(due_times(parse("4/1s"))) == [0, 0.25, 0.5, 0.75]


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


@given(SEGMENTS, st.sampled_from(SPACINGS), st.integers())
def test_due_times_rise_and_stay_inside_the_plan(segments: tuple[Segment, ...], spacing: Spacing, seed: int) -> None:
    plan = ArrivalPlan("", segments, spacing)
    times = list(plan.due_times(Random(seed)))
    assert times == sorted(times)
    assert all(0 <= time <= duration_s(segments) for time in times)


@given(SEGMENTS, st.sampled_from(SPACINGS), st.integers())
def test_the_same_seed_gives_the_same_arrivals(segments: tuple[Segment, ...], spacing: Spacing, seed: int) -> None:
    plan = ArrivalPlan("", segments, spacing)
    assert list(plan.due_times(Random(seed))) == list(plan.due_times(Random(seed)))


@given(SEGMENTS)
def test_as_many_are_due_as_expected(segments: tuple[Segment, ...]) -> None:
    assert len(list(due_times(segments))) == expected(segments)


@given(SEGMENTS, st.integers())
def test_jitter_keeps_the_number(segments: tuple[Segment, ...], seed: int) -> None:
    assert abs(len(list(due_times(segments, Random(seed)))) - expected(segments)) <= 1


def test_the_number_of_poisson_arrivals_has_the_rate_as_mean_and_as_variance() -> None:
    numbers = [len(list(due_times(parse("100/1s"), Random(seed), "poisson"))) for seed in range(400)]
    mean = sum(numbers) / len(numbers)
    variance = sum((number - mean) ** 2 for number in numbers) / (len(numbers) - 1)
    assert mean == pytest.approx(100, abs=4 * sqrt(100 / len(numbers)))
    assert variance == pytest.approx(100, abs=4 * 100 * sqrt(2 / len(numbers)))


def test_the_gaps_of_poisson_arrivals_are_exponential() -> None:
    times = list(due_times(parse("200/100s"), Random(1), "poisson"))
    ranks = sorted(1 - exp(-200 * (later - earlier)) for earlier, later in pairwise(times))
    counts = [sum(k / 20 <= rank < (k + 1) / 20 for rank in ranks) for k in range(20)]
    fair = len(ranks) / 20
    assert sum((count - fair) ** 2 / fair for count in counts) < CHI_SQUARE_P999[19]


def test_poisson_arrivals_follow_a_rate_that_changes() -> None:
    times = list(due_times(parse("0..400/20s"), Random(1), "poisson"))
    counts = [sum(k <= time < k + 1 for time in times) for k in range(20)]
    fair = [400 / 20 * (k + 0.5) for k in range(20)]
    assert sum((count - mean) ** 2 / mean for count, mean in zip(counts, fair, strict=True)) < CHI_SQUARE_P999[20]


def test_how_arrivals_lie_stands_before_the_rate() -> None:
    assert ArrivalPlan.read("even:4/1s").spacing == "even"
    assert ArrivalPlan.read("poisson:4/1s", spacing="even").spacing == "poisson"
    assert ArrivalPlan.read("4/1s", spacing="even").spacing == "even"
    assert ArrivalPlan.read("poisson:spike:1,4@1s+1s", 3).segments == parse("spike:1,4@1s+1s/3s")


def test_a_plan_of_a_file_is_read_where_the_folder_says(tmp_path: Path) -> None:
    (tmp_path / "day.csv").write_text("hour,rate\n0,1\n")
    plan = ArrivalPlan.read("poisson:plan:day.csv*3600", folder=tmp_path)
    assert (plan.spacing, plan.expected, plan.duration_s) == ("poisson", 1, 1)


def test_a_trace_is_due_as_its_file_says_whatever_the_seed(tmp_path: Path) -> None:
    (tmp_path / "trace").write_text("0\n0.25\n3\n")
    plan = ArrivalPlan.read("trace:trace", folder=tmp_path)
    assert list(plan.due_times(Random(1))) == [0, 0.25, 3]
    assert (plan.expected, plan.duration_s) == (3, pytest.approx(3))


def test_a_plan_survives_its_json(tmp_path: Path) -> None:
    (tmp_path / "trace").write_text("0\n1\n")
    plan = ArrivalPlan.read("trace:trace*2", folder=tmp_path)
    assert msgspec.json.decode(msgspec.json.encode(plan), type=ArrivalPlan) == plan


def test_a_recorded_trace_cannot_be_spaced_anew() -> None:
    with pytest.raises(ArrivalsError, match=r"'trace:x' is no rate; expected .* each but a trace"):
        ArrivalPlan.read("poisson:trace:x")


@pytest.mark.parametrize("text", ["even:2.1/5s", "jittered:2.1/5s", "poisson:50/2s", "10..20/1.5s,3/2s"])
def test_the_number_of_arrivals_of_a_seed_is_exact(text: str) -> None:
    plan = ArrivalPlan.read(text)
    for seed in range(20):
        assert plan.number(Random(seed)) == len(list(plan.due_times(Random(seed))))
