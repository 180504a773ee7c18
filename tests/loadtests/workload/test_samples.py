from typing import Any

import pytest

from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.thresholds import parse_threshold
from loadtests.workload.faults import Fault
from loadtests.workload.samples import expected, needed, nobody, too_few, windows
from loadtests.workload.scenario import Scenario, load_scenario, names
from terminals.patients import Mix

OUTAGE = Fault(kind="outage", at_s=4, for_s=2, measured=False, lead_s=1, settle_s=3)
SHORT = {
    "outage-and-recovery": ["served p99 <= 3000ms"],
    "smoke": ["served p95 <= 1500ms", "served p99 <= 3000ms"],
    "spike": ["served p99 <= 3000ms"],
}
"""By scenario, the promises that it is too short for: it has others, which its question is about."""
SERVED_AT_LEAST = 0.9
"""Of those who are due; the others end without a settlement."""


def said(rate: str, warmup_s: float = 0, *faults: Fault, model: str = "open") -> str:
    return nobody(ArrivalPlan.read(rate), 1, warmup_s, faults, model)


def test_a_warm_up_as_long_as_the_arrivals_measures_nobody() -> None:
    assert said("10/5s", 5) == "the warm-up lasts 5 s, and arrivals come for 5 s: nobody is measured"
    assert said("10/5s", 4.8) == ""


def test_faults_that_are_not_measured_may_leave_nobody() -> None:
    assert "cover the 9 s of the arrivals: nobody is measured" in said("10/9s", 3, OUTAGE)
    assert said("10/9s", 2, OUTAGE) == said("10/10s", 3, OUTAGE) == ""


def test_a_run_to_which_nobody_comes_by_its_seed_is_none() -> None:
    assert said("poisson:0.01/1s") == (
        "by seed 1 nobody of poisson:0.01/1s is due where it is measured: let them come for longer"
    )
    assert said("poisson:0.01/1s", model="closed") == ""


def test_measured_is_what_lies_between_warm_up_faults_and_end() -> None:
    assert windows(20, 2, [OUTAGE]) == [(2, 3), (9, 20)]
    assert windows(20, 6, [OUTAGE]) == [(9, 20)]


def test_expected_are_the_arrivals_of_the_measured_seconds_by_flow_and_settlement() -> None:
    found = expected(ArrivalPlan.read("10..30/20s"), 2, [OUTAGE], Mix(pharmacy=0.5, inpatient=0.2), sign_ons=7)
    assert found["served"] == round(12.5 + 11 * 24.5)
    assert (found["pharmacy"], found["2102"], found["pharmacy/2102"]) == (141, 141, 141)
    assert (found["outpatient"], found["2207"], found["inpatient"], found["9001"]) == (113, 113, 28, 7)


@pytest.mark.parametrize(
    ("promise", "count"),
    [
        ("served p50 <= 1s", 200),
        ("served p99.9 <= 1s", 100_000),
        ("served max <= 1s", 1),
        ("load cpu <= 1ms", 0),
        ("served count >= 9", 0),
    ],
)
def test_a_promise_needs_a_hundred_samples_beyond_its_percentile(promise: str, count: int) -> None:
    assert needed(parse_threshold(promise)) == count


def test_a_promise_is_too_much_for_too_few_and_what_is_not_known_beforehand_is_not_said() -> None:
    asked = [parse_threshold(text) for text in ("served p90 <= 1s required", "1101 p99 <= 1s", "served p50 <= 1s")]
    [line] = too_few(asked, {"served": 999})
    assert line.startswith("served p90 <= 1000ms required cannot be judged: it needs 1000 samples, and about 999 are")
    assert line.endswith(" expected, and is required: the run will fail")


def too_short(scenario: Scenario) -> list[str]:
    asked: Any = (*scenario.slo.thresholds, *scenario.thresholds)
    sign_ons = scenario.terminals if scenario.sign_on == "storm" else 0
    counts = expected(scenario.arrivals, scenario.warmup_s, scenario.faults, scenario.mix, sign_ons)
    fewer = {name: int(count * SERVED_AT_LEAST) for name, count in counts.items()}
    return [line.partition(" cannot")[0] for line in too_few(asked, fewer)]


@pytest.mark.parametrize("name", names())
def test_a_shipped_scenario_lasts_for_the_promise_that_its_question_is_about(name: str) -> None:
    scenario = load_scenario(name)
    assert too_short(scenario) == SHORT.get(name, [])
    latencies = [one for one in (*scenario.slo.thresholds, *scenario.thresholds) if needed(one)]
    assert len(latencies) > len(too_short(scenario))
