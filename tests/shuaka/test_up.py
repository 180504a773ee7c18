"""What `shuaka up` starts, and at which ports, with and without Prometheus; its four parts: tests/system/test_up.py."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from shuaka import up
from shuaka.commands import app


class Child:
    """A part that runs until its fleet is looked at, which is when somebody presses Ctrl-C."""

    def poll(self) -> None:
        raise KeyboardInterrupt


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Sequence[str]]:
    """The commands of what was started, on a machine with Prometheus whose usual ports are free."""
    commands = list[Sequence[str]]()

    @contextmanager
    def child_of(command: Sequence[str], **_: Any) -> Iterator[Child]:
        commands.append(command)
        yield Child()

    @contextmanager
    def engine_of(data: Path) -> Iterator[Any]:
        data.mkdir(exist_ok=True)
        yield SimpleNamespace(endpoints=SimpleNamespace(metrics="http://127.0.0.1:7373"), tcp="127.0.0.1:7370")

    (tmp_path / "prometheus").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(up, "child_of", child_of)
    monkeypatch.setattr(up, "engine_of", engine_of)
    for usual in ("PROMETHEUS_PORT", "TERMINALS_PORT"):
        monkeypatch.setattr(up, usual, free_port())
    return commands


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that is somebody's."""
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        yield somebody.getsockname()[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def said(place: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["up", "--data", str(place / "data"), "--port", str(free_port()), *options])


def prometheus_of(commands: list[Sequence[str]]) -> tuple[list[int], int]:
    """At which ports Prometheus was started, and which the page was told to ask."""
    its = [word for command in commands if command[0] == "prometheus" for word in command if "listen-address" in word]
    [page] = [command for command in commands if "dash" in command]
    return [int(word.rpartition(":")[2]) for word in its], int(page[-1].rpartition(":")[2])


def test_prometheus_stands_at_its_usual_port_and_the_page_asks_there(
    tmp_path: Path, started: list[Sequence[str]]
) -> None:
    answered = said(tmp_path)
    assert answered.exit_code == 0, answered.output
    assert prometheus_of(started) == ([up.PROMETHEUS_PORT], up.PROMETHEUS_PORT)
    assert f"prometheus  http://127.0.0.1:{up.PROMETHEUS_PORT}/\n" in answered.output


def test_prometheus_takes_a_free_port_where_its_usual_one_is_somebody_elses(
    tmp_path: Path, started: list[Sequence[str]], taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(up, "PROMETHEUS_PORT", taken)
    answered = said(tmp_path)
    assert answered.exit_code == 0, answered.output
    [port], asked = prometheus_of(started)
    assert asked == port != taken
    assert f"prometheus  http://127.0.0.1:{port}/\n" in answered.output


def test_prometheus_stands_where_it_is_told_to(tmp_path: Path, started: list[Sequence[str]]) -> None:
    port = free_port()
    assert said(tmp_path, "--prometheus-port", str(port)).exit_code == 0
    assert prometheus_of(started) == ([port], port)


def test_a_port_that_was_asked_for_and_is_taken_ends_it_before_anything_is_started(
    tmp_path: Path, started: list[Sequence[str]], taken: int
) -> None:
    answered = said(tmp_path, "--prometheus-port", str(taken))
    assert (answered.exit_code, started) == (1, [])
    assert answered.output.startswith(f"error: 127.0.0.1:{taken} (prometheus) cannot be listened on: ")
    assert "choose another with --prometheus-port" in answered.output


def test_without_prometheus_the_rest_runs_whoever_has_its_port_and_what_is_lacking_is_said(
    tmp_path: Path, started: list[Sequence[str]], taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "prometheus").unlink()
    monkeypatch.setattr(up, "PROMETHEUS_PORT", taken)
    answered = said(tmp_path)
    assert answered.exit_code == 0, answered.output
    assert prometheus_of(started) == ([], taken)
    assert "prometheus  not installed (Debian: apt-get install prometheus), so the dashboards stay empty" in (
        answered.output
    )
    assert any("terminals" in command for command in started)


def test_the_terminals_port_is_nobodys_to_choose_and_must_be_free(
    tmp_path: Path, started: list[Sequence[str]], taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(up, "TERMINALS_PORT", taken)
    answered = said(tmp_path)
    assert (answered.exit_code, started) == (1, [])
    assert f"127.0.0.1:{taken} is taken, and it must be had for the terminals' metrics" in answered.output
