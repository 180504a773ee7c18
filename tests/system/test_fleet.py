"""`shuaka terminals` against a real engine: processes, sockets, signals and a disk."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

READY_S = 30
"""An engine on a busy machine takes its time to start."""
QUICK = ("--count", "10", "--think", "0.02")


def shuaka(*args: str) -> list[str]:
    return [sys.executable, "-m", "shuaka", *args]


def free_port() -> int:
    """A port below the range that the kernel hands out, so that a restarted engine finds it free."""
    for port in range(23_000, 24_000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


class Engine:
    """`shuaka serve` on a data directory; killed or stopped at will, and at the end."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data = data
        self._options = options
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> "Engine":
        command = shuaka("serve", "--data", str(self.data), "--json", *self._options)
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self._process.stdout
        assert self._process.stdout.readline(), self._process.communicate()[1]
        return self

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.communicate(timeout=READY_S)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    made: list[Engine] = []

    def make(*options: str) -> Engine:
        every = ("--tcp-port", "--http-port", "--admin-port", "--metrics-port")
        free = [text for option in every if option not in options for text in (option, "0")]
        made.append(Engine(tmp_path / "data", *options, *free))
        return made[-1].start()

    yield make
    for one in made:
        one.end()


def run(data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = shuaka("terminals", "--data", str(data), *options)
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)


def audit(data: Path, opter: str = "") -> Any:
    command = shuaka("audit", "--data", str(data), "--opter", opter, "--json")
    return json.loads(subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout)


def test_fleet_engine_and_ledger_say_the_same(engine: Callable[..., Engine], tmp_path: Path) -> None:
    data = engine().data
    told = run(data, *QUICK, "--duration", "2", "--name", "fleet", "--json", "--result", str(tmp_path / "result"))
    assert told.returncode == 0, told.stderr
    report, books = json.loads(told.stdout), audit(data, "fleet")
    assert json.loads((tmp_path / "result").read_text()) == report
    assert report["messages"] == books["engine"]
    assert {"2102", "2207"} <= report["settled"].keys()
    for infno, mine in report["settled"].items():
        theirs = books["ledger"][infno]
        assert mine["count"] == theirs["settled"] > 0
        assert {**theirs, **mine} == {**theirs, "count": mine["count"]}
    assert all(law["ok"] for law in books["invariants"])


def test_ctrl_c_lets_running_visits_end_and_reports(engine: Callable[..., Engine]) -> None:
    data = engine().data
    command = shuaka("terminals", "--data", str(data), *QUICK, "--duration", "600", "--patients", "5000", "--json")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as fleet:
        wait_for(lambda: (data / "terminals.journal").exists() and (data / "terminals.journal").stat().st_size > 0)
        fleet.send_signal(signal.SIGINT)
        told, complaints = fleet.communicate(timeout=60)
    assert fleet.returncode == 0, complaints
    report = json.loads(told)
    assert report["settled"]
    assert report["unknown"] == 0


def test_an_engine_killed_in_the_middle_loses_and_doubles_nothing(engine: Callable[..., Engine]) -> None:
    running = engine("--tcp-port", str(free_port()))
    data = running.data
    command = shuaka("terminals", "--data", str(data), *QUICK, "--duration", "6", "--name", "killed", "--json")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as fleet:
        wait_for(lambda: (data / "terminals.journal").exists() and (data / "terminals.journal").stat().st_size > 0)
        time.sleep(0.5)  # real processes: the kill must fall into running visits
        running.end(signal.SIGKILL)
        running.start()
        told, complaints = fleet.communicate(timeout=90)
    report = json.loads(told)
    assert report["faults"] == [], complaints
    resolved = json.loads(run(data, "--count", "10", "--duration", "0.1", "--think", "0.02", "--json").stdout)
    assert resolved["unknown"] == 0
    books = audit(data, "killed")
    recovered = sum(one["settled"] for one in books["ledger"].values()) - sum(
        one["count"] for one in report["settled"].values()
    )
    assert 0 <= recovered <= resolved["recovered"]
    assert all(law["ok"] for law in books["invariants"])


