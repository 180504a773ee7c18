"""The one JSON of a run: what was planned, what came of it, on what machine, and what the three witnesses say.

Strict and complete: every figure that a report prints can be computed again from here. The load process writes it
without judgement; gate and verdict are added by whoever asked the engine. It holds no key, card or person.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from loadtests.gate import Claims, Gate
from loadtests.openload import health, verdict
from loadtests.openload.histograms import Latencies, Pair
from loadtests.openload.verdict import Verdict
from loadtests.plan import Profile
from loadtests.provenance import Machine, Source
from loadtests.recorder import FAULT, Report
from terminals.kernel.outcome import Result as End

SERVED: Final = ("pharmacy", "outpatient")


class Windows(Struct, frozen=True, forbid_unknown_fields=True):
    """When what happened, in seconds; arrivals due in the warm-up are served and counted, not measured."""

    started_at: str
    planned_s: float
    warmup_s: float
    lasted_s: float


class Result(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A run, whole. `interrupted`: the arrivals were ended before their time."""

    format: Literal[2] = 2
    profile: Profile
    command: str
    windows: Windows
    machine: Machine
    source: Source
    report: Report
    condition: health.Condition
    interrupted: bool = False
    gate: Gate | None = None
    verdict: Verdict | None = None

    @property
    def offered_per_s(self) -> float:
        """Return the arrivals a second that were due while they came."""
        return self.report.arrivals.scheduled / self._arrived_s

    @property
    def achieved_per_s(self) -> float:
        """Return the visits that ended, a second of arrivals."""
        return self.report.arrivals.completed / self._arrived_s

    @property
    def _arrived_s(self) -> float:
        return max(min(self.windows.planned_s, self.windows.lasted_s), 1e-3)

    @property
    def claims(self) -> Claims:
        """Return what this client claims before the gate."""
        return claims_of(self.report)

    def latencies(self) -> Latencies:
        """Return the decoded histograms."""
        latencies = Latencies()
        latencies.add(self.report.latencies)
        return latencies

    def served(self) -> Pair:
        """Return the latency of every visit that settled, over all flows: what the SLO is about."""
        return self.latencies().over(SERVED, End.SETTLED)

    def judged(self, gate: Gate, unseen: Sequence[str] = ()) -> "Result":
        """Return this result with gate and verdict; `unseen` names what should have happened and did not."""
        answer = verdict.judge(
            slo=self.profile.slo,
            gate=gate.complaints,
            unseen=unseen,
            found=self.condition,
            arrivals=self.report.arrivals,
            errors=self.report.errors,
            served=self.served(),
        )
        return msgspec.structs.replace(self, gate=gate, verdict=self._cut_short(answer))

    def _cut_short(self, answer: Verdict) -> Verdict:
        """Fail a run that was ended before everybody planned had come: its peak was not rehearsed."""
        if not self.interrupted:
            return answer
        early = f"ended early, after {self.windows.lasted_s:.0f} of {self.windows.planned_s:.0f} s"
        if self.report.arrivals.scheduled < self.profile.arrivals.expected:
            return Verdict(verdict.Answer.FAIL, (early, *answer.reasons), answer.remarks)
        return msgspec.structs.replace(answer, remarks=(early, *answer.remarks))


def claims_of(report: Report) -> Claims:
    """Return what a report claims: its messages, its settlements, and what it undid or left unknown."""
    faults = sum(ends.get(FAULT, 0) for ends in report.visits.values())
    unknown = report.left_open + faults + report.arrivals.unfinished
    return Claims(report.messages, report.settled, undone=report.undone, unknown=unknown, bank=report.bank)


def planned_s(profile: Profile) -> float:
    """Return for how long arrivals were to come."""
    return profile.arrivals.duration_s


def write(result: Result, path: Path) -> None:
    """Write a result whole or not at all."""
    replace(path, msgspec.json.format(msgspec.json.encode(result), indent=1))


def replace(path: Path, content: bytes) -> None:
    """Replace a file's content so that a reader sees the old or the new, never a part."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)


def read(path: Path) -> Result:
    """Read a result; raise OSError or msgspec.MsgspecError."""
    return msgspec.json.decode(path.read_bytes(), type=Result)
