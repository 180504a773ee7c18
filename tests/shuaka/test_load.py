"""The command line of `shuaka load`, without a run: what is asked for, and what is refused."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from loadtests.evidence.gate import Gate, Row
from loadtests.evidence.provenance import Machine, Source
from loadtests.evidence.result import Result, Windows
from loadtests.evidence.testimony import Report
from loadtests.openload import histograms
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.health import Health, condition
from loadtests.openload.outcomes import Arrivals
from loadtests.workload.plan import Block, Profile
from shuaka import load
from shuaka.commands import app
from shuaka.rehearsing.load_child import ChildError
from shuaka.rehearsing.order import Address, Rehearsal, Running


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Rehearsal]:
    """Every rehearsal that is asked for, and that is then found not to be possible."""
    every: list[Rehearsal] = []

    def rehearse(one: Rehearsal, **_: Any) -> Result:
        every.append(one)
        raise ChildError("this is only a test")

    monkeypatch.setattr(load, "rehearse", rehearse)
    return every


@pytest.fixture
def judged() -> Result:
    block = Block(seed=1, size=1000, first=0, count=100)
    unhealthy = Health(histograms.encode(histograms.blank()), 0.9)
    return Result(
        profile=Profile(run="run", arrivals=ArrivalPlan.read("10/1s"), seed=1, block=block, warmup_s=0),
        command="shuaka load",
        windows=Windows("2026-11-21T12:00:00+08:00", planned_s=1, warmup_s=0, lasted_s=1),
        machine=Machine("CPU", 2, "6.1", "3.11.7"),
        source=Source("c0ffee", dirty=False, lock_sha256="00"),
        report=Report(arrivals=Arrivals(10, 10, 10, 0, 0), health=(unhealthy,), finished=True),
        condition=condition([unhealthy]),
    ).judged(Gate((Row("2102 settlements", 10, 10, 10, ok=True),)))


def run(*words: str) -> tuple[int, str]:
    """Return the exit code and what was said, in one line without a frame."""
    said = CliRunner().invoke(app, ["load", *words])
    return said.exit_code, " ".join(re.sub(r"[│╭╮╰╯─]|\x1b\[[0-9;]*m", " ", said.output).split())


def test_a_list_shows_every_scenario_with_its_arrivals_and_its_question() -> None:
    code, said = run("--list")
    assert code == 0
    assert "national-peak-hour poisson:1200 600 s Does one engine on one core serve" in said


def test_a_scenario_runs_with_what_the_command_line_changes_said(asked: list[Rehearsal]) -> None:
    words = ("--duration", "2", "--mix", "local=1", "--threshold", "dropped count <= 0", "--fidelity", "replay")
    assert run("smoke", *words) == (1, "error: this is only a test")
    [one] = asked
    assert (one.scenario, one.terminals, one.warmup_s, one.processes) == ("smoke", 12, 1, 1)
    assert set(one.overridden) == {
        "arrivals 10 for 2 s instead of 10 for 12 s",
        "mix.remote 0 instead of 0.3",
        "thresholds served max <= 3000ms, dropped count <= 0 instead of served max <= 3000ms",
        "fidelity replay instead of chip",
    }


def test_without_a_scenario_a_hundred_come_a_second_for_half_a_minute(asked: list[Rehearsal]) -> None:
    run()
    run("--rate", "20..60/2s", "--warmup", "0", "--pharmacy", "1", "--journal", "fsync", "--processes", "2")
    assert [one.arrivals.expected for one in asked] == [3000, 80]
    assert (asked[1].mix.pharmacy, asked[1].journal, asked[1].processes) == (1, "fsync", 2)
    assert asked[0].overridden == asked[1].overridden == ()


def test_what_cannot_be_judged_is_said_on_stderr_when_the_run_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    def rehearse(_: Rehearsal, *, begins: Callable[[], None], **__: Any) -> Result:
        begins()
        raise ChildError("this is only a test")

    monkeypatch.setattr(load, "rehearse", rehearse)
    said = CliRunner().invoke(app, ["load", "smoke"])
    assert said.stdout == ""
    assert [line.partition(" cannot")[0] for line in said.stderr.splitlines()] == [
        "note: served p95 <= 1500ms",
        "note: served p99 <= 3000ms",
        "error: this is only a test",
    ]


def test_a_threshold_of_the_command_line_stands_beside_the_scenarios(asked: list[Rehearsal]) -> None:
    run("national-peak-hour", "--threshold", "2102 p99.9 <= 1s")
    assert [str(one) for one in asked[0].thresholds] == [
        "2102 p99 <= 50ms",
        "dropped count <= 0",
        "2102 p99.9 <= 1000ms",
    ]


@pytest.mark.parametrize(
    ("words", "address", "data"),
    [
        ((), None, "run"),
        (("--engine", "elsewhere"), None, "elsewhere"),
        (("--engine", "tcp://127.0.0.1:7399"), Address("tcp", "127.0.0.1", 7399), "run"),
        (("--engine", "http://127.0.0.1:7371", "--data", "d"), Address("national", "127.0.0.1", 7371), "d"),
    ],
)
def test_an_engine_is_a_data_directory_or_an_address_of_it(
    asked: list[Rehearsal], words: tuple[str, ...], address: Address | None, data: str
) -> None:
    run(*words)
    assert (asked[0].address, asked[0].data) == (address, Path(data))


def test_a_master_waits_for_as_many_processes_as_workers_and_a_page_has_a_port(asked: list[Rehearsal]) -> None:
    run("--master", "--expect-workers", "3")
    run("--web", "--web-port", "17000")
    assert [(one.processes, one.running) for one in asked] == [
        (3, Running(master_port=5557)),
        (1, Running(web_port=17000)),
    ]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("city_peak",), "is city-peak meant"),
        (("smoke", "--rate", "fast"), "expected a rate such as 100"),
        (("spike", "--duration", "5"), "states its own length; change it with --rate"),
        (("smoke", "--mix", "kiosk=0.5"), "kiosk cannot be asked for"),
        (("smoke", "--threshold", "2102 p99 = 5"), "is no threshold"),
        (("smoke", "--engine", "http://192.0.2.1:80"), "is not this machine"),
        (("smoke", "--engine", "mqtt://127.0.0.1:1883"), "is no engine"),
        (("smoke", "--plan"), "name one with --target"),
        (("--worker", "--master-host", "192.0.2.1"), "192.0.2.1 is not this machine"),
        (("--model", "opened"), "'opened' is not one of"),
        (("--rate", "10/5s", "--warmup", "9"), "the warm-up lasts 9 s, and arrivals come for 5 s: nobody is measured"),
        (("--rate", "poisson:0.01/1s", "--warmup", "0"), "nobody of poisson:0.01/1s is due where it is measured"),
    ],
)
def test_what_cannot_be_asked_for_is_a_usage_error(
    asked: list[Rehearsal], words: tuple[str, ...], complaint: str
) -> None:
    code, said = run(*words)
    assert code == 2
    assert complaint in said
    assert asked == []


def test_a_judged_result_is_printed_written_for_a_build_server_and_its_answer_is_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, judged: Result
) -> None:
    monkeypatch.setattr(load, "rehearse", lambda _, *, shown, **__: (shown(judged), judged)[1])
    said = CliRunner().invoke(app, ["load", "--json", "--junit", str(tmp_path / "verdict.xml")])
    assert said.exit_code == 3
    assert msgspec.json.decode(said.stdout, type=Result).profile == judged.profile
    assert b"<testsuite" in (tmp_path / "verdict.xml").read_bytes()


def test_a_junit_file_that_can_no_longer_be_written_after_the_run_is_one_sentence_below_the_report(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, judged: Result
) -> None:
    file = tmp_path / "verdict.xml"
    monkeypatch.setattr(load, "rehearse", lambda _, *, shown, **__: (file.mkdir(), shown(judged), judged)[2])
    code, said = run("--junit", str(file))
    assert code == 1
    assert "GENERATOR-BOUND" in said
    assert said.endswith(f"error: the JUnit file {file} cannot be written: Is a directory")


@pytest.mark.parametrize(("place", "why"), [("", "Is a directory"), ("none/verdict.xml", "No such file or directory")])
def test_a_junit_file_that_cannot_be_written_is_found_before_anybody_comes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str, why: str
) -> None:
    monkeypatch.setattr(load, "rehearse", lambda *_, **__: pytest.fail("somebody came"))
    file = tmp_path / place
    assert run("--junit", str(file)) == (1, f"error: the JUnit file {file} cannot be written: {why}")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--worker", "--master"), "a --worker has its run from its master: leave --master away"),
        (("--worker", "smoke", "--junit", "x.xml"), "leave --junit, SCENARIO away"),
        (("--expect-workers", "2"), "--expect-workers does nothing without --master"),
        (("--web-port", "8090"), "--web-port does nothing without --web"),
        (("--master-port", "5557"), "--master-port does nothing without --master or --worker"),
        (("--master", "--processes", "2"), "a master's workers are counted by --expect-workers"),
    ],
)
def test_options_that_have_no_sense_together_are_refused(
    asked: list[Rehearsal], words: tuple[str, ...], complaint: str
) -> None:
    code, said = run(*words)
    assert (code, asked) == (2, [])
    assert complaint in said


@pytest.mark.parametrize(
    ("left", "said"),
    [(False, "error: ended before the first arrival: nothing was run"), (True, "its result lies unjudged in")],
)
def test_a_command_that_is_ended_beside_its_arrivals_says_what_it_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, left: bool, said: str
) -> None:
    def ended(one: Rehearsal, **_: Any) -> Result:
        if left:
            one.place.mkdir(parents=True)
            (one.place / "result.json").write_text("{}")
        raise KeyboardInterrupt

    monkeypatch.setattr(load, "rehearse", ended)
    code, found = run("--data", str(tmp_path))
    assert code == 1
    assert said in found