def test_people_are_met_again_with_their_own_cards_only(engine: Callable[..., Engine], tmp_path: Path) -> None:
    data, chips = engine().data, str(tmp_path / "chips")
    again = ("--count", "6", "--duration", "60", "--think", "0", "--patients", "40", "--first", "0")
    first = run(data, *again, "--cards", chips, "--json")
    assert first.returncode == 0, first.stderr
    fresh = run(data, *again)
    assert fresh.returncode == 1
    assert "the ledger has met the people below 40" in fresh.stderr
    assert "come with --first 40" in fresh.stderr
    none_yet = run(data, *again, "--cards", str(tmp_path / "others"))
    assert "others does not exist yet" in none_yet.stderr
    second = run(data, *again, "--cards", chips, "--json")
    assert second.returncode == 0, second.stdout
    assert json.loads(second.stdout)["bank"]["count"] > 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_cards_are_put_back_whatever_ends_the_fleet(
    engine: Callable[..., Engine], tmp_path: Path, number: signal.Signals
) -> None:
    data, chips = engine().data, tmp_path / "chips"
    command = shuaka("terminals", "--data", str(data), *QUICK, "--duration", "600", "--cards", str(chips))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as fleet:
        wait_for(lambda: (data / "terminals.journal").exists() and (data / "terminals.journal").stat().st_size > 0)
        fleet.send_signal(number)
        fleet.communicate(timeout=60)
    assert fleet.returncode == 0
    assert chips.stat().st_size > 0
    assert not chips.with_name("chips.in-use").exists()


def test_cards_that_were_killed_with_their_fleet_are_not_used_again(
    engine: Callable[..., Engine], tmp_path: Path
) -> None:
    data, chips = engine().data, tmp_path / "chips"
    command = shuaka("terminals", "--data", str(data), *QUICK, "--duration", "600", "--cards", str(chips))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as fleet:
        wait_for(lambda: (data / "terminals.journal").exists() and (data / "terminals.journal").stat().st_size > 0)
        fleet.kill()
    told = run(data, *QUICK, "--cards", str(chips))
    assert told.returncode == 1
    assert f"error: the run that had the cards of {chips} was killed" in told.stderr


def test_any_share_of_the_mix_can_be_chosen(engine: Callable[..., Engine]) -> None:
    data = engine().data
    shares = [word for name in ("saves_account", "bank", "tap") for word in ("--mix", f"{name}=1")]
    told = run(data, *QUICK, "--duration", "2", "--mix", "remote=0", *shares)
    assert told.returncode == 0, told.stderr
    for title in ("generations", "tenders", "bank"):
        assert f"\n  {title} " in told.stdout
    wrong = run(data, "--mix", "taps=1")
    assert wrong.returncode == 2
    assert "is 'tap' meant" in " ".join(wrong.stderr.replace("│", " ").split())


def test_without_an_engine_there_is_one_sentence(tmp_path: Path) -> None:
    told = run(tmp_path, *QUICK)
    assert told.returncode == 1
    assert told.stderr == f"error: no engine runs on {tmp_path}; start one with: shuaka serve --data {tmp_path}\n"


def test_an_engine_that_died_is_one_sentence_too(engine: Callable[..., Engine]) -> None:
    running = engine()
    running.end(signal.SIGKILL)
    told = run(running.data, *QUICK)
    assert told.returncode == 1
    assert told.stderr.startswith("error: the engine on ")
    assert told.stderr.count("\n") == 1


@pytest.mark.parametrize("wrong", [("--population", "many"), ("--count", "0"), ("--name", "a" * 21), ("--think", "-1")])
def test_a_wrong_command_line_ends_with_2(tmp_path: Path, wrong: tuple[str, str]) -> None:
    told = run(tmp_path, *wrong)
    assert told.returncode == 2
    assert wrong[0] in told.stderr
    assert "Traceback" not in told.stderr


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + READY_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)
