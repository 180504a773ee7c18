from typing import Any

from loadtests.openload import histograms
from loadtests.openload.health import Condition
from loadtests.openload.histograms import Pair
from loadtests.openload.outcomes import Arrivals
from loadtests.openload.verdict import Answer, Slo, Verdict, judge

WELL = Condition(lag_p99_us=900, lag_max_us=5000, cpu_share_max=0.3, processes=1)
BUSY = Condition(lag_p99_us=900, lag_max_us=5000, cpu_share_max=0.95, processes=1)


def served(*groups: tuple[int, int]) -> Pair:
    pair = Pair(histograms.blank(), histograms.blank())
    for value_us, count in groups:
        pair.intended.record_value(value_us, count)
    return pair


def judged(**changed: Any) -> Verdict:
    facts: dict[str, Any] = {
        "slo": Slo(),
        "gate": (),
        "found": WELL,
        "arrivals": Arrivals(10_000, 10_000, 10_000, 0, 0),
        "errors": 0,
        "served": served((5_000, 10_000)),
    }
    return judge(**(facts | changed))


def test_a_run_that_keeps_every_promise_passes() -> None:
    assert judged() == Verdict(Answer.PASS)
    assert judged().exit_code == 0


def test_a_broken_gate_leaves_no_performance_result() -> None:
    verdict = judged(gate=("2102 settlements: client 5, ledger 4",), found=BUSY)
    assert (verdict.answer, verdict.exit_code) == (Answer.FAIL, 1)
    assert verdict.reasons[0] == "no performance result: the gate does not hold"


def test_a_busy_generator_is_bound_and_not_the_service_slow() -> None:
    verdict = judged(found=BUSY, served=served((9_000_000, 10_000)))
    assert (verdict.answer, verdict.exit_code) == (Answer.GENERATOR_BOUND, 3)


def test_a_missed_percentile_fails() -> None:
    assert judged(served=served((5_000, 9_000), (2_000_000, 1_000))).reasons == (
        "p95 2.00 s from the intended start, limit 1500 ms",
    )


def test_a_percentile_of_too_few_samples_is_remarked_and_not_judged_well() -> None:
    verdict = judged(served=served((5_000, 3_000)))
    assert (verdict.answer, verdict.remarks) == (Answer.PASS, ("p99 not stated: n too small (3000)",))


def test_a_run_in_which_nothing_was_measured_fails() -> None:
    verdict = judged(served=served())
    assert verdict.answer == Answer.FAIL
    assert verdict.reasons == ("nothing was measured: nobody was served after the warm-up",)


def test_few_samples_of_which_too_many_are_slow_fail_all_the_same() -> None:
    verdict = judged(served=served((5_000, 90), (4_000_000, 10)))
    assert verdict.answer is Answer.FAIL
    assert verdict.reasons == (
        "more than 5% of 100 visits above 1500 ms from the intended start",
        "more than 1% of 100 visits above 3000 ms from the intended start",
    )


def test_dropped_arrivals_fail_as_not_achieved() -> None:
    verdict = judged(arrivals=Arrivals(10_000, 9_800, 9_800, 0, 200))
    assert verdict.reasons == ("achieved 9800 of 10000 offered, limit 99%",)


def test_errors_above_their_share_fail() -> None:
    assert judged(errors=1).answer is Answer.PASS
    assert judged(errors=2).reasons == ("2 errors in 10000 arrivals, limit 0.01%",)


def test_a_run_to_which_nobody_came_fails() -> None:
    assert judged(arrivals=Arrivals()).answer is Answer.FAIL
