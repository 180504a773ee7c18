"""Scenarios in real runs: a storm, faults, workers in other shells, Locust's page, a plain locust."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from loadtests.evidence.result import Result, read
from loadtests.evidence.testimony import Report
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.verdict import Answer
from loadtests.workload import plan
from shuaka.compose import DEFAULT_SEED
from shuaka.rehearsing.locust_command import LOCUSTFILE

SHUAKA = [sys.executable, "-m", "shuaka"]
LIMIT_S = 60
THINKING = """
title = "Thinking"
question = "How many are under way?"
arrivals = "20/60s"
warmup_s = 0
terminals = 60
[think]
card_s = 2
"""
SHORT = """
title = "t"
question = "q"
arrivals = "poisson:40/1s"
warmup_s = 0
terminals = 12
[mix]
pharmacy = 0.5
inpatient = 1
wrong_password = 1
wrong_slot = 1
remote = 0
tap = 0
bank = 0
reissue = 0
"""
BEYOND = """
title = "Beyond"
question = "Is a generator that is too slow told from a slow host?"
arrivals = "4000/0.15s"
warmup_s = 0
slo = { p95_ms = 100, p99_ms = 200 }
"""
ROUGH = """
title = "Rough"
question = "Does everything come right again?"
arrivals = "30/3.5s"
warmup_s = 0
drain_s = 20
terminals = 120
thresholds = ["9001 count >= 120"]
sign_on = { when = "storm", over_s = 0.5 }
[slo]
error_share_max = 0.5
[[faults]]
kind = "stall"
at_s = 1
for_s = 0.5
[[faults]]
kind = "outage"
at_s = 2
for_s = 0.5
measured = false
[[faults]]
kind = "slow"
at_s = 3
for_s = 0.5
delay_ms = 300
"""


def command(data: Path, *options: str) -> list[str]:
    return [*SHUAKA, "load", *options, "--data", str(data), "--metrics-port", "0"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*arguments], capture_output=True, text=True, timeout=LIMIT_S, check=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def plain(data: Path) -> tuple[str, Path]:
    """What a plain locust printed, and its run's directory."""
    return plainly(data)


