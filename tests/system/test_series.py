"""What `shuaka capacity` and `shuaka compare` are made of, against a real engine: a step, and a pair of runs."""

from pathlib import Path

import pytest

from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.figures import parse_figure
from loadtests.series.capacity import taken
from loadtests.series.comparable import interleaved, unbelievable
from loadtests.series.search import Step
from shuaka.rehearsing.order import Rehearsal
from shuaka.rehearsing.pairing import Pairing, Who, paired
from shuaka.rehearsing.series import Series

LIMIT_S = 60


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
