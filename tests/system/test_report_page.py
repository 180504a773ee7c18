"""The report page in a real browser: it complains of nothing, asks nobody for anything, and every chart is painted."""

import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from loadtests.evidence import result as results
from shuaka.commands import app
from tests.chromium import Page, browsing
from tests.loadtests.page.queued_runs import queued_run

pytestmark = pytest.mark.service("chromium")

PAINTED = """[...document.querySelectorAll(".plot")].map((plot) => {
  const canvas = plot.querySelector("canvas");
  if (!canvas) return [plot.id, 0];
  const dots = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const colours = new Set();
  for (let at = 0; at < dots.length; at += 4) if (dots[at + 3]) colours.add(dots.slice(at, at + 3).join());
  return [plot.id, colours.size];
})"""
"""How many colours each chart has."""
ALIKE_AT_LEAST = 10
"""Colours of a chart with axes, words and a line; edges are smoothed into many more."""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, Path]]:
    folder = tmp_path_factory.mktemp("page")
    for name, arrivals in (("one", "100/10s"), ("two", "50/10s")):
        results.write(queued_run(arrivals, stall_s=0.5, run=name), folder / f"{name}.json")
    file = folder / "report.html"
    said = CliRunner().invoke(app, ["report", *(str(folder / f"{name}.json") for name in ("one", "two"))])
    assert said.exit_code == 0, said.output
    with browsing(folder) as page:
        page.open(file.as_uri())
        yield page, file


def test_the_browser_complains_of_nothing_and_the_page_asks_for_itself_alone(opened: tuple[Page, Path]) -> None:
    page, file = opened
    assert page.complaints == []
    assert page.requests == [file.as_uri()]


def test_every_chart_of_the_page_is_painted(opened: tuple[Page, Path]) -> None:
    page, _ = opened
    colours = dict(page.evaluate(PAINTED))
    assert colours.keys() == {
        f"plot-{name}"
        for name in (
            "latency_due",
            "latency_service",
            "throughput",
            "outcomes",
            "in_flight",
            "percentiles",
            "engine_cpu",
            "engine_memory",
            "engine_queue",
            "engine_commit",
            "load_curve",
        )
    }
    assert {name: count for name, count in colours.items() if count < ALIKE_AT_LEAST} == {}


def test_nothing_of_the_page_is_wider_than_its_window(opened: tuple[Page, Path]) -> None:
    page, _ = opened
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_paper_it_is_a4_and_charts_stand_two_in_a_row(opened: tuple[Page, Path]) -> None:
    page, _ = opened
    paper = b64decode(page.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])
    sizes = {
        tuple(round(float(size)) for size in found) for found in re.findall(rb"MediaBox \[0 0 (\S+) (\S+)\]", paper)
    }
    assert sizes == {(595, 842)}
    page.ask("Emulation.setEmulatedMedia", media="print")
    rows = page.evaluate('getComputedStyle(document.querySelector(".charts")).gridTemplateColumns.split(" ").length')
    assert rows == 2
