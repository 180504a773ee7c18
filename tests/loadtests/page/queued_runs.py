"""A whole result without a run: patients of a queue with one clerk, who stands still for a while, seeded.

Everything goes through the recorder of real runs, so that its parts agree as those of a real result do.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec

from loadtests.evidence.gate import INVARIANT, Gate, Row
from loadtests.evidence.provenance import Build, Machine, Source
from loadtests.evidence.result import Result, Windows
from loadtests.evidence.testimony import Report
from loadtests.evidence.watch import EngineSample, EngineUse
from loadtests.generator.recorder import Message, Recorder, Span, Visit
from loadtests.openload import histograms
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.health import Health, condition
from loadtests.workload.plan import Block, Profile
from terminals.kernel.outcome import APPROVED, Event, Outcome
from terminals.kernel.outcome import Result as End

STEPS = {"pharmacy": ("1101", "2101", "2102"), "outpatient": ("1101", "2201", "2204", "2206", "2207")}
DRAIN_S = 2.0


def outcome_of(flow: str, *, settles: bool) -> Outcome:
    if settles:
        messages = tuple((infno, APPROVED) for infno in STEPS[flow])
        return Outcome(flow, End.SETTLED, messages=messages, infno=STEPS[flow][-1], setl_ids=("S",), generation=2)
    messages = ((STEPS[flow][0], APPROVED), (STEPS[flow][1], "E3005"))
    return Outcome(flow, End.DECLINED, "E3005", messages=messages, events=(Event.WRONG_SLOT,), generation=3)


def visits(profile: Profile, service_ms: float, stall_s: float) -> Iterator[tuple[float, Visit]]:
    """Yield due times and visits in the order in which they end: one clerk, who stands still in the middle."""
    chance = Random(profile.seed)
    free_s, middle_s = 0.0, profile.arrivals.duration_s / 2
    for due_s in profile.arrivals.due_times(Random(profile.seed)):
        began_s = max(due_s + 0.0002, free_s)
        if began_s > middle_s and stall_s:
            began_s, stall_s = began_s + stall_s, 0.0
        took_s = service_ms / 1000 * chance.lognormvariate(0, 0.4)
        free_s = began_s + took_s
        outcome = outcome_of("pharmacy" if chance.random() < 0.7 else "outpatient", settles=chance.random() > 0.05)
        each_s = took_s / len(outcome.messages)
        spans = [Message(began_s + at * each_s, began_s + (at + 1) * each_s) for at in range(len(outcome.messages))]
        yield due_s, Visit(outcome, Span(began_s, free_s), tuple(spans), 0.0)


def report_of(profile: Profile, service_ms: float, stall_s: float) -> Report:
    recorder = Recorder()
    recorder.begin(0.0)
    for due_s, visit in visits(profile, service_ms, stall_s):
        recorder.scheduled += 1
        recorder.sent += 1
        recorder.late += visit.span.began_s - due_s > 0.1
        recorder.completed += 1
        recorder.admit(not profile.measures(due_s))
        recorder.end(visit, due_s, measured=profile.measures(due_s))
        recorder.leave(measured=profile.measures(due_s))
        histograms.record(recorder.lag, 300)
    return recorder.report(cpu_share=0.31, elapsed_s=profile.arrivals.duration_s + DRAIN_S, finished=True)


def gate_of(report: Report, ledger_lacks: int) -> Gate:
    counted = report.settled["2102"].count
    rows = [
        Row("2102 approved", counted, counted, None, ok=True),
        Row("2102 settlements", counted, counted, counted - ledger_lacks, ok=not ledger_lacks),
        Row("unknown outcomes left", 0, None, None, ok=True),
        Row("laws judged", None, None, 1, ok=True),
        Row(f"{INVARIANT}no personal account is below zero", None, None, "holds", ok=True),
    ]
    return Gate(tuple(rows))


def engine_of(profile: Profile) -> EngineUse:
    seconds = range(1, int(profile.arrivals.duration_s) + 1)
    samples = (
        EngineSample(second, 0.4 + second % 3 / 10, (80 + second) << 20, second % 5, 3.5, 0.6) for second in seconds
    )
    return EngineUse("sqlite", "synchronous=FULL", tuple(samples), Build("0.4.0", "be11"))


def queued_run(
    arrivals: str = "100/10s",
    *,
    service_ms: float = 2.0,
    stall_s: float = 0.0,
    ledger_lacks: int = 0,
    changed: dict[str, Any] | None = None,
    **of_profile: Any,
) -> Result:
    """Return a judged result; `changed` are fields of it that are other than they came to be."""
    block = Block(seed=1, size=1000, first=0, count=100)
    facts = {"run": "run", "arrivals": ArrivalPlan.read(arrivals), "seed": 1, "block": block, "warmup_s": 1.0}
    profile = Profile(**{**facts, **of_profile})
    report = report_of(profile, service_ms, stall_s)
    duration_s = profile.arrivals.duration_s
    result = Result(
        profile=profile,
        command="shuaka load --rate 100",
        windows=Windows("2026-11-21T12:00:00+08:00", duration_s, profile.warmup_s, duration_s + DRAIN_S),
        machine=Machine("CPU", 2, "6.1", "3.11.7", file_system="ext4", fdatasync_p50_us=310, fdatasync_max_us=520),
        source=Source("c0ffee", dirty=False, lock_sha256="10c4"),
        report=report,
        condition=condition([Health(histograms.encode(histograms.blank()), 0.31)]),
        engine=engine_of(profile),
    )
    return msgspec.structs.replace(result.judged(gate_of(report, ledger_lacks)), **(changed or {}))
