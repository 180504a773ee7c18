"""`shuaka report`: where the page goes, in which language, and every file that it refuses in one sentence."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from loadtests.evidence import result as results
from shuaka.commands import app
from shuaka.report import plotter
from tests.loadtests.page.queued_runs import queued_run


def said(*arguments: object) -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["report", *map(str, arguments)])
    return answer.exit_code, answer.output


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    results.write(queued_run("50/5s"), folder / "result.json")
    return folder


def test_the_page_of_a_runs_directory_lies_beside_its_result(run: Path) -> None:
    assert said(run) == (0, f"report: {run / 'report.html'}\n")
    assert "Load test report" in (run / "report.html").read_text("utf-8")


def test_the_chinese_page_lies_beside_the_english_one(run: Path) -> None:
    assert said(run, "--language", "zh") == (0, f"report: {run / 'report.zh.html'}\n")
    assert "压力测试报告" in (run / "report.zh.html").read_text("utf-8")


def test_the_page_goes_where_it_is_told_to(run: Path, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    assert said(run / "result.json", "--output", file) == (0, f"report: {file}\n")
    assert plotter().script in file.read_text("utf-8")


def test_a_page_that_cannot_be_written_is_one_sentence_and_exit_1(run: Path, tmp_path: Path) -> None:
    code, text = said(run, "--output", tmp_path / "nowhere" / "page.html")
    assert code == 1
    assert text.startswith("error: the page ")
    assert text.endswith("cannot be written: No such file or directory\n")


def test_a_language_that_the_page_does_not_have_is_refused(run: Path) -> None:
    code, text = said(run, "--language", "fr")
    assert code == 2
    assert "expected en or zh" in text.replace("\n", " ")


def test_what_is_no_result_is_one_sentence_and_exit_2(tmp_path: Path) -> None:
    file = tmp_path / "none.json"
    assert said(file) == (2, f"error: {file} cannot be read: No such file or directory\n")


def test_the_plotter_carries_its_licence_and_its_version() -> None:
    assert plotter().script.startswith("/*! https://github.com/leeoniya/uPlot (v1.6.32) */")
