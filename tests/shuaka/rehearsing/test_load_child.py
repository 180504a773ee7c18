"""The child of `shuaka load`, played by a process that never ends."""

import socket
import sys
from pathlib import Path

import pytest

from loadtests.openload.arrivals import ArrivalPlan
from loadtests.workload.plan import Block, LoadPlan, Profile
from shuaka.rehearsing import load_child, locust_command
from shuaka.rehearsing.order import Running


@pytest.fixture
def plan(tmp_path: Path) -> LoadPlan:
    block = Block(seed=1, size=1000, first=0, count=100)
    return LoadPlan(
        profile=Profile(run="run", arrivals=ArrivalPlan.read("10/1s"), seed=1, block=block, drain_s=0),
        host="127.0.0.1",
        port=1,
        terminals=(),
        card_profiles=(),
        items=(),
        result_file=str(tmp_path / "result.json"),
        live_file=str(tmp_path / "live.json"),
        journal_dir=str(tmp_path),
    )


def test_a_child_that_outlasts_its_plan_is_killed_with_one_sentence(
    plan: LoadPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = [sys.executable, "-c", "import time; time.sleep(600)"]
    monkeypatch.setattr(locust_command, "command", lambda *_: endless)
    monkeypatch.setattr(load_child, "HANG_MARGIN_S", -1.0)
    with pytest.raises(load_child.ChildError, match="did not end within 0 s, and was killed"):
        load_child.follow(plan, tmp_path, quiet=True)


@pytest.mark.parametrize(("option", "running"), [("--web-port", "web_port"), ("--master-port", "master_port")])
def test_a_port_in_use_is_one_sentence_before_anything_starts(
    plan: LoadPlan, tmp_path: Path, option: str, running: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(load_child.ChildError, match=f"127.0.0.1:{port} is taken; choose another {option}"):
            load_child.follow(plan, tmp_path, quiet=True, running=Running(**{running: port}))
    assert not (tmp_path / "plan.json").exists()
