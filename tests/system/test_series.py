"""What `shuaka capacity` and `shuaka compare` are made of, against a real engine: a step, a pair of runs, a search."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from loadtests.evidence.result import read
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.figures import parse_figure
from loadtests.series.capacity import Curve, taken
from loadtests.series.comparable import interleaved, unbelievable
from loadtests.series.search import Step
from shuaka.rehearsing.order import Rehearsal
from shuaka.rehearsing.pairing import Pairing, Who, paired
from shuaka.rehearsing.series import Series

LIMIT_S = 60
PATIENT = """
title = "Patient"
question = "Is it served at all?"
arrivals = "4"
duration_s = 10
terminals = 12
mix = { remote = 0.3 }
slo = { p95_ms = 60_000, p99_ms = 60_000 }
"""
"""No delay of a busy machine is too long for its promises."""


def asked(data: Path, seed: int) -> Rehearsal:
    plan = ArrivalPlan.read("30", 1.5)
    return Rehearsal(run="row", data=data, arrivals=plan, terminals=12, seed=seed, warmup_s=0)


def test_a_step_is_a_point_of_the_curve_with_its_rates_its_cpu_and_its_result(data: Path) -> None:
    result, file = Series("step", quiet=True).run(asked(data, 1), "step at 30 visits/s")
    point = taken(Step(30, "climb"), result, file).point
    assert file.is_file()
    assert point.achieved_per_s == pytest.approx(30, rel=0.05)  # who ends in the drain is none
    assert 0 < point.settlements_per_s <= 30 < point.messages_per_s
    assert point.engine_cpu_share is not None
    assert point.engine_cpu_share > 0
    assert point.latency.max_us > 0


def test_a_pair_of_runs_may_be_believed_and_took_turns(data: Path, tmp_path: Path) -> None:
    def run(_: Who, number: int) -> Rehearsal:
        return asked(data, number)

    plan = Pairing(run, pairs=1, figure=parse_figure("completed count"), place=tmp_path)
    a, b = paired(plan, Series("pair", quiet=True))
    assert [run.report.arrivals.completed for run in (*a, *b)] == [45, 45]
    assert interleaved(a, b)
    assert list(unbelievable([*a, *b])) == []


def test_a_search_at_the_http_door_of_an_engine_that_runs_has_people_a_gate_and_a_machine_for_every_step(
    data: Path, tmp_path: Path
) -> None:
    (tmp_path / "patient.toml").write_text(PATIENT)
    port = json.loads((data / "endpoints.json").read_text())["http"]["port"]
    engine = ("--data", str(data), "--engine", f"http://127.0.0.1:{port}")
    missed = ("--threshold", "completed count <= 0")  # and at once: from 1.5 visits/s there is one step down
    steps = ("--from", "1.5", "--step-s", "6", "--warmup", "0", "--metrics-port", "0", *missed)
    words = ("capacity", str(tmp_path / "patient.toml"), *engine, *steps, "--name", "door", "--json")
    command = [sys.executable, "-m", "shuaka", *words]
    said = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    curve = msgspec.json.decode(said.stdout, type=Curve)
    assert (said.returncode, said.stderr, curve.answer) == (1, "", "below")
    assert (curve.security, "mix.remote 0 instead of 0.3" in curve.changed) == (("signature",), True)
    runs = [read(Path(point.result)) for point in curve.points]
    assert [run.profile.run for run in runs] == ["door-01", "door-02"]
    first, second = (run.profile.block for run in runs)
    assert first.first + first.count <= second.first
    for run in runs:
        assert run.gate is not None
        assert run.gate.complaints == ()
        assert run.report.visits.keys() == {"pharmacy", "sign_on"}
        assert run.machine.engine_cores
        assert run.command == curve.command
        assert " ".join(engine) in run.command
