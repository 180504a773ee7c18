"""A load run from its question to its judged result: people leased, plan written, Locust followed, engine asked.

`shuaka load` and `shuaka demo` are two faces of it.
"""

import errno
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from loadtests.gate import Audit, compare
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.plan import Block, LoadPlan, LoadTerminal, Profile
from loadtests.result import Result, write
from loadtests.stories import cards_of, unseen
from shuaka import compose, load_child
from shuaka.compose import People
from shuaka.engine import Engine
from terminals.kernel.site import Site
from terminals.patients import Mix, Patients, places_of

RUNS: Final = "runs"
RESULT: Final = "result.json"
TERMINALS_MAX: Final = 5_000
SAMPLE: Final = 500
SPARE: Final = 1.05
"""People leased for each expected arrival: jitter may bring one more, and not every card has a place to go to."""


class RehearsalError(Exception):
    """A load that cannot be carried out; one sentence for the user."""


class Rehearsal(Struct, frozen=True, kw_only=True):
    """What is asked of a load run; the fields of Profile are explained there."""

    run: str
    data: Path
    arrivals: ArrivalPlan
    people: People
    terminals: int
    lane: int
    seed: int
    mix: Mix = Mix()
    journal: str = "buffered"
    warmup_s: float = 3.0
    drain_s: float = 10.0
    processes: int = 1
    metrics_port: int = 0
    result: Path | None = None
    command: str = ""

    @property
    def place(self) -> Path:
        """Return the run's directory."""
        return self.data / RUNS / self.run

    @property
    def result_file(self) -> Path:
        """Return where the judged result goes."""
        return (self.result or self.place / RESULT).absolute()


def rehearse(asked: Rehearsal, *, quiet: bool) -> Result:
    """Carry out a load run and write its judged result; raise EngineError, ChildError or RehearsalError."""
    engine = Engine(asked.data)
    if asked.result is not None:
        _probe(asked.result_file)
    place = asked.place
    plan = _plan(asked, engine)
    try:
        place.mkdir(parents=True, exist_ok=False)
    except OSError as error:
        raise RehearsalError(f"the run's directory {place} cannot be made: {error.strerror}") from None
    result = load_child.follow(plan, place, quiet=quiet)
    if result.report.failure:
        raise RehearsalError(result.report.failure)
    judged = result.judged(compare([result.claims], audit_of(engine, asked.run)), _unseen(plan, result))
    for file in {Path(plan.result_file), asked.result_file}:
        _keep(judged, file)
    return judged


def _unseen(plan: LoadPlan, result: Result) -> tuple[str, ...]:
    """Return what the mix promised so many patients and nobody saw."""
    cards = cards_of(plan.card_profiles, [terminal.site for terminal in plan.terminals])
    return unseen(plan.profile.mix, cards, result.report.arrivals.completed, result.report.events)


def _probe(file: Path) -> None:
    """Find out before anybody is leased whether a result can be written here."""
    try:
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with tempfile.TemporaryFile(dir=file.parent):
            pass
    except OSError as error:
        raise _unwritable(file, error) from None


def _keep(judged: Result, file: Path) -> None:
    try:
        write(judged, file)
    except OSError as error:
        raise _unwritable(file, error) from None


def _unwritable(file: Path, error: OSError) -> RehearsalError:
    return RehearsalError(f"the result {file} cannot be written: {error.strerror}")


def audit_of(engine: Engine, opter: str = "") -> Audit:
    """Return the engine's and the ledger's word about a run."""
    return msgspec.convert(engine.audit(opter), Audit)


def _plan(asked: Rehearsal, engine: Engine) -> LoadPlan:
    key = engine.network_key
    sites = _sites(asked)
    count = _wanted(asked, sites)
    profile = Profile(
        run=asked.run,
        arrivals=asked.arrivals,
        seed=asked.seed,
        block=Block(asked.people.seed, asked.people.size, engine.lease(count, asked.people), count),
        mix=asked.mix,
        journal=msgspec.convert(asked.journal, type=Profile.__annotations__["journal"]),
        warmup_s=asked.warmup_s,
        drain_s=asked.drain_s,
        processes=asked.processes,
    )
    return LoadPlan(
        profile=profile,
        host=engine.tcp.host,
        port=engine.tcp.port,
        terminals=tuple(LoadTerminal(site, key.terminal_key(site.dev_no).hex()) for site in sites),
        card_profiles=compose.card_profiles(),
        items=compose.items(),
        bank_pins=compose.bank_pins(),
        result_file=str((asked.place / RESULT).absolute()),
        live_file=str(asked.place / "live.json"),
        journal_dir=str(asked.place),
        metrics_port=asked.metrics_port,
        command=asked.command,
    )


def _sites(asked: Rehearsal) -> tuple[Site, ...]:
    """Return the terminals asked for, or more: every process needs one of its own at every place."""
    count = asked.terminals
    while True:
        sites = compose.sites(count, asked.run, lane=asked.lane)
        if min(Counter((site.city, site.kind) for site in sites).values()) >= asked.processes:
            return sites
        if count > TERMINALS_MAX:
            raise RehearsalError(f"{asked.processes} processes need a terminal each at every place: too many")
        count *= 2


def _wanted(asked: Rehearsal, sites: tuple[Site, ...]) -> int:
    """Return how many people to lease, by the share of a sample that has a place to go to."""
    profile = compose.population(asked.people.seed, asked.people.size).profile
    patients = Patients(asked.seed, asked.mix, profile, places_of(sites), compose.items(), compose.bank_pins())
    coming = sum(patients.patient(index) is not None for index in range(SAMPLE))
    return int(asked.arrivals.expected * SPARE * SAMPLE / max(coming, 1)) + SAMPLE
