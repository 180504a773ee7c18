"""How a run is followed. It imports Locust, so all cases run in one process of their own."""

import json
import subprocess
import sys

import pytest

LIMIT_S = 60
SCENE = """
from types import SimpleNamespace
import gevent
from loadtests.running import conductor
from loadtests.evidence.testimony import Report

said = []

class Event(list):
    add_listener = list.append
    def fire(self):
        for listener in self:
            listener()

events = SimpleNamespace(test_start=Event(), test_stopping=Event(), quitting=Event())
runner = SimpleNamespace(quit=lambda: said.append("quit"), stop=lambda: said.append("stop"))
environment = SimpleNamespace(runner=runner, events=events, web_ui=None)
profile = SimpleNamespace(
    slo=None, run="run-1", arrivals=SimpleNamespace(duration_s=0.0), processes=1, faults=(),
    drain_s=0, warmup_s=0, preparing_s=0,
)
plan = SimpleNamespace(profile=profile, engine=None, metrics_port=0, command="", live_file="live", result_file="result")
report = Report(finished=True)
alone = SimpleNamespace(report=lambda: report, stop=lambda: said.append("told to stop"))
conductor.EVERY_S = 0.001
code = {"commit": "before"}
conductor.this_source = lambda: dict(code)
conductor.metrics.serve = lambda *_: 0
conductor.health.condition = lambda _: None
conductor.live.live = lambda *_, **__: None
conductor.live.write = lambda *_: None
conductor.result.write = lambda whole, _: said.append("written: " + (whole.report.failure or "whole"))
"""


ACTS = {
    "full disk": """
def full(*_):
    raise OSError("No space left on device")
conductor.live.write, report = full, Report()
one = conductor.Conductor(plan, environment, alone)
events.test_start.fire()
gevent.sleep(0.02)
events.quitting.fire()
""",
    "judged": """
one = conductor.Conductor(plan, environment, alone, lambda: said.append("judged") or 3)
gevent.sleep(0.01)
said.append("started")
events.test_start.fire()
gevent.sleep(0.02)
said.append(str(environment.process_exit_code))
""",
    "a report while the engine is asked": """
runner.clients = SimpleNamespace(missing=())
one = conductor.Conductor(plan, environment, None)
def look(_):
    one._take("worker", {conductor.REPORT: conductor.msgspec.json.encode(Report())})
one._watch = SimpleNamespace(look=look, latest=None, use=None)
events.test_start.fire()
gevent.sleep(0.02)
said.append("followed")
one._watch.look = lambda _: None
one._reports["worker"] = Report(finished=True)
gevent.sleep(0.02)
""",
    "another commit while it runs": """
one = conductor.Conductor(plan, environment, alone)
code["commit"] = "after"
conductor.result.write = lambda whole, _: said.append(whole.source["commit"])
events.test_start.fire()
gevent.sleep(0.02)
""",
    "never started": """
one = conductor.Conductor(plan, environment, alone)
events.quitting.fire()
""",
    "page": """
environment.web_ui = "a page"
one = conductor.Conductor(plan, environment, alone)
events.test_start.fire()
gevent.sleep(0.02)
said.append("again")
events.test_start.fire()
gevent.sleep(0.02)
""",
    "stop": """
environment.web_ui, report = "a page", Report()
def stop():
    global report
    said.append("told to stop")
    report = Report(finished=True)
alone.stop = stop
conductor.result.planned_s = lambda _: 60.0
one = conductor.Conductor(plan, environment, alone)
events.test_start.fire()
gevent.sleep(0.02)
events.test_stopping.fire()
said.append("Locust goes on")
""",
}
STAGE = f"""
import json
from loadtests.evidence import result
planned_s, told = result.planned_s, {{}}
for name, acts in {ACTS!r}.items():
    result.planned_s, scene = planned_s, {{}}
    exec({SCENE!r} + acts, scene)
    told[name] = scene["said"]
print(json.dumps(told))
"""


@pytest.fixture(scope="module", name="said")
def _said() -> dict[str, list[str]]:
    done = subprocess.run([sys.executable, "-c", STAGE], capture_output=True, text=True, timeout=LIMIT_S, check=True)
    told: dict[str, list[str]] = json.loads(done.stdout)
    return told


def test_a_live_file_that_cannot_be_written_ends_locust_and_fails_the_run(said: dict[str, list[str]]) -> None:
    assert said["full disk"] == ["quit", "written: the run could not be followed: No space left on device"]


def test_a_run_is_followed_from_its_start_judged_once_written_and_ends_locust(said: dict[str, list[str]]) -> None:
    assert said["judged"] == ["started", "written: whole", "judged", "quit", "3"]


def test_a_report_that_comes_while_the_engine_is_asked_ends_no_run_before_it_was_looked_at(
    said: dict[str, list[str]],
) -> None:
    assert said["a report while the engine is asked"] == ["followed", "written: whole", "quit"]


def test_the_code_that_ran_is_what_stood_there_when_the_run_began(said: dict[str, list[str]]) -> None:
    assert said["another commit while it runs"][0] == "before"


def test_a_run_that_never_started_leaves_nothing(said: dict[str, list[str]]) -> None:
    assert said["never started"] == []


def test_with_a_page_the_run_stops_the_page_stays_and_another_start_stops_at_once(said: dict[str, list[str]]) -> None:
    assert said["page"] == ["written: whole", "stop", "again", "stop"]


def test_the_pages_stop_ends_the_arrivals_and_has_the_result_written_before_locust_goes_on(
    said: dict[str, list[str]],
) -> None:
    assert [line for line in said["stop"] if line != "stop"] == ["told to stop", "written: whole", "Locust goes on"]
