from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from loadtests.evidence import report as reports
from loadtests.evidence import result as results
from loadtests.evidence.gate import Gate, Row
from loadtests.evidence.memory import MIB
from loadtests.evidence.provenance import Machine, Source
from loadtests.evidence.result import Result, Windows, claims_of
from loadtests.evidence.testimony import Report
from loadtests.evidence.watch import EngineSample, EngineUse
from loadtests.generator.recorder import Recorder, Span, Visit
from loadtests.openload import histograms
from loadtests.openload.figures import parse_figure
from loadtests.openload.health import Health, condition
from loadtests.openload.outcomes import Arrivals
from loadtests.openload.thresholds import parse_threshold
from loadtests.openload.verdict import BACKLOG, Answer, Check
from loadtests.workload.faults import Fault
from loadtests.workload.plan import Profile
from terminals.kernel.outcome import Outcome
from terminals.kernel.outcome import Result as End
from tests.loadtests.judged_runs import judged_run

MakeProfile = Callable[..., Profile]
HEALTHY = Health(histograms.encode(histograms.blank()), 0.2)
HOLDS = Gate((Row("2102 settlements", 400, 400, 400, ok=True),))


def report(**changed: Any) -> Report:
    recorder = Recorder()
    for number in range(400):
        visit = Visit(Outcome("pharmacy", End.SETTLED), Span(number, number + 0.05), (), 0.0)
        recorder.end(visit, due_s=number)
    seen = recorder.report(cpu_share=0.2, finished=True)
    facts: dict[str, Any] = {"arrivals": Arrivals(400, 400, 400, 3, 0), "achieved": 396, "health": (HEALTHY,)}
    return msgspec.structs.replace(seen, **(facts | changed))


@pytest.fixture
def result(make_profile: MakeProfile) -> Result:
    return Result(
        profile=make_profile(),
        command="shuaka load",
        windows=Windows("2026-11-21T12:00:00+08:00", planned_s=4, warmup_s=0, lasted_s=5),
        machine=Machine("CPU", 2, "6.1", "3.11.7"),
        source=Source("c0ffee", dirty=False, lock_sha256="00"),
        report=report(),
        condition=condition([HEALTHY]),
    )


def test_a_result_is_read_back_whole_so_that_every_figure_can_be_computed_again(result: Result, tmp_path: Path) -> None:
    results.write(result.judged(HOLDS), tmp_path / "result.json")
    again = results.read(tmp_path / "result.json")
    assert again == result.judged(HOLDS)
    assert histograms.estimate(again.served().intended, histograms.P50) == pytest.approx(50_000, rel=0.001)


def test_a_result_with_an_unknown_field_is_refused(result: Result, tmp_path: Path) -> None:
    content = {**msgspec.to_builtins(result), "mood": "good"}
    (tmp_path / "result.json").write_bytes(msgspec.json.encode(content))
    with pytest.raises(msgspec.ValidationError, match="unknown field `mood`"):
        results.read(tmp_path / "result.json")


def test_rates_are_over_the_time_in_which_arrivals_came(result: Result) -> None:
    assert (result.offered_per_s, result.achieved_per_s) == (100, 99)


def test_a_run_whose_gate_holds_is_judged_by_its_slo(result: Result) -> None:
    verdict = result.judged(HOLDS).verdict
    assert verdict is not None
    assert verdict.answer is Answer.PASS


def test_a_run_whose_gate_does_not_hold_fails(result: Result) -> None:
    verdict = result.judged(Gate((Row("2102 settlements", 400, 400, 399, ok=False),))).verdict
    assert verdict is not None
    assert verdict.answer is Answer.FAIL
    assert "2102 settlements: client 400, engine 400, ledger 399" in verdict.reasons


def test_a_run_that_was_ended_before_everybody_had_come_fails(result: Result) -> None:
    windows = msgspec.structs.replace(result.windows, lasted_s=2)
    few = msgspec.structs.replace(result.report, arrivals=Arrivals(9, 9, 9, 0, 0))
    cut = msgspec.structs.replace(result, interrupted=True, windows=windows, report=few)
    verdict = cut.judged(HOLDS).verdict
    assert verdict is not None
    assert (verdict.answer, verdict.reasons, verdict.exit_code) == (Answer.FAIL, ("ended early, after 2 of 4 s",), 1)


def test_a_run_that_was_ended_after_everybody_had_come_is_judged_and_says_so(result: Result) -> None:
    verdict = msgspec.structs.replace(result, interrupted=True).judged(HOLDS).verdict
    assert verdict is not None
    assert (verdict.answer, verdict.reasons) == (Answer.PASS, ())
    assert "ended early, after 5 of 4 s" in verdict.remarks


