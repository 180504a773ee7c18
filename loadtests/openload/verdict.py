"""Pass, fail or generator-bound: the questions in order of precedence, and the exit code of each answer.

First whether it was the run that was asked for and may be believed at all (arrivals, gate, stories); then whether the
generator kept up, and only then the service: its latency, its errors, whether everything offered was achieved, and the
run's own thresholds. Every question is kept with its answer; of a run that may not be believed no service is judged.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from loadtests.openload import health, histograms
from loadtests.openload.figures import SERVED, Measured
from loadtests.openload.thresholds import Threshold

ACHIEVED_MIN: Final = 0.99
NO_RESULT: Final = "no performance result: the gate does not hold"
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
    """An answer and why; `remarks` are what could not be judged, `checks` every question that was asked."""

    answer: Answer
    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()

    @property
    def exit_code(self) -> int:
        """Return the command's exit code."""
        return EXIT_CODES[self.answer]


def judge(
    *,
    slo: Slo,
    found: health.Condition,
    measured: Measured,
    gate: Sequence[str] | None = None,
    unseen: Sequence[str] | None = None,
    early: str = "",
    thresholds: Sequence[Threshold] = (),
) -> Verdict:
    """Judge a run.

    `gate` and `unseen` are complaints in words, None where nobody was asked; `early` says that a run was ended before
    everybody planned had come.
    """
    bound = health.complaints(found, slo.p95_ms)
    spoilt = _spoilt(gate or (), unseen or (), bound)
    service = [*_asked("slo", slo.thresholds, measured), *_asked("threshold", thresholds, measured)]
    missed = tuple(check.said for check in service if check.ok is False)
    answer, reasons = (spoilt.answer, spoilt.reasons) if spoilt else (_ANSWERS[bool(missed)], missed)
    return Verdict(
        Answer.FAIL if early else answer,
        (early, *reasons) if early else reasons,
        tuple(check.said for check in service if check.ok is None),
        (
            *_run(early),
            *_belief(gate, unseen),
            _generator(found, bound),
            *(_unjudged(check, spoilt) if spoilt else check for check in service),
        ),
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


def _generator(found: health.Condition, bound: Sequence[str]) -> Check:
    lag, share = histograms.in_ms(found.lag_p99_us), found.cpu_share_max
    well = f"schedule lag p99 {lag}, busiest process {share:.0%} of a core"
    return Check("generator", "the generator kept up", not bound, "; ".join(bound) or well)


def _asked(group: Group, thresholds: Sequence[Threshold], measured: Measured) -> Iterator[Check]:
    for threshold in thresholds:
        found = threshold.judge(measured)
        yield Check(group, str(threshold), found.ok, found.said)


def _unjudged(check: Check, spoilt: _Spoilt) -> Check:
    return Check(check.group, check.name, None, f"not judged: {spoilt.word}")
