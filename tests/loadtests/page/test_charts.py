import pytest

from loadtests.evidence.result import Result
from loadtests.openload import histograms
from loadtests.openload.histograms import blank
from loadtests.openload.intervals import Interval
from loadtests.openload.latencies import Pair
from loadtests.openload.verdict import Slo
from loadtests.page import charts, windows
from loadtests.page.charts import Chart, Line
from loadtests.page.facts import Facts
from loadtests.page.windows import Seen
from loadtests.workload.faults import Fault
from tests.loadtests.page.queued_runs import queued_run


def chart(found: Facts, name: str) -> Chart:
    return next(one for one in found.figures.charts if one.name == name)


def line(drawn: Chart, name: str) -> Line:
    return next(one for one in drawn.lines if one.name == name)


def test_every_line_has_a_value_for_every_place_of_the_axis(found: Facts) -> None:
    assert {(one.name, len(drawn.values) == len(one.x)) for one in found.figures.charts for drawn in one.lines} == {
        (one.name, True) for one in found.figures.charts
    }


def test_latency_is_drawn_with_what_was_promised_and_what_was_not_measured(found: Facts) -> None:
    drawn = chart(found, "latency_due")
    assert [(rule.name, rule.at) for rule in drawn.rules] == [("slo_p95", 1500.0), ("slo_p99", 3000.0)]
    assert [(band.name, band.from_x, band.to_x) for band in drawn.bands] == [
        ("warmup", 0.0, 1.0),
        ("drain", 10.0, 12.0),
    ]
    assert drawn.log


def test_a_fault_is_marked_where_it_was() -> None:
    fault = Fault(kind="stall", at_s=4, for_s=1)
    result = queued_run(faults=(fault,))
    drawn, *_ = charts.over_time(result.profile, windows.seen(result.report.series))
    assert [(band.from_x, band.to_x) for band in drawn.bands if band.name == "fault"] == [(4.0, 5.0)]


def test_what_is_left_out_around_a_fault_is_marked_too() -> None:
    result = queued_run(faults=(Fault(kind="stall", at_s=4, for_s=1, measured=False, lead_s=0.5, settle_s=2),))
    drawn, *_ = charts.over_time(result.profile, windows.seen(result.report.series))
    assert [(band.name, band.from_x, band.to_x) for band in drawn.bands if band.name in ("fault", "left_out")] == [
        ("fault", 4.0, 5.0),
        ("left_out", 3.5, 4.0),
        ("left_out", 5.0, 7.0),
    ]


def test_a_stall_shows_from_the_due_time_and_not_from_the_actual_start() -> None:
    result = queued_run(stall_s=1.0)
    due, service, *_ = charts.over_time(result.profile, windows.seen(result.report.series))
    tops = [max(value for value in line(drawn, "max").values if value) for drawn in (due, service)]
    assert tops[0] > 900
    assert tops[1] < 50


def test_rates_are_a_second_and_a_splinter_at_the_end_says_none(result: Result) -> None:
    profile = result.profile
    splinter = Interval(2.0, 0.01, scheduled=1, completed=1)
    intervals = (Interval(0.0, 2.0, scheduled=10, completed=8), splinter)
    run = [Seen(one, Pair(blank(), blank())) for one in intervals]
    drawn = next(one for one in charts.over_time(profile, run) if one.name == "throughput")
    assert line(drawn, "offered").values == (5.0, None, None)
    assert line(drawn, "achieved").values == (4.0, None, None)


def test_what_is_under_way_is_what_began_and_has_not_ended(result: Result) -> None:
    intervals = (Interval(0.0, 1.0, sent=10, completed=6), Interval(1.0, 1.0, sent=2, completed=6))
    run = [Seen(one, Pair(blank(), blank())) for one in intervals]
    drawn = next(one for one in charts.over_time(result.profile, run) if one.name == "in_flight")
    assert line(drawn, "in_flight").values == (0.0, 4.0, 0.0)


def test_a_percentile_without_a_hundred_samples_beyond_it_is_not_drawn(result: Result) -> None:
    served = result.served()
    drawn = charts.percentiles(served, Slo())
    values = dict(zip(drawn.x, line(drawn, "due").values, strict=True))
    said = [nines for nines, value in values.items() if value is not None]
    count = served.intended.get_total_count()
    assert 10 ** -max(said) * count >= 100
    assert drawn.bands[0].name == "unstated"
    assert drawn.bands[0].from_x == pytest.approx(max(said))


def test_the_maximum_is_drawn_at_the_end_of_the_percentiles(result: Result) -> None:
    drawn = charts.percentiles(result.served(), Slo())
    dots = [one for one in drawn.lines if one.look == "dots"]
    assert dots[0].values[-1] == histograms.maximum(result.served().intended) / 1000


def test_a_run_in_which_nobody_was_served_has_an_empty_percentile_plot() -> None:
    drawn = charts.percentiles(Pair(blank(), blank()), Slo())
    assert {value for one in drawn.lines for value in one.values} <= {None, 0.0}


def test_the_engine_is_drawn_only_where_somebody_sampled_it(result: Result) -> None:
    assert [one.name for one in charts.of_engine(result.profile, result.engine)] == [
        "engine_cpu",
        "engine_memory",
        "engine_queue",
        "engine_commit",
    ]
    assert charts.of_engine(result.profile, None) == ()


def test_a_run_without_a_series_has_no_chart_over_time(result: Result) -> None:
    assert charts.over_time(result.profile, ()) == ()
