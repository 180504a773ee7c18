"""Every query of every panel returns data from a real run, and moves by the event that the panel names."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.system.dashboards.scene import Scene

pytestmark = pytest.mark.service("prometheus")

BOARDS = sorted((Path(__file__).parents[3] / "grafana" / "dashboards" / "en").glob("*.json"))


def panels() -> list[Any]:
    boards = {file.stem: json.loads(file.read_text("utf-8"))["panels"] for file in BOARDS}
    every = ((name, panel) for name, panels in boards.items() for panel in panels if panel["type"] != "row")
    return [pytest.param(name, panel, id=f"{name}: {panel['title']}") for name, panel in every]


def queries(panel: dict[str, Any]) -> list[str]:
    return [target["expr"].replace("$run", ".*") for target in panel["targets"]]


@pytest.mark.parametrize(("board", "panel"), panels())
def test_every_query_of_a_panel_returns_data(scene: Scene, board: str, panel: dict[str, Any]) -> None:
    for query in queries(panel):
        assert scene.prometheus.between(query, scene.began, scene.ended), f"{board}: {query}"
