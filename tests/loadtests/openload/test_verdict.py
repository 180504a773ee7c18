from typing import Any

import pytest
from hdrh.histogram import HdrHistogram

from loadtests.openload import histograms
from loadtests.openload.backlog import Growth, Stretch, Untold
from loadtests.openload.figures import Measured
from loadtests.openload.health import Condition
from loadtests.openload.latencies import Pair
from loadtests.openload.outcomes import Arrivals
from loadtests.openload.thresholds import parse_threshold
from loadtests.openload.verdict import BACKLOG, Answer, Check, Slo, Verdict, judge

WELL = Condition(lag_p99_us=100, lag_max_us=100, cpu_share_max=0.3, processes=1)
BUSY = Condition(lag_p99_us=100, lag_max_us=100, cpu_share_max=0.95, processes=1)
LEVEL = Growth(Stretch(1000, 2, 10), per_s=0.0)
ALL_SERVED = Arrivals(10_000, 10_000, 10_000, 0, 0)


def served(*groups: tuple[int, int]) -> Pair:
    pair = Pair(histograms.blank(), histograms.blank())
    for value_us, count in groups:
        pair.intended.record_value(value_us, count)
    return pair


def measured(*groups: tuple[int, int], arrivals: Arrivals = ALL_SERVED, errors: int = 0) -> Measured:
    latencies = {"served": served(*groups or ((5_000, 10_000),))}
    return Measured(arrivals, errors, latencies, arrived_s=10, growth=LEVEL)


def lag(*groups: tuple[int, int]) -> HdrHistogram:
    histogram = histograms.blank()
    for value_us, count in groups:
        histogram.record_value(value_us, count)
    return histogram


PROMPT, LATE = lag((100, 10_000)), lag((100, 9_000), (3_000, 1_000))


def judged(**changed: Any) -> Verdict:
    facts: dict[str, Any] = {"slo": Slo(), "found": WELL, "lag": PROMPT, "measured": measured()}
    return judge(**(facts | changed))


def answers(verdict: Verdict) -> dict[str, bool | None]:
    return {check.name: check.ok for check in verdict.checks}


def test_a_run_that_keeps_every_promise_passes() -> None:
    assert (judged().answer, judged().reasons, judged().remarks) == (Answer.PASS, (), ())
    assert judged().exit_code == 0


def test_a_broken_gate_leaves_no_performance_result() -> None:
    verdict = judged(gate=("2102 settlements: client 5, ledger 4",), found=BUSY)
    assert (verdict.answer, verdict.exit_code) == (Answer.FAIL, 1)
    assert verdict.reasons[0] == "no performance result: the gate does not hold"


def test_a_busy_generator_is_bound_and_not_the_service_slow() -> None:
    verdict = judged(found=BUSY, measured=measured((9_000_000, 10_000)))
    assert (verdict.answer, verdict.exit_code) == (Answer.GENERATOR_BOUND, 3)


def test_a_generators_lag_is_held_against_the_tightest_bound_of_the_run() -> None:
    asked = [parse_threshold("served p99 <= 50ms")]
    assert judged(lag=LATE).answer is Answer.PASS
    verdict = judged(lag=LATE, thresholds=asked)
    assert verdict.answer is Answer.GENERATOR_BOUND
    limit = "arrivals in more than 2.5 ms late, 5% of served p99 <= 50ms, where 1% may be; schedule lag p99"
    assert verdict.reasons == (f"the scheduler let 1000 of 10000 {limit} 3 ms, max 3 ms",)
    kept = next(check for check in judged(thresholds=asked).checks if check.group == "generator")
    assert kept.said == f"the scheduler let 0 of 10000 {limit} 0.1 ms, max 0.1 ms; busiest process 30% of a core"


