"""The one JSON of a run: what was planned, what came of it, on what machine, and what the three witnesses say.

Strict and complete: every figure that a report prints can be computed again from here. The load process writes it
without judgement; gate and verdict are added by whoever asked the engine. It holds no key, card or person.
"""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Final, Literal

import msgspec
from msgspec import Struct

from loadtests.evidence import memory, seal
from loadtests.evidence.disturbance import backlog_of, recovery_of
from loadtests.evidence.gate import Audit, Claims, Gate
from loadtests.evidence.proof import Proof
from loadtests.evidence.provenance import Machine, Source
from loadtests.evidence.stated import Rates, Stated, stated
from loadtests.evidence.testimony import FAULT, Report
from loadtests.evidence.watch import EngineUse
from loadtests.openload import health, hlog, verdict
from loadtests.openload.figures import RECOVERY, Measured
from loadtests.openload.latencies import Latencies, Pair
from loadtests.openload.verdict import Verdict
from loadtests.workload import subjects
from loadtests.workload.plan import Profile
from loadtests.workload.subjects import SERVED
from terminals.kernel.outcome import Result as End

LOG_SUFFIX: Final = ".hlog"


class Windows(Struct, frozen=True, forbid_unknown_fields=True):
    """When what happened, in seconds; arrivals due in the warm-up are served and counted, not measured."""

    started_at: str
    planned_s: float
    warmup_s: float
    lasted_s: float


