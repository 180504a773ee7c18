"""Pass, fail or generator-bound: the questions in order of precedence, and the exit code of each answer.

First whether it was the run that was asked for and may be believed at all (arrivals, gate, stories); then whether the
generator kept up, and only then the service: its latency, its errors, whether everything offered was achieved and no
backlog grew, and the run's own thresholds. Every question is kept with its answer; of a run that may not be believed no
service is judged.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Final, Literal, NamedTuple

from hdrh.histogram import HdrHistogram
from msgspec import Struct

from loadtests.openload import health, histograms
from loadtests.openload.backlog import Untold
from loadtests.openload.figures import CPU, SERVED, Measured
from loadtests.openload.thresholds import Found, Threshold

ACHIEVED_MIN: Final = 0.99
BACKLOG: Final = "the backlog does not grow"
NO_RESULT: Final = "no performance result: the gate does not hold"
NO_LATENCY: Final = "no latency promise was judged: too few samples"
NOT_ASKED_FOR: Final = "not the run that was asked for"


class Slo(Struct, frozen=True, forbid_unknown_fields=True):
    """What the service promises, stated before the run; latency from the intended start, think times excluded."""

    p95_ms: float = 1500.0
    p99_ms: float = 3000.0
    error_share_max: float = 0.0001

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """Return the promises as bounds, and what they take for granted: somebody was served, and all were admitted."""
        return (
            Threshold(of=SERVED, figure="count", at_least=1),
            Threshold(of=SERVED, figure="p95", at_most=self.p95_ms),
            Threshold(of=SERVED, figure="p99", at_most=self.p99_ms),
            Threshold(of="achieved", figure="share", at_least=ACHIEVED_MIN, required=True),
            Threshold(of="errors", figure="share", at_most=self.error_share_max, required=True),
        )


class Answer(StrEnum):
    """The three answers."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    FAIL = "FAIL"
    GENERATOR_BOUND = "GENERATOR-BOUND"


EXIT_CODES: Final = {Answer.PASS: 0, Answer.FAIL: 1, Answer.GENERATOR_BOUND: 3}
_ANSWERS: Final = {False: Answer.PASS, True: Answer.FAIL}
"""By whether anything was missed."""

Group = Literal["run", "gate", "stories", "generator", "slo", "threshold"]
"""Whose question it is, in order of precedence."""


class Check(Struct, frozen=True):
    """One question, its answer (None: not judged) and what was found, in words."""

    group: Group
    name: str
    ok: bool | None
    said: str


class Verdict(Struct, frozen=True):
    """An answer and why; `remarks` are what could not be judged, `checks` every question that was asked.

    `unjudged` are the bounds of the remarks, by what they lacked.
    """

    answer: Answer
    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    unjudged: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        """Return the answer in a line; who passes without being asked everything does not just pass."""
        partly = self.answer is Answer.PASS and self.unjudged
        return f"{self.answer} ({'; '.join(self.unjudged)})" if partly else str(self.answer)

    @property
    def exit_code(self) -> int:
        """Return the command's exit code."""
        return EXIT_CODES[self.answer]


def judge(
    *,
    slo: Slo,
    found: health.Condition,
    lag: HdrHistogram,
    measured: Measured,
    gate: Sequence[str] | None = None,
    unseen: Sequence[str] | None = None,
    early: str = "",
    thresholds: Sequence[Threshold] = (),
) -> Verdict:
    """Judge a run.

    `lag` is how late the generator let each arrival in, in us. `gate` and `unseen` are complaints in words, None where
    nobody was asked; `early` says that a run was ended before everybody planned had come.
    """
    bounds = [(one, one.judge(measured)) for one in (*slo.thresholds, *thresholds)]
    limits = list(_lag_limits(slo, bounds, measured))
    bound = health.complaints(found, lag, limits)
    spoilt = _spoilt(gate or (), unseen or (), bound)
    promised = len(slo.thresholds)
    service = [*_asked("slo", bounds[:promised]), _backlog(measured), *_asked("threshold", bounds[promised:])]
    missed = tuple(check.said for check in service if check.ok is False)
    answer, reasons = (spoilt.answer, spoilt.reasons) if spoilt else (_ANSWERS[bool(missed)], missed)
    return Verdict(
        Answer.FAIL if early else answer,
        (early, *reasons) if early else reasons,
        tuple(its.said for _, its in bounds if its.ok is None),
        (
            *_run(early),
            *_belief(gate, unseen),
            _generator(found, bound, health.kept_up(lag, limits)),
            *(_unjudged(check, spoilt) if spoilt else check for check in service),
        ),
        tuple(_lacking(bounds)),
    )


