from pathlib import Path

import msgspec
import pytest
import typer

from loadtests.evidence.gate import Audit
from loadtests.evidence.result import Result
from loadtests.evidence.watch import QUEUE
from loadtests.openload.arrivals import ArrivalPlan
from settlement import data_directory
from settlement.data_directory import Address, Endpoints
from shuaka.engine import EngineError
from shuaka.rehearsing import series
from shuaka.rehearsing.order import Address as Door
from shuaka.rehearsing.order import Rehearsal
from shuaka.rehearsing.series import LOOKS, NAME_MAX, RUNS_MAX, EndedError, Series, rested, series_name
from tests.loadtests.judged_runs import judged_run


def asked(data: Path) -> Rehearsal:
    return Rehearsal(run="series", data=data, arrivals=ArrivalPlan.read("10", 1), metrics_port=7374)


class Rehearsals:
    """Carries runs out by naming them."""

    def __init__(self, *, interrupted: bool = False) -> None:
        self.asked: list[Rehearsal] = []
        self._interrupted = interrupted

    def __call__(self, asked: Rehearsal, *, quiet: bool) -> Result:
        assert quiet
        self.asked.append(asked)
        return judged_run(asked.run, interrupted=self._interrupted)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory whose engine says where its metrics are."""
    where = Address("127.0.0.1", 1)
    endpoints = Endpoints(1, "1:1000", where, where, where, Address("127.0.0.1", 7373))
    monkeypatch.setattr(data_directory, "endpoints", lambda _: endpoints)
    monkeypatch.setattr(data_directory, "admin_token", lambda _: "token")
    return tmp_path


def depths(*queue: int | None) -> list[str | None]:
    return [None if depth is None else f"{QUEUE} {depth}.0\n" for depth in queue]


def rest(data: Path, *queue: int | None) -> float:
    """Rest while the queue is seen so deep; return how long."""
    seen, slept = iter(depths(*queue)), list[float]()
    rested(data, fetch=lambda _: next(seen), sleep=slept.append)
    assert next(seen, "all looked at") == "all looked at"
    return sum(slept)


def test_runs_are_numbered_under_one_name_and_show_their_metrics_where_they_were_asked_to(tmp_path: Path) -> None:
    perform, rests = Rehearsals(), list[Path]()
    row = Series("cap", quiet=True, perform=perform, rest=rests.append)
    files = [row.run(asked(tmp_path), "step")[1] for _ in range(2)]
    assert [(one.run, one.metrics_port) for one in perform.asked] == [("cap-01", 7374), ("cap-02", 7374)]
    assert [file.parent.name for file in files] == ["cap-01", "cap-02"]
    assert rests == [tmp_path] * 2


def test_a_run_that_was_ended_by_hand_ends_the_series_and_says_where_it_is(tmp_path: Path) -> None:
    row = Series("cap", quiet=True, perform=Rehearsals(interrupted=True), rest=lambda _: None)
    with pytest.raises(EndedError, match=r"ended by hand in cap-01, whose result is .*result\.json"):
        row.run(asked(tmp_path), "step")


def test_a_series_begins_at_an_engine_at_rest_and_under_a_name_that_is_new_to_it(tmp_path: Path) -> None:
    rests = list[Path]()
    row = Series("cap", quiet=True, perform=Rehearsals(), rest=rests.append)
    row.begin(asked(tmp_path))
    assert rests == [tmp_path]
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "runs" / "cap-01").mkdir(parents=True)
    with pytest.raises(EndedError, match=r"runs/cap-01 is there already: choose another --name"):
        row.begin(asked(tmp_path))


@pytest.mark.parametrize("seen", [{}, {"9001": {"approved": 12}}])
def test_a_run_at_a_door_of_which_its_engine_saw_nothing_ends_the_series(
    tmp_path: Path, seen: dict[str, dict[str, int]]
) -> None:
    audit = Audit("cap-01", engine=seen, ledger={}, open={}, invariants=())
    done = msgspec.structs.replace(judged_run("cap-01"), audit=audit)
    at_a_door = msgspec.structs.replace(asked(tmp_path), address=Door("tcp", "127.0.0.1", 7399))
    row = Series("cap", quiet=True, perform=lambda *_, **__: done, rest=lambda _: None)
    if seen:
        assert row.run(at_a_door, "step")[0] is done
        return
    with pytest.raises(EndedError, match=r"saw nothing of cap-01: another is behind --engine; name its --data"):
        row.run(at_a_door, "step")


def test_a_series_has_an_end(tmp_path: Path) -> None:
    done = judged_run("series")
    row = Series("cap", quiet=True, perform=lambda *_, **__: done, rest=lambda _: None)
    for _ in range(RUNS_MAX):
        row.run(asked(tmp_path), "step")
    with pytest.raises(EndedError, match="99 runs and no end"):
        row.run(asked(tmp_path), "step")


def test_how_it_goes_is_told_unless_a_machine_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Series("cap", quiet=True, perform=Rehearsals(), rest=lambda _: None).run(asked(tmp_path), "step at 10 visits/s")
    assert capsys.readouterr().out == ""
    Series("cap", quiet=False, perform=Rehearsals(), rest=lambda _: None).run(asked(tmp_path), "step at 10 visits/s")
    assert capsys.readouterr().out == "cap-01  step at 10 visits/s\n"


def test_an_engine_rests_when_its_queue_was_empty_twice_in_a_row(engine: Path) -> None:
    assert rest(engine, *[0] * LOOKS) == series.REST_S
    assert rest(engine, 5, 0, 3, 0, 0) == 4 * series.REST_S


def test_an_engine_that_shows_no_metrics_is_not_waited_for(engine: Path) -> None:
    assert rest(engine, None) == 0


def test_an_engine_that_stays_busy_ends_the_series(engine: Path) -> None:
    with pytest.raises(EndedError, match="still busy 30 s after the last run; is somebody else there"):
        rested(engine, fetch=lambda _: f"{QUEUE} 9\n", sleep=lambda _: None)


def test_a_directory_without_an_engine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError):
        rested(tmp_path)


def test_a_series_leaves_its_runs_room_for_their_numbers() -> None:
    assert len(series_name("cap", "")) <= NAME_MAX
    assert series_name("cap", "mine") == "mine"
    with pytest.raises(typer.BadParameter, match="has more than 17 characters: runs add theirs"):
        series_name("cap", "x" * 18)
