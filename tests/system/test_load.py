"""`shuaka load` against a real engine: the gate over three witnesses, a deleted row, several processes, Ctrl-C."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import apsw
import msgspec
import pytest

from loadtests.evidence.gate import Audit, compare
from loadtests.evidence.result import Result, read
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.verdict import Answer
from shuaka import compose
from shuaka.engine import Engine
from shuaka.rehearsing import lane
from shuaka.rehearsing.rehearsal import Rehearsal, rehearse
from terminals.patients import Mix

SHUAKA = [sys.executable, "-m", "shuaka"]
LIMIT_S = 60


def command(data: Path, name: str, *options: str) -> list[str]:
    always = ("--warmup", "0", "--terminals", "12", "--metrics-port", "0")
    return [*SHUAKA, "load", "--data", str(data), "--name", name, *always, *options]


def run(data: Path, name: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(data, name, *options), capture_output=True, text=True, timeout=LIMIT_S, check=False)


def complaints(stderr: str) -> list[str]:
    """Return what was said beside the notes about promises that so few arrivals cannot judge."""
    return [line for line in stderr.splitlines() if not line.startswith("note: ")]


def judged(data: Path, name: str, *options: str) -> Result:
    """Return the judged result of a run that the gate let through; a noisy machine may still miss a latency."""
    said = run(data, name, *options, "--json")
    assert said.returncode in (0, 1, 3), said.stderr
    result = msgspec.json.decode(said.stdout, type=Result)
    assert result.gate is not None
    assert result.gate.complaints == ()
    return result


def audit(data: Path, name: str) -> Audit:
    return msgspec.convert(Engine(data).audit(name), Audit)


def test_every_arrival_is_served_and_three_witnesses_agree(data: Path) -> None:
    result = judged(data, "agree", "--rate", "40", "--duration", "2")
    fates = result.report.arrivals
    assert fates.scheduled == fates.completed == 80
    assert result.report.settled["2102"].count > 0
    assert result.report.faults == ()
    assert read(data / "runs" / "agree" / "result.json") == result


def test_one_deleted_row_of_the_ledger_fails_the_gate(data: Path) -> None:
    result = judged(data, "deleted", "--rate", "30", "--duration", "1", "--pharmacy", "1", "--remote", "0")
    assert compare([result.claims], audit(data, "deleted")).ok
    ledger = apsw.Connection(str(data / "ledger.sqlite"))
    ledger.set_busy_timeout(5000)
    ledger.execute("CREATE TABLE kept AS SELECT * FROM settlement WHERE opter_no = 'deleted' LIMIT 1")
    try:
        ledger.execute("DELETE FROM settlement WHERE setl_id = (SELECT setl_id FROM kept)")
        gate = compare([result.claims], audit(data, "deleted"))
    finally:
        ledger.execute("INSERT INTO settlement SELECT * FROM kept; DROP TABLE kept")
        ledger.close()
    count = result.report.settled["2102"].count
    assert not gate.ok
    assert f"2102 settlements: client {count}, engine {count}, ledger {count - 1}" in gate.complaints
    assert any(complaint.startswith("2102 fingerprint") for complaint in gate.complaints)
    assert any(complaint.startswith("2102 medfee_sumamt_fen") for complaint in gate.complaints)


def test_a_population_that_the_engine_does_not_serve_is_one_sentence(data: Path) -> None:
    said = run(data, "others", "--population", "9:9")
    assert said.returncode == 1
    [complaint] = complaints(said.stderr)
    assert complaint.endswith("come with --population 1:1000000")


def test_two_processes_share_arrivals_and_people_and_leave_one_result(data: Path) -> None:
    result = judged(data, "two", "--rate", "20..60/2s", "--processes", "2")
    assert result.report.arrivals.completed == 80
    assert result.condition.processes == 2
    journals = sorted(path.name for path in (data / "runs" / "two").glob("load-*.jsonl"))
    assert journals == ["load-0.jsonl", "load-1.jsonl"]


def test_replayed_dialogues_ask_the_host_as_full_ones_do_and_the_result_says_how_many_were_prepared(data: Path) -> None:
    result = judged(data, "replayed", "--rate", "40", "--duration", "2", "--fidelity", "replay")
    assert result.report.arrivals.completed == 80
    assert result.report.visits["prepare"]["DONE"] >= 80
    assert result.report.messages["2101"]["approved"] > result.report.messages["2102"]["approved"]


@pytest.mark.parametrize("processes", ["1", "2"])
def test_ctrl_c_ends_the_arrivals_and_the_report_is_of_what_was_run(data: Path, processes: str) -> None:
    name = f"ctrl-c-{processes}"
    options = ("--rate", "30", "--duration", "60", "--processes", processes, "--json")
    with subprocess.Popen(
        command(data, name, *options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as load:
        wait_for_visits(data / "runs" / name / "live.json")
        load.send_signal(signal.SIGINT)
        said, complained = load.communicate(timeout=LIMIT_S)
    result = msgspec.json.decode(said, type=Result)
    assert "no more arrivals" in complained
    assert result.interrupted
    assert load.returncode == 1
    assert result.verdict is not None
    assert result.verdict.reasons[0].startswith("ended early, after ")
    assert 0 < result.report.arrivals.completed < 30 * 60
    assert result.report.arrivals.unfinished == 0
    assert result.gate is not None
    assert result.gate.complaints == ()


def test_a_load_process_that_dies_fails_the_run(data: Path) -> None:
    options = ("--rate", "20", "--duration", "60", "--processes", "2")
    with subprocess.Popen(command(data, "dies", *options), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as load:
        wait_for_visits(data / "runs" / "dies" / "live.json")
        [master] = children(load.pid)
        os.kill(children(master)[1], signal.SIGKILL)
        said, complained = load.communicate(timeout=LIMIT_S)
    assert (load.returncode, complaints(complained.decode())) == (1, [])
    assert b"FAIL" in said
    assert b"a load process never reported its end (1 of 2 did)" in said
    result = read(data / "runs" / "dies" / "result.json")
    assert result.report.arrivals.completed > 0
    assert result.audit is not None, "the engine was asked what it knows of the run"


def test_a_second_load_on_the_terminals_of_another_is_refused(data: Path) -> None:
    with lane.held(data, 7):
        second = subprocess.run(
            command(data, "second", "--lane", "7"), capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
    assert second.returncode == 1
    [complaint] = complaints(second.stderr)
    assert complaint.endswith("wait for its end, or choose a --lane")


def test_ctrl_c_before_the_first_arrival_says_that_nothing_was_run(data: Path) -> None:
    place = data / "runs" / "early"
    with subprocess.Popen(command(data, "early"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as load:
        wait_until((place / "locust.log").exists, "the load did not begin")
        load.send_signal(signal.SIGINT)
        _, complained = load.communicate(timeout=LIMIT_S)
    assert load.returncode == 1
    assert complained.splitlines()[-1] == "error: ended before the first arrival: nothing was run"
    assert not place.exists(), "the same command runs again"


def test_a_command_that_is_killed_takes_its_load_with_it_and_leaves_no_key(data: Path) -> None:
    place = data / "runs" / "killed"
    options = ("--rate", "20", "--duration", "60", "--processes", "2")
    with subprocess.Popen(
        command(data, "killed", *options), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as load:
        wait_for_visits(place / "live.json")
        [locust] = children(load.pid)
        assert not (place / "plan.json").exists(), "it was read by everybody who reads it"
        load.kill()
    wait_until(lambda: gone(locust), "the load goes on without its command")
    left = read(place / "result.json")
    assert left.interrupted
    assert left.verdict is None
    assert 0 < left.report.arrivals.completed == left.report.arrivals.sent


def gone(pid: int) -> bool:
    """Whether a process has ended; where nobody waits for orphans it stays as a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_for_visits(live: Path) -> None:
    wait_until(
        lambda: live.exists() and json.loads(live.read_bytes())["arrivals"]["completed"] > 0, "no visit was completed"
    )


