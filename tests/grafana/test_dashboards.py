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
SELECTOR = re.compile(r"\b(?:shuaka_\w+|up|engine:\w+:\w+)\b(?:\{([^}]*)\})?")
LABELS = {"en": ("Data source", "Job", "Instance"), "zh": ("数据源", "任务", "实例")}
"""What the linter asks for, and what zh/.lint excludes it for."""


def boards() -> list[Any]:
    return [pytest.param(json.loads(file.read_text("utf-8")), id=f"{file.parent.name}-{file.stem}") for file in FILES]


def panels(board: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def expressions(board: dict[str, Any]) -> list[str]:
    marks = [mark["expr"] for mark in board["annotations"].get("list", []) if "expr" in mark]
    return [target["expr"] for panel in panels(board) for target in panel["targets"]] + marks


def parsed(expression: str) -> str:
    return VARIABLE.sub("x", expression.replace("[$__rate_interval]", "[4s]"))


def variable(board: dict[str, Any], name: str) -> dict[str, Any]:
    [found] = [one for one in board["templating"]["list"] if one["name"] == name]
    return dict(found)


def language(board: dict[str, Any]) -> str:
    return str(board["tags"][1]).rpartition("-")[2]


def excluded(board: dict[str, Any], rule: str) -> set[str]:
    """The panels of a board for which its .lint excludes a rule."""
    lint = (GRAFANA / "dashboards" / language(board) / ".lint").read_text("utf-8")
    assert f"\n  {rule}:" in lint
    entries = re.findall(r"- dashboard: (.+)\n +panel: (.+)\n", lint)
    return {panel for dashboard, panel in entries if dashboard.strip('"') == board["title"]}


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
def test_target_promql_rule(board: dict[str, Any]) -> None:
    for expression in expressions(board):
        promql_parser.parse(parsed(expression))


@pytest.mark.parametrize("board", boards())
def test_no_expression_makes_its_own_data(board: dict[str, Any]) -> None:
    assert [one for one in expressions(board) if "vector(" in one or "absent" in one] == []


@pytest.mark.parametrize("board", boards())
def test_target_counter_agg_rule(board: dict[str, Any]) -> None:
    for expression in expressions(board):
        for place in re.finditer(r"\w+_(total|bucket|sum|count)\b(?!:)", expression):
            before = expression[: place.start()].rstrip("(")
            assert before.endswith(COUNTER_FUNCTIONS), f"{place[0]} in {expression}"


@pytest.mark.parametrize("board", boards())
def test_panel_title_description_rule_and_panel_units_rule_and_the_event_that_moves_it(board: dict[str, Any]) -> None:
    for panel in panels(board):
        assert panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert re.search(r"\n\n(Moved by|由此变化): \S", panel["description"]), panel["title"]


@pytest.mark.parametrize("board", boards())
def test_template_datasource_rule(board: dict[str, Any]) -> None:
    [source] = [one for one in board["templating"]["list"] if one["type"] == "datasource"]
    assert (source["name"], source["query"], source["label"]) == (
        "datasource",
        "prometheus",
        LABELS[language(board)][0],
    )


@pytest.mark.parametrize("board", boards())
def test_panel_datasource_rule(board: dict[str, Any]) -> None:
    for panel in panels(board):
        assert {panel["datasource"]["uid"], *(target["datasource"]["uid"] for target in panel["targets"])} == {
            "${datasource}"
        }


@pytest.mark.parametrize("board", boards())
@pytest.mark.parametrize(("place", "name"), [(1, "job"), (2, "instance")])
def test_template_job_rule_and_template_instance_rule(board: dict[str, Any], place: int, name: str) -> None:
    found = variable(board, name)
    assert (found["type"], found["label"]) == ("query", LABELS[language(board)][place])
    assert (found["multi"], found["allValue"], found["datasource"]["uid"]) == (True, ".+", "${datasource}")


@pytest.mark.parametrize("board", boards())
def test_template_label_promql_rule_and_template_on_time_change_reload_rule(board: dict[str, Any]) -> None:
    for found in board["templating"]["list"]:
        if found["type"] == "query":
            asked = re.fullmatch(r"label_values\((.+), (\w+)\)", found["query"])
            assert asked is not None
            promql_parser.parse(parsed(asked[1]))
            assert found["refresh"] == 2, "2 is: on time range change"


@pytest.mark.parametrize("board", boards())
def test_target_rate_interval_rule(board: dict[str, Any]) -> None:
    windows = [window for expression in expressions(board) for window in re.findall(r"\[([^\]]+)\]", expression)]
    assert set(windows) <= {"$__rate_interval"}


@pytest.mark.parametrize("board", boards())
@pytest.mark.parametrize("name", ["job", "instance"])
def test_target_job_rule_and_target_instance_rule(board: dict[str, Any], name: str) -> None:
    lacking = {
        panel["title"]
        for panel in panels(board)
        for target in panel["targets"]
        for matchers in SELECTOR.findall(target["expr"])
        if f'{name}=~"${name}"' not in matchers
    }
    assert lacking == excluded(board, f"target-{name}-rule")


@pytest.mark.parametrize("board", boards())
def test_a_number_is_one_line_whatever_number_of_engines_there_is(board: dict[str, Any]) -> None:
    for panel in panels(board):
        if panel["type"] == "stat":
            [target] = panel["targets"]
            assert re.match(r"(max|min|sum)\(|(1 - )?engine:", target["expr"]), panel["title"]


def test_an_annotation_is_titled_by_its_run() -> None:
    for chosen in ("en", "zh"):
        board = json.loads((GRAFANA / "dashboards" / chosen / "load.json").read_text("utf-8"))
        [mark] = board["annotations"]["list"]
        assert mark["titleFormat"] == "{{run}}"


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
    assert panels(board)[0]["title"] == "Settlements decided within 1.5 s"
    assert [target["expr"] for target in panels(board)[0]["targets"]] == ["1 - engine:settle_bad:ratio_rate5m"]


def test_a_p99_panel_has_its_limits_at_the_slo() -> None:
    board = json.loads((GRAFANA / "dashboards/en/overview.json").read_text("utf-8"))
    [latency] = [panel for panel in panels(board) if panel["title"] == "Settlement latency"]
    assert [step["value"] for step in latency["fieldConfig"]["defaults"]["thresholds"]["steps"]] == [None, 1.5, 3.0]


@pytest.mark.parametrize("chosen", ["en", "zh"])
def test_every_exclusion_of_a_rule_says_why(chosen: str) -> None:
    lint = (GRAFANA / "dashboards" / chosen / ".lint").read_text("utf-8")
    rules = re.findall(r"^  ([a-z-]+):(?: &recorded)?(?:\n    reason: \S.+| \*recorded)$", lint, re.MULTILINE)
    assert rules == re.findall(r"^  ([a-z-]+):", lint, re.MULTILINE)
    templates = {"template-datasource-rule", "template-job-rule", "template-instance-rule"} if chosen == "zh" else set()
    assert set(rules) == {"target-job-rule", "target-instance-rule", *templates}
