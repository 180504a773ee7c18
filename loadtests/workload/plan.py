"""What one load run is, before it starts: frozen facts, in one JSON file that anybody can write.

Read by the locustfile of a master or of the only process, which finds it through SHUAKA_LOAD_PLAN. It holds the keys of
its terminals, as terminals hold theirs, and is written for its owner alone; a result keeps the profile, which has none.
"""

import os
from collections import Counter
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from cardsim.issuing.card_profiles import CardProfile
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.thresholds import Threshold
from loadtests.openload.verdict import Slo
from loadtests.workload import faults, samples
from loadtests.workload.door import NationalDoor
from loadtests.workload.faults import Fault
from terminals.kernel.site import AT_ONCE, Pace, Site
from terminals.patients import Item, Mix

ENVIRONMENT: Final = "SHUAKA_LOAD_PLAN"
NAME_MAX: Final = 20
"""A run's name is its opter_no (interface: c(20)), by which engine and ledger know its work."""
PROCESSES_MAX: Final = 64
DIALOGUES_PER_S: Final = 300
"""Dialogues that a run prepares in a second, at least, where they are replayed."""
RECOVERY_S: Final = 10.0
"""How long a process may ask, after the drain, what became of the intents that its visits left open."""

Seconds = Annotated[float, Meta(ge=0, le=24 * 3600)]
Security = Literal["mac and pin block", "signature"]
"""Who proves who is asking: each terminal, by a MAC; or its institution, by a signature, at the HTTP door."""
Journalling = Literal["buffered", "fsync"]


class PlanError(ValueError):
    """A plan that is missing or cannot be followed; one sentence for the user."""


class LoadTerminal(Struct, frozen=True, forbid_unknown_fields=True):
    """A terminal of the run and its key, as delivered with it."""

    site: Site
    key_hex: str

    def __repr__(self) -> str:
        return f"LoadTerminal({self.site.dev_no})"


class Block(Struct, frozen=True, forbid_unknown_fields=True):
    """The people of this run: `count` indexes from `first` on of one population, leased from the ledger."""

    seed: int
    size: int
    first: int
    count: int


class Profile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The part of a plan that says how hard, how long and under which promises; a result keeps it whole.

    `scenario` and `question` name what was rehearsed and why; `sources` says where its values come from, `assumed` of
    which nothing official is known, `overridden` which were changed for this run, `not_tested` what it leaves out.
    `sign_on`: terminals sign on before the first arrival, or, as a storm, spread over the first `storm_s` seconds of
    the run, and are measured.
    """

    run: Annotated[str, Meta(min_length=1, max_length=NAME_MAX)]
    arrivals: ArrivalPlan
    seed: int
    block: Block
    scenario: str = ""
    question: str = ""
    question_zh: str = ""
    """The same in Chinese; "" where nobody wrote it."""
    assumed: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    overridden: tuple[str, ...] = ()
    not_tested: tuple[str, ...] = ()
    model: Literal["open", "closed"] = "open"
    fidelity: Literal["chip", "replay"] = "chip"
    mix: Mix = Mix()
    pace: Pace = AT_ONCE
    slo: Slo = Slo()
    thresholds: tuple[Threshold, ...] = ()
    faults: tuple[Fault, ...] = ()
    sign_on: Literal["before", "storm"] = "before"
    storm_s: Seconds = 0.0
    security: Security = "mac and pin block"
    journal: Journalling = "buffered"
    warmup_s: Seconds = 3.0
    drain_s: Seconds = 10.0
    place_wait_s: Seconds = 5.0
    reply_timeout_s: Seconds = 10.0
    processes: Annotated[int, Meta(ge=1, le=PROCESSES_MAX)] = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be had together."""
        if self.sign_on == "storm" and self.fidelity == "replay":
            raise ValueError("a storm's terminals have no session before the run, in which a replay is prepared")
        duration_s = self.arrivals.duration_s
        if complaint := faults.cut_off(self.faults, duration_s):
            raise ValueError(f"{complaint}: let them come for longer, or leave the fault out")
        if self.storm_s > duration_s:
            raise ValueError(
                f"the storm of sign-ons lasts {self.storm_s:g} s and outlasts the arrivals, which end in second"
                f" {duration_s:g}: let them come for longer"
            )
        if complaint := samples.nobody(self.arrivals, self.seed, self.warmup_s, self.faults, self.model):
            raise ValueError(complaint)

    @property
    def preparing_s(self) -> float:
        """Return how long the dialogues that are replayed may take to prepare, at most."""
        return self.arrivals.expected / DIALOGUES_PER_S if self.fidelity == "replay" else 0.0

    def measures(self, due_s: float) -> bool:
        """Whether somebody who is due in this second of the arrivals counts for latencies and the share of errors."""
        return due_s >= self.warmup_s and (not self.faults or faults.measured(self.faults, due_s))


class EngineAt(Struct, frozen=True, forbid_unknown_fields=True):
    """Where an engine on this host is found: the address of its metrics, its process, its data directory."""

    metrics: str
    pid: int = 0
    data: str = ""


class LoadPlan(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole run: its profile, its terminals and patients, and where its files go.

    `engine_pid` is the process that a stall stops, 0 where none is to be stopped. `metrics_port` 0 takes any free port.
    `live_file` is replaced every second, `result_file` is written once.
    """

    profile: Profile
    host: str
    port: int
    engine_pid: Annotated[int, Meta(ge=0)] = 0
    terminals: Annotated[tuple[LoadTerminal, ...], Meta(min_length=1)]
    card_profiles: tuple[CardProfile, ...]
    items: tuple[Item, ...]
    bank_pins: dict[str, str] = {}
    """What holders type for the bank, by city of insurance; without one they pay cash."""
    result_file: str
    live_file: str
    journal_dir: str
    metrics_port: Annotated[int, Meta(ge=0, le=65535)] = 0
    national: NationalDoor | None = None
    """How the national interface is spoken to, at that door."""
    engine: EngineAt | None = None
    """Where an engine of ours on this host can be watched."""
    command: str = ""

    def __post_init__(self) -> None:
        """Refuse a place with fewer terminals than processes: some process could send nobody there."""
        places = [(terminal.site.city, terminal.site.kind) for terminal in self.terminals]
        for place in set(places):
            if places.count(place) < self.profile.processes:
                raise ValueError(f"{place} has {places.count(place)} terminals for {self.profile.processes} processes")

    def terminals_of(self, part: int) -> tuple[LoadTerminal, ...]:
        """Return the terminals of one process: of every place its share."""
        seen: Counter[tuple[str, str]] = Counter()
        mine = []
        for terminal in self.terminals:
            place = terminal.site.city, terminal.site.kind
            if seen[place] % self.profile.processes == part:
                mine.append(terminal)
            seen[place] += 1
        return tuple(mine)


def write(plan: LoadPlan, path: Path) -> None:
    """Write a plan for its owner alone: it holds keys."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(plan))


def read(path: str) -> LoadPlan:
    """Read a plan's file; raise PlanError that says what is wrong."""
    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=LoadPlan)
    except OSError as error:
        raise PlanError(f"the plan {path} cannot be read: {error.strerror}") from None
    except msgspec.MsgspecError as error:
        raise PlanError(f"the plan {path} is not one: {error}") from None
