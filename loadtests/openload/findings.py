"""What an open load found: the question and its setting, what came of it, and the verdict, in one JSON and in words.

Pure. The histograms are in it, so that anybody can compute every figure again.
"""

from collections.abc import Iterator
from random import Random
from typing import Final

import msgspec
from msgspec import Struct

from loadtests.openload import backlog, histograms
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.figures import RECOVERY, Measured, Reading
from loadtests.openload.health import Condition, condition, lag_of, lag_said
from loadtests.openload.histograms import in_ms
from loadtests.openload.junit import Suite
from loadtests.openload.latencies import Latencies
from loadtests.openload.record import SERVED, Report
from loadtests.openload.recovery import Promise, recovery
from loadtests.openload.thresholds import Threshold
from loadtests.openload.verdict import Slo, Verdict, judge

PERCENTILES: Final = {
    "p50": histograms.P50,
    "p90": histograms.P90,
    "p95": histograms.P95,
    "p99": histograms.P99,
    "p99.9": histograms.P999,
}
ANSWERS: Final = {True: "ok  ", False: "FAIL", None: "-   "}
LEAST: Final = {"warmup_s": 0, "drain_s": 0, "visits_max": 1}
"""The least that a setting may be."""
NAME_WIDTH: Final = 28
WIDTH: Final = 13


class Setting(Struct, frozen=True, kw_only=True):
    """What is asked of an open load; workers get it from their master. `visits_max` bounds one process."""

    arrivals: ArrivalPlan
    seed: int = 1
    slo: Slo = Slo()
    thresholds: tuple[Threshold, ...] = ()
    warmup_s: float = 0.0
    drain_s: float = 10.0
    visits_max: int = 1_000

    def __post_init__(self) -> None:
        """Refuse numbers that no run can have; one sentence."""
        for name, least in LEAST.items():
            if not getattr(self, name) >= least:
                raise ValueError(f"{name} is {getattr(self, name):g}; it is {least} at least")
        lasts_s = self.arrivals.duration_s
        if self.warmup_s >= lasts_s:
            raise ValueError(f"warmup_s is {self.warmup_s:g}, and arrivals come for {lasts_s:g} s: nobody is measured")


class Findings(Struct, frozen=True, kw_only=True):
    """One run; `interrupted` where somebody ended it before everybody had come."""

    format: int = 1
    users: tuple[str, ...]
    setting: Setting
    processes: int
    started_at: str
    report: Report
    condition: Condition
    verdict: Verdict
    interrupted: bool = False


def found(users: tuple[str, ...], setting: Setting, started_at: str, report: Report, *, interrupted: bool) -> Findings:
    """Judge what was seen."""
    state = condition(report.health)
    return Findings(
        users=users,
        setting=setting,
        processes=state.processes,
        started_at=started_at,
        report=report,
        condition=state,
        verdict=judge(
            slo=setting.slo,
            thresholds=setting.thresholds,
            found=state,
            lag=lag_of(report.health),
            measured=_measured(setting, report),
            early=report.failure or _early(setting, report, interrupted=interrupted),
        ),
        interrupted=interrupted,
    )


def _early(setting: Setting, report: Report, *, interrupted: bool) -> str:
    """Say that not everybody who was planned came, and why as far as it is known."""
    came = report.arrivals.scheduled
    planned = setting.arrivals.number(Random(setting.seed))  # noqa: S311 - the seeded arrivals, counted again
    if came >= planned and not interrupted:
        return ""
    why = f": {report.stopped}" if report.stopped else ""
    return f"ended early, after {report.elapsed_s:.1f} s, before everybody came ({came} of {planned}){why}"


def _measured(setting: Setting, report: Report) -> Measured:
    latencies = Latencies()
    latencies.add(report.latencies)
    by_name = {name: latencies.pair(name, SERVED) for name in report.visits}
    arrived_s = min(setting.arrivals.duration_s, report.elapsed_s) or setting.arrivals.duration_s
    return Measured(
        report.arrivals,
        report.errors,
        {**by_name, SERVED: latencies.over(by_name, SERVED)},
        arrived_s,
        achieved=report.achieved,
        growth=backlog.growth(
            report.series, setting.arrivals.segments, setting.warmup_s, promised_s=setting.slo.p95_ms / 1000
        ),
        alone={RECOVERY: _recovery(setting, report, arrived_s)},
    )


def _recovery(setting: Setting, report: Report, arrived_s: float) -> Reading:
    plan, promise = setting.arrivals, Promise(setting.slo.p95_ms, setting.slo.error_share_max)
    return recovery(report.series, () if plan.trace else plan.segments, promise, arrived_s=arrived_s)


def lines(findings: Findings) -> Iterator[str]:
    """Say it in words; a percentile without a hundred samples beyond it is not stated, the maximum always is."""
    setting, report, state = findings.setting, findings.report, findings.condition
    yield f"open load of {', '.join(findings.users)}: {setting.arrivals.text}, seed {setting.seed}"
    fates = report.arrivals
    yield f"arrivals   {'  '.join(f'{name} {getattr(fates, name)}' for name in fates.__struct_fields__)}"
    yield (
        f"generator  {state.processes} process(es), {lag_said(lag_of(report.health))};"
        f" busiest {state.cpu_share_max:.0%} of a core"
    )
    yield "".join([" " * NAME_WIDTH, *(f"{name:>{WIDTH}}" for name in ("n", *PERCENTILES, "max"))])
    yield from _latencies(report)
    yield from (f"fault      {fault}" for fault in report.faults)
    yield from (f"{ANSWERS[check.ok]} {check.name}: {check.said}" for check in findings.verdict.checks)
    yield findings.verdict.headline


def _latencies(report: Report) -> Iterator[str]:
    latencies = Latencies()
    latencies.add(report.latencies)
    for (name, _, outcome), pair in sorted(latencies.items().items()):
        for since, histogram in (("due", pair.intended), ("sent", pair.sent)):
            stated = (in_ms(histograms.percentile(histogram, p_e4)) for p_e4 in PERCENTILES.values())
            row = histogram.get_total_count(), *stated, in_ms(histograms.maximum(histogram))
            yield "".join([f"{name} {outcome}, since {since}".ljust(NAME_WIDTH), *(f"{cell:>{WIDTH}}" for cell in row)])


def document(findings: Findings) -> bytes:
    """Return the JSON."""
    return msgspec.json.format(msgspec.json.encode(findings), indent=1)


def suite(findings: Findings) -> Suite:
    """Return the verdict as build servers ask for it."""
    name = f"{', '.join(findings.users)} {findings.setting.arrivals.text}"
    return Suite(name, findings.verdict, findings.started_at, findings.report.elapsed_s)
