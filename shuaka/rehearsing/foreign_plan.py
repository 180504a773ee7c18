"""What a run at a platform that is not ours would do, before anything is sent: its plan, or why it is refused.

A breach of the target's own limits that can be known beforehand ends here: rate, window, people, credentials.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Final

import msgspec
from msgspec import Struct

from loadtests.foreign import items, people, target_file
from loadtests.foreign.ceilings import most_within
from loadtests.foreign.items import Stock
from loadtests.foreign.order import Order
from loadtests.foreign.people import Insured
from loadtests.foreign.statement import Period
from loadtests.foreign.target import Target
from loadtests.workload.door import CredentialError
from loadtests.workload.plan import Block, LoadPlan, LoadTerminal, Profile
from loadtests.workload.settings import SettingsError
from settlement.wire.names import CHINA
from shuaka.rehearsing.load_plan import RehearsalError
from shuaka.rehearsing.order import RESULT, Rehearsal, Running
from shuaka.rehearsing.own_door import AT_A_TARGET, at_the_door

NO_KEY: Final = "00" * 16
"""A terminal's key, which nobody asks for at this door."""
DAY: Final = "%Y-%m-%d"
NO_STORIES: Final = "PINs, taps and accounts: the owner's people come with a card that shows who they are, and pay cash"


UNFIT: Final = (
    ("fidelity", "chip", "replay of prepared dialogues is for an engine of our own: --fidelity chip"),
    ("model", "open", "a closed model is for an engine of our own: arrivals at a target are open, --model open"),
    ("sign_on", "before", "a storm of sign-ons is for an engine of our own: terminals at a target sign on before"),
    ("running", Running(), "one process loads a platform that is not ours: neither --master nor --web"),
    ("people", None, "the target's file says whose people come: a population is for an engine of our own"),
    ("address", None, "the target says where: --engine is for an engine of our own"),
)
"""What else of a run does not fit a target: (field, what fits, why)."""


class Foreign(Struct, frozen=True):
    """A target with what its files say."""

    file: Path
    target: Target
    people: list[Insured]
    stock: Stock

    @property
    def people_file(self) -> Path:
        """Return where its people stand."""
        return (self.file.parent / self.target.people).absolute()


def read(file: Path) -> Foreign:
    """Read a target and its files; raise RehearsalError."""
    try:
        found = target_file.read(file)
        known = people.read_people(file.parent / found.people, found.city)
        return Foreign(file, found, known, items.read_items(file.parent / found.items))
    except SettingsError as error:
        raise RehearsalError(str(error)) from None


def refusals(asked: Rehearsal, foreign: Foreign, now_ms: int) -> Iterator[str]:
    """Say why this run may not be made at this target, in order of precedence."""
    found = foreign.target
    for site in found.institutions:
        try:
            site.credential.resolved(os.environ)
        except CredentialError as error:
            yield str(error)
    if asked.processes != 1:
        yield "one process loads a platform that is not ours, so that its ceilings hold exactly: --processes 1"
    if asked.faults:
        yield "faults are for an engine of our own: this scenario has some"
    yield from (said for field, fits, said in UNFIT if getattr(asked, field) != fits)
    if asked.model == "open":
        yield from _arrivals(asked, foreign)
    yield from _window(asked, found, now_ms)


def _arrivals(asked: Rehearsal, foreign: Foreign) -> Iterator[str]:
    found, due_s = foreign.target, due_times(asked)
    ceilings, comings = found.ceilings, len(foreign.people) * visits_of(found)
    if ceilings and (most := most_within(due_s, ceilings.span_s)) > ceilings.visits_per_span:
        asks = f"{most} arrivals within {ceilings.span_s:g} s are asked by seed {asked.seed}"
        yield f"{asks}, and the ceiling is {ceilings.rate_per_s:g} a second; even:RATE keeps them apart"
    if len(due_s) > comings:
        people_come = f"{len(foreign.people)} people may come {visits_of(found)} times each"
        yield f"{len(due_s)} arrivals are asked, and {people_come}"


def _window(asked: Rehearsal, found: Target, now_ms: int) -> Iterator[str]:
    if found.window_ms is None:
        return
    begins_ms, ends_ms = found.window_ms
    over_ms = now_ms + int((asked.arrivals.duration_s + asked.drain_s) * 1000)
    if now_ms < begins_ms or over_ms > ends_ms:
        window = f"{moment(begins_ms)} to {moment(ends_ms)}"
        yield f"the window is {window}, and this run would last until {moment(over_ms)}"


def due_times(asked: Rehearsal) -> list[float]:
    """Return when every arrival is due, in seconds, as the run's seed has it."""
    return list(asked.arrivals.due_times(Random(asked.seed)))  # noqa: S311 - the run's own seeded arrivals


def visits_of(found: Target) -> int:
    """Return how often one person may come."""
    return found.ceilings.visits_per_person if found.ceilings else 1


def plan_of(asked: Rehearsal, foreign: Foreign) -> LoadPlan:
    """Return the plan of a run."""
    found = foreign.target
    host, port = found.endpoint
    asked = at_the_door(asked, AT_A_TARGET)
    said = (*asked.overridden, *_terminals(asked, found))
    asked = msgspec.structs.replace(asked, overridden=said, not_tested=(*asked.not_tested, NO_STORIES))
    names = [name for name in Profile.__struct_fields__ if name in Rehearsal.__struct_fields__]
    profile = {name: getattr(asked, name) for name in names}
    block = Block(asked.seed, len(foreign.people), 0, len(foreign.people))
    return LoadPlan(
        profile=Profile(block=block, security="signature", reply_timeout_s=found.timeout_s, **profile),
        host=host,
        port=port,
        national=found.door(foreign.people_file, foreign.stock),
        terminals=tuple(LoadTerminal(site, NO_KEY) for site in found.sites()),
        card_profiles=(),
        items=foreign.stock.items,
        result_file=str((asked.place / RESULT).absolute()),
        live_file=str((asked.place / "live.json").absolute()),
        journal_dir=str(asked.place.absolute()),
        metrics_port=asked.metrics_port,
        command=asked.command,
    )


def _terminals(asked: Rehearsal, found: Target) -> Iterator[str]:
    """Say that a scenario's number of terminals is not the target's."""
    if asked.scenario and asked.terminals != (count := len(found.sites())):
        yield f"terminals {count} of the target instead of {asked.terminals}"


def order_of(foreign: Foreign, plan: LoadPlan, today: str) -> Order:
    """Return what an undo of the run needs to know."""
    found = foreign.target
    assert plan.national is not None
    return Order(
        name=found.name,
        host=plan.host,
        port=plan.port,
        door=plan.national,
        sites=found.sites(),
        timeout_s=found.timeout_s,
        rate_per_s=found.ceilings.rate_per_s if found.ceilings else 0.0,
        period=Period(today, today, found.setl_optins, found.proof.clr_type),
        totals=found.proof.totals,
        details=found.proof.details,
    )


def moment(unix_ms: int) -> str:
    """Write a time for a person, in China's zone."""
    return datetime.fromtimestamp(unix_ms / 1000, CHINA).strftime("%Y-%m-%d %H:%M:%S")


def today(unix_ms: int) -> str:
    """Return the day in China."""
    return datetime.fromtimestamp(unix_ms / 1000, CHINA).strftime(DAY)