def test_doubt_faults_and_unfinished_visits_are_claimed_as_unknown() -> None:
    visits = {"pharmacy": {"IN_DOUBT": 3, "FAULT": 1, "REVERSED": 4, "SETTLED": 5}}
    claims = claims_of(Report(arrivals=Arrivals(sent=9, completed=8), visits=visits, undone=4, left_open=2))
    assert (claims.unknown, claims.undone) == (2 + 1 + 1, 4)


def test_a_run_in_which_a_promised_story_never_happened_fails_and_names_it(result: Result) -> None:
    verdict = result.judged(HOLDS, unseen=("a bank account pays: none seen",)).verdict
    assert verdict is not None
    assert verdict.answer is Answer.FAIL
    assert "a bank account pays: none seen" in verdict.reasons


def test_a_report_shows_the_witnesses_side_by_side_and_the_verdict(result: Result) -> None:
    text = "\n".join(reports.lines(result.judged(HOLDS)))
    assert "open arrivals 10/1s, seed 1" in text
    assert "one host, loopback" in text
    assert "scheduled 400  sent 400  completed 400  late 3  dropped 0" in text
    row = next(line for line in text.splitlines() if "2102 settlements" in line)
    assert row.split() == ["2102", "settlements", "400", "400", "400", "ok"]
    assert "PASS (no latency promise was judged: too few samples) (p95 <= 1500 ms" in text


def test_a_report_states_no_percentile_of_too_few_samples_and_always_the_maximum(result: Result) -> None:
    row = next(line for line in reports.lines(result) if "intended start" in line and "settled" in line)
    assert row.count("n too small") == 3
    assert row.endswith("50 ms")


def test_a_report_tells_the_thresholds_that_were_kept_beside_those_that_were_not(result: Result) -> None:
    asked = tuple(parse_threshold(text) for text in ("served p50 <= 60ms", "served p50 <= 40ms"))
    profile = msgspec.structs.replace(result.profile, thresholds=asked)
    said = reports.lines(msgspec.structs.replace(result, profile=profile).judged(HOLDS))
    assert "ok   served p50 <= 60ms: served p50 50 ms from the intended start, limit 60 ms" in said
    assert "FAIL served p50 <= 40ms: served p50 50 ms from the intended start, limit 40 ms" in said


def backlog_of(**profile: Any) -> Check:
    verdict = judged_run(growth_per_s=5, **profile).verdict
    assert verdict is not None
    return next(check for check in verdict.checks if check.name == BACKLOG)


def test_a_backlog_is_judged_under_a_fault_that_lasts_the_whole_run() -> None:
    always = Fault(kind="slow", at_s=0, for_s=100, delay_ms=80)
    assert backlog_of(faults=(always,)) == backlog_of()
    assert backlog_of().ok is False


def test_a_backlog_is_judged_outside_a_fault_that_passes_or_says_that_faults_kept_it_from_being() -> None:
    short, long = (Fault(kind="stall", at_s=5, for_s=for_s) for for_s in (5, 91))
    assert backlog_of(faults=(short,)).said.endswith("seconds 12 to 100 at 100/s")
    assert backlog_of(faults=(long,)).said == "not judged: faults leave no steady rate alone for long enough"
    assert backlog_of(model="closed").said == "not judged: the model is closed, and a backlog cannot grow"


def test_recovery_and_memory_are_figures_of_a_result() -> None:
    samples = tuple(EngineSample(at_s, 0.5, int((100 + at_s / 60) * MIB), 0, 1.0, 1.0) for at_s in range(0, 900, 10))
    spike = Fault(kind="slow", at_s=20, for_s=10, delay_ms=80)
    run = judged_run(seconds=900, rate=2, faults=(spike,))
    seen = msgspec.structs.replace(run, engine=EngineUse("sqlite", "full", samples)).measured()
    asked = {name: seen.read(parse_figure(name)).value for name in ("engine memory", "engine memory_growth")}
    assert asked == {"engine memory": pytest.approx(114.83, abs=0.01), "engine memory_growth": pytest.approx(60)}
    assert seen.read(parse_figure("recovery time")).value == 0


def test_a_row_that_differs_says_so(result: Result) -> None:
    failed = result.judged(Gate((Row("2102 settlements", 400, 400, 399, ok=False),)))
    assert any("DIFFERS" in line for line in reports.lines(failed))
