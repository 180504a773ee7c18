"""The page in a real browser, over a Prometheus whose every value is known: what it asks, draws, lets one choose."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shuaka.dashing import dashboards
from tests.chromium import Page, browsing
from tests.shuaka.dashing.served import served

pytestmark = pytest.mark.service("chromium")

READY_S = 20
SCRAPE_S = 5
RANGES = {"60": 1, "300": 1, "3600": 10, "21600": 60}
"""What may be chosen, and the seconds between two points of it."""
RUNS = ["night.1", "smoke"]
LIMITS = [{"color": "green", "value": None}, {"color": "orange", "value": 3.0}, {"color": "red", "value": 6.0}]
MIB = 2**20
Lines = dict[str, Callable[[int], float]]
ANSWERS: dict[str, Lines] = {
    "seconds": {"low": lambda at: 1 + at % 7 / 10, "high": lambda at: 4 + at % 5},
    "parts": {"one": lambda _: 2, "two": lambda at: 3 + at % 2},
    "engines": {"127.0.0.1:1": lambda _: 0, "127.0.0.1:2": lambda _: 7},
    "share": {"all": lambda _: 1},
    "memory": {"all": lambda at: (20 + at % 3) * MIB},
    "many": {f"line{number:02d}": lambda at, number=number: number + at % 2 for number in range(42)},  # type: ignore[misc]
}
"""Of each query its lines, and of each line its value at a moment."""


def panel(number: int, query: str, kind: str = "timeseries", unit: str = "none", **more: Any) -> dict[str, Any]:
    defaults = {"unit": unit, "thresholds": {"steps": LIMITS}} | more
    place = {"x": 0, "y": number, "w": 12, "h": 8}
    target = {"expr": f'{query}{{run=~"$run"}}[$__rate_interval]', "legendFormat": "{{name}}"}
    return {
        "id": number,
        "type": kind,
        "title": query,
        "gridPos": place,
        "fieldConfig": {"defaults": defaults},
        "targets": [target],
    }


def board(title: str) -> dict[str, Any]:
    panels = [
        panel(1, "seconds", unit="s"),
        panel(2, "parts", custom={"stacking": {"mode": "normal"}}),
        panel(3, "engines", "stat"),
        panel(4, "share", "stat", "percentunit", decimals=3, thresholds={"steps": LIMITS[:1]}),
        panel(5, "memory", unit="bytes"),
        panel(6, "many"),
    ]
    run = {"name": "run", "type": "query", "label": "Run", "allValue": ".*", "includeAll": True}
    run |= {"query": {"query": 'label_values(running{job=~"$job"}, run)'}}
    job = {"name": "job", "type": "query", "label": "Job", "query": "label_values(up, job)", "includeAll": True}
    source = {"name": "datasource", "type": "datasource", "query": "prometheus"}
    return {"title": title, "panels": panels, "templating": {"list": [source, job, run]}}


class Known:
    """Answers ranges of ANSWERS, keeps what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[tuple[str, dict[str, str]]] = []

    def answer(self, path: str) -> Any:
        question = urlsplit(path).path.removeprefix("/api/v1/")
        said = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        self.asked.append((question, said))
        if question == "status/config":
            return {"yaml": f"global:\n  scrape_interval: {SCRAPE_S}s\n"}
        if question.startswith("label/"):
            return RUNS if "run" in question else ["engine", "load"]
        lines = ANSWERS[said["query"].partition("{")[0]]
        moments = range(int(said["start"]), int(said["end"]) + 1, int(said["step"]))
        return {
            "result": [
                {"metric": {"name": name}, "values": [[at, str(float(value(at)))] for at in moments]}
                for name, value in lines.items()
            ]
        }

    def queries(self, name: str) -> list[dict[str, str]]:
        return [said for question, said in self.asked if question == name]


