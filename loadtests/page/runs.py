"""Several runs side by side: one row each, what repeats of one workload found, and which runs are repeats at all.

Pure. The unit of repetition is the run: figures of runs are set beside one another, never pooled.
"""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final

from msgspec import Struct

from loadtests.evidence.result import Result
from loadtests.openload import histograms
from loadtests.series import comparable
from loadtests.series.capacity import Point
from loadtests.workload.plan import Profile

OWN: Final = ("run", "seed", "block")
"""What two runs of one workload may differ in."""
LOADED: Final = ("arrivals", "warmup_s", "drain_s", "processes")
"""What the points of one curve of latency against load may differ in besides."""
COMPARED: Final = ("offered_per_s", "achieved_per_s", "p50_us", "p95_us", "p99_us", "max_us")
"""Figures whose spread is shown."""


class Run(Struct, frozen=True):
    """One run in a row: its rates, and the latency of its served visits from the due time in us.

    `purpose` is why a search for a capacity made it, "" of a run by itself, `attempt` which try of its step it is;
    `why` it was not held. `differs` names what makes it another workload than the page's, whatever the load.
    """

    run: str
    purpose: str
    answer: str
    why: str
    offered_per_s: float
    achieved_per_s: float
    n: int
    p50_us: int | None
    p95_us: int | None
    p99_us: int | None
    max_us: int
    differs: tuple[str, ...] = ()
    attempt: int = 1


class Spread(Struct, frozen=True):
    """What repeated runs found for one figure: smallest, middle and largest, and how many of them state it."""

    figure: str
    smallest: float
    middle: float
    largest: float
    runs: int


def run_of(result: Result, differs: tuple[str, ...] = ()) -> Run:
    """Return a result as a row."""
    due = result.served().intended
    return Run(
        run=result.profile.run,
        purpose="",
        answer="" if result.verdict is None else result.verdict.answer.value,
        why="",
        offered_per_s=result.offered_per_s,
        achieved_per_s=result.achieved_per_s,
        n=due.get_total_count(),
        p50_us=histograms.percentile(due, histograms.P50),
        p95_us=histograms.percentile(due, histograms.P95),
        p99_us=histograms.percentile(due, histograms.P99),
        max_us=histograms.maximum(due),
        differs=differs,
    )


def step_of(point: Point) -> Run:
    """Return a step of a search for a capacity as a row."""
    latency = point.latency
    return Run(
        run=f"{point.rate:g}/s",
        purpose=point.purpose,
        answer=point.outcome,
        why=point.why,
        offered_per_s=point.offered_per_s,
        achieved_per_s=point.achieved_per_s,
        n=latency.n,
        p50_us=latency.p50_us,
        p95_us=latency.p95_us,
        p99_us=latency.p99_us,
        max_us=latency.max_us,
        attempt=point.attempt,
    )


def unlike(one: Result, other: Result) -> tuple[str, ...]:
    """Return in what two runs differ that keeps them from one curve of latency against load; nothing in most."""
    named = [name for name in comparable.differing((one, other)) if name not in LOADED]
    elsewhere = one.machine.fingerprint != other.machine.fingerprint
    return (*named, *([comparable.MACHINE] if elsewhere else []))


def same_workload(one: Result, other: Result) -> bool:
    """Whether two runs asked the same of one machine: their profiles differ in name, seed and people only."""
    return not unlike(one, other) and _workload(one.profile) == _workload(other.profile)


def _workload(profile: Profile) -> dict[str, object]:
    return {name: getattr(profile, name) for name in profile.__struct_fields__ if name not in OWN}


def spread(repeats: Sequence[Run]) -> tuple[Spread, ...]:
    """Return the spread of each figure that at least two repeats state; nothing of a single run."""
    return tuple(_spread(repeats))


def _spread(repeats: Sequence[Run]) -> Iterator[Spread]:
    for figure in COMPARED:
        values = [value for run in repeats if (value := getattr(run, figure)) is not None]
        if len(values) > 1:
            yield Spread(figure, min(values), median(values), max(values), len(values))
