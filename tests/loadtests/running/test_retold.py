"""What Locust's page shows of visits. It imports Locust, so the cases run in a process of their own."""

import json
import subprocess
import sys
from functools import cache
from typing import Any

LIMIT_S = 60
SCENE = """
import json
from locust.env import Environment
from loadtests.generator.recorder import Message, Span, Visit
from loadtests.running.retold import TOGETHER, Retold
from terminals.kernel.outcome import Outcome, Result

MESSAGES = (("1101", "approved"), ("2102", "E2102"), ("2102", "approved"))

def visit(seconds=0.147):
    outcome = Outcome("pharmacy", Result.SETTLED, messages=MESSAGES)
    spans = tuple(Message(0.0, ended_s) for ended_s in (0.001, 0.002, 0.003))
    return Visit(outcome, Span(0.0, seconds), spans, 0.0)

def shown(environment):
    entries = {f"{kind} {name}": entry for (name, kind), entry in environment.stats.entries.items()}
    entries["total"] = environment.stats.total
    facts = ("num_requests", "num_failures", "min_response_time", "max_response_time", "response_times")
    return {name: {fact: getattr(entry, fact) for fact in facts} for name, entry in entries.items()}

def environment():
    made = Environment()
    made.create_local_runner()
    return made

waits, full, fired = environment(), environment(), environment()
told = {}
retold = Retold(waits)
retold.heard(visit())
told["before"] = shown(waits)
retold.tell()
told["after"] = shown(waits)
retold = Retold(full)
for _ in range(TOGETHER + 1):
    retold.heard(visit())
told["full"] = shown(full)["visit pharmacy"]["num_requests"] == TOGETHER

heard = []
def listen(request_type, name, exception, **_):
    heard.append([request_type, name, exception])

fired.events.request.add_listener(listen)
Retold(fired).heard(visit())
told["heard"] = heard
told["fired"] = shown(fired)
print(json.dumps(told))
"""


@cache
def told() -> Any:
    said = subprocess.run([sys.executable, "-c", SCENE], capture_output=True, text=True, timeout=LIMIT_S, check=True)
    return json.loads(said.stdout)


def test_a_visit_waits_until_it_is_told() -> None:
    assert told()["before"]["total"]["num_requests"] == 0
    assert told()["after"]["total"]["num_requests"] == 4


def test_enough_visits_are_told_without_being_asked_for() -> None:
    assert told()["full"]


def test_visits_and_messages_have_entries_of_their_own() -> None:
    after = told()["after"]
    assert {name: after[name]["num_requests"] for name in after} == {
        "visit pharmacy": 1,
        "message 1101": 1,
        "message 2102": 2,
        "total": 4,
    }
    assert after["message 2102"]["min_response_time"] == 2
    assert after["message 2102"]["num_failures"] == after["total"]["num_failures"] == 1


def test_what_is_told_together_is_what_each_event_by_itself_would_have_told() -> None:
    assert told()["after"] == told()["fired"]


def test_another_listener_hears_of_every_request_as_it_happens() -> None:
    assert told()["heard"] == [
        ["visit", "pharmacy", None],
        ["message", "1101", None],
        ["message", "2102", "E2102"],
        ["message", "2102", None],
    ]
