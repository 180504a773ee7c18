"""`shuaka card check`: what it prints and writes, and its exit codes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shuaka.card import app
from shuaka.compose import DEFAULT_SIZE, population

DATE = ("--date", "2026-11-21")


def check(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["check", *arguments])


def index_of(generation: int) -> int:
    people = population()
    return next(index for index in range(500) if people.profile(index).generation == generation)


def test_card_0_passes_and_its_report_is_the_same_each_time() -> None:
    first, second = check("0", *DATE), check("--reader", "simulated:0", *DATE)
    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout == second.stdout
    assert first.stdout.startswith("# Laboratory report")
    assert "| date | 2026-11-21 |" in first.stdout
    assert ", 0 FAIL, " in first.stdout


@pytest.mark.parametrize("index", range(12))
def test_every_kind_of_card_of_the_population_passes(index: int) -> None:
    assert check(str(index), *DATE, "--json").exit_code == 0


def test_a_failed_check_is_exit_code_1_and_stands_in_the_report() -> None:
    result = check("0", *DATE, "--sam", "software:370800")
    assert result.exit_code == 1
    assert "**FAIL** EXTERNAL AUTHENTICATE with RKSSSE: expected 9000, found 63C2" in result.stdout


def test_without_a_security_module_nothing_fails_and_what_was_left_out_is_listed() -> None:
    result = check("0", *DATE, "--sam", "none")
    assert result.exit_code == 0
    assert "- `keys.each`: no security module" in result.stdout


def test_json_is_the_report_for_a_machine() -> None:
    told = json.loads(check("0", *DATE, "--json").stdout)
    assert (told["passed"], told["head"]["card"]) == (True, "card 0 of population 1: jinan-gen2")
    assert told["head"]["sam"] == "software:370100"


@pytest.mark.parametrize(("suffix", "beginning"), [(".md", "# Lab"), (".html", "<!DOCTYPE html>"), (".json", "{")])
def test_a_report_file_is_what_its_name_says(tmp_path: Path, suffix: str, beginning: str) -> None:
    file = tmp_path / f"report{suffix}"
    result = check("0", *DATE, "--report", str(file))
    assert result.exit_code == 0
    assert file.read_text("utf-8").startswith(beginning)
    assert result.stdout.endswith(f"NOT RUN: {file}\n")
    assert result.stdout.count("\n") == 1


def test_a_report_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    result = check("0", *DATE, "--report", str(tmp_path / "nowhere" / "report.md"))
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")


@pytest.mark.parametrize(
    "arguments",
    [
        (str(DEFAULT_SIZE),),
        ("-1",),
        ("0", "--reader", "Some Reader 00"),
        ("0", "--report", "report.pdf"),
        ("0", "--sam", "370100"),
        (str(index_of(1)), "--contactless"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    result = check(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
