"""`shuaka dash` in a real browser over the scene's Prometheus: every board of both languages is drawn, and truly."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shuaka.dashing.dashboards import dashboards
from tests.chromium import Page, browsing
from tests.system.dashboards.scene import SHUAKA, Scene

pytestmark = [pytest.mark.service("prometheus"), pytest.mark.service("chromium")]

DRAWN_S = 20
SUMMARY = """Object.fromEntries(Object.entries(window.drawn).map(([title, one]) => [title, one.lines.length]))"""
LATENCY = "Settlement latency"
P99 = 'histogram_quantile(0.99, sum by (le) (group_le:shuaka_reply_seconds_bucket:rate1m{group="settle"}))'


@pytest.fixture(scope="module")
def browser(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, str]]:
    """A browser, and where the viewer stands."""
    command = [*SHUAKA, "dash", "--port", "0", "--prometheus", scene.prometheus.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as viewer:
        assert viewer.stdout is not None
        url = viewer.stdout.readline().split()[1]
        try:
            with browsing(tmp_path_factory.mktemp("viewer")) as page:
                yield page, url
        finally:
            viewer.terminate()


def opened(page: Page, url: str) -> None:
    """Open a board, and wait until every panel of it was drawn once."""
    page.events.clear()
    page.open(url)
    ends = time.monotonic() + DRAWN_S
    while not page.evaluate("window.rounds || 0"):
        assert time.monotonic() < ends, f"{url} was not drawn"
        time.sleep(0.05)


def titles(file: Path) -> list[str]:
    return [panel["title"] for panel in json.loads(file.read_text("utf-8"))["panels"] if panel["type"] != "row"]


@pytest.mark.parametrize(("language", "name"), list(dashboards()))
def test_every_panel_of_a_board_is_drawn_without_a_complaint(
    browser: tuple[Page, str], language: str, name: str
) -> None:
    page, url = browser
    opened(page, f"{url}#{language}/{name}")
    assert page.complaints == []
    assert page.evaluate('document.getElementById("problem").textContent') == ""
    assert page.evaluate('document.querySelectorAll(".wrong").length') == 0
    lines: dict[str, int] = page.evaluate(SUMMARY)
    assert sorted(lines) == sorted(titles(dashboards()[language, name].file))
    assert [title for title, count in lines.items() if not count] == []


def test_a_plotted_p99_is_what_prometheus_says_of_that_moment(browser: tuple[Page, str], scene: Scene) -> None:
    page, url = browser
    opened(page, f"{url}#en/overview")
    lines: list[dict[str, Any]] = page.evaluate(f"window.drawn[{LATENCY!r}].lines")
    [plotted] = [line["points"] for line in lines if line["name"] == "p99"]
    points = [(at, value) for at, value in plotted if value is not None]
    assert len(points) > 10
    for at, value in points:
        assert list(scene.prometheus.at(P99, at).values()) == [pytest.approx(value, rel=1e-9)]
