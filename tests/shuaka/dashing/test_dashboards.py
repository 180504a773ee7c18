import json
from pathlib import Path

import pytest

from shuaka.dashing import dashboards
from shuaka.dashing.dashboards import NoDashboardsError


def test_the_overview_comes_first_in_each_language() -> None:
    names = [name for language, name in dashboards.dashboards() if language == "zh"]
    assert names == ["overview", "engine", "load", "money", "terminals"]


def test_a_title_is_the_boards_own() -> None:
    found = dashboards.dashboards()["en", "engine"]
    assert found.title == json.loads(found.file.read_text("utf-8"))["title"]


def test_a_package_without_its_dashboards_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(dashboards, "PLACES", (tmp_path,))
    with pytest.raises(NoDashboardsError, match="install it anew"):
        dashboards.grafana()
