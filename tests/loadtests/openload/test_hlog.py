from collections import Counter
from itertools import chain
from pathlib import Path
from random import Random

import pytest
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader
from hypothesis import given
from hypothesis import strategies as st

from loadtests.openload import histograms, hlog, intervals
from loadtests.openload.hlog import LogError
from loadtests.openload.intervals import Interval, Series, Totals
from loadtests.openload.latencies import Encoded, Latencies
from tests.loadtests.openload import outsider

BEGAN_S = 1_795_283_632.25
VALUES = st.lists(st.integers(1, 600_000_000), min_size=1, max_size=80)


def flat(seconds: list[list[int]]) -> list[int]:
    return list(chain.from_iterable(seconds))


def series_of(seconds: list[list[int]]) -> tuple[Interval, ...]:
    series = Series()
    for second, values in enumerate(seconds):
        series.close(float(second), Totals())
        for value in values:
            series.served(intended_us=value, service_us=value // 2 + 1, measured=second > 0)
    return series.whole(float(len(seconds)) - 0.25, Totals())


def pairs_of(values: list[int]) -> tuple[Encoded, ...]:
    latencies = Latencies()
    for value in values:
        latencies.record("pharmacy", "no reply", intended_us=value, sent_us=value, step="2102")
    return latencies.encoded()


def log_of(seconds: list[list[int]]) -> str:
    return hlog.text(BEGAN_S, series_of(seconds), pairs_of(flat(seconds)), lasted_s=float(len(seconds)))


def as_counted(values: list[int]) -> Counter[int]:
    """Return what a histogram of three digits makes of values: each becomes the highest that it cannot tell from it."""
    histogram = histograms.blank()
    return Counter(int(histogram.get_highest_equivalent_value(value)) for value in values)


@given(st.lists(VALUES, min_size=2, max_size=4))
def test_a_reader_that_is_nobodys_finds_every_value_under_its_tag(seconds: list[list[int]]) -> None:
    found = outsider.histograms(log_of(seconds))
    measured = flat(seconds[1:])
    assert found[""] == as_counted(measured)
    assert found["service"] == as_counted([value // 2 + 1 for value in measured])
    assert found["unmeasured"] == as_counted(seconds[0])
    assert found["pharmacy.2102.no_reply"] == as_counted(flat(seconds))


@given(st.lists(VALUES, min_size=2, max_size=3), st.sampled_from([5_000, 9_500, 9_900]))
def test_a_reader_that_is_nobodys_computes_the_percentiles_that_we_print(seconds: list[list[int]], p_e4: int) -> None:
    histogram = histograms.blank()
    for value in flat(seconds[1:]):
        histograms.record(histogram, value)
    found = outsider.histograms(log_of(seconds))[""]
    assert outsider.percentile(found, p_e4 / 100) == histograms.estimate(histogram, p_e4)


def test_the_librarys_own_log_reader_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "run.hlog"
    file.write_text(log_of([[1000], [2000, 2500], [3000]]))
    reader = HistogramLogReader(str(file), HdrHistogram(1, 600_000_000, 3))
    read = []
    while (one := reader.get_next_interval_histogram()) is not None:
        read.append((one.tag, one.get_start_time_stamp() / 1000 - BEGAN_S, one.get_total_count()))
    reader.input_file.close()
    assert reader.get_start_time_sec() == BEGAN_S
    assert [(start_s, count) for tag, start_s, count in read if tag is None] == [(1.0, 2), (2.0, 1)]
    assert {tag for tag, _, _ in read} == {
        None,
        "service",
        "unmeasured",
        "unmeasured.service",
        "pharmacy.2102.no_reply",
        "pharmacy.2102.no_reply.sent",
    }


@pytest.mark.service(*outsider.SERVICES)
@pytest.mark.parametrize("tag", ["", "service"])
def test_the_processor_of_the_formats_authors_computes_the_figures_that_we_print(tmp_path: Path, tag: str) -> None:
    random = Random(1)
    series = series_of([[], *([int(random.lognormvariate(9, 0.7)) for _ in range(5_000)] for _ in range(4))])
    file = tmp_path / "run.hlog"
    file.write_text(hlog.text(BEGAN_S, series, (), lasted_s=5.0))
    ours = intervals.whole_pair(series)[0 if not tag else 1]
    figures = [histograms.percentile(ours, p_e4) for p_e4 in (histograms.P50, histograms.P90, histograms.P99)]
    theirs = outsider.processed(file, tag)
    assert theirs["Total_Count"] == ours.get_total_count() == 20_000
    assert [theirs[f"Total_{name}"] for name in ("50%", "90%", "99%", "Max")] == [*figures, histograms.maximum(ours)]


def test_lines_are_in_the_order_of_their_beginnings_as_readers_take_for_granted() -> None:
    starts = [line.start_s for line in hlog.read(log_of([[1], [2], [3]]))]
    assert starts == sorted(starts)


def test_maxima_are_written_in_milliseconds_and_the_log_says_so() -> None:
    text = log_of([[1000], [2000]])
    assert "in microseconds; maxima in milliseconds" in text.splitlines()[0]
    assert "1.000,0.750,2.000," in text


def test_what_was_written_is_read() -> None:
    lines = hlog.read(log_of([[1000], [2000]]))
    assert ("", 1.0, 0.75) in {line[:3] for line in lines}
    assert all(line.payload.startswith("HIST") for line in lines)


@pytest.mark.parametrize("text", ["nonsense", "1.0,2.0,HISTF", "Tag=a b,1.0,1.0,1.0,HISTF"])
def test_a_line_of_another_format_is_refused_with_its_number(text: str) -> None:
    with pytest.raises(LogError, match="line 2 is none of an interval log"):
        hlog.read(f"#[Histogram log format version 1.3]\n{text}\n")


def test_an_empty_run_has_a_log_without_a_line() -> None:
    assert hlog.read(hlog.text(BEGAN_S, (), (), 0.0)) == []
