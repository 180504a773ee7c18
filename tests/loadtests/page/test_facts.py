"""What the page says is what the result says: every figure is computed again here, from the result's own histograms."""

from pathlib import Path

import msgspec
import pytest

from loadtests.evidence.platform_time import PlatformTime
from loadtests.evidence.result import Result
from loadtests.evidence.stated import stated
from loadtests.openload import histograms
from loadtests.openload.thresholds import parse_threshold
from loadtests.openload.verdict import Slo
from loadtests.page.facts import Capacity, Facts, facts
from loadtests.series.capacity import Curve, concluded, taken
from loadtests.series.search import Found, Step
from tests.loadtests.page.queued_runs import queued_run


def test_latencies_are_those_that_the_result_states(found: Facts, result: Result) -> None:
    rows = {(row.name, row.step, row.outcome, row.since): row for row in stated(result.latencies())}
    assert all(row == rows[row.name, row.step, row.outcome, row.since] for row in found.figures.latencies)


def test_everybody_served_comes_first_and_then_each_flow_by_what_went_well(found: Facts) -> None:
    names = [(row.name, row.outcome) for row in found.figures.latencies if row.since == "due"]
    assert names[:4] == [
        ("served", "SETTLED"),
        ("outpatient", "SETTLED"),
        ("outpatient", "DECLINED"),
        ("pharmacy", "SETTLED"),
    ]


def test_a_refused_message_is_never_mixed_into_the_latency_of_the_approved(found: Facts) -> None:
    assert {row.outcome for row in found.figures.latencies if row.name.isdecimal()} == {"approved"}


def test_promises_are_answered_as_the_verdict_answered_them() -> None:
    result = queued_run(thresholds=(parse_threshold("2102 p50 <= 0.001ms"), parse_threshold("served p99.9 <= 50ms")))
    rows = {row.bound: row for row in facts(result).figures.promises}
    assert result.verdict is not None
    answers = {check.name: check.ok for check in result.verdict.checks}
    assert {bound: row.ok for bound, row in rows.items()} == {bound: answers[bound] for bound in rows}
    assert (rows["2102 p50 <= 0.001ms"].ok, rows["served p99.9 <= 50ms"].ok) == (False, None)
    assert not rows["served p99.9 <= 50ms"].stated


def test_what_a_promise_found_is_the_histograms_own_percentile(found: Facts, result: Result) -> None:
    row = next(row for row in found.figures.promises if row.bound.startswith("served p95"))
    assert row.value == pytest.approx(histograms.estimate(result.served().intended, histograms.P95) / 1000)
    assert row.n == result.served().intended.get_total_count()


def test_a_single_run_has_neither_a_spread_nor_a_curve(found: Facts) -> None:
    assert (found.figures.runs, found.figures.spread, found.figures.capacity) == ((), (), None)
    assert "load_curve" not in {chart.name for chart in found.figures.charts}


def test_repeats_have_a_spread_and_no_curve() -> None:
    figures = facts(queued_run(), [queued_run(seed=2, run="again")]).figures
    assert {row.figure: row.runs for row in figures.spread} == {
        "offered_per_s": 2,
        "achieved_per_s": 2,
        "p50_us": 2,
        "max_us": 2,
    }
    assert "load_curve" not in {chart.name for chart in figures.charts}


def test_runs_under_other_loads_make_a_curve_and_are_no_repeats() -> None:
    figures = facts(queued_run("100/10s"), [queued_run("50/10s", run="less")]).figures
    assert [run.run for run in figures.runs] == ["less", "run"]
    assert figures.spread == ()
    curve = next(chart for chart in figures.charts if chart.name == "load_curve")
    assert curve.x == (50.0, 100.0)


def test_a_search_is_told_by_its_steps_and_its_repeats() -> None:
    made = [
        (Step(rate, purpose), queued_run(f"{rate}/5s", run=f"step-{rate}"))
        for rate, purpose in ((50, "climb"), (100, "confirm"), (110, "cliff"))
    ]
    empty = Curve(
        name="cap",
        scenario="smoke",
        question="",
        command="",
        slo=Slo(),
        thresholds=(),
        step_s=5,
        warmup_s=1,
        confirmations=1,
    )
    steps = [taken(step, result, Path("result.json")) for step, result in made]
    figures = facts(made[1][1], (), concluded(empty, Found("found", 100), steps)).figures
    assert figures.capacity == Capacity(
        name="cap",
        scenario="smoke",
        answer="found",
        exit_code=0,
        rate=100,
        held=1,
        repeats=1,
        confirmed=True,
        missed=None,
        bound=None,
        not_judged=figures.capacity.not_judged if figures.capacity else (),
    )
    assert [(run.run, run.purpose) for run in figures.runs] == [
        ("50/s", "climb"),
        ("100/s", "confirm"),
        ("110/s", "cliff"),
    ]


def test_a_platforms_own_time_stands_beside_the_networks() -> None:
    platform, network = histograms.blank(), histograms.blank()
    histograms.record(platform, 7000)
    histograms.record(network, 300)
    times = PlatformTime("2102", "approved", 1, histograms.encode(platform), histograms.encode(network))
    result = queued_run()
    measured = msgspec.structs.replace(result, report=msgspec.structs.replace(result.report, platform=(times,)))
    parts = facts(measured).figures.platform
    assert [(part.part, part.count, part.max_us, part.p99_us) for part in parts] == [
        ("platform", 1, pytest.approx(7000, rel=0.001), None),
        ("network", 1, 300, None),
    ]
