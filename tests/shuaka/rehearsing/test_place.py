"""A run's directory: made once, gone with a run that never began, and kept as soon as anything of it may be wanted."""

from pathlib import Path

import msgspec
import pytest

from loadtests.evidence import result
from loadtests.openload.outcomes import Arrivals
from loadtests.running import live
from loadtests.running.live import Live
from shuaka.rehearsing.load_child import ChildError, CrashError
from shuaka.rehearsing.load_plan import RehearsalError
from shuaka.rehearsing.place import kept_if_begun, make
from tests.loadtests.judged_runs import judged_run

SAID = ChildError("it did not go on")
NOBODY = Arrivals(0, 0, 0, 0, 0)
SOMEBODY = Arrivals(1, 0, 0, 0, 0)
STATE = Live(0.0, 1.0, NOBODY, {}, {}, 0, 0, 0, p99_stated=False, metrics_port=0, finished=False)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    made = tmp_path / "runs" / "mine"
    make(made)
    (made / "host.json").write_text("{}")
    return made


def end(place: Path, error: BaseException = SAID, *, known: bool = False) -> None:
    """End a run by an exception, which its directory never hides."""
    with pytest.raises(type(error)), kept_if_begun(place, lambda: known):
        raise error


def test_a_name_that_another_run_has_is_one_sentence_with_what_to_do(place: Path) -> None:
    with pytest.raises(RehearsalError) as raised:
        make(place)
    assert str(raised.value) == f"{place} is there already: choose another --name"


def test_a_directory_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")
    with pytest.raises(RehearsalError, match=r"the run's directory .*mine cannot be made: Not a directory"):
        make(tmp_path / "runs" / "mine")


@pytest.mark.parametrize("error", [SAID, RehearsalError("cannot sign on"), KeyboardInterrupt()])
def test_a_run_that_never_began_leaves_nothing_so_that_the_same_command_runs_again(
    place: Path, error: BaseException
) -> None:
    (place / "load-0.jsonl").touch()
    live.write(STATE, place / "live.json")
    end(place, error)
    make(place)
    assert list(place.iterdir()) == []


def test_a_result_in_which_nobody_came_is_nothing_to_keep(place: Path) -> None:
    whole = judged_run()
    report = msgspec.structs.replace(whole.report, arrivals=NOBODY)
    result.write(msgspec.structs.replace(whole, report=report), place / "result.json")
    end(place)
    assert not place.exists()


def test_a_run_whose_journal_has_an_entry_is_kept(place: Path) -> None:
    (place / "load-0.jsonl").write_text("{}")
    end(place)
    assert place.exists()


def test_a_run_to_which_somebody_had_come_is_kept(place: Path) -> None:
    live.write(msgspec.structs.replace(STATE, arrivals=SOMEBODY), place / "live.json")
    end(place)
    assert place.exists()


def test_a_run_whose_result_nobody_could_judge_is_kept(place: Path) -> None:
    result.write(judged_run(), place / "result.json")
    end(place)
    assert place.exists()


def test_a_run_whose_result_cannot_be_read_is_kept(place: Path) -> None:
    (place / "result.json").write_text("{")
    end(place)
    assert place.exists()


def test_a_run_that_its_engine_knows_is_kept_and_says_so(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    end(place, known=True)
    assert place.exists()
    why = "its terminals had signed on, and the engine counts by name"
    assert capsys.readouterr().err == f"{place} stays: {why}; the next run wants another --name\n"


def test_a_crash_keeps_its_log(place: Path) -> None:
    end(place, CrashError("it ends with: ..."))
    assert place.exists()


def test_a_run_that_ends_well_is_kept(place: Path) -> None:
    with kept_if_begun(place):
        pass
    assert place.exists()
