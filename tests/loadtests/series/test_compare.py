from math import exp
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from loadtests.evidence.provenance import Build, Source
from loadtests.evidence.result import Result
from loadtests.evidence.watch import EngineUse
from loadtests.openload.figures import parse_figure
from loadtests.series import compare, compare_report
from loadtests.series.compare import Comparison, Side, compared, more_is_better
from tests.loadtests.judged_runs import MACHINE, judged_run

PAIRS = 6


def session(
    effect: float = 1.0, noise: float = 0.01, pairs: int = PAIRS, seed: int = 1, **every: Any
) -> tuple[Side, Side]:
    """Runs in turn A B B A, whose latency has noise of its own, and B's an effect."""
    random = Random(seed)
    runs = {"A": list[Result](), "B": list[Result]()}
    for minute, who in enumerate(("ABBA" * pairs)[: 2 * pairs]):
        latency_ms = 10 * exp(random.gauss(0, noise)) * (effect if who == "B" else 1)
        run = judged_run(f"run-{minute:02d}", minute=minute, latency_ms=latency_ms, **every)
        runs[who].append(run)
    return Side("old", runs["A"]), Side("new", runs["B"])


def words(found: Comparison) -> str:
    return "\n".join(compare_report.lines(found))


@pytest.mark.parametrize(
    ("effect", "answer"), [(1.0, "no change"), (1.03, "no change"), (1.2, "worse"), (0.8, "better")]
)
def test_a_change_is_called_beyond_five_percent_with_one_outside_the_interval(effect: float, answer: str) -> None:
    found = compared(*session(effect))
    assert (found.answer, found.obstacles) == (answer, ())
    assert found.estimate is not None
    assert found.estimate.middle == pytest.approx(effect, rel=0.03)


@pytest.mark.parametrize("seed", range(3, 8))
def test_an_effect_that_noise_could_have_made_is_no_change(seed: int) -> None:
    found = compared(*session(1.07, noise=0.3, seed=seed))
    assert found.estimate is not None
    assert not found.estimate.excludes_one
    assert found.answer == "no change"


def test_the_noise_floor_is_that_of_a_against_itself() -> None:
    quiet, noisy = compared(*session(noise=0.01)).noise_floor, compared(*session(noise=0.1)).noise_floor
    assert quiet is not None
    assert noisy is not None
    assert 0 < quiet < 0.02 < noisy


def test_the_same_runs_give_the_same_comparison() -> None:
    assert compared(*session(1.1), seed=7) == compared(*session(1.1), seed=7)


def test_pairs_are_made_in_the_order_in_which_runs_began() -> None:
    a, b = session()
    found = compared(Side("old", a.runs[::-1]), b)
    assert [(one.a_run, one.b_run) for one in found.couples][:2] == [("run-00", "run-01"), ("run-03", "run-02")]


@pytest.mark.parametrize(
    ("figure", "more"),
    [
        ("served p99", False),
        ("errors share", False),
        ("dropped count", False),
        ("load cpu", False),
        ("achieved rate", True),
        ("completed count", True),
        ("served count", True),
    ],
)
def test_of_throughput_more_is_better_and_of_everything_else_less(figure: str, more: bool) -> None:  # noqa: FBT001 - a row
    assert more_is_better(parse_figure(figure)) is more


def test_other_figures_are_compared_by_their_name() -> None:
    found = compared(*session(rate=100), figure=parse_figure("load cpu"))
    assert found.estimate is not None
    assert (found.answer, found.estimate.middle) == ("no change", 1)
    assert found.couples[0].a == pytest.approx(2.0)


def test_what_may_not_be_compared_has_no_figure_and_says_why() -> None:
    found = compared(*session(cpu_share=0.9))
    assert (found.answer, found.estimate, found.couples) == ("not comparable", None, ())
    assert "run-00: a generator process used 90% of its core, limit 80%" in found.obstacles


def test_too_few_pairs_have_no_interval() -> None:
    assert compared(*session(pairs=4)).obstacles == ("4 pairs: an interval needs at least 5",)


def test_no_runs_at_all_are_not_comparable() -> None:
    assert compared(Side("a", []), Side("b", [])).answer == "not comparable"


def test_a_comparison_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    found = compared(*session(1.2))
    compare.write(found, tmp_path / "compare.json")
    assert compare.read(tmp_path / "compare.json") == found


def test_a_comparison_is_told_in_a_sentence_with_its_interval_and_a_row_a_pair() -> None:
    text = words(compared(*session(1.2)))
    assert text.startswith("worse: served p99 of B is 20.")
    assert "% higher than of A (x1.20" in text
    assert "95% interval" in text
    assert "6 pairs; a change is called beyond 5% with 1 outside the interval" in text
    assert "A old, B new" in text
    assert "noise floor" in text
    assert len([line for line in text.splitlines() if line.startswith("run-")]) == PAIRS


def test_a_comparison_says_what_the_runs_of_a_side_changed_and_who_proves_who_asks() -> None:
    a, b = session(overridden=("processes 2 instead of 1",), security="signature")
    found = compared(a, b)
    assert (found.security, found.changed_a) == (("signature",), ("processes 2 instead of 1",))
    assert "  security on (signature)\n  changed for these runs: processes 2 instead of 1\n" in words(found)
    other, _ = session()
    assert words(compared(a, Side("new", other.runs))).endswith(
        "  security on (signature, mac and pin block)\n  changed for the runs of A: processes 2 instead of 1"
    )


def on(side: Side, **facts: Any) -> Side:
    return Side(side.name, [msgspec.structs.replace(run, **facts) for run in side.runs])


def test_a_comparison_names_the_code_of_harness_and_engine_of_both_sides() -> None:
    a, b = session()
    old, new = (EngineUse("sqlite", "FULL", build=Build("0.4.0", commit, dirty=True)) for commit in ("c0ffee", "beef"))
    told = words(compared(on(a, engine=old), on(b, engine=new)))
    assert "  store: sqlite (FULL)\n" in told
    assert "  engine of A: 0.4.0, commit c0ffee with uncommitted changes\n" in told
    assert "  engine of B: 0.4.0, commit beef with uncommitted changes\n" in told
    assert "  harness: commit c0ffee\n" in told


def test_a_side_of_two_commits_names_both_and_an_engine_that_did_not_say_is_told_as_such() -> None:
    a, b = session()
    nowhere = Source("", dirty=False, lock_sha256="")
    b = Side(b.name, [*b.runs[:-1], msgspec.structs.replace(b.runs[-1], source=nowhere)])
    told = words(compared(a, b))
    assert "  harness of A: commit c0ffee\n  harness of B: commit c0ffee; no commit to name\n" in told
    assert "  store: unknown\n  engine: it did not say\n" in told


def test_a_comparison_across_cores_names_the_cores_of_both_sides() -> None:
    a, b = session()
    apart = msgspec.structs.replace(MACHINE, sharing="engine on core 0, load on core 1", load_cores="1")
    told = words(compared(a, on(b, machine=apart), across=("cores",)))
    assert told.startswith("no change")
    assert "they differ in cores\n" in told
    assert f"  machine of A: {MACHINE.sharing}; 2 cores, CPU\n" in told
    assert "  machine of B: engine on core 0, load on core 1; 2 cores, CPU\n" in told


def test_many_obstacles_are_told_by_a_few_and_a_count() -> None:
    text = words(compared(*session(gate_ok=False)))
    assert text.startswith("not comparable: served p99 of B against A")
    assert "  and 4 more" in text
