"""One open run, judged: in words and in one JSON."""

from pathlib import Path
from typing import Any

import msgspec

from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.findings import Findings, Setting, found, lines, write
from loadtests.openload.record import FAILED, SERVED, Record, Report
from loadtests.openload.thresholds import parse_threshold
from loadtests.openload.verdict import Answer, Slo

PLAN = ArrivalPlan.read("200/1s")


def report(*, served: int = 200, failed: int = 0, took_us: int = 1000, cpu_share: float = 0.2) -> Report:
    record = Record()
    record.begin(1.0)
    for end in [SERVED] * served + [FAILED] * failed:
        record.end("Customer", end, intended_us=took_us, sent_us=took_us, measured=True)
    record.scheduled = record.sent = record.completed = served + failed
    return record.report(cpu_share=cpu_share, elapsed_s=1.5, finished=True)


def judged(seen: Report, *, interrupted: bool = False, **setting: Any) -> Findings:
    return found(("Customer",), Setting(arrivals=PLAN, **setting), "now", seen, interrupted=interrupted)


def test_a_run_that_keeps_its_promises_passes() -> None:
    assert judged(report(), slo=Slo(p95_ms=20)).verdict.answer is Answer.PASS


def test_a_slow_run_fails() -> None:
    assert judged(report(took_us=30_000), slo=Slo(p95_ms=20)).verdict.answer is Answer.FAIL


def test_failed_visits_fail_a_run_and_their_latency_is_no_success() -> None:
    verdict = judged(report(failed=2)).verdict
    assert verdict.answer is Answer.FAIL
    assert any("errors share" in reason for reason in verdict.reasons)


def test_a_busy_generator_is_no_slow_service() -> None:
    assert judged(report(cpu_share=0.9)).verdict.answer is Answer.GENERATOR_BOUND


def test_a_threshold_may_name_a_user_class() -> None:
    limit = parse_threshold("Customer max <= 0.5ms")
    assert judged(report(), thresholds=(limit,)).verdict.answer is Answer.FAIL


def test_a_run_that_was_ended_early_fails_and_says_when() -> None:
    verdict = judged(report(), interrupted=True).verdict
    assert (verdict.answer, verdict.reasons) == (Answer.FAIL, ("ended after 1.5 s, before everybody came",))


def test_a_run_that_could_not_be_carried_out_says_why() -> None:
    failed = msgspec.structs.replace(report(), failure="a load process was lost")
    assert judged(failed).verdict.reasons == ("a load process was lost",)


def test_the_words_say_what_was_offered_what_came_of_it_and_the_verdict() -> None:
    said = list(lines(judged(report(failed=2))))
    assert said[0] == "open load of Customer: 200/1s, seed 1"
    assert said[1] == "arrivals   scheduled 202  sent 202  completed 202  late 0  dropped 0"
    assert [line.split() for line in said if line.startswith("Customer served, since due")] == [
        ["Customer", "served,", "since", "due", "200", "1", "ms", *["n", "too", "small"] * 4, "1", "ms"]
    ]
    assert any(line.startswith("FAIL errors share") for line in said)
    assert said[-1] == "FAIL"


def test_the_json_holds_all_of_it(tmp_path: Path) -> None:
    whole = judged(report())
    write(whole, tmp_path / "run.json")
    assert msgspec.json.decode((tmp_path / "run.json").read_bytes(), type=Findings) == whole
