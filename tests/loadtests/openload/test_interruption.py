"""Who hears Ctrl-C. It takes gevent, so each case runs in a process of its own."""

import subprocess
import sys

LIMIT_S = 60
SCENE = """
import os, signal
import gevent
from gevent.event import Event
from loadtests.openload import interruption

def visit():
    try:
        os.kill(os.getpid(), signal.SIGINT)
        gevent.sleep(0.01)
        print("the visit ended")
    except KeyboardInterrupt:
        print("the visit heard it")

signal.signal(signal.SIGINT, {before})
interruption.to_main()
serving = gevent.spawn(visit)
try:
    Event().wait({bound_s})
    print("nobody heard it")
except KeyboardInterrupt:
    print("the main greenlet heard it")
serving.join()
"""


def told(before: str, bound_s: float) -> list[str]:
    program = SCENE.format(before=before, bound_s=bound_s)
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=True).stdout.splitlines()


def test_a_visit_in_whose_time_it_comes_goes_on_and_the_main_greenlet_hears_it() -> None:
    assert told("signal.default_int_handler", LIMIT_S) == ["the main greenlet heard it", "the visit ended"]


def test_where_a_shell_had_it_ignored_nobody_hears_it() -> None:
    assert told("signal.SIG_IGN", 0.05) == ["the visit ended", "nobody heard it"]
