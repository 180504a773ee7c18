"""A whole run by the command, with Locust between: proved, undone, and nobody named anywhere."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from loadtests.evidence.host import Host, write_host
from loadtests.evidence.result import Result
from loadtests.foreign.undo import Undone
from shuaka.commands import app
from shuaka.rehearsing import foreign, undoing
from shuaka.rehearsing.load_plan import RehearsalError

LIMIT_S = 60


def shuaka(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shuaka", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)


def test_a_run_by_the_command_is_proved_and_undone_and_tells_nobodys_name(
    platform: Any, tmp_path: Path, identities: list[str]
) -> None:
    platform.aim("[ceilings]\nrate_per_s = 20\nsettlements = 99\nfen = 9_999_999\n")
    platform.plant(latency_ms=1, lose_reply_2102=[5], foreign_rows=1)
    options = ("--rate", "20/1s", "--warmup", "0", "--name", "whole", "--data", str(tmp_path), "--metrics-port", "0")
    said = shuaka("load", *options, "--target", str(platform.target), "--json")
    assert said.stdout, said.stderr
    assert said.returncode in (0, 1, 3)  # a noisy machine may miss a latency; a lost reply is an error
    result = msgspec.json.decode(said.stdout, type=Result)
    assert result.proof is not None
    assert result.gate is not None
    assert result.verdict is not None
    assert (result.gate.complaints, result.proof.rows, result.proof.equal) == ((), 19, 19)
    assert [row.msgid for row in result.proof.foreign] == ["OTHER-0"]
    assert result.report.visits["pharmacy"] == {"REVERSED": 1, "SETTLED": 19}
    assert {one.infno for one in result.report.platform} == {"1101", "2101", "2102", "2601"}
    verified = CliRunner().invoke(app, ["verify", str(tmp_path / "runs" / "whole" / "result.json")])
    assert verified.exit_code == 0, verified.stdout
    undone = shuaka("undo", "whole", "--data", str(tmp_path))
    assert (undone.returncode, undone.stderr) == (0, "")
    assert "undo of 19" in undone.stdout
    assert "proved   by 3202 row by row, and by 3201" in undone.stdout
    assert platform.stored_fen() == 700, "the row that is not ours is still there"
    place = tmp_path / "runs" / "whole"
    private = (place, *place.glob("*.jsonl"), place / "foreign.json")
    assert {path.stat().st_mode & 0o077 for path in private} == {0}
    assert not any(check.group == "stories" for check in result.verdict.checks), "nobody promised a story there"
    files = [path.read_text("utf-8") for path in place.iterdir()]
    for canary in (*identities, "canary", "AK-SHOP", "王"):
        assert not any(canary in text for text in (*files, said.stdout, said.stderr, undone.stdout)), canary


def kept_run(trip: Any) -> Path:
    """Lay what a trip left where a run of the name `r` would stand, and return its data directory."""
    data = trip.place.with_name(f"{trip.place.name}-data")
    shutil.copytree(trip.place, data / "runs" / "r")
    write_host(Host("stand-in", ours=False), data / "runs" / "r")
    return data


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("host.json", None, "host.json is missing"),
        ("host.json", "{", "host.json is damaged"),
        ("foreign.json", None, "foreign.json, which says how to undo this run, cannot be read"),
        ("foreign.json", "{", "foreign.json, which says how to undo this run, is damaged"),
    ],
)
def test_an_undo_goes_to_no_host_where_the_run_does_not_say_to_which(
    platform: Any, trip: Any, file: str, content: str | None, said: str
) -> None:
    trip.sell(1)
    data, before = kept_run(trip), platform.seen
    (data / "runs" / "r" / file).unlink()
    if content is not None:
        (data / "runs" / "r" / file).write_text(content)
    ended = CliRunner().invoke(app, ["undo", "r", "--data", str(data)])
    assert (ended.exit_code, ended.stdout, said in ended.stderr) == (1, "", True), ended.stderr
    assert platform.seen == before


def test_ctrl_c_ends_an_undo_with_a_sentence_and_the_same_command_goes_on(
    platform: Any, trip: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    trip.sell(4)
    data = kept_run(trip)
    steps = undoing.ForeignUndoing.undo

    def two(desk: undoing.ForeignUndoing) -> Iterator[Undone]:
        yield from islice(steps(desk), 2)
        raise KeyboardInterrupt

    with monkeypatch.context() as once:
        once.setattr(undoing.ForeignUndoing, "undo", two)
        said = CliRunner().invoke(app, ["undo", "r", "--data", str(data)])
    assert (said.exit_code, said.stderr) == (1, "error: ended: 2 of 4 undone; the same command goes on\n")
    again = CliRunner().invoke(app, ["undo", "r", "--data", str(data)])
    assert (again.exit_code, "undo of 2" in again.stdout, platform.stored_fen()) == (0, True, 0)


IGNORED = (
    ("--web",), ("--web-port", "9"), ("--master",), ("--terminals", "9"), ("--lane", "3"), ("--population", "1000"),
    ("--engine", "http://127.0.0.1:7371"), ("--mix", "tap=1"), ("--remote", "1"), ("--model", "closed"),
)  # fmt: skip


@pytest.mark.parametrize("option", IGNORED, ids=lambda option: option[0])
def test_an_option_that_means_nothing_at_a_target_is_refused(
    platform: Any, tmp_path: Path, option: tuple[str, ...]
) -> None:
    words = ["--rate", "5/1s", "--warmup", "0", "--data", str(tmp_path), "--target", str(platform.target)]
    command = ["load", *words, *option]
    said = CliRunner().invoke(app, command)
    assert said.exit_code in (1, 2)
    assert option[0] in said.stderr
    assert platform.seen == {}
    assert not list(tmp_path.iterdir())


def test_a_plan_that_is_refused_fails_and_has_no_json(platform: Any, tmp_path: Path) -> None:
    where = ["--data", str(tmp_path), "--target", str(platform.target)]
    command = ["load", *where, "--plan", "--warmup", "0", "--rate"]
    assert CliRunner().invoke(app, [*command, "5/1s"]).exit_code == 0
    said = CliRunner().invoke(app, [*command, "41/1s"])
    assert (said.exit_code, "REFUSED" in said.stdout) == (1, True)
    said = CliRunner().invoke(app, [*command, "5/1s", "--json"])
    assert (said.exit_code, "does not go with --target" in said.stderr) == (2, True)


def test_a_result_that_could_not_be_written_ends_a_run_before_money_moves(platform: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    asked = platform.rehearsal(tmp_path, "5/1s", result=tmp_path / "file" / "r.json")
    with pytest.raises(RehearsalError, match=r"r\.json cannot be written: Not a directory"):
        foreign.rehearse(asked, platform.target, quiet=True)
    assert platform.seen == {}
