"""Hourly plans and traces in files: what they mean, and which line is wrong."""

from pathlib import Path

import msgspec
import pytest

from loadtests.openload.rates import ArrivalsError, Segment, expected
from loadtests.openload.recorded import due_times, read_plan, read_trace


def written(folder: Path, text: str, name: str = "file") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def times(folder: Path, text: str = "trace:file") -> list[float]:
    return list(due_times(read_trace(text, folder)[0]))


def test_an_hourly_plan_is_a_step_an_hour(tmp_path: Path) -> None:
    assert read_plan("plan:file", written(tmp_path, "hour,rate\n8,10\n9,20.5\n")) == (
        Segment(10, 10, 3600),
        Segment(20.5, 20.5, 3600),
    )


def test_a_plan_is_played_as_fast_as_stated_at_the_rates_as_they_stand(tmp_path: Path) -> None:
    assert read_plan("plan:file*60", written(tmp_path, "hour,rate\n8,10\n")) == (Segment(10, 10, 60),)


def test_times_of_day_may_lie_at_any_distance_and_the_last_is_as_long_as_the_one_before(tmp_path: Path) -> None:
    plan = read_plan("plan:file", written(tmp_path, "time, rate\n08:00, 1\n08:15, 2\n08:15:30, 3\n"))
    assert [segment.duration_s for segment in plan] == [900, 30, 30]


def test_comments_and_empty_lines_say_nothing(tmp_path: Path) -> None:
    assert len(read_plan("plan:file", written(tmp_path, "# a Monday\n\nhour,rate\n# nobody knows\n8,10\n\n"))) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "file line 1: ''; expected the header hour,rate or time,rate"),
        ("minute,rate\n1,2", "file line 1: 'minute,rate'; expected the header"),
        ("hour,rate", "file has no row; expected hour,rate in each"),
        ("hour,rate\n8,ten", "file line 2: '8,ten'; expected hour,rate with a rate from 0 to 100000"),
        ("hour,rate\n8,10\n\n8,20", "file line 4: '8,20'; expected a row later than the one before it"),
        ("hour,rate\n08:00,1", "file line 2: '08:00,1'; expected hour,rate"),
        ("time,rate\n8,1", "file line 2: '8,1'; expected time,rate"),
        ("hour,rate\n1,-1", "file line 2: '1,-1'"),
        ("hour,rate\n1,nan", "file line 2: '1,nan'"),
        ("hour,rate\n1,0", "brings nobody"),
        ("hour,rate\n0,1\n1000,1", "at most 7 days"),
    ],
)
def test_a_plan_that_is_none_is_refused_with_file_and_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ArrivalsError) as refused:
        read_plan("plan:file", written(tmp_path, text))
    assert says in str(refused.value)


def test_a_trace_of_seconds_is_due_as_it_stands(tmp_path: Path) -> None:
    assert times(written(tmp_path, "0.5\n0.5\n2\n")) == [0.5, 0.5, 2]


def test_seconds_since_1970_count_from_the_first(tmp_path: Path) -> None:
    assert times(written(tmp_path, "1700000000\n1700000001.5\n")) == [0, 1.5]


def test_timestamps_count_from_the_first_across_offsets(tmp_path: Path) -> None:
    stamps = "2026-11-21T08:00:00+08:00\n2026-11-21T00:00:01.250Z\n2026-11-21T00:00:02\n"
    assert times(written(tmp_path, stamps)) == pytest.approx([0, 1.25, 2])


def test_a_trace_is_played_as_fast_as_stated(tmp_path: Path) -> None:
    assert times(written(tmp_path, "0\n10\n"), "trace:file*4") == [0, 2.5]


def test_a_trace_travels_as_its_name_and_its_hash_however_long_it_is(tmp_path: Path) -> None:
    trace, segments = read_trace("trace:file", written(tmp_path, "".join(f"{k / 1000}\n" for k in range(20_000))))
    assert (trace.count, expected(segments), len(segments)) == (20_000, 20_000, 100)
    assert len(msgspec.json.encode(trace)) < 1000


def test_the_rate_of_a_trace_over_time_is_stated(tmp_path: Path) -> None:
    _, segments = read_trace("trace:file", written(tmp_path, "0\n1\n99.5\n100\n"))
    assert [segment.area for segment in segments] == pytest.approx([1, 1, *[0] * 97, 2])


def test_a_trace_that_changed_since_it_was_planned_is_refused(tmp_path: Path) -> None:
    trace, _ = read_trace("trace:file", written(tmp_path, "0\n1\n"))
    written(tmp_path, "0\n2\n")
    with pytest.raises(ArrivalsError, match="is not the trace that this run was planned with"):
        due_times(trace)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "file has no arrival; expected one due time a line"),
        ("1\nsoon", "file line 2: 'soon'; expected seconds from the start, seconds since 1970, or an ISO timestamp"),
        ("-1", "file line 1: '-1'"),
        ("inf", "file line 1: 'inf'"),
        ("5\n\n4", "file line 3: '4'; expected a time not before 5, the line above: sort the trace"),
        ("0\n604801", "file line 2: '604801'; expected at most 7 days"),
    ],
)
def test_a_trace_that_is_none_is_refused_with_file_and_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ArrivalsError) as refused:
        read_trace("trace:file", written(tmp_path, text))
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("trace:nothing", "nothing cannot be read: No such file or directory"),
        ("trace:file*fast", "'fast' is no speed; expected FILE, or FILE*60"),
        ("trace:file*0", "'0' is no speed"),
        ("trace:binary", "binary is no text in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_played_is_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(ArrivalsError) as refused:
        read_trace(text, written(tmp_path, "1\n"))
    assert says in str(refused.value)
