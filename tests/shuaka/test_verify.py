"""What `shuaka verify` prints and how it ends; what is compared is tested beside loadtests/evidence/verification.py."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from loadtests.evidence.recount import Row
from shuaka import verify
from shuaka.commands import app


def said(*arguments: str) -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["verify", *arguments])
    return answer.exit_code, answer.output


def test_a_file_that_is_not_there_is_one_sentence_and_exit_2(tmp_path: Path) -> None:
    file = tmp_path / "none.json"
    assert said(str(file)) == (2, f"error: {file} cannot be read: No such file or directory\n")


def test_of_a_runs_directory_its_result_is_read(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    assert said(str(tmp_path)) == (2, f"error: {file} cannot be read: No such file or directory\n")


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"format": 1}', b"\xff"])
def test_a_file_that_is_no_result_is_one_sentence_and_exit_2(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "result.json"
    file.write_bytes(content)
    code, text = said(str(file))
    assert code == 2
    assert text.startswith(f"error: {file} is no result of this version: ")
    assert text.count("\n") == 1


def test_a_small_group_is_printed_in_full_and_of_a_large_one_only_what_differs() -> None:
    small = [Row("small", f"row {number}", "1", "1", ok=True) for number in range(2)]
    large = [Row("large", f"row {number}", "1", str(number), ok=number == 1) for number in range(50)]
    lines = list(verify._lines([*small, *large[:1], *[large[1]] * 40], everything=False))
    assert [line.split()[:3] for line in lines if line.startswith("small")] == [
        ["small:", "row", "0"],
        ["small:", "row", "1"],
    ]
    assert sum(line.startswith("large: row") for line in lines) == 1
    assert any("41 comparisons, 40 agree" in line for line in lines)
    assert lines[-1] == "1 of 43 comparisons DIFFER"


def test_everything_is_printed_where_it_is_asked_for() -> None:
    rows = [Row("large", f"row {number}", "1", "1", ok=True) for number in range(50)]
    assert len(list(verify._lines(rows, everything=True))) == 1 + 50 + 2


def test_what_differs_is_printed_whole() -> None:
    long = "x" * 100
    [line] = [
        line for line in verify._lines([Row("log", "text", long, "y", ok=False)], everything=False) if "log" in line
    ]
    assert line.endswith(f"{long} y  DIFFERS")
