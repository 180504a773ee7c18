"""The capacity of a service under a scenario's promises: every step that was taken, and what they show together.

A step is held where its run passes: gate, stories, generator, SLO, a backlog that does not grow, thresholds. One JSON
file holds the whole curve of latency against load, each point with the result that it was made of. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Final, Literal, NamedTuple

import msgspec
from msgspec import Struct

from loadtests.evidence.provenance import Machine, Source
from loadtests.evidence.result import Result, replace
from loadtests.openload.latencies import Pair
from loadtests.openload.thresholds import Threshold
from loadtests.openload.verdict import EXIT_CODES, Slo
from loadtests.openload.verdict import Answer as RunAnswer
from loadtests.series.changed import changed, secured
from loadtests.series.latency import Latency, latency_of, merged
from loadtests.series.search import RATE_MAX, Answer, Found, Outcome, Purpose, Step
from loadtests.workload.plan import Profile, Security

REASONS_MAX: Final = 2
"""Of why a step was missed; its result has them all."""
ARRIVALS: Final = "arrivals "
"""How the line begins that says at which rate a step was."""
VERDICTS: Final[Mapping[Answer, RunAnswer]] = {"found": RunAnswer.PASS, "at least": RunAnswer.GENERATOR_BOUND}
"""Which verdict of a run has the exit code of an answer; any other answer has found no capacity, which is a FAIL's."""


