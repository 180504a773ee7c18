"""Whose people a running engine serves, as its data directory says."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from settlement import data_directory
from shuaka.compose import People
from shuaka.engine import Engine, EngineError


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    found = cast("data_directory.Endpoints", SimpleNamespace(people="7:4000"))
    monkeypatch.setattr(data_directory, "endpoints", lambda _: found)
    monkeypatch.setattr(data_directory, "admin_token", lambda _: "token")
    return Engine(tmp_path)


def test_who_asks_for_nobody_gets_the_engines_own_people(engine: Engine) -> None:
    assert engine.people() == People(7, 4000)


def test_other_people_than_the_engines_are_refused_before_anybody_is_asked(engine: Engine) -> None:
    with pytest.raises(EngineError, match="serves population 7:4000: come with --population 7:4000"):
        engine.people(People(9, 9))
    with pytest.raises(EngineError, match="serves population 7:4000"):
        engine.lease(5, People(9, 9))
