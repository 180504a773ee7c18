"""What a dashboard promises before any Prometheus is asked: the rules of Grafana's dashboard-linter, and ours."""

import json
import re
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import promql_parser
import pytest

GRAFANA = Path(__file__).parents[2] / "grafana"
FILES = sorted(GRAFANA.glob("dashboards/*/*.json"))
COUNTER_FUNCTIONS = ("rate", "increase", "irate")
VARIABLE = re.compile(r"\$\{?(\w+)\}?")


def boards() -> list[Any]:
    return [pytest.param(json.loads(file.read_text("utf-8")), id=f"{file.parent.name}-{file.stem}") for file in FILES]


def panels(board: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def expressions(board: dict[str, Any]) -> list[str]:
    marks = [mark["expr"] for mark in board["annotations"].get("list", []) if "expr" in mark]
    return [target["expr"] for panel in panels(board) for target in panel["targets"]] + marks


def parsed(expression: str) -> str:
    return VARIABLE.sub("x", expression)


def test_what_is_committed_is_what_the_script_builds(build: ModuleType) -> None:
    assert {str(path): path.read_text("utf-8") for path in FILES} == {
        str(path): text for path, text in build.files().items()
    }


def test_five_dashboards_stand_in_each_language() -> None:
    names = {"overview", "engine", "terminals", "load", "money"}
    assert {language: {file.stem for file in FILES if file.parent.name == language} for language in ("en", "zh")} == {
        "en": names,
        "zh": names,
    }


@pytest.mark.parametrize("board", boards())
def test_every_expression_is_promql(board: dict[str, Any]) -> None:
    for expression in expressions(board):
        promql_parser.parse(parsed(expression))


@pytest.mark.parametrize("board", boards())
def test_no_expression_makes_its_own_data(board: dict[str, Any]) -> None:
    assert [one for one in expressions(board) if "vector(" in one or "absent" in one] == []


@pytest.mark.parametrize("board", boards())
def test_a_counter_is_only_read_by_its_rate(board: dict[str, Any]) -> None:
    for expression in expressions(board):
        for place in re.finditer(r"\w+_(total|bucket|sum|count)\b(?!:)", expression):
            before = expression[: place.start()].rstrip("(")
            assert before.endswith(COUNTER_FUNCTIONS), f"{place[0]} in {expression}"


@pytest.mark.parametrize("board", boards())
def test_a_panel_has_a_title_a_description_a_unit_and_the_event_that_moves_it(board: dict[str, Any]) -> None:
    for panel in panels(board):
        assert panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert re.search(r"\n\n(Moved by|由此变化): \S", panel["description"]), panel["title"]


@pytest.mark.parametrize("board", boards())
def test_every_panel_reads_the_source_that_the_reader_chooses(board: dict[str, Any]) -> None:
    [source] = [one for one in board["templating"]["list"] if one["type"] == "datasource"]
    assert (source["name"], source["query"]) == ("source", "prometheus")
    for panel in panels(board):
        assert {panel["datasource"]["uid"], *(target["datasource"]["uid"] for target in panel["targets"])} == {
            "${source}"
        }


@pytest.mark.parametrize("board", boards())
def test_no_two_panels_share_a_number_or_a_title_and_no_two_queries_of_a_panel_a_letter(board: dict[str, Any]) -> None:
    assert max(Counter(panel["id"] for panel in board["panels"]).values()) == 1
    assert max(Counter(panel["title"] for panel in panels(board)).values()) == 1
    for panel in panels(board):
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])


@pytest.mark.parametrize("board", boards())
def test_no_panel_lies_over_another(board: dict[str, Any]) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells


@pytest.mark.parametrize("board", boards())
def test_a_board_links_to_the_others_of_its_language_and_to_the_hosts(board: dict[str, Any]) -> None:
    others, hosts = board["links"]
    assert others["type"] == "dashboards"
    assert others["tags"] == [board["tags"][1]]
    assert "node" in hosts["title"]


@pytest.mark.parametrize("name", ["overview", "engine", "terminals", "load", "money"])
def test_both_languages_show_the_same_queries(name: str) -> None:
    english, chinese = (
        json.loads((GRAFANA / "dashboards" / language / f"{name}.json").read_text("utf-8")) for language in ("en", "zh")
    )
    assert expressions(english) == expressions(chinese)
    assert all(re.search("[\u4e00-\u9fff]", panel["title"]) or panel["title"] == "CPU" for panel in panels(chinese))


def test_the_overview_says_first_whether_the_promise_is_kept() -> None:
    board = json.loads((GRAFANA / "dashboards/en/overview.json").read_text("utf-8"))
    assert panels(board)[0]["title"] == "Settlements within 1.5 s"


def test_a_p99_panel_has_its_limits_at_the_slo() -> None:
    board = json.loads((GRAFANA / "dashboards/en/overview.json").read_text("utf-8"))
    [latency] = [panel for panel in panels(board) if panel["title"] == "Settlement latency"]
    assert [step["value"] for step in latency["fieldConfig"]["defaults"]["thresholds"]["steps"]] == [None, 1.5, 3.0]
