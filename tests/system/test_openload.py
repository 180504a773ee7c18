"""Anybody's locustfile made open: the README's own example, and what visits may do, as a user of Locust starts them."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest

from loadtests.openload.findings import Findings
from loadtests.openload.verdict import Answer

ROOT = Path(__file__).parents[2]
LIMIT_S = 40
SLOW_S = 0.4
SHORTER = ("--arrivals", "50..200/1s")
"""The example's own ramp takes half a minute."""
HEAD = """
import gevent
from locust import FastHttpUser, TaskSet, User, task
from locust.exception import StopUser
from loadtests.openload.locustfile import OpenLoad
from loadtests.openload.verdict import Slo
ANY = Slo(p95_ms=5000, p99_ms=5000)
"""


class Pages(BaseHTTPRequestHandler):
    """/bad fails, /slow takes SLOW_S, everything else is answered at once; counted by path."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[Counter[str]] = Counter()

    def do_GET(self) -> None:
        self.asked[self.path] += 1
        if self.path == "/slow":
            time.sleep(SLOW_S)
        self.send_response(500 if self.path == "/bad" else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


@pytest.fixture
def server() -> Iterator[str]:
    Pages.asked = Counter()
    with Server(("127.0.0.1", 0), Pages) as pages:
        threading.Thread(target=pages.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{pages.server_address[1]}"
        pages.shutdown()


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def command(folder: Path, program: str, server: str, *options: str) -> list[str]:
    (folder / "locustfile.py").write_text(program)
    locust = [sys.executable, "-m", "locust", "-f", str(folder / "locustfile.py"), "-H", server, "--only-summary"]
    return [*locust, "--findings", str(folder / "run.json"), *options]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def locust(folder: Path, program: str, server: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a locustfile to its end."""
    return subprocess.run(
        command(folder, program, server, "--headless", *options),
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


def findings(folder: Path) -> Findings:
    return msgspec.json.decode((folder / "run.json").read_bytes(), type=Findings)


def readme_example() -> str:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    (program,) = [block for block in blocks if "OpenLoad" in block]
    return str(program)


def test_the_example_of_the_readme_is_short_and_runs(tmp_path: Path, server: str) -> None:
    program = readme_example()
    assert len(program.strip().splitlines()) <= 16
    said = locust(tmp_path, program, server, *SHORTER)
    found = findings(tmp_path)
    assert said.returncode == found.verdict.exit_code, said.stderr
    assert said.returncode in (0, 3), said.stdout  # on a busy machine the generator may not keep up
    assert found.report.arrivals.completed == found.setting.arrivals.expected == Pages.asked["/"] == 125
    assert found.report.visits == {"Customer": {"served": 125}}
    assert f"\n{found.verdict.headline}\n" in said.stdout


def test_the_example_with_two_workers_gives_the_counts_of_one_process(tmp_path: Path, server: str) -> None:
    port = free_port()
    ports = ("--master-bind-host", "127.0.0.1", "--master-bind-port", port)
    ports = (*ports, "--master-host", "127.0.0.1", "--master-port", port)
    said = locust(tmp_path, readme_example(), server, "--processes", "2", *ports, *SHORTER)
    found = findings(tmp_path)
    assert said.returncode == found.verdict.exit_code, said.stderr
    assert (found.processes, len(found.report.health)) == (2, 2)
    assert found.report.arrivals.completed == found.setting.arrivals.expected == Pages.asked["/"] == 125
    assert sum(interval.completed for interval in found.report.series) == 125


def test_what_goes_wrong_in_a_visit_is_an_error_and_ends_that_visit_alone(tmp_path: Path, server: str) -> None:
    program = f"""{HEAD}
class Refused(FastHttpUser):
    @task
    def ask(self): self.client.get("/bad")

class Parallel(FastHttpUser):
    @task
    def ask(self): gevent.spawn(self.client.get, "/bad").join()

class Broken(User):
    @task
    def ask(self): raise ValueError("boom")

class Unready(User):
    def on_start(self): raise OSError("no licence")
    @task
    def ask(self): pass

OpenLoad(Refused, Parallel, Broken, Unready, arrivals="even:160/0.5s", slo=ANY)
"""
    said = locust(tmp_path, program, server)
    report = findings(tmp_path).report
    ends = {"Broken": "fault", "Parallel": "failed", "Refused": "failed", "Unready": "fault"}
    assert {name: list(counts) for name, counts in report.visits.items()} == {name: [end] for name, end in ends.items()}
    assert report.errors == report.arrivals.completed == 80
    assert {"Broken: ValueError: boom", "Unready: OSError: no licence"} >= set(report.faults) != set()
    assert said.returncode == 1


def test_users_begin_once_serve_again_and_stop_at_the_end(tmp_path: Path, server: str) -> None:
    program = f"""{HEAD}
class Steps(TaskSet):
    @task
    def last(self):
        self.client.get("/step")
        self.interrupt()

class Regular(FastHttpUser):
    tasks = [Steps]
    def on_start(self): self.client.get("/login")
    def on_stop(self): self.client.get("/logout")

class Once(FastHttpUser):
    def on_start(self): self.client.get("/come")
    def on_stop(self): self.client.get("/go")
    @task
    def ask(self): raise StopUser

OpenLoad(Regular, Once, arrivals="even:80/0.5s", slo=ANY)
"""
    locust(tmp_path, program, server)
    visits, asked = findings(tmp_path).report.visits, Pages.asked
    assert asked["/step"] == visits["Regular"]["served"] > asked["/login"] == asked["/logout"] > 0
    assert asked["/come"] == asked["/go"] == visits["Once"]["served"]


def test_who_finds_no_place_is_dropped_and_who_does_not_end_in_time_is_unfinished(tmp_path: Path, server: str) -> None:
    program = f"""{HEAD}
class Slow(FastHttpUser):
    @task
    def ask(self): self.client.get("/slow")

OpenLoad(Slow, arrivals="even:20/0.5s", slo=ANY, visits_max=4, drain_s=0.1)
"""
    said = locust(tmp_path, program, server)
    fates = findings(tmp_path).report.arrivals
    assert fates.scheduled == fates.sent + fates.dropped == 10
    assert fates.dropped > 0
    assert fates.unfinished > 0
    assert said.returncode == 1


def test_a_user_that_ends_the_test_fails_the_run(tmp_path: Path, server: str) -> None:
    program = f"""{HEAD}
from locust.exception import StopTest

class Done(User):
    @task
    def ask(self): raise StopTest

OpenLoad(Done, arrivals="even:40/1s", slo=ANY)
"""
    said = locust(tmp_path, program, server, "--junit", str(tmp_path / "run.xml"))
    verdict = findings(tmp_path).verdict
    assert (said.returncode, verdict.answer) == (1, Answer.FAIL)
    assert re.search(r"before everybody came \(\d of 40\): StopTest in Done", verdict.reasons[0])
    assert 'failures="1"' in (tmp_path / "run.xml").read_text()


def test_a_visit_that_ends_after_the_drain_never_ended(tmp_path: Path, server: str) -> None:
    program = f"""{HEAD}
class Slow(User):
    def on_stop(self): gevent.sleep(0.6)
    @task
    def ask(self):
        self.environment.runner.spawned = getattr(self.environment.runner, "spawned", 0) + 1
        gevent.sleep(0.8 if self.environment.runner.spawned == 10 else 0)

OpenLoad(Slow, arrivals="even:20/0.5s", slo=ANY, drain_s=0.1)
"""
    locust(tmp_path, program, server)
    report = findings(tmp_path).report
    assert (report.arrivals.unfinished, report.arrivals.completed) == (1, 9)
    assert report.visits == {"Slow": {"served": 9}}
    assert sum(interval.completed for interval in report.series) == 9


def test_ctrl_c_ends_with_what_was_run(tmp_path: Path, server: str) -> None:
    arguments = command(tmp_path, readme_example(), server, "--headless", "--arrivals", "40/60s")
    with subprocess.Popen(arguments, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        wait_for(lambda: Pages.asked["/"] >= 5)
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=LIMIT_S)
    found = findings(tmp_path)
    assert found.interrupted
    assert found.report.arrivals.completed == found.report.arrivals.scheduled >= 5
    assert (run.returncode, found.verdict.answer) == (1, Answer.FAIL)
    assert "before everybody came" in found.verdict.reasons[0]


def test_on_locusts_page_users_are_the_visits_in_flight(tmp_path: Path, server: str) -> None:
    program = f"""{HEAD}
class Slow(FastHttpUser):
    @task
    def ask(self): self.client.get("/slow")

OpenLoad(Slow, arrivals="1/1s", slo=ANY)
"""
    port = free_port()
    arguments = command(tmp_path, program, server, "--web-host", "127.0.0.1", "--web-port", port)
    with subprocess.Popen(arguments, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        try:
            wait_for(lambda: page(port, "GET", "/tasks"))
            page(port, "POST", "/swarm", "user_count=1&spawn_rate=1&arrivals=even:50/1s")
            wait_for(lambda: Pages.asked["/slow"] >= 30)
            users = page(port, "GET", "/stats/requests")["user_count"]
            wait_for((tmp_path / "run.json").exists)
        finally:
            run.send_signal(signal.SIGTERM)
            run.wait(LIMIT_S)
    assert users == pytest.approx(50 * SLOW_S, abs=8)
    assert findings(tmp_path).report.arrivals.completed == 50


@pytest.mark.parametrize(
    ("line", "option", "says"),
    [
        ("OpenLoad(One, Other)", "fast", "--arrivals: 'fast' is no rate; expected a rate such as 100"),
        ("OpenLoad(One, thresholds=['Ones p99 <= 1s'])", "1/1s", "nothing is called 'Ones'; is 'One' meant?"),
        ("OpenLoad(One, Other, visits_max=0)", "1/1s", "OpenLoad: visits_max is 0; it is 1 at least"),
        ("OpenLoad(One)", "1/1s", "OpenLoad does not know Other: hand it every User class"),
        (
            "OpenLoad(One, Other)",
            "1/1s --findings none/run.json",
            "/none is no folder; name a file in one that is there",
        ),
    ],
)
def test_a_load_that_cannot_be_is_refused_in_a_sentence(tmp_path: Path, line: str, option: str, says: str) -> None:
    tasks = "    @task\n    def ask(self): pass\n"
    program = f"{HEAD}\nclass One(User):\n{tasks}\nclass Other(User):\n{tasks}\n{line}\n"
    said = locust(tmp_path, program, "http://127.0.0.1:9", "--arrivals", *option.split())
    assert said.returncode == 1
    assert says in said.stderr
    assert "Traceback" not in said.stderr


def page(port: str, method: str, path: str, body: str = "") -> dict[str, int]:
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=5)
    with closing(connection):
        connection.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer: dict[str, int] = json.loads(connection.getresponse().read())
    return answer


def wait_for(happened: Callable[[], object]) -> None:
    until_s = time.monotonic() + LIMIT_S
    while not answered(happened):
        assert time.monotonic() < until_s
        time.sleep(0.05)


def answered(happened: Callable[[], object]) -> bool:
    try:
        return bool(happened())
    except OSError:
        return False
