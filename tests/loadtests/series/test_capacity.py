from pathlib import Path

import pytest

from loadtests.evidence.result import Result
from loadtests.openload.verdict import Slo
from loadtests.series import capacity, capacity_report
from loadtests.series.capacity import Curve, Taken, concluded, highest_held, taken
from loadtests.series.search import Answer, Found, Outcome, Purpose, Step
from tests.loadtests.judged_runs import judged_run

BLANK = Curve(
    name="cap",
    scenario="smoke",
    question="",
    command="shuaka capacity smoke",
    slo=Slo(),
    thresholds=(),
    step_s=100,
    warmup_s=0,
    confirmations=2,
)


def ended(result: Result) -> tuple[Outcome, str]:
    point = taken(Step(100, "climb"), result, Path("result.json")).point
    return point.outcome, point.why


def step(rate: float, purpose: Purpose, latency_ms: float = 10.0) -> Taken:
    return taken(Step(rate, purpose), judged_run(rate=rate, latency_ms=latency_ms), Path(f"{rate:g}.json"))


STEPS = [step(100, "climb"), step(150, "climb", 5000), step(100, "confirm"), step(100, "confirm", 20)]


def curve(answer: Answer, rate: float | None, steps: list[Taken] | None = None) -> Curve:
    return concluded(BLANK, Found(answer, rate), STEPS if steps is None else steps)


def words(found: Curve) -> str:
    return "\n".join(capacity_report.lines(found))


def test_a_run_that_passes_without_a_growing_backlog_is_held() -> None:
    assert ended(judged_run()) == ("held", "")


def test_a_run_that_misses_its_slo_is_missed_and_says_why() -> None:
    outcome, why = ended(judged_run(latency_ms=2000))
    assert outcome == "missed"
    assert why == "served p95 2.00 s from the intended start, limit 1.50 s"


def test_a_run_whose_gate_fails_is_missed_however_fast_it_was() -> None:
    assert ended(judged_run(gate_ok=False))[0] == "missed"


def test_a_busy_generator_says_nothing_of_the_service() -> None:
    outcome, why = ended(judged_run(cpu_share=0.9, latency_ms=9000))
    assert (outcome, why) == ("bound", "a generator process used 90% of its core, limit 80%")


def test_a_backlog_that_grows_is_missed_although_every_limit_is_kept() -> None:
    assert ended(judged_run(growth_per_s=2.0)) == (
        "missed",
        "the backlog grows by 2.0 visits/s, seconds 2 to 100 at 100/s",
    )


def test_a_point_has_the_rate_in_visits_settlements_and_messages() -> None:
    point = step(100, "climb").point
    assert (point.achieved_per_s, point.settlements_per_s, point.messages_per_s) == (100, 100, 300)


def test_percentiles_of_a_point_are_stated_only_with_enough_samples() -> None:
    latency = taken(Step(1, "climb"), judged_run(rate=5), Path()).point.latency
    assert (latency.n, latency.p99_us) == (500, None)
    assert latency.max_us == pytest.approx(10_000, rel=0.001)


def test_repeats_are_judged_together_by_adding_their_histograms() -> None:
    found = curve("found", 100)
    assert found.confirmed is not None
    assert found.confirmed.n == 2 * 100 * 100
    assert found.confirmed.p50_us == pytest.approx(10_000, rel=0.001)
    assert found.confirmed.max_us == pytest.approx(20_000, rel=0.001)


def test_the_highest_held_rate_lies_below_every_missed_one() -> None:
    assert highest_held(STEPS) == 100
    assert highest_held([*STEPS, step(90, "confirm", 5000)]) is None
    assert highest_held([]) is None


def test_a_curve_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    found = curve("found", 100)
    capacity.write(found, tmp_path / "capacity.json")
    assert capacity.read(tmp_path / "capacity.json") == found


def test_a_capacity_is_told_with_its_repeats_and_its_cliff() -> None:
    said = words(curve("found", 100, [*STEPS, step(110, "cliff", 2000)]))
    assert said.startswith("capacity 100 visits/s (100 settlements/s, 300 messages/s): held 2 of 2 times, within 5%;")
    assert "+10% is missed: 110/s: served p95 2.00 s from the intended start, limit 1.50 s" in said
    assert "over its 2 repeats together: n 20000, p50 10 ms" in said


def test_the_table_goes_by_rate_and_tells_every_step() -> None:
    rows = words(curve("found", 100, [*STEPS, step(110, "cliff", 2000)])).splitlines()[-5:]
    assert [row.split()[0] for row in rows] == ["100", "100", "100", "110", "150"]
    assert rows[-1].endswith("missed  served p95 5.00 s from the intended start, limit 1.50 s; served p99 5.00 s from"
                             " the intended start, limit 3.00 s")  # fmt: skip


def test_a_curve_says_what_every_step_changed_beside_its_rate_and_who_proves_who_asks() -> None:
    def at(rate: float) -> Taken:
        lines = (f"arrivals {rate:g} instead of 10", "mix.remote 0 instead of 0.3")
        return taken(Step(rate, "climb"), judged_run(rate=rate, overridden=lines, security="signature"), Path())

    for steps in ([at(100)], [at(100), at(150)]):
        found = curve("at least", 100, steps)
        assert (found.security, found.changed) == (("signature",), ("mix.remote 0 instead of 0.3",))
        assert "  security on (signature)\n  changed for these runs: mix.remote 0 instead of 0.3\n" in words(found)


