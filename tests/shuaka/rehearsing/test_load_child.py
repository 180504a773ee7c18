"""The child of `shuaka load`, played by a process that never ends."""

import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from loadtests.openload.arrivals import ArrivalPlan
from loadtests.workload.plan import Block, LoadPlan, Profile
from shuaka.rehearsing import load_child, locust_command
from shuaka.rehearsing.order import Running


@pytest.fixture
def plan(tmp_path: Path) -> LoadPlan:
    block = Block(seed=1, size=1000, first=0, count=100)
    return LoadPlan(
        profile=Profile(run="run", arrivals=ArrivalPlan.read("10/1s"), seed=1, block=block, warmup_s=0, drain_s=0),
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


def test_ctrl_c_while_the_child_is_being_started_ends_the_child_too(
    plan: LoadPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def start(_: list[str], **how: Any) -> "subprocess.Popen[bytes]":
        started.append(popen([sys.executable, "-c", "import time; time.sleep(600)"], **how))
        signal.raise_signal(signal.SIGINT)
        return started[0]

    monkeypatch.setattr(subprocess, "Popen", start)
    with pytest.raises(load_child.ChildError, match="ended before the first arrival: nothing was run"):
        load_child.follow(plan, tmp_path, quiet=True)
    assert started[0].poll() == -signal.SIGTERM


@pytest.mark.parametrize(("option", "running"), [("--web-port", "web_port"), ("--master-port", "master_port")])
def test_a_port_in_use_is_one_sentence_before_anything_starts(
    plan: LoadPlan, tmp_path: Path, option: str, running: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(load_child.ChildError, match=f"127.0.0.1:{port} is taken; choose another {option}"):
            load_child.follow(plan, tmp_path, quiet=True, running=Running(**{running: port}))
    assert not (tmp_path / "plan.json").exists()


def test_a_port_in_use_for_the_metrics_is_one_sentence_that_names_the_way_out(plan: LoadPlan, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(load_child.ChildError) as raised:
            load_child.follow(msgspec.structs.replace(plan, metrics_port=port), tmp_path, quiet=True)
    assert str(raised.value) == f"127.0.0.1:{port} is taken; choose another --metrics-port (0 takes any free one)"


def test_a_reason_that_the_load_process_gave_is_told_without_its_log(plan: LoadPlan, tmp_path: Path) -> None:
    (tmp_path / "locust.log").write_text("[2026-11-21 12:00:00] INFO: Starting\nlocustfile: the plan is gone\nbye\n")
    with pytest.raises(load_child.ChildError) as raised:
        load_child.left(plan, tmp_path)
    assert str(raised.value) == "the plan is gone"


def test_a_load_process_that_ended_without_a_reason_is_a_crash_whose_log_is_named(
    plan: LoadPlan, tmp_path: Path
) -> None:
    log = tmp_path / "locust.log"
    log.write_text("\n".join(f"line {number}" for number in range(9)))
    with pytest.raises(load_child.CrashError) as raised:
        load_child.left(plan, tmp_path)
    assert str(raised.value).splitlines() == [
        f"the load process left no result; {log} ends with:",
        *(f"line {number}" for number in range(4, 9)),
    ]
