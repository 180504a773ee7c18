"""`shuaka up`: four parts with one command, ended by Ctrl-C; and what it says where it cannot begin."""

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from shuaka import dash
from shuaka.compose import PORTS
from shuaka.up import TERMINALS_PORT

pytestmark = pytest.mark.service("prometheus")

READY_S = 45
FIXED = (*PORTS.values(), TERMINALS_PORT)


def free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def answer(url: str) -> bytes:
    """Return what a part says, once it says something."""
    ends = time.monotonic() + READY_S
    while time.monotonic() < ends:
        with suppress(urllib.error.URLError, ConnectionError), urllib.request.urlopen(url, timeout=5) as said:  # noqa: S310 - loopback
            found: bytes = said.read()
            return found
        time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that is somebody's."""
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        yield somebody.getsockname()[1]


def command(data: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "shuaka", "up", "--data", str(data), "--terminals", "6", "--port", str(port)]


def test_four_parts_answer_until_ctrl_c_ends_them_all(tmp_path: Path) -> None:
    busy = [port for port in (*FIXED, dash.PORT) if not free(port)]
    assert busy == [], "another engine or page runs on this machine: end it before this test"
    with subprocess.Popen(command(tmp_path / "data", dash.PORT), stdout=subprocess.PIPE, text=True) as up:
        assert up.stdout is not None
        told = "".join(up.stdout.readline() for _ in range(5))
        [prometheus] = re.findall(r"^prometheus  (\S+)", told, re.MULTILINE)
        pages = {
            "engine": answer(f"http://127.0.0.1:{PORTS['metrics']}/metrics"),
            "terminals": answer(f"http://127.0.0.1:{TERMINALS_PORT}/metrics"),
            "prometheus": answer(f"{prometheus}-/healthy"),
            "dashboards": answer(f"http://127.0.0.1:{dash.PORT}/"),
        }
        up.send_signal(signal.SIGINT)
        assert up.wait(READY_S) == 0
    assert [name for name in pages if f"{name} " not in told] == []
    assert b"shuaka_replies" in pages["engine"]
    assert b"shuaka_apdu_seconds" in pages["terminals"]
    assert b"panels" in pages["dashboards"]
    assert [port for port in (*FIXED, dash.PORT) if not free(port)] == []


def test_a_page_whose_port_is_taken_is_said_before_anything_is_started(tmp_path: Path, taken: int) -> None:
    told = subprocess.run(command(tmp_path / "data", taken), capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 1
    assert f"error: 127.0.0.1:{taken} " in told.stderr
    assert "cannot be listened on: Address already in use; choose another with --port" in told.stderr
    assert told.stderr.count("\n") == 1
    assert not (tmp_path / "data").exists()
