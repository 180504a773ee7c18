from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.openload import histograms
from loadtests.openload.figures import MEMORY, RECOVERY, Measured, Reading, parse_figure
from loadtests.openload.latencies import Pair
from loadtests.openload.outcomes import Arrivals
from loadtests.openload.thresholds import UNITS, Found, Threshold, ThresholdError, parse_threshold

FIGURES = (
    "served p99",
    "2102 p99.9 sent",
    "pharmacy max",
    "errors share",
    "achieved rate",
    "dropped count",
    "load cpu",
    "engine memory",
    "engine memory_growth",
    "recovery time",
)


def measured(*groups: tuple[int, int]) -> Measured:
    pair = Pair(histograms.blank(), histograms.blank())
    for latency_us, count in groups:
        pair.intended.record_value(latency_us, count)
        pair.sent.record_value(latency_us // 2, count)
    return Measured(Arrivals(1000, 1000, 995, 0, 5), 5, {"served": pair}, arrived_s=10, achieved=995)


def found(text: str, *groups: tuple[int, int]) -> Found:
    return parse_threshold(text).judge(measured(*groups))


@pytest.mark.parametrize(
    ("text", "ok", "said"),
    [
        ("served p99 <= 50ms", True, "served p99 40 ms from the intended start, limit 50 ms"),
        ("served p99 <= 39ms", False, "served p99 40 ms from the intended start, limit 39 ms"),
        ("served p99 sent <= 39ms", True, "served p99 20 ms from the actual start, limit 39 ms"),
        ("served max >= 1s", False, "served max 40 ms from the intended start, limit 1.00 s"),
        ("errors share <= 0.5%", True, "errors share 0.5% of 1000, limit 0.5%"),
        ("errors share <= 0.004", False, "errors share 0.5% of 1000, limit 0.4%"),
        ("dropped count <= 0", False, "dropped count 5, limit 0"),
        ("achieved rate >= 99", True, "achieved rate 99.5/s, limit 99.0/s"),
        ("achieved share >= 99%", True, "achieved share 99.5% of 1000, limit 99%"),
    ],
)
def test_a_threshold_says_what_it_found_beside_its_bound(text: str, ok: bool, said: str) -> None:  # noqa: FBT001 - a row
    assert found(text, (40_000, 10_000)) == Found(ok, said)


def test_a_percentile_of_too_few_samples_is_not_kept_but_not_judged() -> None:
    assert found("served p99 <= 50ms", (40_000, 9_999)) == Found(
        None, "served p99 not stated: n too small (9999)", "n too small"
    )


def test_a_required_threshold_that_cannot_be_judged_is_missed() -> None:
    answer = found("served p99 <= 50ms required", (40_000, 100))
    assert answer == Found(ok=False, said="served p99 not stated: n too small (100), and is required")


def test_few_samples_of_which_too_many_are_above_miss_all_the_same() -> None:
    answer = found("served p99 <= 50ms", (40_000, 90), (60_000, 10))
    assert answer == Found(ok=False, said="served: more than 1% of 100 above 50 ms from the intended start")


def test_few_samples_never_keep_a_lower_bound() -> None:
    assert found("served p50 >= 50ms", (90_000, 10)).ok is None
    assert found("served p50 >= 50ms", (9_000, 10)).ok is None


def test_what_was_not_measured_is_not_judged() -> None:
    assert found("2102 p99 <= 50ms", (1, 1)) == Found(None, "2102 p99: nothing was measured", "nothing was measured")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2102 p99 < 50ms", "'2102 p99 < 50ms' is no threshold; expected a figure, <= or >= and a bound"),
        ("1 <= served p99 <= 2", "is no threshold"),
        ("2012 p99 <= 50ms", "threshold '2012 p99 <= 50ms': nothing is called '2012'; is '2102' meant?"),
        ("2102 p99 <= 5%", "'5%' is no bound; expected a number with us or ms or s or no unit"),
        ("errors share <= -1", "'-1' is no bound; expected a number with % or no unit"),
        ("errors share <= ", "'' is no bound"),
        ("errors count <= 5required", "'5required' is no bound"),
        ("errors count <= 1e400", "'1e400' is no bound"),
    ],
)
def test_what_is_no_threshold_is_refused_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(ThresholdError) as refused:
        parse_threshold(text, ["served", "2102"])
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@given(
    figure=st.sampled_from(FIGURES),
    relation=st.sampled_from(["<=", ">="]),
    number=st.decimals(0, 10**6, places=6),
    unit=st.sampled_from(["", "us", "ms", "s", "%", "/s", "MiB", "GiB", "MiB/h"]),
    required=st.booleans(),
)
def test_a_threshold_is_read_back_as_it_is_written(
    figure: str, relation: str, number: object, unit: str, *, required: bool
) -> None:
    text = f"{figure} {relation} {number}{unit}" + " required" * required
    try:
        threshold = parse_threshold(text)
    except ThresholdError:
        assert unit not in UNITS[parse_figure(figure).unit]
        return
    assert parse_threshold(str(threshold)) == threshold
    assert msgspec.json.decode(msgspec.json.encode(threshold), type=Threshold) == threshold


@given(st.text())
def test_any_text_is_a_threshold_or_refused(text: str) -> None:
    with suppress(ThresholdError):
        assert parse_threshold(str(parse_threshold(text)))


def test_a_bound_is_stated_once() -> None:
    with pytest.raises(ValueError, match="needs one bound"):
        Threshold(of="served", figure="p99")
    with pytest.raises(ValueError, match="needs one bound"):
        Threshold(of="served", figure="p99", at_most=1, at_least=1)


def recovered(reading: Reading, text: str) -> Found:
    return parse_threshold(text).judge(measured()._replace(alone={RECOVERY: reading}))


def test_a_recovery_is_bounded_in_seconds_and_memory_in_mib() -> None:
    assert recovered(Reading(12.0, stated=True, n=1), "recovery time <= 20s") == Found(
        ok=True, said="recovery time 12 s, limit 20 s"
    )
    seen = measured()._replace(alone={MEMORY: Reading(1536.5, stated=True, n=9)})
    assert parse_threshold("engine memory <= 1.5GiB").judge(seen).said == "engine memory 1536 MiB, limit 1536 MiB"
    assert str(parse_threshold("engine memory <= 1.5GiB")) == "engine memory <= 1536MiB"


def test_a_value_that_is_at_least_so_much_misses_a_lower_bound_than_that_and_keeps_none() -> None:
    least = Reading(50.0, stated=False, n=1, lacking="not within the SLO again in the 50 s that were left")
    assert recovered(least, "recovery time <= 20s") == Found(
        ok=False, said="recovery time: not within the SLO again in the 50 s that were left, limit 20 s"
    )
    assert recovered(least, "recovery time <= 60s") == Found(
        None, "recovery time: not within the SLO again in the 50 s that were left", least.lacking
    )


def test_what_says_why_it_has_no_value_is_not_judged_for_that_reason() -> None:
    nothing = Reading(None, stated=False, n=0, lacking="no peak and no fault ended while arrivals came")
    assert recovered(nothing, "recovery time <= 20s") == Found(
        None, f"recovery time: {nothing.lacking}", nothing.lacking
    )
    assert recovered(nothing, "recovery time <= 20s required").ok is False