@pytest.fixture(scope="module")
def known() -> Iterator[Known]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"status": "success", "data": known.answer(self.path)}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    known = Known()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield known
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def stand(known: Known, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, str]]:
    """A browser, and where a viewer of our two boards stands."""
    place = tmp_path_factory.mktemp("boards")
    for language, title in (("en", "x: Board"), ("zh", "刷卡：面板")):
        (place / "dashboards" / language).mkdir(parents=True)
        (place / "dashboards" / language / "overview.json").write_text(json.dumps(board(title)), "utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(dashboards, "PLACES", (place,))
        with served(known.url) as port, browsing(tmp_path_factory.mktemp("browser")) as page:
            url = f"http://127.0.0.1:{port}/"
            opened(page, url)
            yield page, url


@pytest.fixture
def page(stand: tuple[Page, str], known: Known) -> Page:
    """The English board, drawn."""
    page, url = stand
    known.asked.clear()
    opened(page, f"{url}#en/overview")
    return page


def opened(page: Page, url: str) -> None:
    """Open a board, wait until it is drawn, and have it ask nothing by itself from then on."""
    page.events.clear()
    page.open(url)
    drawn_again(page, 0)
    page.evaluate('by("refresh").value = "0"; clearTimeout(state.timer)')


def drawn_again(page: Page, rounds: int) -> None:
    """Wait until all was drawn once more than so often."""
    until(page, f"(window.rounds || 0) > {rounds}")


def until(page: Page, true: str) -> None:
    ends = time.monotonic() + READY_S
    while not page.evaluate(true):
        assert time.monotonic() < ends, true
        time.sleep(0.02)


def choose(page: Page, select: str, value: str) -> None:
    rounds = page.evaluate("window.rounds")
    page.evaluate(
        f"""for (const one of [document.getElementById({select!r})]) {{
          one.value = {value!r}; one.dispatchEvent(new Event("change")); }}"""
    )
    drawn_again(page, rounds)


def plotted(page: Page, title: str) -> dict[str, list[tuple[int, float]]]:
    """Return what a plot holds, by its lines."""
    moments, *columns = page.evaluate(f"window.drawn[{title!r}].plot.data")
    names = page.evaluate(f"window.drawn[{title!r}].plot.series.slice(1).map((one) => one.label)")
    return {name: list(zip(moments, column, strict=True)) for name, column in zip(names, columns, strict=True)}


def legend(page: Page, title: str) -> list[str]:
    """Return what the legend of a panel says."""
    said: list[str] = page.evaluate(
        f'[...window.drawn[{title!r}].body.querySelectorAll(".legend span")].map((one) => one.textContent)'
    )
    return said


def ticks(page: Page, title: str, axis: int) -> list[str]:
    """Return the words along an axis: 0 the time, 1 the values."""
    said: list[str] = page.evaluate(f"window.drawn[{title!r}].plot.axes[{axis}]._values")
    return said


def test_a_plot_holds_the_values_of_its_query(page: Page) -> None:
    found = plotted(page, "seconds")
    assert {name: len(points) for name, points in found.items()} == {"low": 301, "high": 301}
    for name, points in found.items():
        assert [value for _, value in points] == [ANSWERS["seconds"][name](at) for at, _ in points]


def test_what_is_stacked_holds_sums_and_its_legend_each_lines_own_value(page: Page) -> None:
    found = plotted(page, "parts")
    assert [value for _, value in found["two"]] == [5 + at % 2 for at, _ in found["two"]]
    assert legend(page, "parts")[1].startswith("two")
    assert float(legend(page, "parts")[1].split()[1]) in {3, 4}


PAINTED = """((plot, line, limit) => {
  const wanted = limit ? NAMED[limit] : plot.series[line].stroke();
  const colour = [1, 3, 5].map((at) => parseInt(wanted.slice(at, at + 2), 16));
  const near = (x, y) => {
    const { data } = plot.ctx.getImageData(Math.round(x) - 2, Math.round(y) - 2, 5, 5);
    const dots = [...Array(25).keys()].map((dot) => data.slice(4 * dot, 4 * dot + 3));
    return dots.some((dot) => colour.every((one, part) => Math.abs(one - dot[part]) < 40));
  };
  return near;
})"""


@pytest.mark.parametrize("factor", [1, 1.3])
def test_a_line_is_painted_where_its_values_are_and_nowhere_else(page: Page, factor: float) -> None:
    share: float = page.evaluate(
        f"""(() => {{
          const plot = window.drawn.seconds.plot, near = {PAINTED}(plot, 2);
          const points = plot.data[0].map((at, index) => [at, plot.data[2][index] * {factor}]).slice(5, -5);
          const place = (value, scale) => plot.valToPos(value, scale, true);
          return points.filter(([at, value]) => near(place(at, "x"), place(value, "y"))).length / points.length;
        }})()"""
    )
    assert share == 1 if factor == 1 else share < 0.7


def test_a_limit_is_painted_at_its_value_in_its_colour(page: Page) -> None:
    def painted(colour: str, value: float) -> bool:
        found: bool = page.evaluate(
            f"""(() => {{
              const plot = window.drawn.seconds.plot, near = {PAINTED}(plot, 0, {colour!r});
              const y = plot.valToPos({value}, "y", true);
              return [...Array(30).keys()].some((step) => near(plot.bbox.left + 4 + step, y));
            }})()"""
        )
        return found

    assert painted("orange", 3)
    assert painted("red", 6)
    assert not painted("orange", 3.4)
    assert not painted("red", 3)


def test_every_engine_has_its_own_number_in_its_own_colour(page: Page) -> None:
    found = page.evaluate(
        """[...document.querySelectorAll("#panel-3 .stats > div")].map(({ children: [name, stat] }) =>
          [name.textContent, stat.textContent, stat.style.color])"""
    )
    assert found == [["127.0.0.1:1", "0", "rgb(5, 150, 105)"], ["127.0.0.1:2", "7", "rgb(217, 45, 32)"]]
    assert list(plotted(page, "engines")) == ["127.0.0.1:1", "127.0.0.1:2"]


def test_a_share_has_the_decimals_that_its_board_says(page: Page) -> None:
    assert page.evaluate('document.querySelector("#panel-4 .stat").textContent') == "100.000 %"


def test_memory_has_ticks_at_whole_powers_of_two(page: Page) -> None:
    assert all(tick.partition(" ")[0].isdecimal() for tick in ticks(page, "memory", 1)), ticks(page, "memory", 1)


def test_the_words_along_the_time_do_not_touch_each_other(page: Page) -> None:
    page.ask("Emulation.setDeviceMetricsOverride", width=1440, height=900, deviceScaleFactor=1, mobile=False)
    try:
        for title in ("seconds", "memory"):
            rounds = page.evaluate("window.rounds")
            page.evaluate("refresh()")
            drawn_again(page, rounds)
            width, between = page.evaluate(
                f"""(() => {{
                  const plot = window.drawn[{title!r}].plot, axis = plot.axes[0];
                  plot.ctx.font = axis.font[0];
                  const widest = Math.max(...axis._values.map((word) => plot.ctx.measureText(word).width));
                  const places = axis._splits.map((at) => plot.valToPos(at, "x", true));
                  return [widest, Math.min(...places.slice(1).map((place, index) => place - places[index]))];
                }})()"""
            )
            assert width + 10 < between
    finally:
        page.ask("Emulation.clearDeviceMetricsOverride")


def test_no_two_lines_of_a_panel_look_alike(page: Page) -> None:
    looks: list[str] = page.evaluate(
        "window.drawn.many.plot.series.slice(1).map((one) => `${one.stroke()} ${one.dash ?? []}`)"
    )
    assert len(looks) == len(set(looks)) == len(ANSWERS["many"])


def test_the_legend_tells_the_values_at_the_cursor_in_every_panel_and_the_last_ones_without(page: Page) -> None:
    last = legend(page, "seconds")
    at = page.evaluate("window.drawn.seconds.plot.data[0][100]")
    page.evaluate(
        """(({ plot }) => {
          const place = { clientX: plot.rect.left + plot.valToPos(plot.data[0][100], "x"), clientY: plot.rect.top + 5 };
          plot.over.dispatchEvent(new MouseEvent("mousemove", { ...place, bubbles: true }));
        })(window.drawn.seconds)"""
    )
    until(page, "window.drawn.seconds.plot.cursor.idx === 100 && window.drawn.parts.plot.cursor.idx === 100")
    low, high = legend(page, "seconds")
    assert low.split()[1:] == [f"{ANSWERS['seconds']['low'](at):g}", "s"]
    assert high.split()[1:] == [f"{ANSWERS['seconds']['high'](at):g}", "s"]
    assert legend(page, "parts")[1].split() == ["two", f"{ANSWERS['parts']['two'](at):g}"]
    rounds = page.evaluate("window.rounds")
    page.evaluate("refresh()")
    drawn_again(page, rounds)
    assert page.evaluate("window.drawn.seconds.plot.cursor.left") > 0
    page.evaluate("window.drawn.seconds.plot.setCursor({ left: -10, top: -10 })")
    assert legend(page, "seconds") != [low, high] or last == [low, high]


@pytest.mark.parametrize(("seconds", "step"), RANGES.items())
def test_a_range_is_asked_for_and_drawn_from_its_beginning_to_its_end(
    page: Page, known: Known, seconds: str, step: int
) -> None:
    known.asked.clear()
    choose(page, "range", seconds)
    asked = known.queries("query_range")[0]
    assert (int(asked["end"]) - int(asked["start"]), int(asked["step"])) == (int(seconds), step)
    assert page.evaluate("(({min, max}) => Math.round(max - min))(window.drawn.seconds.plot.scales.x)") == int(seconds)
    moments = [at for at, _ in plotted(page, "seconds")["low"]]
    assert (moments[0], moments[-1]) == (int(asked["start"]), int(asked["end"]))


@pytest.mark.parametrize(
    ("seconds", "window"), [("60", 4 * SCRAPE_S), ("3600", 4 * SCRAPE_S), ("21600", 60 + SCRAPE_S)]
)
def test_the_window_of_a_rate_holds_four_scrapes_and_leaves_nothing_out_between_two_points(
    page: Page, known: Known, seconds: str, window: int
) -> None:
    choose(page, "range", seconds)
    known.asked.clear()
    choose(page, "range", seconds)
    assert {asked["query"].partition("[")[2] for asked in known.queries("query_range")} == {f"{window}000ms]"}


def test_a_run_that_is_picked_stands_in_every_query_as_itself_and_all_as_any(page: Page, known: Known) -> None:
    def asked() -> set[str]:
        return {one["query"].partition("{")[2].partition("}")[0] for one in known.queries("query_range")}

    options: list[str] = page.evaluate('[...by("choice-run").options].map((one) => one.textContent)')
    assert options == ["All", *RUNS]
    assert asked() == {'run=~".*"'}
    known.asked.clear()
    choose(page, "choice-run", "night.1")
    assert asked() == {r'run=~"night\\.1"'}
    known.asked.clear()
    choose(page, "choice-run", "All")
    assert asked() == {'run=~".*"'}


def test_what_may_be_picked_depends_on_what_was_picked_before(page: Page, known: Known) -> None:
    known.asked.clear()
    choose(page, "choice-job", "load")
    assert {one["match[]"] for one in known.queries("label/run/values")} == {'running{job=~"load"}'}
    assert {one["match[]"] for one in known.queries("label/job/values")} == {"up"}


def test_the_language_button_shows_the_same_board_in_the_other_language(page: Page) -> None:
    choose(page, "choice-run", "smoke")
    for language, title, button, chosen in (("zh", "刷卡：面板", "English", "全部"), ("en", "x: Board", "中文", "All")):
        rounds = page.evaluate("window.rounds")
        page.evaluate('by("language").click()')
        drawn_again(page, rounds)
        assert page.evaluate("[document.documentElement.lang, document.title]") == [language, title]
        assert page.evaluate('by("language").textContent') == button
        assert page.evaluate('by("choice-run").options[0].textContent') == chosen
        assert page.evaluate('by("choice-run").value') == "smoke"
        assert page.complaints == []


@pytest.mark.parametrize(
    ("value", "unit", "digits", "said"),
    [
        (0, "s", None, "0 s"),
        (0.0000123, "s", None, "12.3 µs"),
        (0.0456, "s", None, "45.6 ms"),
        (1.5, "s", None, "1.5 s"),
        (300, "s", None, "5 min"),
        (0.99912, "percentunit", 3, "99.912 %"),
        (0.5, "percentunit", None, "50 %"),
        (1536 * 1024, "bytes", None, "1.5 MiB"),
        (12.345, "reqps", None, "12.3 req/s"),
        (3, "ops", None, "3 /s"),
        (1234.5, "currencyCNY", None, "¥1,234.50"),
        (0.0004, "none", None, "0.0004"),
        (12345, "none", None, "12,345"),
        (2, "none", 2, "2.00"),
    ],
)
def test_a_number_is_said_as_its_unit_wants_it(
    stand: tuple[Page, str], value: float, unit: str, digits: int | None, said: str
) -> None:
    assert stand[0].evaluate(f"said({value}, {unit!r}, {json.dumps(digits)})") == said


def test_every_unit_of_the_boards_is_one_that_the_page_can_say(stand: tuple[Page, str]) -> None:
    ours = Path(__file__).parents[3] / "grafana" / "dashboards" / "en"
    boards = [json.loads(file.read_text("utf-8")) for file in ours.glob("*.json")]
    panels = [panel for board in boards for panel in board["panels"] if panel["type"] != "row"]
    units = {panel["fieldConfig"]["defaults"].get("unit", "none") for panel in panels}
    assert len(units) > 3
    assert units <= set(stand[0].evaluate("Object.keys(UNITS)"))
