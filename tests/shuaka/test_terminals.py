import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shuaka import terminals
from shuaka.commands import app
from shuaka.rehearsing import lane
from terminals.kernel.outcome import Event, Outcome, Result
from terminals.tally import Tally

FACTS = {"opter_no": "x", "terminals": 2, "first": 0, "seconds": 3.0, "journal": "buffered"}


def test_the_command_imports_no_event_loop_until_it_runs() -> None:
    check = "import sys, shuaka.terminals; sys.exit(len({'trio', 'asyncio', 'locust'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_a_fleet_on_the_terminals_of_another_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminals, "Engine", lambda _: None)
    with lane.held(tmp_path, 3):
        said = CliRunner().invoke(app, ["terminals", "--data", str(tmp_path), "--lane", "3", "--count", "6"])
    assert said.exit_code == 1
    assert said.stderr.endswith("wait for its end, or choose a --lane\n")


@pytest.mark.parametrize(
    ("count", "duration", "think", "wanted"),
    [(10, 30, 1, 210), (10, 30, 0, 15_010), (10, 30, 0.001, 15_010)],
)
def test_enough_people_are_leased_for_the_fastest_visits(
    count: int, duration: float, think: float, wanted: int
) -> None:
    assert terminals._wanted(count, duration, think) == wanted


def test_a_report_is_told_in_lines_without_what_did_not_happen() -> None:
    tally = Tally()
    tally.patients = 1
    tally.add(Outcome("pharmacy", Result.SETTLED, setl_ids=("S",), events=(Event.PASSWORD_WRONG,), infno="2102"))
    assert list(terminals._lines(tally.report(**FACTS))) == [
        "2 terminals, 1 patients in 3.0 s, 1 settlements",
        "  pharmacy    SETTLED 1",
        "  events      PASSWORD_WRONG 1",
        "  tenders     nothing due 1",
    ]


def test_what_is_unknown_or_at_fault_is_told() -> None:
    tally = Tally()
    tally.cut()
    tally.fail(OSError("cable"))
    tally.recover(Outcome("recover", Result.REVERSED))
    told = "\n".join(terminals._lines(tally.report(**FACTS)))
    assert "recovered   1 intents of an earlier run" in told
    assert "fault       OSError: cable" in told
    assert "UNKNOWN     2, of which 1 were cut off" in told
