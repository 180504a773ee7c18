from math import exp, log
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from loadtests.openload import bootstrap
from loadtests.openload.bootstrap import PAIRS_MIN, Estimate, noise_floor, ratio

SESSIONS = 200
NOISE = 0.05
"""Standard deviation of one run's logarithm."""


@pytest.fixture
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions by the hundred need less precision in each."""
    monkeypatch.setattr(bootstrap, "RESAMPLES", 400)


def session(random: Random, effect: float, pairs: int = 10) -> list[tuple[float, float]]:
    """Runs of A and B under one drift of the machine, which pairs share, and noise, which they do not."""
    drift = [1 + 0.3 * number / pairs for number in range(pairs)]
    return [(100 * d * exp(random.gauss(0, NOISE)), 100 * d * effect * exp(random.gauss(0, NOISE))) for d in drift]


@pytest.mark.parametrize("pairs", [5, 10])
@pytest.mark.usefixtures("few_resamples")
def test_the_interval_covers_the_true_ratio_as_often_as_it_says(pairs: int) -> None:
    random = Random(20261121)
    found = [ratio(session(random, 1.1, pairs), random) for _ in range(SESSIONS)]
    covered = sum(one is not None and one.low <= 1.1 <= one.high for one in found) / SESSIONS
    assert 0.92 <= covered <= 0.985


@pytest.mark.usefixtures("few_resamples")
def test_a_compared_with_itself_is_hardly_ever_found_to_differ() -> None:
    random = Random(7)
    found = [ratio(session(random, 1.0), random) for _ in range(SESSIONS)]
    assert sum(one is not None and one.excludes_one for one in found) <= 0.08 * SESSIONS


def test_a_difference_beyond_the_noise_is_found() -> None:
    found = ratio(session(Random(1), 1.2), Random(1))
    assert found is not None
    assert found.excludes_one
    assert found.middle == pytest.approx(1.2, rel=0.05)


def test_pairs_without_noise_have_no_interval_to_speak_of() -> None:
    assert ratio([(10, 20)] * PAIRS_MIN, Random(1)) == Estimate(*[pytest.approx(2)] * 3)


def test_fewer_pairs_than_the_least_give_no_interval_and_no_floor() -> None:
    assert ratio([(1, 2)] * (PAIRS_MIN - 1), Random(1)) is None
    assert noise_floor([1.0] * (PAIRS_MIN - 1), Random(1)) is None


def test_the_noise_floor_is_what_two_sets_of_such_runs_differ_by() -> None:
    """The difference of two means of ten has a standard deviation of NOISE * sqrt(2 / 10); 95 % lie within 1.96."""
    random = Random(3)
    floors = [noise_floor([exp(random.gauss(0, NOISE)) for _ in range(10)], random) for _ in range(20)]
    expected = exp(1.96 * NOISE * (2 / 10) ** 0.5) - 1
    assert sorted(floor or 0 for floor in floors)[10] == pytest.approx(expected, rel=0.2)


def test_runs_that_are_all_the_same_have_no_noise() -> None:
    assert noise_floor([5.0] * 10, Random(1)) == 0


@settings(max_examples=10, deadline=None)
@example(pairs=[(55, 1), (135163, 0.125), (683485, 788499), (768408, 821758), (819065, 928433)], seed=0)
@given(
    pairs=st.lists(st.tuples(st.floats(0.01, 1e6), st.floats(0.01, 1e6)), min_size=PAIRS_MIN, max_size=12),
    seed=st.integers(0, 99),
)
def test_an_interval_turns_over_with_the_pairs_and_is_the_same_again(
    pairs: list[tuple[float, float]], seed: int
) -> None:
    found = ratio(pairs, Random(seed))
    turned = ratio([(second, first) for first, second in pairs], Random(seed))
    assert found is not None
    assert turned is not None
    assert log(found.middle) == pytest.approx(-log(turned.middle), abs=1e-9)
    assert found == ratio(pairs, Random(seed))
    assert found.low <= found.high
