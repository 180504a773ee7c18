"""A worker that looks for its master: whom it names, how long it waits, and how it ends when nobody comes."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from shuaka import worker
from shuaka.commands import app


@pytest.fixture
def free_port() -> Iterator[int]:
    """A port at which nobody listens, and that nobody else gets meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_a_worker_says_whom_it_looks_for_and_ends_with_a_sentence_when_no_master_came(
    free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "came", lambda *_: False)
    ended = CliRunner().invoke(app, ["load", "--worker", "--master-port", str(free_port)])
    start = f"shuaka load SCENARIO --master --master-port {free_port}"
    assert ended.exit_code == 1
    assert ended.stderr.splitlines() == [
        f"looking for a master at 127.0.0.1:{free_port}, for up to 300 s ({start})",
        f"error: no master came to 127.0.0.1:{free_port} within 300 s; start one with: {start}",
    ]


def test_a_worker_gives_up_after_its_patience(free_port: int) -> None:
    waits: list[float] = []
    assert not worker.came("127.0.0.1", free_port, waits.append)
    assert sum(waits) == worker.PATIENCE_S


def test_a_master_that_comes_later_is_found(free_port: int) -> None:
    waits: list[float] = []
    with socket.socket() as master:
        master.bind(("127.0.0.1", 0))

        def sleep(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 3:
                master.listen()

        assert worker.came("127.0.0.1", master.getsockname()[1], sleep)
    assert len(waits) == 3


def test_locust_begins_once_a_master_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    popen = subprocess.Popen

    def locust(command: list[str], **_: object) -> "subprocess.Popen[bytes]":
        started.append(command)
        return popen([sys.executable, "-c", "raise SystemExit(3)"])

    monkeypatch.setattr(subprocess, "Popen", locust)
    with socket.create_server(("127.0.0.1", 0)) as master:
        assert worker.work("127.0.0.1", port := master.getsockname()[1]) == 3
    assert started[0][-5:] == ["--worker", "--master-host", "127.0.0.1", "--master-port", str(port)]
