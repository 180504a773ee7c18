"""What `shuaka compare` accepts, prints and ends with; the comparison itself is tested beside series/compare.py."""

import json
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from loadtests.evidence.result import Result as Run
from loadtests.evidence.result import write
from loadtests.evidence.watch import EngineUse
from shuaka import compare
from shuaka.commands import app
from shuaka.compose import LOAD_METRICS_PORT
from shuaka.engine import EngineError
from shuaka.rehearsing.order import Address, Rehearsal
from shuaka.rehearsing.series import Series
from tests.loadtests.judged_runs import judged_run


def said(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["compare", *arguments])


def made_before(place: Path, slower: float = 1.0, **of_b: int) -> tuple[str, str]:
    """Two directories with the results of six pairs, in turn."""
    for minute, who in enumerate("ABBA" * 3):
        own = of_b if who == "B" else {}
        run = judged_run(
            f"run-{minute:02d}",
            minute=minute,
            latency_ms=(10 + minute % 3) * (slower if who == "B" else 1),
            **own,  # type: ignore[arg-type]
        )
        folder = place / who.lower() / run.profile.run
        folder.mkdir(parents=True)
        write(run, folder / "result.json")
    return str(place / "a"), str(place / "b")


@pytest.fixture
def rehearsed(monkeypatch: pytest.MonkeyPatch) -> list[Rehearsal]:
    """Runs that are carried out by naming them; those of data directory `slow` take longer, `memory` keeps nothing."""
    asked = list[Rehearsal]()

    def perform(one: Rehearsal, *, quiet: bool) -> Run:
        asked.append(one)
        slower = 2 if one.data.name == "slow" else 1
        kept = EngineUse("memory", "none") if one.data.name == "memory" else EngineUse("sqlite", "FULL")
        latency_ms = (10 + len(asked) % 3) * slower
        return judged_run(one.run, minute=len(asked), latency_ms=latency_ms, seed=one.seed, engine=kept)

    monkeypatch.setattr(compare, "Series", partial(Series, perform=perform, rest=lambda _: None))
    return asked


@pytest.mark.parametrize(("slower", "answer", "code"), [(1.0, "no change", 0), (0.5, "better", 0), (2.0, "worse", 1)])
def test_results_made_before_are_compared(tmp_path: Path, slower: float, answer: str, code: int) -> None:
    answered = said(*made_before(tmp_path, slower))
    assert answered.exit_code == code, answered.output
    assert answered.output.startswith(f"{answer}: served p99 of B is ")


def test_results_that_are_not_alike_are_not_comparable_unless_that_is_compared(tmp_path: Path) -> None:
    sides = made_before(tmp_path, processes=2)
    answered = said(*sides)
    assert answered.exit_code == 3
    assert "A and B differ in processes: name what is compared with --across" in answered.output
    assert said(*sides, "--across", "processes").exit_code == 0


def test_a_comparison_for_a_machine_is_its_json_and_stands_in_a_file_where_one_is_named(tmp_path: Path) -> None:
    file = tmp_path / "kept" / "compare.json"
    answered = said(*made_before(tmp_path, 2.0), "--json", "--result", str(file), "--figure", "2102 p99 sent")
    found = json.loads(answered.output)
    assert (found["answer"], answered.exit_code) == ("not comparable", 3)
    assert found["obstacles"][0] == "run-00: 2102 p99 sent: nothing was measured"
    assert json.loads(file.read_text()) == found


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("no-such-scenario",), "no scenario 'no-such-scenario'"),
        (("smoke", "--figure", "served p"), "served has no 'p'"),
        (("smoke", "--across", "mood"), "mood is nothing that runs differ in"),
        (("smoke", "--rate", "fast"), "'fast' is no rate"),
        (("smoke", "--pairs", "4"), "should be greater than or equal to 5"),
        (("smoke", "--engine", "http://192.0.2.1:80"), "is not this machine"),
        (("smoke", "--engine", "mqtt://127.0.0.1:1883"), "is no engine"),
        (("smoke", "--engine", "e", "--data-b", "f"), "it is one engine, --data-a and --data-b are two"),
    ],
)
def test_a_wrong_command_line_is_one_sentence_and_exit_2(arguments: tuple[str, ...], complaint: str) -> None:
    answered = said(*arguments)
    assert answered.exit_code == 2
    assert complaint in " ".join(answered.output.replace("│", "").split())


def test_a_directory_without_results_and_a_broken_file_are_exit_2(tmp_path: Path) -> None:
    assert said(str(tmp_path)).exit_code == 2
    (tmp_path / "result.json").write_text("{}")
    answered = said(str(tmp_path))
    assert answered.exit_code == 2
    assert "result.json is no result of this version" in answered.output


def test_two_engines_under_one_scenario_are_compared_in_turn(tmp_path: Path, rehearsed: list[Rehearsal]) -> None:
    engines = ("--data-a", str(tmp_path / "fast"), "--data-b", str(tmp_path / "slow"))
    answered = said("smoke", *engines, "--pairs", "5", "--name", "two")
    assert answered.exit_code == 1, answered.output
    assert [one.data.name for one in rehearsed][:4] == ["fast", "slow", "slow", "fast"]
    assert "worse: served p99 of B is " in answered.output
    assert (tmp_path / "fast" / "runs" / "two" / "compare.json").is_file()


