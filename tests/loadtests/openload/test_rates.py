import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.openload.rates import ArrivalsError, Segment, duration_s, expected, parse


def test_a_rate_without_a_duration_takes_the_runs() -> None:
    assert parse("100", 30) == (Segment(100, 100, 30),)


def test_minutes_and_hours_are_understood() -> None:
    assert duration_s(parse("1/2m,1/1h")) == 3720


def test_a_spike_is_a_step_up_and_down_again() -> None:
    assert parse("spike:50,400@20s+5s/1m") == (Segment(50, 50, 20), Segment(400, 400, 5), Segment(50, 50, 35))


def test_a_spike_without_a_duration_takes_the_runs() -> None:
    assert duration_s(parse("spike:50,400@20s+5s", 90)) == 90


def test_a_spike_may_begin_at_once_and_last_to_the_end() -> None:
    assert parse("spike:0,400@0s+5s/5s") == (Segment(400, 400, 5),)


@given(st.floats(1, 50), st.floats(1, 50), st.floats(0.5, 10), st.floats(0, 1))
def test_the_root_of_the_area_is_exact(rate_from: float, rate_to: float, seconds: float, share: float) -> None:
    segment = Segment(rate_from, rate_to, seconds)
    t = segment.when(segment.area * share)
    slope = (rate_to - rate_from) / seconds
    assert rate_from * t + slope * t * t / 2 == pytest.approx(segment.area * share, abs=1e-6)


@given(st.integers(0, 100), st.integers(1, 100), st.integers(0, 50), st.integers(1, 50), st.integers(0, 50))
def test_a_spike_brings_the_base_everywhere_and_the_rest_of_its_peak(
    base: int, peak: int, begin_s: int, length_s: int, rest_s: int
) -> None:
    whole_s = begin_s + length_s + rest_s
    segments = parse(f"spike:{base},{peak}@{begin_s}s+{length_s}s/{whole_s}s")
    assert duration_s(segments) == whole_s
    assert expected(segments) == base * whole_s + (peak - base) * length_s


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
        ("1/100h,1/100h", "lasts 720000 s; at most 7 days"),
        ("1000000/1s", "is above 100000 arrivals a second"),
        ("0/10s", "brings nobody"),
        (",".join(["1/1s"] * 1001), "1001 segments; at most 1000"),
        ("spike:50", "is no spike; expected base,peak@begin"),
        ("spike:50,400@20s+5s", "needs a duration above 0 and at most 7 days, as in spike:50,400@20s+5s/30s"),
        ("spike:50,400@20s+5s/10s", "ends 15 s after its duration"),
    ],
)
def test_a_text_that_is_no_rate_is_refused_with_what_is_expected(text: str, says: str) -> None:
    with pytest.raises(ArrivalsError) as refused:
        parse(text)
    assert says in str(refused.value)
