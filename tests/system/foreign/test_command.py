"""A whole run by the command, with Locust between: proved, undone, and nobody named anywhere."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from loadtests.evidence.result import Result

LIMIT_S = 60


def shuaka(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shuaka", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)


def test_a_run_by_the_command_is_proved_and_undone_and_tells_nobodys_name(
    platform: Any, tmp_path: Path, identities: list[str]
) -> None:
    platform.plant(latency_ms=1, lose_reply_2102=[5], foreign_rows=1)
    options = ("--rate", "20/1s", "--warmup", "0", "--name", "whole", "--data", str(tmp_path), "--metrics-port", "0")
    said = shuaka("load", *options, "--target", str(platform.target), "--json")
    assert said.returncode in (0, 1, 3), said.stderr  # a noisy machine may miss a latency; a lost reply is an error
    result = msgspec.json.decode(said.stdout, type=Result)
    assert result.proof is not None
    assert result.gate is not None
    assert (result.gate.complaints, result.proof.rows, result.proof.equal) == ((), 19, 19)
    assert [row.msgid for row in result.proof.foreign] == ["OTHER-0"]
    assert result.report.visits["pharmacy"] == {"REVERSED": 1, "SETTLED": 19}
    assert {one.infno for one in result.report.platform} == {"1101", "2101", "2102", "2601"}
    undone = shuaka("undo", "whole", "--data", str(tmp_path))
    assert (undone.returncode, undone.stderr) == (0, "")
    assert "undo of 19" in undone.stdout
    assert "proved   by 3202 row by row, and by 3201" in undone.stdout
    assert platform.stored_fen() == 700, "the row that is not ours is still there"
    place = tmp_path / "runs" / "whole"
    assert {path.stat().st_mode & 0o077 for path in (*place.glob("*.jsonl"), place / "foreign.json")} == {0}
    files = [path.read_text("utf-8") for path in place.iterdir()]
    for canary in (*identities, "canary", "AK-SHOP", "王"):
        assert not any(canary in text for text in (*files, said.stdout, said.stderr, undone.stdout)), canary
