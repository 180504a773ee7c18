"""`shuaka load --engine http://...` and `shuaka undo` at a real engine of ours, through the commands."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from loadtests.evidence.result import Result

SHUAKA = [sys.executable, "-m", "shuaka"]
LIMIT_S = 60


@pytest.fixture(scope="module")
def data(served: Callable[..., Path]) -> Path:
    """The directory of an engine with its ledger in memory."""
    return served("--store", "memory")


def shuaka(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*SHUAKA, *words], capture_output=True, text=True, timeout=LIMIT_S, check=False)


def test_a_load_through_the_http_door_passes_the_gate_and_an_undo_leaves_nothing(data: Path) -> None:
    port = json.loads((data / "endpoints.json").read_text())["http"]["port"]
    options = ("--rate", "20/1s", "--warmup", "0", "--terminals", "12", "--metrics-port", "0", "--name", "door")
    said = shuaka("load", "--data", str(data), "--engine", f"http://127.0.0.1:{port}", *options, "--json")
    assert said.returncode in (0, 1, 3), said.stderr  # a noisy machine may miss a latency
    result = msgspec.json.decode(said.stdout, type=Result)
    assert result.gate is not None
    assert result.gate.complaints == ()
    assert (result.profile.security, result.report.visits.keys()) == ("signature", {"pharmacy", "sign_on"})
    settled = result.report.settled["2102"].count
    assert settled > 0
    undone = shuaka("undo", "door", "--data", str(data))
    assert (undone.returncode, undone.stderr) == (0, "")
    assert undone.stdout.startswith(f"undo of {settled} at our own engine")
    assert "net      0.00 yuan, 0 settlements and purchases of door stand in the ledger" in undone.stdout
    again = shuaka("undo", "door", "--data", str(data))
    assert again.stdout.startswith("undo of 0 at our own engine")
    assert again.returncode == 0


def test_a_run_that_nobody_made_is_one_sentence(tmp_path: Path) -> None:
    said = shuaka("undo", "none", "--data", str(tmp_path))
    assert said.returncode == 2
    assert said.stderr.startswith(f"error: {tmp_path}/runs/none holds no journal of a run")
    assert said.stdout == ""
