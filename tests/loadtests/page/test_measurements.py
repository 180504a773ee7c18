import msgspec

from loadtests.evidence.result import Result
from loadtests.page import measurements
from loadtests.page.charts import Chart, Line
from loadtests.page.facts import Capacity, Facts, facts
from loadtests.page.words import Words
from tests.loadtests.page.queued_runs import queued_run

EN, ZH = Words("en"), Words("zh")


def drawn(*lines: Line) -> Chart:
    return Chart(name="latency_due", x=(0.0, 1.0), x_axis="seconds", y_axis="ms", lines=lines)


def test_a_chart_is_told_by_how_low_and_how_high_its_lines_go() -> None:
    told = drawn(Line("p50", (1.234, None), 0), Line("p99", (None, None), 2), Line("max", (2.0, 1500.0), 3))
    assert measurements.alternative(told, EN) == "p50 1.23; p99: n too small; max 2–1500 (ms)"


def test_the_dot_of_a_maximum_is_told_once_and_its_legend_left_out() -> None:
    told = drawn(Line("due", (1.0, None), 0), Line("due", (None, 9.0), 0, "dots", listed=False))
    assert measurements.alternative(told, ZH) == "已结算，自应到时刻 1; 已结算，自应到时刻，最大 9 (ms)"


def test_the_run_in_figures_has_a_row_for_every_window(found: Facts) -> None:
    assert measurements.over_time(found, EN).count("<tr>") == len(found.figures.windows) + 1


def test_a_result_without_a_series_says_so(result: Result) -> None:
    report = msgspec.structs.replace(result.report, series=())
    assert "no time series" in measurements.over_time(facts(msgspec.structs.replace(result, report=report)), EN)


def test_a_latency_is_named_once_for_both_of_its_rows(found: Facts) -> None:
    said = measurements.latencies(found, EN)
    assert said.count("2102 pharmacy settlement") == 1
    assert "n too small" in said


def test_other_runs_stand_in_rows_under_their_curve() -> None:
    said = measurements.runs(facts(queued_run("50/5s"), [queued_run("100/5s", run="more")]), EN)
    assert 'id="plot-load_curve"' in said
    assert said.index("50.0/s") < said.index("100.0/s")


def test_what_a_search_found_is_one_sentence_in_either_language() -> None:
    found = facts(queued_run("50/5s"), [queued_run("100/5s", run="more")])
    searched = found._replace(
        figures=msgspec.structs.replace(found.figures, capacity=Capacity("found", 100.0, 5, 110.0))
    )
    assert "Capacity: 100 visits/s, held 5 times. Missed at 110 visits/s." in measurements.runs(searched, EN)
    assert "容量：100 人次/秒，5 次均守住。" in measurements.runs(searched, ZH)


def test_every_end_of_a_search_has_its_sentence() -> None:
    ends = [
        ("at least", 9.0),
        ("unfinished", 9.0),
        *((answer, None) for answer in ("at least", "below", "unsteady", "unfinished")),
    ]
    for answer, rate in ends:
        assert measurements._capacity(Capacity(answer, rate, 0, None), ZH)
