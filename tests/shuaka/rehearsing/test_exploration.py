from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from loadtests.evidence.result import Result
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.series import capacity
from shuaka.engine import EngineError
from shuaka.rehearsing.exploration import CurveError, Exploration, explored
from shuaka.rehearsing.order import Rehearsal
from shuaka.rehearsing.series import EndedError, Series
from tests.loadtests.judged_runs import judged_run

Serve = Callable[[Rehearsal], Result]
KNEE = 100.0
STEP_S = 100.0


def plan(place: Path) -> Exploration:
    def at(rate: float, number: int) -> Rehearsal:
        return Rehearsal(run="cap", data=place, arrivals=ArrivalPlan.read(f"{rate:g}", STEP_S), warmup_s=0, seed=number)

    return Exploration(at, start=40, step_s=STEP_S, confirmations=2, file=place / "curves" / "capacity.json")


def service(asked: Rehearsal, **changed: bool) -> Result:
    """Serve as much as it can, and more ever more slowly."""
    rate = asked.arrivals.expected / STEP_S
    return judged_run(asked.run, rate=rate, latency_ms=10 if rate <= KNEE else 4000, seed=asked.seed, **changed)  # type: ignore[arg-type]


def series(served: Serve) -> Series:
    def perform(asked: Rehearsal, *, quiet: bool) -> Result:
        return served(asked)

    return Series("cap", quiet=True, perform=perform, rest=lambda _: None)


def until(number: int, then: Serve) -> Serve:
    """Serve until a run, which meets something."""
    return lambda asked: then(asked) if asked.run == f"cap-{number:02d}" else service(asked)


def test_a_search_finds_the_knee_and_writes_its_curve(tmp_path: Path) -> None:
    asked = plan(tmp_path)
    curve = explored(asked, series(service))
    assert curve.answer == "found"
    assert curve.capacity is not None
    assert KNEE / 1.05 <= curve.capacity <= KNEE
    assert [point.purpose for point in curve.points[-3:]] == ["confirm", "confirm", "cliff"]
    assert capacity.read(asked.file) == curve


def test_every_step_has_its_own_seed_and_names_its_result(tmp_path: Path) -> None:
    seeds = list[int]()

    def noted(asked: Rehearsal) -> Result:
        seeds.append(asked.seed)
        return service(asked)

    curve = explored(plan(tmp_path), series(noted))
    assert seeds == list(range(len(curve.points)))
    assert [Path(point.result).parent.name for point in curve.points][:2] == ["cap-01", "cap-02"]


def test_a_curve_is_on_disk_after_every_step(tmp_path: Path) -> None:
    asked = plan(tmp_path)
    seen = list[int]()

    def noted(one: Rehearsal) -> Result:
        seen.append(len(capacity.read(asked.file).points))
        return service(one)

    explored(asked, series(noted))
    assert seen == list(range(len(seen)))


def interrupted(asked: Rehearsal) -> Result:
    return service(asked, interrupted=True)


def ctrl_c(_: Rehearsal) -> Result:
    raise KeyboardInterrupt


def gone(_: Rehearsal) -> Result:
    raise EngineError("the engine does not answer")


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (interrupted, "error: ended by hand in cap-03"),
        (ctrl_c, "ended by hand\n"),
        (gone, "error: the engine does not answer\n"),
    ],
)
def test_what_ends_a_search_leaves_what_was_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], then: Serve, said: str
) -> None:
    asked = plan(tmp_path)
    curve = explored(asked, series(until(3, then)))
    assert said in capsys.readouterr().err
    assert (curve.answer, curve.capacity, len(curve.points)) == ("unfinished", 60, 2)
    assert capacity.read(asked.file) == curve


def test_a_curve_that_cannot_be_written_is_refused_before_the_first_run(tmp_path: Path) -> None:
    asked = plan(tmp_path)
    (tmp_path / "curves").write_text("a file where a directory is wanted")
    with pytest.raises(CurveError, match="cannot be written"):
        explored(asked, series(until(1, gone)))


def test_a_name_that_has_runs_already_leaves_its_curve_as_it_was(tmp_path: Path) -> None:
    asked = plan(tmp_path)
    curve = explored(asked, series(service))
    (tmp_path / "runs" / "cap-01").mkdir(parents=True)
    with pytest.raises(EndedError, match="choose another --name"):
        explored(asked, series(until(1, gone)))
    assert capacity.read(asked.file) == curve


def bound(asked: Rehearsal) -> Result:
    result = service(asked)
    condition = msgspec.structs.replace(result.condition, cpu_share_max=0.99)
    assert result.gate is not None
    return msgspec.structs.replace(result, condition=condition).judged(result.gate)


def test_the_generator_at_its_limit_ends_the_search(tmp_path: Path) -> None:
    curve = explored(plan(tmp_path), series(lambda one: service(one) if one.run == "cap-01" else bound(one)))
    assert (curve.answer, curve.capacity) == ("at least", 40)
    assert [(point.rate, point.attempt) for point in curve.points[1:]] == [(60, 1), (60, 2), (60, 3)]


def test_a_hiccup_of_the_generator_costs_one_more_try_with_a_seed_of_its_own(tmp_path: Path) -> None:
    curve = explored(plan(tmp_path), series(until(2, bound)))
    assert curve.answer == "found"
    assert [(point.rate, point.attempt, point.outcome) for point in curve.points[1:3]] == [
        (60, 1, "bound"),
        (60, 2, "held"),
    ]
