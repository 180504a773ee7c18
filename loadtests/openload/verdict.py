"""Pass, fail or generator-bound: the questions in order of precedence, and the exit code of each answer.

First whether the run may be believed at all (the gate), and whether it was the run that was asked for; then whether the
generator kept up, and only then the service: its latency, its errors and whether everything offered was achieved.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from loadtests.openload import health, histograms
from loadtests.openload.histograms import Pair
from loadtests.openload.outcomes import Arrivals

ACHIEVED_MIN: Final = 0.99


class Slo(Struct, frozen=True, forbid_unknown_fields=True):
    """What the service promises, stated before the run; latency from the intended start, think times excluded."""

    p95_ms: float = 1500.0
    p99_ms: float = 3000.0
    error_share_max: float = 0.0001


class Answer(StrEnum):
    """The three answers."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    FAIL = "FAIL"
    GENERATOR_BOUND = "GENERATOR-BOUND"


EXIT_CODES: Final = {Answer.PASS: 0, Answer.FAIL: 1, Answer.GENERATOR_BOUND: 3}


class Verdict(Struct, frozen=True):
    """An answer and why; `remarks` are what could not be judged."""

    answer: Answer
    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """Return the command's exit code."""
        return EXIT_CODES[self.answer]


def judge(
    *,
    slo: Slo,
    gate: Sequence[str],
    unseen: Sequence[str] = (),
    found: health.Condition,
    arrivals: Arrivals,
    errors: int,
    served: Pair,
) -> Verdict:
    """Judge a run: `gate` and `unseen` are complaints in words, `served` the latencies of what was served."""
    remarks = _remarks(slo, served)
    if gate:
        return Verdict(Answer.FAIL, ("no performance result: the gate does not hold", *gate), remarks)
    if unseen:
        return Verdict(Answer.FAIL, ("not the run that was asked for", *unseen), remarks)
    if bound := health.complaints(found, slo.p95_ms):
        return Verdict(Answer.GENERATOR_BOUND, tuple(bound), remarks)
    missed = (*_latency(slo, served), *_arrivals(slo, arrivals, errors))
    return Verdict(Answer.FAIL if missed else Answer.PASS, missed, remarks)


def _limits(slo: Slo) -> tuple[tuple[str, int, float], ...]:
    return ("p95", histograms.P95, slo.p95_ms), ("p99", histograms.P99, slo.p99_ms)


def _latency(slo: Slo, served: Pair) -> tuple[str, ...]:
    """Say which limit was missed; where n is too small for the percentile, by the share of visits above it."""
    if not served.intended.get_total_count():
        return ("nothing was measured: nobody was served after the warm-up",)
    missed = (row for row in _limits(slo) if histograms.estimate(served.intended, row[1]) > row[2] * 1000)
    return tuple(_missed(served, *row) for row in missed)


def _missed(served: Pair, name: str, p_e4: int, limit_ms: float) -> str:
    stated_us = histograms.percentile(served.intended, p_e4)
    if stated_us is not None:
        return f"{name} {histograms.in_ms(stated_us)} from the intended start, limit {limit_ms:g} ms"
    share, count = 1 - p_e4 / histograms.WHOLE_E4, served.intended.get_total_count()
    return f"more than {share:.0%} of {count} visits above {limit_ms:g} ms from the intended start"


def _remarks(slo: Slo, served: Pair) -> tuple[str, ...]:
    count = served.intended.get_total_count()
    return tuple(
        f"{name} not stated: {histograms.TOO_SMALL} ({count})"
        for name, p_e4, _ in _limits(slo)
        if histograms.percentile(served.intended, p_e4) is None
    )


def _arrivals(slo: Slo, arrivals: Arrivals, errors: int) -> tuple[str, ...]:
    said = []
    if arrivals.completed < ACHIEVED_MIN * arrivals.scheduled or not arrivals.scheduled:
        said.append(f"achieved {arrivals.completed} of {arrivals.scheduled} offered, limit {ACHIEVED_MIN:.0%}")
    if errors > slo.error_share_max * arrivals.scheduled:
        said.append(f"{errors} errors in {arrivals.scheduled} arrivals, limit {slo.error_share_max:.2%}")
    return tuple(said)