def wait_until(holds: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        if holds():
            return
        time.sleep(0.05)  # another process's doing is waited for
    raise AssertionError(otherwise)


def test_no_key_of_a_terminal_stays_behind(data: Path) -> None:
    run(data, "secrets", "--rate", "10", "--duration", "1")
    files = sorted(path.name for path in (data / "runs" / "secrets").iterdir())
    assert files == ["host.json", "live.json", "load-0.jsonl", "locust.log", "result.hlog", "result.json"]
    kept = (data / "runs" / "secrets" / "result.json").read_text()
    assert "key" not in kept


def test_a_person_reads_rates_latencies_witnesses_and_the_verdict(data: Path) -> None:
    said = run(data, "words", "--rate", "20", "--duration", "1")
    for words in ("open arrivals 20", "offered", "intended start", "client", "engine", "ledger", "result: "):
        assert words in said.stdout, words
    assert said.stdout.count("DIFFERS") == 0


def test_a_result_goes_where_it_is_asked_for_and_into_the_run(data: Path, tmp_path: Path) -> None:
    run(data, "elsewhere", "--rate", "10", "--duration", "1", "--result", str(tmp_path / "mine.json"))
    assert read(tmp_path / "mine.json").verdict is not None
    assert read(tmp_path / "mine.json") == read(data / "runs" / "elsewhere" / "result.json")


def test_a_result_that_cannot_be_written_is_one_sentence_before_anything_starts(data: Path, tmp_path: Path) -> None:
    said = run(data, "no-folder", "--result", str(tmp_path / "none" / "mine.json"))
    assert said.returncode == 1
    wanted = f"error: the result {tmp_path / 'none' / 'mine.json'} cannot be written: No such file or directory"
    assert complaints(said.stderr) == [wanted]
    assert not (data / "runs" / "no-folder").exists()


@pytest.mark.parametrize("option", ["--warmup", "--duration", "--drain"])
@pytest.mark.parametrize("seconds", ["inf", "nan"])
def test_seconds_that_are_no_number_are_a_usage_error(tmp_path: Path, option: str, seconds: str) -> None:
    said = run(tmp_path, "endless", option, seconds)
    assert said.returncode == 2
    assert f"Invalid value for '{option}'" in said.stderr


def test_a_load_can_aim_at_one_story(data: Path) -> None:
    shares = [word for name in ("saves_account", "bank", "tap") for word in ("--mix", f"{name}=1")]
    result = judged(data, "aimed", "--rate", "40", "--duration", "2", "--mix", "remote=0", *shares)
    assert result.profile.mix.tap == 1
    assert result.report.tenders.keys() >= {"bank", "tap"}
    assert result.report.bank.count == sum(result.report.tenders.get(name, 0) for name in ("bank", "tap")) > 0


def test_a_story_that_was_promised_and_never_happened_fails_the_run(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        compose, "bank_pins", dict
    )  # as if the patients' PINs had been forgotten where a load is composed
    asked = Rehearsal(
        run="promised",
        data=data,
        arrivals=ArrivalPlan.read("40/1s"),
        people=compose.DEFAULT_PEOPLE,
        terminals=12,
        lane=2,
        seed=1,
        mix=Mix(bank=1, saves_account=1),
        warmup_s=0,
    )
    result = rehearse(asked, quiet=True)
    assert result.gate is not None
    assert result.gate.complaints == ()
    assert result.verdict is not None
    assert result.verdict.answer is Answer.FAIL
    assert any(reason.startswith("a bank account pays (bank, saves_account)") for reason in result.verdict.reasons)


def test_an_engine_that_is_not_there_is_one_sentence_and_exit_1(tmp_path: Path) -> None:
    said = run(tmp_path, "nowhere")
    assert said.returncode == 1
    wanted = f"error: no engine runs on {tmp_path}; start one with: shuaka serve --data {tmp_path}"
    assert complaints(said.stderr) == [wanted]


def test_a_bad_rate_is_a_usage_error_that_says_what_is_expected(data: Path) -> None:
    said = run(data, "bad", "--rate", "fast")
    assert said.returncode == 2
    assert "expected a rate such as 100" in " ".join(said.stderr.replace("│", " ").split())


def test_a_metrics_port_in_use_is_one_sentence_and_exit_1(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = run(data, "taken", "--rate", "10", "--duration", "1", "--metrics-port", str(port))
    assert said.returncode == 1
    assert f"127.0.0.1:{port} is taken; choose another --metrics-port (0 takes any free one)" in said.stderr
    assert "Traceback" not in said.stderr
    assert not (data / "runs" / "taken").exists(), "the same command runs again"


def test_an_address_at_which_no_engine_answers_is_named_and_the_run_leaves_nothing(data: Path) -> None:
    said = run(data, "unheard", "--engine", "tcp://127.0.0.1:9")
    assert said.returncode == 1
    wanted = "error: terminal P3701000000102 cannot sign on at 127.0.0.1:9: no answer; is an engine running there?"
    assert said.stderr.splitlines()[-1] == wanted
    assert not (data / "runs" / "unheard").exists(), "the same command runs again"


def test_metrics_of_the_run_are_served_on_loopback_while_it_runs(data: Path) -> None:
    options = ("--rate", "20", "--duration", "30", "--json")
    with subprocess.Popen(
        command(data, "metrics", *options), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as load:
        live = data / "runs" / "metrics" / "live.json"
        wait_for_visits(live)
        scraped = scrape(json.loads(live.read_bytes())["metrics_port"])
        load.send_signal(signal.SIGINT)
        load.communicate(timeout=LIMIT_S)
    assert 'shuaka_load_arrivals_total{run="metrics",state="scheduled"}' in scraped
    assert 'shuaka_load_visit_seconds_count{flow="pharmacy",run="metrics",since="intended"}' in scraped


def scrape(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/metrics")
    content = connection.getresponse().read().decode()
    connection.close()
    return content