@pytest.mark.parametrize("scenarios", [("smoke",), ("smoke", "city-peak")])
def test_engines_that_keep_their_ledgers_unlike_are_compared_only_where_that_is_said(
    tmp_path: Path, rehearsed: list[Rehearsal], scenarios: tuple[str, ...]
) -> None:
    engines = ("--data-a", str(tmp_path / "disk"), "--data-b", str(tmp_path / "memory"), "--pairs", "5")
    answered = said(*scenarios, *engines, "--name", "one")
    assert answered.exit_code == 3, answered.output
    assert "A and B differ in store, durability: name what is compared with --across" in answered.output
    across = said(*scenarios, *engines, "--name", "two", "--across", "store", "--across", "durability")
    assert across.exit_code == 0, across.output
    assert "  store of A: sqlite (FULL)\n  store of B: memory (none)\n" in across.output
    assert len(rehearsed) == 20


@pytest.mark.parametrize(
    ("engine", "address", "data"),
    [
        ("elsewhere", None, "elsewhere"),
        ("tcp://127.0.0.1:7399", Address("tcp", "127.0.0.1", 7399), "run"),
        ("http://127.0.0.1:7371", Address("national", "127.0.0.1", 7371), "run"),
    ],
)
def test_both_sides_go_to_the_engine_that_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rehearsed: list[Rehearsal],
    engine: str,
    address: Address | None,
    data: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    answered = said("smoke", "city-peak", "--engine", engine, "--pairs", "5", "--name", "mine")
    assert answered.exit_code == 0, answered.output
    assert {(one.scenario, one.address, one.data) for one in rehearsed} == {
        ("smoke", address, Path(data)),
        ("city-peak", address, Path(data)),
    }
    assert (tmp_path / data / "runs" / "mine" / "compare.json").is_file()


@pytest.mark.parametrize(
    "option",
    [
        ("--engine", "tcp://127.0.0.1:7370"), ("--engine", "e"), ("--data", "d"), ("--data-a", "d"), ("--data-b", "d"),
        ("--pairs", "10"), ("--rate", "5"), ("--processes", "1"), ("--name", "mine"), ("--metrics-port", "0"),
    ],
)  # fmt: skip
def test_what_is_said_of_runs_does_not_go_with_results_made_before(tmp_path: Path, option: tuple[str, str]) -> None:
    answered = said(*made_before(tmp_path), *option)
    assert answered.exit_code == 2
    complaint = f"Invalid value for {option[0]}: it does not go with results made before: nothing is run"
    assert complaint in " ".join(answered.output.replace("│", "").split())


def test_a_scenario_against_itself_is_an_a_a_run(tmp_path: Path, rehearsed: list[Rehearsal]) -> None:
    answered = said("smoke", "--data", str(tmp_path), "--pairs", "5", "--rate", "50/20s")
    assert answered.exit_code == 0, answered.output
    assert "no change: served p99 of B is " in answered.output
    assert {one.arrivals.text for one in rehearsed} == {"50/20s"}


def test_two_scenarios_may_differ_for_that_is_compared(tmp_path: Path, rehearsed: list[Rehearsal]) -> None:
    answered = said("smoke", "city-peak", "--data", str(tmp_path), "--pairs", "5")
    assert answered.exit_code == 0, answered.output
    assert [one.scenario for one in rehearsed][:4] == ["smoke", "city-peak", "city-peak", "smoke"]


def test_an_engine_that_is_not_there_is_exit_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: Rehearsal, *, quiet: bool) -> Run:
        raise EngineError("the engine does not answer")

    monkeypatch.setattr(compare, "Series", partial(Series, perform=gone, rest=lambda _: None))
    answered = said("smoke", "--data", str(tmp_path))
    assert (answered.exit_code, answered.output.splitlines()[-1]) == (1, "error: the engine does not answer")


def test_runs_that_are_compared_show_their_metrics_where_prometheus_looks_or_where_they_are_told(
    tmp_path: Path, rehearsed: list[Rehearsal]
) -> None:
    said("smoke", "--data", str(tmp_path))
    assert {one.metrics_port for one in rehearsed} == {LOAD_METRICS_PORT}
    rehearsed.clear()
    said("smoke", "--data", str(tmp_path), "--metrics-port", "0")
    assert {one.metrics_port for one in rehearsed} == {0}


@pytest.mark.parametrize("command", ["compare", "capacity"])
def test_a_directory_without_an_engine_is_one_sentence_and_nothing_is_made_there(tmp_path: Path, command: str) -> None:
    answered = CliRunner().invoke(app, [command, "smoke", "--data", str(tmp_path / "none")])
    assert (answered.exit_code, answered.output.count("\n")) == (1, 1)
    assert answered.output.startswith("error: ")
    assert list(tmp_path.iterdir()) == []