class Result(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A run, whole. `interrupted`: the arrivals were ended before their time.

    `stated` and `rates` are the figures as they may be printed, and follow from the report. `audit` and `unseen` are
    what gate and verdict were made of, `proof` what a platform that is not ours had to say to them. `ledger_sha256` is
    the digest of this run's rows in the ledger, `not_proved` what a platform did not offer to prove. `sha256` is of the
    file with this field empty, and empty in memory.
    """

    format: Literal[2] = 2
    profile: Profile
    command: str
    windows: Windows
    machine: Machine
    source: Source
    report: Report
    condition: health.Condition
    interrupted: bool = False
    engine: EngineUse | None = None
    rates: Rates = Rates()
    stated: tuple[Stated, ...] = ()
    audit: Audit | None = None
    proof: Proof | None = None
    unseen: tuple[str, ...] = ()
    not_proved: tuple[str, ...] = ()
    ledger_sha256: str = ""
    gate: Gate | None = None
    verdict: Verdict | None = None
    sha256: str = ""

    @property
    def offered_per_s(self) -> float:
        """Return the arrivals a second that were due while they came."""
        return self.report.arrivals.scheduled / self._arrived_s

    @property
    def achieved_per_s(self) -> float:
        """Return the visits that ended while arrivals came, a second of them: who ends in the drain is too late."""
        return self.report.achieved / self._arrived_s

    @property
    def _arrived_s(self) -> float:
        return max(min(self.windows.planned_s, self.windows.lasted_s), 1e-3)

    @property
    def claims(self) -> Claims:
        """Return what this client claims before the gate."""
        return claims_of(self.report)

    def latencies(self) -> Latencies:
        """Return the decoded histograms: of each flow, of each step within it, and of each message over all flows."""
        latencies = Latencies()
        latencies.add(self.report.latencies)
        latencies.add(latencies.by_step().encoded())
        return latencies

    def served(self) -> Pair:
        """Return the latency of every visit that settled, over all flows: what the SLO is about."""
        return self.latencies().over(SERVED, End.SETTLED)

    def measured(self) -> Measured:
        """Return what thresholds and comparisons may ask of this run."""
        fates, samples = self.report.arrivals, self.engine.samples if self.engine else ()
        grown, untold = backlog_of(self.profile, self.report.series)
        return Measured(
            arrivals=fates,
            errors=self.report.measured_errors,
            errors_of=self.report.measured_arrivals,
            latencies=subjects.latencies_by_subject(self.latencies()),
            arrived_s=self._arrived_s,
            cpu_ms=subjects.cpu_by_subject(
                load=[process.cpu_share for process in self.report.health],
                engine=[sample.cpu_share for sample in samples],
                arrived_s=self._arrived_s,
                visits=fates.completed,
            ),
            achieved=self.report.achieved,
            growth=grown,
            untold=untold,
            alone={
                RECOVERY: recovery_of(self.profile, self.report.series, self._arrived_s),
                **memory.readings(samples, self.windows.warmup_s, self.windows.planned_s),
            },
        )

    def with_figures(self) -> "Result":
        """Return this result with the figures that follow from its report."""
        rates = Rates(self.offered_per_s, self.achieved_per_s)
        return msgspec.structs.replace(self, rates=rates, stated=stated(self.latencies()))

    def judged(self, gate: Gate, unseen: Sequence[str] = (), audit: Audit | None = None) -> "Result":
        """Return this result with gate and verdict; `unseen` names what should have happened and did not.

        `audit` is what the gate compared with, if it was our engine's.
        """
        planned = self._planned
        cut_short = self.report.arrivals.scheduled < planned
        early = self._early or f"ended early: {self.report.arrivals.scheduled} of {planned} came" * cut_short
        answer = verdict.judge(
            slo=self.profile.slo,
            thresholds=self.profile.thresholds,
            gate=gate.complaints,
            unseen=unseen if self.proof is None else None,  # of a platform's owner's people no stories are promised
            found=self.condition,
            lag=health.lag_of(self.report.health),
            measured=self.measured(),
            early=early if cut_short or self.report.aborted else "",
        )
        if early not in ("", *answer.reasons):
            answer = msgspec.structs.replace(answer, remarks=(early, *answer.remarks))
        return msgspec.structs.replace(
            self,
            gate=gate,
            verdict=answer,
            unseen=tuple(unseen),
            audit=audit,
            ledger_sha256=audit.ledger_sha256 if audit else "",
        )

    @property
    def _early(self) -> str:
        """Return that somebody ended the arrivals, which is no failure if everybody planned had come."""
        after = f"after {self.windows.lasted_s:.0f} of {self.windows.planned_s:.0f} s"
        if self.report.aborted:
            return f"aborted, {after}: {self.report.aborted}"
        return f"ended early, {after}" if self.interrupted else ""

    @property
    def _planned(self) -> int:
        """Return how many arrivals were to come; in a closed loop nobody is planned, and who ends it ends it early."""
        profile = self.profile
        if profile.model == "closed":
            return profile.arrivals.expected if self.interrupted else 0
        return profile.arrivals.number(Random(profile.seed))  # noqa: S311 - the seeded arrivals, counted again


def claims_of(report: Report) -> Claims:
    """Return what a report claims: its messages, its settlements, and what it undid or left unknown."""
    faults = sum(ends.get(FAULT, 0) for ends in report.visits.values())
    unknown = report.left_open + faults + report.arrivals.unfinished
    return Claims(report.messages, report.settled, undone=report.undone, unknown=unknown, bank=report.bank)


def planned_s(profile: Profile) -> float:
    """Return for how long arrivals were to come."""
    return profile.arrivals.duration_s


def write(result: Result, path: Path) -> None:
    """Write a result whole or not at all, sealed, and beside it its interval log."""
    replace(path.with_suffix(LOG_SUFFIX), log_of(result).encode())
    replace(path, seal.sealed(msgspec.json.format(msgspec.json.encode(result), indent=1)))


def log_of(result: Result) -> str:
    """Return a result's interval log."""
    began_s = datetime.fromisoformat(result.windows.started_at).timestamp()
    report = result.report
    return hlog.text(began_s, report.series, report.latencies, result.windows.lasted_s)


def replace(path: Path, content: bytes) -> None:
    """Replace a file's content so that a reader sees the old or the new, never a part."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)


def read(path: Path) -> Result:
    """Read a result, whatever its seal says; raise OSError or msgspec.MsgspecError."""
    return msgspec.structs.replace(msgspec.json.decode(path.read_bytes(), type=Result), sha256="")
