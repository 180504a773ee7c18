from collections.abc import Callable
from pathlib import Path

import pytest

from loadtests.evidence.result import Result, read, write
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.figures import parse_figure
from loadtests.series.comparable import interleaved
from shuaka.engine import EngineError
from shuaka.rehearsing.order import Rehearsal
from shuaka.rehearsing.pairing import Pairing, Who, paired
from shuaka.rehearsing.series import Series
from tests.loadtests.judged_runs import judged_run

Serve = Callable[[Rehearsal], Result]


def pairing(place: Path, figure: str = "served p99") -> Pairing:
    def asked(who: Who, number: int) -> Rehearsal:
        return Rehearsal(run="cmp", data=place, arrivals=ArrivalPlan.read("100", 100), scenario=who, seed=number)

    return Pairing(asked, pairs=4, figure=parse_figure(figure), place=place)


def service(asked: Rehearsal, **changed: float) -> Result:
    minute = int(asked.run[-2:])
    result = judged_run(asked.run, minute=minute, seed=asked.seed, scenario=asked.scenario, **changed)  # type: ignore[arg-type]
    write(result, asked.result_file)
    return result


def carried_out(plan: Pairing, served: Serve = service) -> tuple[list[Result], list[Result]]:
    def perform(asked: Rehearsal, *, quiet: bool) -> Result:
        return served(asked)

    return paired(plan, Series("cmp", quiet=True, perform=perform, rest=lambda _: None))


def until(number: int, then: Serve) -> Serve:
    return lambda asked: then(asked) if asked.run == f"cmp-{number:02d}" else service(asked)


def test_runs_take_turns_and_the_two_of_a_pair_have_one_seed(tmp_path: Path) -> None:
    a, b = carried_out(pairing(tmp_path))
    order = sorted([*a, *b], key=lambda run: run.windows.started_at)
    assert "".join(run.profile.scenario for run in order) == "ABBAABBA"
    assert [run.profile.seed for run in order] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert interleaved(a, b)


def test_each_side_keeps_its_results_in_a_folder_of_its_own(tmp_path: Path) -> None:
    a, b = carried_out(pairing(tmp_path))
    kept = {side: [read(tmp_path / side / f"{number:02d}.json") for number in range(1, 5)] for side in ("a", "b")}
    assert [run.profile.run for run in kept["a"]] == [run.profile.run for run in a]
    assert [run.profile.run for run in kept["b"]] == [run.profile.run for run in b]


def ctrl_c(_: Rehearsal) -> Result:
    raise KeyboardInterrupt


def gone(_: Rehearsal) -> Result:
    raise EngineError("the engine does not answer")


def busy(asked: Rehearsal) -> Result:
    return service(asked, cpu_share=0.9)


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (ctrl_c, "ended by hand"),
        (gone, "error: the engine does not answer"),
        (busy, "error: no comparison: cmp-06: a generator process used 90% of its core"),
    ],
)
def test_what_ends_a_comparison_leaves_the_whole_pairs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], then: Serve, said: str
) -> None:
    a, b = carried_out(pairing(tmp_path), until(6, then))
    assert (len(a), len(b)) == (2, 2)
    assert said in capsys.readouterr().err


def test_an_engine_that_was_never_there_is_no_comparison(tmp_path: Path) -> None:
    with pytest.raises(EngineError):
        carried_out(pairing(tmp_path), gone)


def test_a_figure_that_the_runs_are_too_short_for_ends_it_after_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert carried_out(pairing(tmp_path, "served p99.9")) == ([], [])
    assert "error: no comparison: cmp-01: served p99.9 not stated: n too small (10000)" in capsys.readouterr().err
