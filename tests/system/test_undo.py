"""`shuaka load --engine http://...` and `shuaka undo` at a real engine of ours, through the commands."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from loadtests.evidence.result import Result
from shuaka.rehearsing.lane import held
from shuaka.rehearsing.order import LANE

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


def test_the_smoke_scenario_through_the_http_door_has_no_fault_and_says_what_was_changed(data: Path) -> None:
    port = json.loads((data / "endpoints.json").read_text())["http"]["port"]
    options = ("--rate", "40/2s", "--warmup", "0", "--metrics-port", "0", "--name", "smoke-http")
    said = shuaka("load", "smoke", "--data", str(data), "--engine", f"http://127.0.0.1:{port}", *options, "--json")
    assert said.returncode in (0, 1, 3), said.stderr  # a noisy machine may miss a latency
    result = msgspec.json.decode(said.stdout, type=Result)
    assert result.gate is not None
    assert (result.report.faults, result.gate.complaints) == ((), ())
    assert result.verdict is not None
    assert [check.said for check in result.verdict.checks if check.group == "stories"] == ["nothing is missing"]
    assert "mix.voucher 0 instead of 0.1" in result.profile.overridden
    assert not any("voucher" in line or "credential_01" in line for line in result.profile.assumed)


@pytest.mark.parametrize("share", [("--mix", "remote=0.9"), ("--mix", "outpatient=1"), ("--wrong-password", "0.5")])
def test_a_share_that_cannot_happen_at_the_http_door_is_refused(data: Path, share: tuple[str, str]) -> None:
    said = shuaka("load", "--data", str(data), "--engine", "http://127.0.0.1:1", "--name", "no", *share)
    assert said.returncode == 2
    assert "it does not go with --engine http" in " ".join(said.stderr.replace("│", " ").split())
    assert not (data / "runs" / "no").exists()


def test_every_kind_of_visit_of_the_smoke_scenario_is_undone_once_no_load_has_its_terminals(data: Path) -> None:
    options = ("--rate", "40/3s", "--warmup", "0", "--terminals", "12", "--metrics-port", "0", "--name", "smoke")
    said = shuaka("load", "smoke", "--data", str(data), *options, "--json")
    assert said.returncode in (0, 1, 3), said.stderr  # a noisy machine may miss a latency
    settled = msgspec.json.decode(said.stdout, type=Result).report.settled
    assert {infno for infno, sums in settled.items() if sums.count} == {"2102", "2207", "2304"}
    with held(data, LANE):
        refused = shuaka("undo", "smoke", "--data", str(data))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert f"with the terminals of lane {LANE}: wait for its end, and undo then" in refused.stderr
    undone = shuaka("undo", "smoke", "--data", str(data))
    assert (undone.returncode, undone.stderr) == (0, "")
    assert "undone: nothing is left to revoke or to find out" in undone.stdout
    assert "net      0.00 yuan, 0 settlements and purchases of smoke stand in the ledger" in undone.stdout


def test_a_run_that_nobody_made_is_one_sentence(tmp_path: Path) -> None:
    said = shuaka("undo", "none", "--data", str(tmp_path))
    assert said.returncode == 2
    assert said.stderr.startswith(f"error: {tmp_path}/runs/none holds no journal of a run")
    assert said.stdout == ""
