"""`shuaka demo` as a whole: three processes, one verdict, and what stays behind.

Runs are short here. What the lines look like is compared with the README in tests/test_docs.py.
"""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from loadtests.evidence.result import read
from settlement import data_directory
from terminals.tally import FleetReport

SHUAKA = [sys.executable, "-m", "shuaka"]
LIMIT_S = 90
MADE = re.compile(r"^(\w+) settlements \(\d+\) +(\d+) +(\d+) +(\d+)  ok$", re.MULTILINE)


def demo(*options: str) -> subprocess.CompletedProcess[str]:
    command = [*SHUAKA, "demo", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "kept"


@pytest.fixture(scope="module")
def said(kept: Path) -> str:
    """What a demo of five seconds prints; its ledger, journals and results are in `kept`."""
    done = demo("--seconds", "5", "--keep", str(kept))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


def test_the_verdict_is_the_last_word(said: str, kept: Path) -> None:
    assert said.splitlines()[-2:] == ["PASS", f"kept: {kept} (ledger, journals, results)"]
    assert "DIFFERS" not in said


def test_the_ledger_on_disk_holds_as_many_settlements_as_all_three_witnesses_say(said: str, kept: Path) -> None:
    rows = MADE.findall(said)
    assert [row[0] for row in rows] == ["pharmacy", "outpatient", "inpatient"]
    assert all(len(set(row[1:])) == 1 for row in rows)
    ledger = sqlite3.connect(kept / "ledger.sqlite")
    [(count,)] = ledger.execute("SELECT count(*) FROM settlement").fetchall()
    ledger.close()
    assert count == sum(int(row[1]) for row in rows) > 0


def test_both_clients_took_part(said: str, kept: Path) -> None:
    [load] = (kept / "runs").glob("demo-load-*/result.json")
    [fleet] = kept.glob("demo-fleet-*.json")
    report = msgspec.json.decode(fleet.read_bytes(), type=FleetReport)
    by_load = sum(amounts.count for amounts in read(load).report.settled.values())
    assert report.settlements > 0
    assert by_load > 0
    assert by_load + report.settlements == sum(int(row[1]) for row in MADE.findall(said))


@pytest.mark.parametrize(
    ("title", "events"),
    [
        ("cards read", ["generation 1", "generation 2", "generation 3"]),
        ("local password", ["wrong"]),
        ("remote PIN", ["changed", "verified", "wrong"]),
        ("remote key", ["verified"]),
        ("at the counter", ["tapped", "telephone scanned", "wrong slot"]),
        ("bank account", ["paid"]),
    ],
)
def test_the_verdict_shows_what_cards_met(said: str, title: str, events: list[str]) -> None:
    [line] = re.findall(rf"^{title}  +(.*)$", said, re.MULTILINE)
    counts = {name.strip(): int(count) for name, count in re.findall(r"([^,]+?) (\d+)(?:,|$)", line)}
    assert set(events) <= counts.keys()
    assert all(counts.values())


def test_no_engine_and_no_key_of_a_terminal_stays_behind(said: str, kept: Path) -> None:
    assert said
    assert not (kept / data_directory.ENDPOINTS).exists()
    assert list(kept.rglob("plan.json")) == []


def test_a_kept_ledger_is_served_again_and_its_books_balance(said: str, kept: Path) -> None:
    assert said
    ports = [word for name in ("tcp", "http", "admin", "metrics") for word in (f"--{name}-port", "0")]
    command = [*SHUAKA, "serve", "--data", str(kept), *ports]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as engine:
        try:
            assert engine.stdout is not None
            assert engine.stdout.readline().startswith(b"ready")
            command = [*SHUAKA, "audit", "--data", str(kept), "--json"]
            asked = subprocess.run(command, capture_output=True, text=True, check=False)
        finally:
            engine.send_signal(signal.SIGTERM)
    assert asked.returncode == 0, asked.stdout + asked.stderr
    report = json.loads(asked.stdout)
    assert {infno for infno, sums in report["ledger"].items() if sums["settled"]} == {"2102", "2207", "2304"}


def test_ctrl_c_at_a_terminal_ends_the_arrivals_and_judges_what_was_done(tmp_path: Path) -> None:
    """A terminal sends SIGINT to the whole foreground group, not to the command alone."""
    command = [*SHUAKA, "demo", "--seconds", "60", "--keep", str(tmp_path / "kept")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        try:
            wait_for_settlements(tmp_path / "kept")
        finally:
            os.killpg(running.pid, signal.SIGINT)
        said, complained = running.communicate(timeout=LIMIT_S)
    assert complained == "ending: no more arrivals, the running visits may end\n"
    assert "DIFFERS" not in said
    assert all(len(set(row[1:])) == 1 for row in MADE.findall(said))
    assert running.returncode == 1, said
    assert said.splitlines()[-2] == "FAIL"
    assert "ended early, after " in said


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGHUP])
def test_whatever_asks_the_demo_to_end_no_child_stays_behind(tmp_path: Path, asked: signal.Signals) -> None:
    """At the line that names the load the engine runs, and the terminals are just starting."""
    kept = tmp_path / "kept"
    command = [*SHUAKA, "demo", "--seconds", "60", "--keep", str(kept)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if line.startswith("load "):
                break
        assert len(processes_of(kept)) > 1
        running.send_signal(asked)
        _, complained = running.communicate(timeout=LIMIT_S)
    assert processes_of(kept) == set()
    assert not (kept / data_directory.ENDPOINTS).exists()
    assert "Traceback" not in complained


def processes_of(kept: Path) -> set[int]:
    """The processes whose command line or environment names this test's directory."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            known_by = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:  # ended meanwhile, or another user's
            continue
        if os.fsencode(kept) in known_by:
            found.add(int(process.name))
    return found


def wait_for_settlements(kept: Path) -> None:
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        for live in kept.glob("runs/*/live.json"):
            if json.loads(live.read_bytes())["served"] > 0:
                return
        time.sleep(0.05)  # other processes' start is waited for
    raise AssertionError("no visit was measured")


def test_a_directory_that_cannot_be_written_is_a_sentence_and_exit_1(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = demo("--keep", str(tmp_path / "file" / "kept"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert "cannot be written: Not a directory" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("wrong", [("--seconds", "1"), ("--terminals", "0"), ("--rate", "7")])
def test_a_wrong_command_line_ends_with_2_before_anything_starts(wrong: tuple[str, str]) -> None:
    done = demo(*wrong)
    assert (done.returncode, done.stdout) == (2, "")
    assert wrong[0] in done.stderr
