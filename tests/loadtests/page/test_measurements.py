import msgspec

from loadtests.evidence.result import Result
from loadtests.page import measurements
from loadtests.page.charts import Chart, Line
from loadtests.page.facts import Facts, facts
from loadtests.page.words import Words
from terminals.patients import Mix
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


def test_a_run_of_another_workload_is_marked_and_in_no_curve() -> None:
    stays = queued_run("80/5s", run="stays", mix=Mix(inpatient=0.2))
    found = facts(queued_run("50/5s"), [queued_run("100/5s", run="more"), stays])
    said = measurements.runs(found, EN)
    assert "† stays is another workload and in no curve with this one: it differs in mix." in said
    assert said.count("<td>stays †</td>") == 1
    [curve] = [chart for chart in found.figures.charts if chart.name == "load_curve"]
    assert curve.x == tuple(run.offered_per_s for run in found.figures.runs if run.run != "stays")


def test_of_two_workloads_there_is_no_curve_at_all() -> None:
    found = facts(queued_run("50/5s"), [queued_run("80/5s", run="stays", mix=Mix(inpatient=0.2))])
    assert 'id="plot-load_curve"' not in measurements.runs(found, EN)
    assert "† stays" in measurements.runs(found, ZH)
