"""What `shuaka capacity` accepts, prints and ends with; the search is tested beside loadtests/series/search.py."""

import json
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from loadtests.evidence.result import Result as Run
from shuaka import capacity
from shuaka.commands import app
from shuaka.compose import LOAD_METRICS_PORT
from shuaka.rehearsing.order import Address, Rehearsal
from shuaka.rehearsing.series import Series
from tests.loadtests.judged_runs import judged_run

STEP_S = 100


def said(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["capacity", *arguments])


@pytest.fixture
def rehearsed(monkeypatch: pytest.MonkeyPatch) -> list[Rehearsal]:
    """Runs that are carried out by naming them; up to 30 visits a second are served quickly."""
    asked = list[Rehearsal]()

    def perform(one: Rehearsal, *, quiet: bool) -> Run:
        asked.append(one)
        rate = one.arrivals.expected / one.arrivals.duration_s
        return judged_run(one.run, rate=rate, latency_ms=10 if rate < 30 else 4000, cpu_share=rate / 50)

    monkeypatch.setattr(capacity, "Series", partial(Series, perform=perform, rest=lambda _: None))
    return asked


def test_the_highest_rate_that_keeps_its_promises_is_found_and_told(tmp_path: Path, rehearsed: list[Rehearsal]) -> None:
    answered = said("smoke", "--data", str(tmp_path), "--from", "20", "--step-s", "100", "--name", "mine")
    assert answered.exit_code == 0, answered.output
    assert "mine-01  step at 20 visits/s" in answered.output
    assert "capacity 29" in answered.output
    assert "held 5 of 5 times" in answered.output
    assert (tmp_path / "runs" / "mine" / "capacity.json").is_file()


def test_a_step_is_the_scenario_at_its_rate_and_says_that_this_was_changed(
    tmp_path: Path, rehearsed: list[Rehearsal]
) -> None:
    said("smoke", "--data", str(tmp_path), "--from", "20", "--step-s", "60", "--warmup", "5", "--seed", "7")
    first = rehearsed[0]
    assert (first.scenario, first.arrivals.text, first.arrivals.duration_s) == ("smoke", "jittered:20", 65)
    assert (first.warmup_s, first.seed) == (5, 7)
    assert any(line.startswith("arrivals jittered:20 ") for line in first.overridden)


def test_a_search_shows_its_metrics_where_prometheus_looks_or_where_it_is_told(
    tmp_path: Path, rehearsed: list[Rehearsal]
) -> None:
    said("smoke", "--data", str(tmp_path))
    assert {one.metrics_port for one in rehearsed} == {LOAD_METRICS_PORT}
    rehearsed.clear()
    said("smoke", "--data", str(tmp_path), "--metrics-port", "0")
    assert {one.metrics_port for one in rehearsed} == {0}


def test_a_search_begins_at_a_quarter_of_the_scenarios_peak(tmp_path: Path, rehearsed: list[Rehearsal]) -> None:
    said("smoke", "--data", str(tmp_path))
    assert rehearsed[0].arrivals.text == "jittered:2.5"


@pytest.mark.parametrize(
    ("engine", "address", "data"),
    [
        ("elsewhere", None, "elsewhere"),
        ("tcp://127.0.0.1:7399", Address("tcp", "127.0.0.1", 7399), "run"),
        ("http://127.0.0.1:7371", Address("national", "127.0.0.1", 7371), "run"),
    ],
)
def test_every_step_goes_to_the_engine_that_is_named_and_the_curve_lies_in_its_directory(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rehearsed: list[Rehearsal],
    engine: str,
    address: Address | None,
    data: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    answered = said("smoke", "--engine", engine, "--from", "20", "--name", "mine")
    assert answered.exit_code == 0, answered.output
    assert {(one.address, one.data) for one in rehearsed} == {(address, Path(data))}
    assert (tmp_path / data / "runs" / "mine" / "capacity.json").is_file()


@pytest.mark.parametrize(
    ("engine", "complaint"),
    [("http://192.0.2.1:80", "is not this machine"), ("mqtt://127.0.0.1:1883", "is no engine")],
)
def test_an_engine_that_a_load_would_refuse_is_refused(rehearsed: list[Rehearsal], engine: str, complaint: str) -> None:
    answered = said("smoke", "--engine", engine)
    assert (answered.exit_code, rehearsed) == (2, [])
    assert complaint in " ".join(answered.output.replace("│", "").split())


def test_a_generator_at_its_limit_is_exit_3(tmp_path: Path, rehearsed: list[Rehearsal]) -> None:
    answered = said("smoke", "--data", str(tmp_path), "--from", "45")
    assert answered.exit_code == 3
    assert "no capacity: the generator is the limit already at 45/s" in answered.output


def test_a_curve_for_a_machine_is_its_json(tmp_path: Path, rehearsed: list[Rehearsal]) -> None:
    answered = said("smoke", "--data", str(tmp_path), "--from", "20", "--json", "--result", str(tmp_path / "c.json"))
    assert json.loads(answered.output) == json.loads((tmp_path / "c.json").read_text())


@pytest.mark.parametrize(
    ("scenario", "why"),
    [("outage-and-recovery", "has faults"), ("monday-morning", "has a sign-in storm")],
)
def test_a_scenario_that_is_not_steady_has_no_capacity(scenario: str, why: str) -> None:
    answered = said(scenario)
    assert answered.exit_code == 2
    assert f"{why}: a capacity is that of a steady open load" in " ".join(answered.output.replace("│", "").split())


def test_a_scenario_that_is_not_there_is_exit_2() -> None:
    assert said("no-such").exit_code == 2


def test_a_curve_that_cannot_be_written_is_exit_1(tmp_path: Path, rehearsed: list[Rehearsal]) -> None:
    (tmp_path / "file").touch()
    answered = said("smoke", "--data", str(tmp_path), "--result", str(tmp_path / "file" / "c.json"))
    assert answered.exit_code == 1
    assert "c.json cannot be written" in answered.output
    assert rehearsed == []
