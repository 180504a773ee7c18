"""`shuaka dash` in a real browser over the scene's Prometheus: every board of both languages is drawn, and truly."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shuaka.dashing.dashboards import dashboards
from tests.chromium import Page, browsing
from tests.system.dashboards.scene import SHUAKA, Scene

pytestmark = [pytest.mark.service("prometheus"), pytest.mark.service("chromium")]

DRAWN_S = 20
SHOWN = """Object.fromEntries(Object.entries(window.drawn).map(([title, { body }]) =>
  [title, body.querySelectorAll(".legend span, .stat, tbody tr").length]))"""
"""How many lines, numbers or rows each panel shows."""
LATENCY = "Settlement latency"
PLOTTED = f"(({{ plot }}) => [plot.data, plot.series.map((one) => one.label)])(window.drawn[{LATENCY!r}])"
P99_QUERY = f"""state.board.panels.find((panel) => panel.title === {LATENCY!r}).targets
  .filter((target) => target.legendFormat === "p99").map((target) => filled(target.expr, stepOf(range())))"""
TIMES_1000 = """draw = ((drawn) => (body, panel, lines, range) => drawn(body, panel, lines.map((line) =>
  ({ ...line, points: line.points.map(([at, value]) => [at, 1000 * value]) })), range))(draw);
window.rounds = 0; refresh()"""
"""A page that draws what is not so."""


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
    drawn(page)


def drawn(page: Page) -> None:
    """Wait until every panel was drawn once."""
    ends = time.monotonic() + DRAWN_S
    while not page.evaluate("window.rounds || 0"):
        assert time.monotonic() < ends, "it was not drawn"
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
    lines: dict[str, int] = page.evaluate(SHOWN)
    assert sorted(lines) == sorted(titles(dashboards()[language, name].file))
    assert [title for title, count in lines.items() if not count] == []


def p99(page: Page, scene: Scene) -> list[tuple[float, float]]:
    """Return of every moment what the plot holds as p99, and what Prometheus says it was."""
    (moments, *columns), (_, *names) = page.evaluate(PLOTTED)
    column = columns[names.index("p99")]
    [query] = page.evaluate(P99_QUERY)
    points = [(at, value) for at, value in zip(moments, column, strict=True) if value is not None]
    assert len(points) > 10
    return [(value, *scene.prometheus.at(query, at).values()) for at, value in points]


def test_a_plotted_p99_is_what_prometheus_says_of_that_moment(browser: tuple[Page, str], scene: Scene) -> None:
    page, url = browser
    opened(page, f"{url}#en/overview")
    for plotted, said in p99(page, scene):
        assert plotted == pytest.approx(said, rel=1e-9)


def test_a_page_that_plots_something_else_is_found_out(browser: tuple[Page, str], scene: Scene) -> None:
    page, url = browser
    opened(page, f"{url}#en/overview")
    page.evaluate(TIMES_1000)
    drawn(page)
    for plotted, said in p99(page, scene):
        assert plotted == pytest.approx(1000 * said, rel=1e-9)
