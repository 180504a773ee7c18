from math import ceil

import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st

from loadtests.openload import histograms
from loadtests.openload.histograms import P50, P95, P99, P999, blank, encode, estimate, percentile, record

LATENCIES = st.lists(st.integers(1, 600_000_000), min_size=1, max_size=300)


def nearest_rank(values: list[int], p_e4: int) -> int:
    return sorted(values)[max(ceil(len(values) * p_e4 / 10_000), 1) - 1]


@given(LATENCIES, st.sampled_from([P50, P95, P99]))
def test_an_estimate_is_the_sorted_lists_to_three_digits(values: list[int], p_e4: int) -> None:
    histogram = blank()
    for value in values:
        record(histogram, value)
    rank = len(values) * p_e4 / 10_000
    around = {nearest_rank(values, p_e4), sorted(values)[max(int(rank + 0.5), 1) - 1]}  # two rules of rounding a rank
    assert any(abs(estimate(histogram, p_e4) - value) <= max(value / 1000, 1) for value in around)


@given(st.integers(1, 600_000_000))
def test_a_value_is_counted_where_the_library_counts_it(value: int) -> None:
    ours, theirs = blank(), HdrHistogram(histograms.LOWEST_US, histograms.HIGHEST_US, histograms.DIGITS)
    for histogram in (ours, theirs):
        histogram.record_value(value)
    assert encode(ours) == encode(theirs)


@pytest.mark.parametrize(
    ("p_e4", "enough"), [(P50, 200), (P95, 2_000), (P99, 10_000), (P999, 100_000)], ids=["p50", "p95", "p99", "p99.9"]
)
def test_a_percentile_needs_a_hundred_samples_beyond_it(p_e4: int, enough: int) -> None:
    histogram = blank()
    histogram.record_value(1000, enough - 1)
    assert percentile(histogram, p_e4) is None
    histogram.record_value(1000)
    assert percentile(histogram, p_e4) == 1000


def test_an_unstated_percentile_is_written_as_too_small() -> None:
    assert histograms.in_ms(None) == "n too small"


def test_a_latency_beyond_the_range_is_held_to_it() -> None:
    histogram = blank()
    record(histogram, 1e12)
    record(histogram, -5)
    assert histogram.get_total_count() == 2


def test_a_sample_is_above_a_latency_where_an_estimate_of_it_would_be() -> None:
    histogram = blank()
    for value in (1_000, 5_000, 5_000, 7_000):
        record(histogram, value)
    assert [histograms.above(histogram, us) for us in (0, 999, 1_000, 6_000, 8_000)] == [4, 4, 3, 1, 0]
    assert histograms.above(histogram, estimate(histogram, P50)) == 1


def test_an_encoded_histogram_is_read_back_whole() -> None:
    histogram = blank()
    for value in (1, 17, 123_456, 600_000_000):
        record(histogram, value)
    assert encode(histograms.decode(encode(histogram))) == encode(histogram)


def test_no_sample_has_no_percentile_and_no_maximum() -> None:
    assert (percentile(blank(), P50), estimate(blank(), P50), histograms.maximum(blank())) == (None, 0, 0)


@given(LATENCIES)
def test_many_values_at_once_are_counted_as_one_by_one(values: list[int]) -> None:
    one_by_one, at_once, waiting = blank(), blank(), [*values, -3, 10**12]
    for value in waiting:
        record(one_by_one, value)
    histograms.fold(at_once, waiting)
    assert encode(at_once) == encode(one_by_one)
    assert at_once.get_total_count() == len(values) + 2
    assert (at_once.min_value, at_once.max_value) == (one_by_one.min_value, one_by_one.max_value)
    assert waiting == []
