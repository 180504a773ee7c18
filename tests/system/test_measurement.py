"""What a real run leaves behind: figures that others recompute, witnesses that a lost acknowledgement cannot pass."""

import subprocess
import sys
from pathlib import Path

import pytest

from loadtests.evidence.result import Result, read
from loadtests.evidence.stated import WHOLE
from loadtests.openload.verdict import Answer
from loadtests.workload.scenario import unnamed
from shuaka.rehearsing import locust_command
from shuaka.rehearsing.rehearsal import asked_of, rehearse
from tests.loadtests.openload import outsider

SHUAKA = [sys.executable, "-m", "shuaka"]
LIMIT_S = 60
ROBBED = """
from loadtests.generator.recorder import Recorder
from terminals.kernel.outcome import Result
import msgspec

honest, robbed = Recorder.count, []

def count(self, outcome, **more):
    if outcome.infno == "2102" and outcome.result is Result.SETTLED and not robbed:
        robbed.append(outcome)  # acknowledged, and forgotten: as if its acknowledgement had been lost on the way
        outcome = msgspec.structs.replace(outcome, result=Result.DECLINED, setl_ids=(), infno="")
    honest(self, outcome, **more)

Recorder.count = count
from loadtests.locustfile import *
"""


@pytest.fixture(scope="module")
def file(data: Path) -> Path:
    """The result of a run of two processes."""
    options = ("--rate", "120", "--duration", "3", "--warmup", "0.5", "--processes", "2", "--metrics-port", "0")
    command = [*SHUAKA, "load", "--data", str(data), "--name", "measured", *options]
    said = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert said.returncode in (0, 1, 3), said.stderr
    return data / "runs" / "measured" / "result.json"


@pytest.fixture
def result(file: Path) -> Result:
    return read(file)


def verified(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*SHUAKA, "verify", *arguments], capture_output=True, text=True, timeout=LIMIT_S, check=False)


def test_every_figure_of_a_result_is_recomputed_and_its_ledger_still_says_the_same(file: Path, data: Path) -> None:
    said = verified(str(file), "--data", str(data))
    assert said.returncode == 0, said.stdout
    assert said.stdout.splitlines()[-1].startswith("all ")


def test_a_result_that_was_tampered_with_is_found(file: Path, tmp_path: Path) -> None:
    forged = tmp_path / "result.json"
    forged.write_text(file.read_text().replace('"completed": 360', '"completed": 361'))
    said = verified(str(forged))
    assert said.returncode == 1
    assert "arrivals: completed" in said.stdout
    assert "DIFFERS" in said.stdout


def test_a_reader_that_is_nobodys_finds_the_figures_in_the_log(file: Path, result: Result) -> None:
    counted = outsider.histograms(file.with_suffix(".hlog").read_text())
    for since, tag in (("due", ""), ("sent", "service")):
        [stated] = [one for one in result.stated if (one.name, one.since) == (WHOLE, since)]
        assert counted[tag].total() == stated.count
        assert outsider.percentile(counted[tag], 100) == stated.max_us
    settled = counted["pharmacy.SETTLED"] + counted["outpatient.SETTLED"]
    assert settled == counted[""]


@pytest.mark.service(*outsider.SERVICES)
@pytest.mark.parametrize(("since", "tag"), [("due", ""), ("sent", "service")])
def test_the_log_processor_of_others_recomputes_what_is_stated(
    file: Path, result: Result, tmp_path: Path, since: str, tag: str
) -> None:
    log = tmp_path / "result.hlog"
    log.write_bytes(file.with_suffix(".hlog").read_bytes())
    theirs = outsider.processed(log, tag)
    [stated] = [one for one in result.stated if (one.name, one.since) == (WHOLE, since)]
    assert (theirs["Total_Count"], theirs["Total_Max"]) == (stated.count, stated.max_us)
    for name, value in (("50%", stated.p50_us), ("90%", stated.p90_us), ("99%", stated.p99_us)):
        assert value is None or theirs[f"Total_{name}"] == value


def test_a_result_says_on_what_it_was_measured(result: Result) -> None:
    machine, engine = result.machine, result.engine
    assert result.command.endswith("--metrics-port 0 --seed 1"), "the command brings the same patients again"
    assert machine.file_system
    assert machine.fdatasync_max_us is not None
    assert machine.engine_cores
    assert engine is not None
    assert (engine.store, engine.durability) == ("sqlite", "WAL, synchronous=FULL")
    assert all(sample.rss_bytes > 1 << 20 for sample in engine.samples)
    assert len(bytes.fromhex(result.ledger_sha256)) == 32


def test_a_lost_acknowledgement_fails_the_gate(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "robbed.py").write_text(ROBBED)
    monkeypatch.setattr(locust_command, "LOCUSTFILE", tmp_path / "robbed.py")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    asked = asked_of(unnamed("40", 1.0), data=data, run="robbed", warmup_s=0.0, metrics_port=0)
    robbed = rehearse(asked, quiet=True)
    assert robbed.gate is not None
    assert robbed.verdict is not None
    count = robbed.report.settled["2102"].count
    assert f"2102 settlements: client {count}, engine {count + 1}, ledger {count + 1}" in robbed.gate.complaints
    assert any(complaint.startswith("2102 fingerprint") for complaint in robbed.gate.complaints)
    assert robbed.verdict.answer is Answer.FAIL
    assert robbed.verdict.reasons[0] == "no performance result: the gate does not hold"
