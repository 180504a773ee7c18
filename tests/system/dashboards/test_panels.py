"""Every query of every panel returns data from a real run, and moves by the event that the panel names."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.system.dashboards.scene import Scene

pytestmark = pytest.mark.service("prometheus")

FIELD = "the field at work"
STALL = "a stalled disk"
MOVED: dict[str, tuple[str, bool]] = {
    "a settlement that takes longer than 1.5 s, or is answered busy or internal error": (STALL, False),
    "a settlement that is slow, or answered busy or internal error": (STALL, True),
    "settlements; a stalled disk moves the tail": (STALL, True),
    "any request; a stalled disk moves save": (STALL, True),
    "a settlement; a stalled disk": (STALL, True),
    "any request": ("a settlement", True),
    "a pharmacy settlement": ("a settlement", True),
    "a request that is refused, such as a wrong password": ("a wrong password", True),
    "a message that is sent twice": ("a message that is sent twice", True),
    "more requests at once": ("more requests than the engine settles", True),
    "more requests than the engine settles": ("more requests than the engine settles", True),
    "an engine that starts": ("an engine that starts", True),
    "an engine that starts or stops": ("an engine that dies", False),
    "an engine that stops in the middle of settlements": ("an engine that dies", True),
    "an engine that is stopped and started": ("an engine that is started again", True),
    "a ledger row that is deleted or changed behind the engine's back": ("a ledger row that is deleted", True),
    "a ledger row that is changed behind the engine's back": ("a ledger row that is deleted", True),
    "a ledger that cannot be read": ("a ledger that cannot be read", True),
    "the engine's look at its books, which brings it back to nought": ("a look at the books", False),
    "a reversal that comes before its original": ("a reversal that comes before its original", True),
    "a settlement in another city": (FIELD, True),
    "a card that is read": (FIELD, True),
    "a card that is torn out": (FIELD, True),
    "a wrong remote PIN": (FIELD, True),
    "a visit": (FIELD, True),
    "a load run": (FIELD, True),
    "a load run; a stalled engine": (FIELD, True),
    "a wrong PIN in a load run": (FIELD, True),
    "a refusal in a load run": (FIELD, True),
    "a load process that has too little CPU": ("a load process that has too little CPU", True),
}
"""What each panel says moves it: which event of the scene that is, and whether a value rises by it or falls."""

BOARDS = sorted((Path(__file__).parents[3] / "grafana" / "dashboards" / "en").glob("*.json"))


def panels() -> list[Any]:
    boards = {file.stem: json.loads(file.read_text("utf-8"))["panels"] for file in BOARDS}
    every = ((name, panel) for name, panels in boards.items() for panel in panels if panel["type"] != "row")
    return [pytest.param(name, panel, id=f"{name}: {panel['title']}") for name, panel in every]


def queries(panel: dict[str, Any]) -> list[str]:
    return [filled(target["expr"]) for target in panel["targets"]]


def filled(expression: str) -> str:
    """Return an expression with every choice left open, over the window that Grafana takes at a scrape a second."""
    for name, value in {"__rate_interval": "4s", "run": ".+", "job": ".+", "instance": ".+"}.items():
        expression = expression.replace(f"${name}", value)
    return expression


@pytest.mark.parametrize(("board", "panel"), panels())
def test_every_query_of_a_panel_returns_data(scene: Scene, board: str, panel: dict[str, Any]) -> None:
    for query in queries(panel):
        assert scene.prometheus.between(query, scene.began, scene.ended), f"{board}: {query}"


def test_the_query_of_an_annotation_returns_a_run_by_its_name(scene: Scene) -> None:
    [mark] = json.loads((BOARDS[0].parent / "load.json").read_text("utf-8"))["annotations"]["list"]
    marks = scene.prometheus.between(filled(mark["expr"]), scene.began, scene.ended)
    assert [line for _, line, _ in marks if "'run': 'starved'" in line]


def moved(scene: Scene, query: str, event: str, *, rises: bool) -> bool:
    """Whether a line of a query is higher, or lower, during an event than it was when that began."""
    began, ended = scene.happened[event]
    before = scene.prometheus.at(query, began)
    during = scene.prometheus.between(query, began, ended)
    if rises:
        return any(value > before.get(line, 0.0) for _, line, value in during)
    return any(value < before.get(line, 0.0) for _, line, value in during)


def named(panel: dict[str, Any]) -> str:
    """The event that a panel says moves it."""
    return str(panel["description"].partition("Moved by: ")[2])


@pytest.mark.parametrize(("board", "panel"), panels())
def test_a_panel_moves_by_the_event_that_it_names(scene: Scene, board: str, panel: dict[str, Any]) -> None:
    said = named(panel)
    event, rises = MOVED[said]
    assert any(moved(scene, query, event, rises=rises) for query in queries(panel)), f"{board}: {said}"
