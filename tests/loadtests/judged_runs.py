"""Judged runs out of nothing, for tests of what is made of several: so many patients at a rate, each served so fast."""

from random import Random
from typing import Any

from loadtests.evidence.gate import Gate, Row
from loadtests.evidence.provenance import Machine, Source
from loadtests.evidence.result import Result, Windows
from loadtests.evidence.testimony import Report
from loadtests.evidence.watch import EngineUse
from loadtests.openload import histograms
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.health import Health, condition
from loadtests.openload.intervals import Interval
from loadtests.openload.latencies import Encoded
from loadtests.openload.outcomes import Arrivals
from loadtests.workload.plan import Block, Profile
from terminals.sums import Settled

MACHINE = Machine("CPU", 2, "6.1", "3.11.7")
SOURCE = Source("c0ffee", dirty=False, lock_sha256="00")


def judged_run(
    run: str = "run-01",
    *,
    rate: float = 100.0,
    seconds: float = 100.0,
    latency_ms: float = 10.0,
    growth_per_s: float = 0.0,
    cpu_share: float = 0.2,
    minute: int = 0,
    machine: Machine = MACHINE,
    source: Source = SOURCE,
    engine: EngineUse | None = None,
    interrupted: bool = False,
    gate_ok: bool = True,
    **profile: Any,
) -> Result:
    """Return a run that began so many minutes after noon and in which everybody had the same latency."""
    plan = ArrivalPlan.read(f"{rate:g}", seconds)
    count = plan.number(Random(profile.get("seed", 1)))
    due, sent = histograms.blank(), histograms.blank()
    due.record_value(int(latency_ms * 1000), count)
    sent.record_value(int(latency_ms * 500), count)
    served = Encoded("pharmacy", "SETTLED", count, histograms.encode(due), histograms.encode(sent))
    left = [int(growth_per_s * (second + 1)) for second in range(int(seconds))]
    series = [
        Interval(float(at), 1.0, scheduled=int(rate), completed=int(rate) - now + (left[at - 1] if at else 0))
        for at, now in enumerate(left)
    ]
    health = (Health(histograms.encode(histograms.blank()), cpu_share),)
    report = Report(
        arrivals=Arrivals(count, count, count, 0, 0),
        achieved=count,
        messages={"2102": {"approved": 3 * count}},
        settled={"2102": Settled(count=count)},
        latencies=(served,),
        health=health,
        series=tuple(series),
    )
    facts: dict[str, Any] = {"seed": 1, "block": Block(1, 1000, 0, count), "warmup_s": 0, **profile}
    result = Result(
        profile=Profile(run=run, arrivals=plan, **facts),
        command="shuaka load",
        windows=Windows(f"2026-11-21T12:{minute:02d}:00+08:00", planned_s=seconds, warmup_s=0, lasted_s=seconds),
        machine=machine,
        source=source,
        engine=engine,
        report=report,
        condition=condition(health),
        interrupted=interrupted,
    )
    return result.judged(Gate((Row("2102 settlements", count, count, count, ok=gate_ok),)))
