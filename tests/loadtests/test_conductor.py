"""How a run is followed when its files cannot be written. It imports Locust, so it runs in a process of its own."""

import subprocess
import sys

LIMIT_S = 60
SCENE = """
from types import SimpleNamespace
from unittest import mock
import gevent
from loadtests import conductor
from loadtests.recorder import Report

written, quits = [], []
fire = SimpleNamespace(add_listener=lambda _: None)
environment = SimpleNamespace(
    runner=SimpleNamespace(quit=lambda: quits.append("quit")), events=SimpleNamespace(quitting=fire)
)
profile = SimpleNamespace(slo=None, arrivals=SimpleNamespace(duration_s=0.0), drain_s=0.0, warmup_s=0.0, processes=1)
plan = SimpleNamespace(profile=profile, metrics_port=0, command="", live_file="live", result_file="result")
alone = SimpleNamespace(report=Report, stop=lambda: None)
conductor.EVERY_S = 0.001
conductor.metrics.serve = lambda *_: 0
conductor.health.condition = lambda _: None
conductor.live.write = mock.Mock(side_effect=OSError("No space left on device"))
conductor.result.write = lambda whole, _: written.append(whole.report.failure)
one = conductor.Conductor(plan, environment, alone)
gevent.sleep(0.05)
one._end()  # Locust's quitting event
print(*quits, *written, sep="; ")
"""


def test_a_live_file_that_cannot_be_written_ends_locust_and_fails_the_run() -> None:
    said = subprocess.run([sys.executable, "-c", SCENE], capture_output=True, text=True, timeout=LIMIT_S, check=True)
    assert said.stdout.strip() == "quit; the run could not be followed: No space left on device"