class Point(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One try of a step: what was offered, what came of it, and whether it was held. Rates are a second of arrivals.

    `rate` is what was asked for, in visits; shares are of one core, the load's of its busiest process. `result` is the
    file of its run, `not_judged` the promises that it was too short for.
    """

    rate: float
    purpose: Purpose
    attempt: int = 1
    outcome: Outcome
    why: str
    offered_per_s: float
    achieved_per_s: float
    settlements_per_s: float
    messages_per_s: float
    backlog_growth_per_s: float | None
    latency: Latency
    load_cpu_share: float
    engine_cpu_share: float | None
    result: str
    not_judged: tuple[str, ...] = ()


class Curve(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole search. `capacity` is in visits a second; `confirmed` is over all its repeats together.

    `changed` is what every step changed of the scenario, but for its arrivals: that is the search.
    """

    format: Literal[1] = 1
    name: str
    scenario: str
    question: str
    command: str
    slo: Slo
    thresholds: tuple[Threshold, ...]
    step_s: float
    warmup_s: float
    confirmations: int
    security: tuple[Security, ...] = ()
    changed: tuple[str, ...] = ()
    machine: Machine | None = None
    source: Source | None = None
    answer: Answer = "unfinished"
    capacity: float | None = None
    confirmed: Latency | None = None
    points: tuple[Point, ...] = ()

    @property
    def exit_code(self) -> int:
        """Return what the command ends with."""
        return EXIT_CODES[VERDICTS.get(self.answer, RunAnswer.FAIL)]

    @property
    def repeats(self) -> tuple[Point, ...]:
        """Return the points that confirm the capacity or speak against it."""
        return tuple(point for point in self.points if _repeats(point, self.capacity))

    @property
    def held(self) -> tuple[Point, ...]:
        """Return the points at which the capacity was held."""
        return tuple(point for point in self.points if point.rate == self.capacity and point.outcome == "held")

    @property
    def confirmed_enough(self) -> bool:
        """Whether the capacity was held again as often as was asked for."""
        return sum(point.outcome == "held" for point in self.repeats) >= self.confirmations

    @property
    def not_judged(self) -> tuple[str, ...]:
        """Return the promises that some step at the capacity was too short for."""
        return tuple(dict.fromkeys(said for point in self.held for said in point.not_judged))

    @property
    def missed(self) -> Point | None:
        """Return the least rate above the capacity that the service missed, the generator keeping up."""
        above = (point for point in self.points if point.outcome == "missed" and point.rate > (self.capacity or 0))
        return min(above, key=lambda point: point.rate, default=None)

    @property
    def stuck(self) -> Point | None:
        """Return the last try of the step that ended the search, the generator being the limit; None: none did."""
        ended = self.answer in {"at least", "between"} and self.points and self.points[-1].outcome == "bound"
        return self.points[-1] if ended else None


class Taken(NamedTuple):
    """A step that was taken, its histograms, which add up over repeats, where and with which code, and how it was."""

    point: Point
    served: Pair
    machine: Machine
    source: Source
    profile: Profile


def taken(step: Step, result: Result, file: Path) -> Taken:
    """Return what a judged run says of a step."""
    served, measured = result.served(), result.measured()
    settled = sum(one.count for one in result.report.settled.values())
    messages = sum(count for outcomes in result.report.messages.values() for count in outcomes.values())
    outcome, why = _ended(result)
    point = Point(
        rate=step.rate,
        purpose=step.purpose,
        attempt=step.attempt,
        outcome=outcome,
        why=why,
        offered_per_s=result.offered_per_s,
        achieved_per_s=result.achieved_per_s,
        settlements_per_s=settled / measured.arrived_s,
        messages_per_s=messages / measured.arrived_s,
        backlog_growth_per_s=measured.growth.per_s if measured.growth else None,
        latency=latency_of(served),
        load_cpu_share=result.condition.cpu_share_max,
        engine_cpu_share=_engine_cpu_share(result),
        result=str(file),
        not_judged=result.verdict.unjudged if result.verdict else (),
    )
    return Taken(point, served, result.machine, result.source, result.profile)


def highest_held(steps: Iterable[Taken]) -> float | None:
    """Return the highest rate that was held and below which none was missed, as far as a search has come."""
    points = [one.point for one in steps]
    missed = min((point.rate for point in points if point.outcome == "missed"), default=RATE_MAX + 1)
    return max((point.rate for point in points if point.outcome == "held" and point.rate < missed), default=None)


def concluded(curve: Curve, found: Found, steps: Sequence[Taken]) -> Curve:
    """Return the curve with every step and what was found."""
    profiles = [one.profile for one in steps]
    repeats = [one.served for one in steps if _repeats(one.point, found.rate)]
    return msgspec.structs.replace(
        curve,
        answer=found.answer,
        capacity=found.rate,
        confirmed=latency_of(merged(repeats)) if repeats else None,
        points=tuple(one.point for one in steps),
        security=secured(profiles),
        changed=tuple(line for line in changed(profiles) if not line.startswith(ARRIVALS)),
        machine=steps[-1].machine if steps else None,
        source=steps[-1].source if steps else None,
    )


def write(curve: Curve, path: Path) -> None:
    """Write a curve whole or not at all."""
    replace(path, msgspec.json.format(msgspec.json.encode(curve), indent=1))


def read(path: Path) -> Curve:
    """Read a curve; raise OSError or msgspec.MsgspecError."""
    return msgspec.json.decode(path.read_bytes(), type=Curve)


def _repeats(point: Point, rate: float | None) -> bool:
    """Whether a point is a repeat at a rate that says something of the service."""
    return point.purpose == "confirm" and point.rate == rate and point.outcome != "bound"


def _ended(result: Result) -> tuple[Outcome, str]:
    """Return how a step ended, and why."""
    assert result.verdict is not None
    return _OUTCOMES[result.verdict.answer], "; ".join(result.verdict.reasons[:REASONS_MAX])


_OUTCOMES: Final[Mapping[RunAnswer, Outcome]] = {
    RunAnswer.PASS: "held",
    RunAnswer.FAIL: "missed",
    RunAnswer.GENERATOR_BOUND: "bound",
}


def _engine_cpu_share(result: Result) -> float | None:
    shares = [one.cpu_share for one in result.engine.samples] if result.engine else []
    return fmean(shares) if any(shares) else None  # an engine that tells no CPU is sampled as 0