def test_a_pause_of_the_generator_is_not_blamed_on_the_service_whatever_percentile_is_asked() -> None:
    paused = {"lag": lag((300, 1_488), (236_000, 12)), "measured": measured((5_000, 1_366), (199_000, 6))}
    for asked in ("served p99.9 <= 150ms", "served max <= 150ms"):
        assert judged(**paused, thresholds=[parse_threshold(asked)]).answer is Answer.GENERATOR_BOUND
    assert judged(**paused, thresholds=[parse_threshold("served max <= 200ms")]).answer is Answer.PASS


def test_a_slow_service_is_not_excused_by_a_pause_that_is_too_short_to_explain_it() -> None:
    slow = {"lag": lag((300, 1_499), (30_000, 1)), "measured": measured((5_000, 1_366), (900_000, 6))}
    for asked in ("served p99.9 <= 150ms", "served max <= 150ms"):
        assert judged(**slow, thresholds=[parse_threshold(asked)]).answer is Answer.FAIL


@pytest.mark.parametrize(
    "asked", ["served p99.9 <= 9ms", "served p99 sent <= 9ms", "served p50 <= 9ms", "load cpu <= 1ms"]
)
def test_a_bound_that_no_lag_touches_or_that_a_run_is_too_short_for_asks_nothing_of_the_generator(asked: str) -> None:
    assert judged(lag=LATE, thresholds=[parse_threshold(asked)]).answer is not Answer.GENERATOR_BOUND


def test_a_missed_percentile_fails() -> None:
    assert judged(measured=measured((5_000, 9_000), (2_000_000, 1_000))).reasons == (
        "served p95 2.00 s from the intended start, limit 1.50 s",
    )


def test_a_percentile_of_too_few_samples_is_remarked_and_not_judged_well() -> None:
    verdict = judged(measured=measured((5_000, 3_000)))
    assert (verdict.answer, verdict.remarks) == (Answer.PASS, ("served p99 not stated: n too small (3000)",))


def test_a_run_in_which_nothing_was_measured_fails() -> None:
    verdict = judged(measured=measured((5_000, 0)))
    assert (verdict.answer, verdict.reasons) == (Answer.FAIL, ("served count 0, limit 1",))


def test_few_samples_of_which_too_many_are_slow_fail_all_the_same() -> None:
    verdict = judged(measured=measured((5_000, 90), (4_000_000, 10)))
    assert verdict.answer is Answer.FAIL
    assert verdict.reasons == (
        "served: more than 5% of 100 above 1.50 s from the intended start",
        "served: more than 1% of 100 above 3.00 s from the intended start",
    )


def test_dropped_arrivals_fail_as_not_achieved() -> None:
    verdict = judged(measured=measured(arrivals=Arrivals(10_000, 9_800, 9_800, 0, 200)))
    assert verdict.reasons == ("achieved share 98% of 10000, limit 99%",)


def test_errors_above_their_share_fail() -> None:
    assert judged(measured=measured(errors=1)).answer is Answer.PASS
    assert judged(measured=measured(errors=2)).reasons == ("errors share 0.02% of 10000, limit 0.01%",)


def test_a_run_to_which_nobody_came_fails() -> None:
    assert judged(measured=measured(arrivals=Arrivals())).answer is Answer.FAIL


def test_a_missed_threshold_fails_although_the_slo_is_kept() -> None:
    asked = [parse_threshold("served p99 <= 4ms"), parse_threshold("dropped count <= 0")]
    verdict = judged(thresholds=asked)
    assert verdict.answer is Answer.FAIL
    assert verdict.reasons == ("served p99 5 ms from the intended start, limit 4 ms",)
    assert answers(verdict)["dropped count <= 0"] is True


def test_a_threshold_that_cannot_be_judged_is_a_remark_unless_it_is_required() -> None:
    asked = "served p99.9 <= 4s"
    verdict = judged(thresholds=[parse_threshold(asked)])
    assert (verdict.answer, verdict.remarks) == (Answer.PASS, ("served p99.9 not stated: n too small (10000)",))
    assert judged(thresholds=[parse_threshold(f"{asked} required")]).answer is Answer.FAIL


