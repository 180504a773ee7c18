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
    in_flight = 30
    report = process.Report
    fail = said.append

class Runner:
    worker_index = 0
    register_message = send_message = lambda *_, **__: None

process.WorkerRunner = Runner
process.GO_WAIT_S = 0.01
process.Retold = lambda _: SimpleNamespace(heard=None, tell=lambda: None)
reporters = []
listeners = SimpleNamespace(report_to_master=SimpleNamespace(add_listener=reporters.append))
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


def test_a_worker_tells_its_master_the_visits_in_flight_as_its_users_while_its_arrivals_come() -> None:
    reporting = """
def report(users):
    data = {"user_count": users, "user_classes_count": {"Arrivals": users}}
    reporters[0](data)
    return data["user_count"], data["user_classes_count"]["Arrivals"]

Driver.run = lambda self: said.append(report(1))
process._driver = lambda *_: Driver()
said.append(report(1))
process.GO_WAIT_S = 60
Runner.send_message = lambda *_: load._go.set()
load.run()
said.append(report(0))
load.run = lambda: None
"""
    assert told(reporting) == "(1, 1), (30, 30), (0, 0)"