def test_repeats_that_are_too_few_for_a_percentile_say_what_would_be_enough() -> None:
    steps = [taken(Step(10, "confirm"), judged_run(rate=10), Path()), step(11, "cliff", 5000)]
    assert "p99 needs 10000 visits in each: --step-s 1000 has them" in words(curve("found", 10, steps))


@pytest.mark.parametrize(
    ("answer", "rate", "said"),
    [
        ("below", None, "no capacity: nothing was held down to 1 visits/s; 150/s: served p95 5.00 s"),
        (
            "unsteady",
            None,
            "no capacity: unsteady, no rate was held 2 times in a row with none missed",
        ),
        ("unfinished", None, "no capacity: ended before any rate was held"),
        ("unfinished", 100, "at least 100 visits/s (100 settlements/s, 300 messages/s): ended early"),
    ],
)
def test_a_search_without_a_capacity_says_why(answer: Answer, rate: float | None, said: str) -> None:
    assert words(curve(answer, rate)).startswith(said)


def test_a_lower_bound_that_was_held_once_is_not_confirmed() -> None:
    assert (
        words(curve("unfinished", 100, STEPS[:1]))
        .splitlines()[0]
        .endswith("ended early; 100 was held once, not confirmed")
    )


def test_a_capacity_names_the_promises_that_its_steps_were_too_short_for() -> None:
    steps = [taken(Step(10, "confirm"), judged_run(rate=10), Path())] * 2
    found = curve("found", 10, [*steps, step(11, "cliff", 5000)])
    assert found.not_judged == ("no latency promise was judged: too few samples",)
    assert words(found).splitlines()[0].endswith("; no latency promise was judged: too few samples")


def test_a_generator_that_is_the_limit_makes_a_lower_bound_and_says_so() -> None:
    bound = taken(Step(200, "climb"), judged_run(rate=200, cpu_share=0.95), Path())
    assert words(curve("at least", 100, [STEPS[0], bound])).startswith(
        "at least 100 visits/s (100 settlements/s, 300 messages/s): the generator is the limit at 200/s: a generator"
    )
    assert "the generator is the limit already at 200/s" in words(curve("at least", None, [bound]))
    assert "the generator is the limit at 200/s" in words(curve("at least", 100, [*STEPS, bound]))
    thrice = taken(Step(200, "climb", 3), judged_run(rate=200, cpu_share=0.95), Path())
    assert "limit 80% (3 tries); 100 was held once, not confirmed" in words(curve("at least", 100, [STEPS[0], thrice]))


def bound(rate: float, purpose: Purpose = "narrow", attempt: int = 1) -> Taken:
    return taken(Step(rate, purpose, attempt), judged_run(rate=rate, cpu_share=0.95), Path())


def test_a_noisy_step_below_a_missed_one_is_not_the_reason_and_the_answer_lies_between() -> None:
    """30 is held, 45 missed with a healthy generator, and at 36.7 it hiccups three times."""
    tried = [bound(36.7, attempt=attempt) for attempt in (1, 2, 3)]
    found = curve("between", 30, [step(30, "climb"), step(45, "climb", 5000), *tried])
    assert words(found).splitlines()[0] == (
        "between 30 and 45 visits/s: the step at 36.7/s was bound by the generator (3 tries), which drove 45/s well"
        " (a generator process used 95% of its core, limit 80%); missed at 45/s: served p95 5.00 s from the intended"
        " start, limit 1.50 s; served: more than 1% of 4500 above 3.00 s from the intended start; 30 was held once,"
        " not confirmed; p99 not judged: n too small"
    )
    assert (found.missed and found.missed.rate, found.exit_code) == (45, 1)


def test_the_least_missed_rate_is_never_a_step_that_the_generator_bound() -> None:
    found = curve("found", 100, [*STEPS, bound(110, "cliff"), step(110, "cliff", 2000)])
    assert (found.missed and found.missed.outcome) == "missed"
    assert highest_held([*STEPS, bound(90)]) == 100


def test_a_step_that_was_tried_again_is_shown_with_each_of_its_tries() -> None:
    tries = [bound(150, "climb"), bound(150, "climb", 2)]
    first, again = words(curve("unfinished", 100, [STEPS[0], *tries])).splitlines()[-2:]
    assert (first.split()[:3], again.split()[:3]) == (["150", "step", "150.0"], ["150", "step", "again"])
    assert all("bound  a generator process used 95%" in row for row in (first, again))


def test_a_repeat_that_the_generator_bound_neither_confirms_nor_counts() -> None:
    found = curve("found", 100, [*STEPS, bound(100, "confirm"), step(110, "cliff", 2000)])
    assert found.confirmed is not None
    assert (len(found.repeats), found.confirmed.n) == (2, 2 * 100 * 100)
    assert "held 2 of 2 times" in words(found)


def test_a_noisy_step_that_was_mended_by_another_try_is_not_what_ends_a_search_at_the_most_that_may_be_asked() -> None:
    found = curve("at least", 100, [bound(100, "climb"), step(100, "climb")])
    assert "the generator is the limit at 100000/s, the most that may be asked" in words(found)


@pytest.mark.parametrize(
    ("answer", "code"),
    [("found", 0), ("at least", 3), ("between", 1), ("below", 1), ("unsteady", 1), ("unfinished", 1)],
)
def test_an_answer_has_the_exit_code_of_the_verdict_that_it_amounts_to(answer: Answer, code: int) -> None:
    assert curve(answer, None, []).exit_code == code


def test_a_harness_that_may_ask_no_more_is_the_limit() -> None:
    assert "the generator is the limit at 100000/s" in words(curve("at least", 100, [STEPS[0]]))
