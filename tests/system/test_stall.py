"""The engine stands still for a second (SIGSTOP) in a run of open arrivals, and in the same load in a closed loop.

The open run shows it to whoever came meanwhile; in the closed one nobody came. Both are printed side by side (-s).
"""

import sys
from pathlib import Path
from typing import Literal

from loadtests.evidence.result import Result
from loadtests.openload import histograms
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.histograms import P50, P95, P99
from loadtests.workload.faults import Fault
from shuaka.rehearsing.rehearsal import Rehearsal, rehearse
from terminals.patients import Mix

LIMIT_S = 60
STALL = Fault(kind="stall", at_s=1.0, for_s=1.0)
RATE, SECONDS, TERMINALS = 100, 5, 6
MIX = Mix(pharmacy=1, remote=0, bank=0)
"""A stall of a second meets 100 of 500 open arrivals, and of a closed loop one visit at each of three pharmacies."""


def run(data: Path, model: Literal["open", "closed"]) -> Result:
    arrivals = ArrivalPlan.read(f"even:{RATE}/{SECONDS}s")
    asked = Rehearsal(
        run=model,
        data=data,
        arrivals=arrivals,
        terminals=TERMINALS,
        mix=MIX,
        model=model,
        warmup_s=0,
        faults=(STALL,),
    )
    return rehearse(asked, quiet=True)


def percentiles_us(result: Result) -> dict[str, int]:
    served = result.served()
    return {
        name: histograms.estimate(served.intended, p_e4) for name, p_e4 in (("p50", P50), ("p95", P95), ("p99", P99))
    }


def test_an_open_run_shows_a_stall_of_a_second_and_a_closed_one_hides_it(data: Path) -> None:
    results = {model: run(data, model) for model in ("open", "closed")}
    figures = {model: percentiles_us(result) for model, result in results.items()}
    for model, result in results.items():
        said = "  ".join(f"{name} {histograms.in_ms(found_us)}" for name, found_us in figures[model].items())
        sys.stdout.write(f"{model:<7} visits {result.report.arrivals.completed:>5}  {said}\n")
        assert result.gate is not None
        assert result.gate.complaints == ()
    assert figures["open"]["p99"] > figures["open"]["p95"] > 600_000
    assert figures["closed"]["p95"] < 300_000
    assert results["open"].report.arrivals.scheduled == RATE * SECONDS
    assert results["closed"].report.arrivals.scheduled < RATE * (SECONDS - 0.8)