def test_every_question_is_kept_in_order_of_precedence() -> None:
    verdict = judged(gate=(), unseen=(), thresholds=[parse_threshold("late share <= 1%")])
    assert [check.group for check in verdict.checks] == [
        "run",
        "gate",
        "stories",
        "generator",
        *["slo"] * 6,
        "threshold",
    ]
    assert set(answers(verdict).values()) == {True}


def test_a_backlog_that_grows_fails_although_everything_is_served_in_the_drain() -> None:
    growing = measured()._replace(growth=Growth(Stretch(1000, 2, 10), per_s=500.0))
    verdict = judged(measured=growing)
    assert verdict.answer is Answer.FAIL
    assert verdict.reasons == ("the backlog grows by 500.0 visits/s, seconds 2 to 10 at 1000/s",)


def test_a_backlog_of_which_nothing_can_be_told_is_not_judged_and_no_news() -> None:
    verdict = judged(measured=measured()._replace(growth=None))
    assert answers(verdict)[BACKLOG] is None
    assert (verdict.headline, verdict.remarks) == ("PASS", ())


def test_a_backlog_that_faults_leave_nothing_of_says_so() -> None:
    verdict = judged(measured=measured()._replace(growth=None, untold=Untold.FAULTS))
    assert next(check.said for check in verdict.checks if check.name == BACKLOG) == (
        "not judged: faults leave no steady rate alone for long enough"
    )


def test_a_headline_names_what_was_not_judged_by_what_it_lacked() -> None:
    asked = [parse_threshold("checkout p99 <= 1s"), parse_threshold("served p99.9 <= 4s")]
    verdict = judged(measured=measured((5_000, 3_000)), thresholds=asked)
    assert verdict.headline == (
        "PASS (p99, p99.9 not judged: n too small; checkout p99 not judged: nothing was measured)"
    )


def test_a_pass_of_a_run_of_which_no_latency_was_judged_says_so_plainly() -> None:
    asked = [parse_threshold("served p50 <= 1s"), parse_threshold("load cpu <= 1ms")]
    verdict = judged(measured=measured((5_000, 100)), thresholds=asked)
    assert verdict.headline.startswith("PASS (no latency promise was judged: too few samples; load cpu not judged: ")
    assert verdict.exit_code == 0


def test_one_latency_that_was_judged_is_enough_to_name_only_the_others() -> None:
    verdict = judged(measured=measured((5_000, 100)), thresholds=[parse_threshold("served max <= 1s")])
    assert verdict.headline == "PASS (p95, p99 not judged: n too small)"


def test_a_failure_is_told_in_one_word() -> None:
    assert judged(measured=measured((2_000_000, 3_000))).headline == "FAIL"


def test_who_was_not_asked_has_no_check() -> None:
    assert {check.group for check in judged().checks} == {"run", "generator", "slo"}


def test_a_run_that_may_not_be_believed_leaves_its_service_unjudged() -> None:
    for spoilt in ({"gate": ("2102 differs",)}, {"unseen": ("a bank account pays",)}, {"found": BUSY}):
        service = [check for check in judged(**spoilt).checks if check.group == "slo"]
        assert {check.ok for check in service} == {None}
        assert all(check.said.startswith("not judged: ") for check in service)


def test_a_run_that_was_ended_early_fails_first_of_all_and_is_judged_by_what_was_run() -> None:
    verdict = judged(early="ended early, after 2 of 4 s", measured=measured(errors=2))
    assert (verdict.answer, verdict.reasons[0], len(verdict.reasons)) == (Answer.FAIL, "ended early, after 2 of 4 s", 2)
    assert verdict.checks[0] == Check("run", "every planned arrival came", ok=False, said="ended early, after 2 of 4 s")
    assert judged(early="ended early", found=BUSY).answer is Answer.FAIL
