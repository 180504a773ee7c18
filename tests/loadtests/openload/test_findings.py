"""One open run, judged: in words and in one JSON."""

from random import Random
from typing import Any

import msgspec
import pytest

from loadtests.openload import junit
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.findings import Findings, Setting, document, found, lines, suite
from loadtests.openload.intervals import Interval
from loadtests.openload.outcomes import Arrivals
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
    return found(
        ("Customer",),
        Setting(**{"arrivals": PLAN, **setting}),
        "2026-11-21T12:00:00+00:00",
        seen,
        interrupted=interrupted,
    )


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
    assert (verdict.answer, verdict.reasons) == (
        Answer.FAIL,
        ("ended early, after 1.5 s, before everybody came (200 of 200)",),
    )


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
    assert said[-1] == "FAIL"  # a failure needs no more words in its headline


def test_the_json_holds_all_of_it() -> None:
    whole = judged(report())
    assert msgspec.json.decode(document(whole), type=Findings) == whole


def test_a_build_server_gets_every_question() -> None:
    whole = judged(report(failed=2))
    said = junit.document([suite(whole)]).decode()
    assert f'tests="{len(whole.verdict.checks)}"' in said
    assert 'name="Customer 200/1s"' in said


def test_a_pass_without_enough_samples_says_so_in_its_headline() -> None:
    assert list(lines(judged(report())))[-1] == "PASS (no latency promise was judged: too few samples)"


def test_visits_that_end_the_arrivals_fail_the_run_with_their_reason() -> None:
    seen = msgspec.structs.replace(report(served=150), stopped="StopTest in Customer")
    assert judged(seen).verdict.reasons == (
        "ended early, after 1.5 s, before everybody came (150 of 200): StopTest in Customer",
    )


def test_the_arrivals_of_a_seed_are_counted_and_not_their_mean() -> None:
    plan = ArrivalPlan.read("poisson:200/1s")
    number = plan.number(Random(1))
    assert number != plan.expected == 200
    assert judged(report(served=number), arrivals=plan).verdict.answer is Answer.PASS
    assert judged(report(served=number - 1), arrivals=plan).verdict.answer is Answer.FAIL


def test_a_server_that_serves_half_of_it_in_the_drain_has_not_kept_up() -> None:
    series = [Interval(float(at), 1.0, scheduled=100, completed=50) for at in range(20)]
    arrivals = Arrivals(2000, 2000, 2000, 0, 0)
    seen = msgspec.structs.replace(report(), arrivals=arrivals, achieved=1000, series=tuple(series), elapsed_s=40.0)
    verdict = judged(seen, arrivals=ArrivalPlan.read("100/20s"), thresholds=(parse_threshold("achieved rate >= 99"),))
    assert verdict.verdict.reasons == (
        "the backlog grows by 50.0 visits/s, seconds 2 to 20 at 100/s",
        "achieved rate 50.0/s, limit 99.0/s",
    )


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ({"warmup_s": -5}, "warmup_s is -5; it is 0 at least"),
        ({"drain_s": float("nan")}, "drain_s is nan; it is 0 at least"),
        ({"visits_max": 0}, "visits_max is 0; it is 1 at least"),
        ({"warmup_s": 1}, "warmup_s is 1, and arrivals come for 1 s: nobody is measured"),
    ],
)
def test_numbers_that_no_run_can_have_are_refused(number: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Setting(arrivals=PLAN, **number)  # type: ignore[arg-type] # a row of a table