class _Spoilt(NamedTuple):
    """What keeps the service from being judged."""

    answer: Answer
    word: str
    reasons: tuple[str, ...]


def _spoilt(gate: Sequence[str], unseen: Sequence[str], bound: Sequence[str]) -> _Spoilt | None:
    if gate:
        return _Spoilt(Answer.FAIL, NO_RESULT, (NO_RESULT, *gate))
    if unseen:
        return _Spoilt(Answer.FAIL, NOT_ASKED_FOR, (NOT_ASKED_FOR, *unseen))
    return _Spoilt(Answer.GENERATOR_BOUND, "generator-bound", tuple(bound)) if bound else None


def _run(early: str) -> Iterator[Check]:
    yield Check(
        "run", "every planned arrival came", not early, early or "the arrivals were not ended before their time"
    )


def _belief(gate: Sequence[str] | None, unseen: Sequence[str] | None) -> Iterator[Check]:
    if gate is not None:
        yield Check("gate", "all witnesses agree", not gate, "; ".join(gate) or "every comparison holds")
    if unseen is not None:
        yield Check("stories", "what was promised was seen", not unseen, "; ".join(unseen) or "nothing is missing")


def _lag_limits(slo: Slo, bounds: Iterable[tuple[Threshold, Found]], measured: Measured) -> Iterator[health.LagLimit]:
    """Return the limits that follow from the bounds from the due time among those that can be judged.

    That of the SLO's p95 always does. A lag that few arrivals have is nothing to a percentile below the 95th.
    """
    always = Threshold(of=SERVED, figure="p95", at_most=slo.p95_ms)
    for one, its in bounds:
        p_e4 = histograms.WHOLE_E4 if one.figure == "max" else one.percentile_e4 or 0
        high = p_e4 >= histograms.P95 and one.since == "due"
        if high and one.at_most is not None and (its.ok is not None or one == always):
            missed_by_ms = max((measured.read(one).value or 0.0) - one.at_most, 0.0)
            yield health.LagLimit(str(one), one.at_most, p_e4, missed_by_ms)


def _generator(found: health.Condition, bound: Sequence[str], lag_said: str) -> Check:
    well = f"{lag_said}; busiest process {found.cpu_share_max:.0%} of a core"
    return Check("generator", "the generator kept up", not bound, "; ".join(bound) or well)


def _asked(group: Group, bounds: Iterable[tuple[Threshold, Found]]) -> Iterator[Check]:
    for threshold, found in bounds:
        yield Check(group, str(threshold), found.ok, found.said)


def _lacking(bounds: Sequence[tuple[Threshold, Found]]) -> Iterator[str]:
    """Say of what was not judged what it lacked; of latencies of which none was judged, plainly that."""
    latencies = {one: found.ok for one, found in bounds if one.unit == "ms" and one.figure != CPU}
    silent = bool(latencies) and all(ok is None for ok in latencies.values())
    if silent:
        yield NO_LATENCY
    names: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for threshold, found in bounds:
        if found.ok is None and not (silent and threshold in latencies):
            names[found.lacking][threshold.name.removeprefix(f"{SERVED} ")] = None
    yield from (f"{', '.join(those)} not judged: {lacking}" for lacking, those in names.items())


def _backlog(measured: Measured) -> Check:
    """Ask whether the service kept up while arrivals came: what it serves in the drain it had not achieved."""
    growth = measured.growth
    if growth is None:
        return Check("slo", BACKLOG, ok=None, said=f"not judged: {measured.untold or Untold.UNSTEADY}")
    rate, from_s, until_s = growth.stretch
    said = f"the backlog grows by {growth.per_s:.1f} visits/s" if growth.excessive else "it does not grow"
    return Check("slo", BACKLOG, not growth.excessive, f"{said}, seconds {from_s:.0f} to {until_s:.0f} at {rate:g}/s")


def _unjudged(check: Check, spoilt: _Spoilt) -> Check:
    return Check(check.group, check.name, None, f"not judged: {spoilt.word}")
