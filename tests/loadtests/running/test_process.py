"""How a load process is told to go and to stop. It imports Locust, so each case runs in a process of its own."""

import subprocess
import sys

LIMIT_S = 60
SCENE = """
from types import SimpleNamespace
from loadtests.running import process

said = []

class Driver:
    prepare = lambda self: True
    run = lambda self: said.append("run")
    stop = lambda self: said.append("stop")
    fail = said.append

class Runner:
    worker_index = 0
    register_message = send_message = lambda *_, **__: None

process.WorkerRunner = Runner
process.GO_WAIT_S = 0.01
process.Retold = lambda _: SimpleNamespace(heard=None, tell=lambda: None)
listeners = SimpleNamespace(report_to_master=SimpleNamespace(add_listener=lambda _: None))
plan = SimpleNamespace(profile=SimpleNamespace(faults=(), seed=1, preparing_s=0), engine_pid=0)
load = process.LoadProcess(plan, SimpleNamespace(runner=Runner(), events=listeners))
"""


def told(acts: str) -> str:
    command = [sys.executable, "-c", f"{SCENE}{acts}\nload.run()\nprint(*said, sep=', ')"]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=True).stdout.strip()


def test_a_stop_while_the_driver_is_being_composed_is_not_lost() -> None:
    composing = "def compose(*_):\n    load.stop()\n    return Driver()\nprocess._driver = compose"
    assert told(composing) == "stop, run"


def test_without_the_word_to_go_nobody_arrives_and_the_run_fails() -> None:
    assert told("process._driver = lambda *_: Driver()") == "the word to go did not come within 0.01 s"