def plainly(data: Path, *words: str) -> tuple[str, Path]:
    (data / "short.toml").write_text(SHORT)
    words = ("--headless", "--only-summary", "--scenario", str(data / "short.toml"), "--data", str(data), *words)
    before = set((data / "runs").glob("plain-*"))
    environment = {name: value for name, value in os.environ.items() if name != plan.ENVIRONMENT}
    said = subprocess.run(
        [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert said.returncode in (0, 1, 3), said.stderr  # a noisy machine may miss a latency
    [made] = set((data / "runs").glob("plain-*")) - before
    return said.stdout, made


def right(result: Result) -> Result:
    assert result.gate is not None
    assert result.gate.complaints == ()
    return result


@pytest.fixture(scope="module")
def rough(data: Path) -> Result:
    (data / "rough.toml").write_text(ROUGH)
    said = run(*command(data, str(data / "rough.toml"), "--name", "rough", "--json"))
    assert said.returncode in (0, 1, 3), said.stderr
    return msgspec.json.decode(said.stdout, type=Result)


def test_after_faults_of_every_kind_the_three_witnesses_agree(rough: Result) -> None:
    right(rough)
    assert [fault.kind for fault in rough.profile.faults] == ["stall", "outage", "slow"]
    assert rough.report.arrivals.completed == 105
    assert rough.report.left_open == 0
    assert rough.report.events["RETRIED"] > 0


def test_a_stall_is_in_the_latency_and_an_outage_that_is_not_measured_is_not(rough: Result) -> None:
    measured = rough.latencies().over(("pharmacy", "outpatient"), "SETTLED").intended
    assert 400_000 < measured.get_max_value() < 1_900_000
    counted = sum(sum(ends.values()) for flow, ends in rough.report.visits.items() if flow != "sign_on")
    assert measured.get_total_count() < counted


def test_in_a_storm_every_terminal_signs_on_within_the_run_and_is_measured(rough: Result) -> None:
    assert rough.report.visits["sign_on"]["DONE"] == 120
    assert rough.latencies().pair("9001", "approved").intended.get_total_count() == 120


def test_a_plain_locust_composes_a_scenario_and_ends_with_a_judged_report(plain: tuple[str, Path]) -> None:
    printed, made = plain
    assert "\nPASS (" in printed or "\nFAIL (" in printed
    assert sorted(file.name for file in made.iterdir()) == [
        "host.json",
        "live.json",
        "load-0.jsonl",
        "result.hlog",
        "result.json",
    ]
    right(read(made / "result.json"))


def test_a_plain_locust_of_two_processes_shares_the_scenario_between_them(data: Path) -> None:
    ports = ("--master-bind-host", "127.0.0.1", "--master-bind-port", str(port := free_port()))
    _, made = plainly(data, "--processes", "2", *ports, "--master-host", "127.0.0.1", "--master-port", str(port))
    result = right(read(made / "result.json"))
    assert (result.condition.processes, result.profile.processes) == (2, 2)
    assert result.profile.overridden == ("processes 2 instead of 1",)
    assert result.report.arrivals.scheduled == result.report.arrivals.completed > 0


def test_a_master_and_two_workers_of_other_shells_give_the_counts_of_one_process(
    data: Path, plain: tuple[str, Path]
) -> None:
    port = str(free_port())
    words = ("--name", "shells", "--master", "--expect-workers", "2", "--master-port", port, "--json")
    worker = [*SHUAKA, "load", "--worker", "--master-port", port]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with (
        (data / "shells.json").open("wb") as printed,
        subprocess.Popen(command(data, str(data / "short.toml"), *words), stdout=printed) as master,
        subprocess.Popen(worker, **quiet) as one,
        subprocess.Popen(worker, **quiet) as two,
    ):
        try:
            assert [shell.wait(LIMIT_S) for shell in (one, two)] == [0, 0]
            master.wait(LIMIT_S)
        finally:
            for shell in (master, one, two):
                shell.terminate()
    shared = right(msgspec.json.decode((data / "shells.json").read_bytes(), type=Result))
    alone = right(read(plain[1] / "result.json"))
    due = len(list(ArrivalPlan.read("poisson:40/1s").due_times(Random(DEFAULT_SEED))))
    for result in (shared, alone):
        assert result.report.arrivals.scheduled == result.report.arrivals.completed == due
        of_each_kind_once(result.report, due)
    assert (shared.condition.processes, alone.condition.processes) == (2, 1)


def of_each_kind_once(report: Report, due: int) -> None:
    """Every visit has the messages of its kind and the mistakes that everybody makes here; the people are others."""
    ends = {kind: sum(answers.values()) for kind, answers in report.visits.items() if kind != "sign_on"}
    assert set(ends) == {"pharmacy", "inpatient"}
    assert sum(ends.values()) == report.events["WRONG_SLOT"] == due
    assert all(count == pytest.approx(due / 2, abs=due / 3) for count in ends.values())
    stays, sales = (report.visits[kind]["SETTLED"] for kind in ("inpatient", "pharmacy"))
    approved = {code: answers["approved"] for code, answers in report.messages.items() if code != "9001"}
    of_a_stay = dict.fromkeys(("2301", "2303", "2304", "2401", "2402"), stays)
    assert approved == {"1101": due, "2101": sales, "2102": sales, **of_a_stay}
    assert report.messages["2102"]["E2102"] == sales
    assert report.events["PASSWORD_WRONG"] == sum(answers.get("E2102", 0) for answers in report.messages.values())


def test_a_rate_beyond_the_machine_is_the_generators_failure_and_exit_3(data: Path) -> None:
    (data / "beyond.toml").write_text(BEYOND)
    said = run(*command(data, str(data / "beyond.toml"), "--name", "beyond", "--json"))
    assert said.returncode == 3, said.stderr
    result = right(msgspec.json.decode(said.stdout, type=Result))
    assert result.verdict is not None
    assert result.verdict.answer is Answer.GENERATOR_BOUND
    assert result.verdict.reasons


@pytest.mark.parametrize("processes", ["1", "2"])
def test_on_locusts_page_users_are_the_visits_in_flight_of_all_processes(data: Path, processes: str) -> None:
    (data / "thinking.toml").write_text(THINKING)
    port, words = free_port(), (str(data / "thinking.toml"), "--name", f"thinking-{processes}")
    web = ("--web", "--web-port", str(port), "--processes", processes)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command(data, *words, *web), **quiet) as load:
        try:
            until(port, lambda page: 30 <= page["user_count"] <= 60)
        finally:
            load.send_signal(signal.SIGINT)
            load.communicate(timeout=LIMIT_S)


def test_locusts_page_has_our_tabs_its_stop_leaves_a_judged_result_and_ctrl_c_ends_it(data: Path) -> None:
    port = free_port()
    words = ("--rate", "20", "--duration", "60", "--warmup", "0", "--terminals", "12", "--name", "page")
    web = ("--web", "--web-port", str(port), "--json")
    with (
        (data / "page.json").open("wb") as printed,
        subprocess.Popen(command(data, *words, *web), stdout=printed, stderr=subprocess.PIPE) as load,
    ):
        try:
            tabs = tabs_of(until(port, lambda page: "SETTLED" in str(tabs_of(page))))
            assert set(tabs) == {"flows", "outcomes", "offered", "lateness"}
            assert ask(port, "POST", "/stop")["success"] is True
            assert load.stderr is not None
            said = (line for line in load.stderr if not line.startswith(b"note: "))
            assert b"page: http://127.0.0.1:" in next(said)
            assert b"the page stays: " in next(said)
            until(port, lambda page: page["state"] == "stopped")
        finally:
            load.send_signal(signal.SIGINT)
            load.communicate(timeout=LIMIT_S)
    result = right(msgspec.json.decode((data / "page.json").read_bytes(), type=Result))
    assert result.interrupted
    assert load.returncode == 1
    assert read(data / "runs" / "page" / "result.json").verdict == result.verdict


def tabs_of(page: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    return {one["key"]: one["data"] for one in page.get("extended_stats", ())}


def until(port: int, shows: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Ask for Locust's statistics until they show something; it keeps its answers for two seconds."""
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        with suppress(OSError):
            if shows(page := ask(port, "GET", "/stats/requests")):
                return page
        time.sleep(0.1)  # another process's work is waited for
    raise AssertionError("the page never showed it")


def ask(port: int, method: str, path: str) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT_S)
    try:
        connection.request(method, path)
        content: dict[str, Any] = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return content
