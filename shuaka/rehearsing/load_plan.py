"""The plan of a load run: people leased at the engine, terminals with their keys, and where the run's files go."""

from collections import Counter
from typing import Final

import msgspec

from loadtests.workload.plan import Block, EngineAt, LoadPlan, LoadTerminal, Profile, Security
from shuaka import compose
from shuaka.compose import People
from shuaka.engine import Engine
from shuaka.rehearsing.order import RESULT, Rehearsal
from shuaka.rehearsing.own_door import at_the_door, own_door, pharmacies
from terminals.kernel.site import Site
from terminals.patients import Patients, places_of

TERMINALS_MAX: Final = 5_000
SAMPLE: Final = 500
SPARE: Final = 1.05
"""People leased for each expected arrival: chance may bring some more, and not every card has a place to go to."""
DEVIATIONS: Final = 6
"""Independent arrivals number sqrt(n) more or less: so many standard deviations never come."""


class RehearsalError(Exception):
    """A load that cannot be carried out; one sentence for the user."""


def plan_of(asked: Rehearsal, engine: Engine) -> LoadPlan:
    """Lease people and return the plan; raise EngineError or RehearsalError."""
    compose.adopt(asked.data)
    key, people = engine.network_key, engine.people(asked.people)
    national = asked.address is not None and asked.address.door == "national"
    if national:
        asked = at_the_door(asked)
        if any(fault.kind != "stall" for fault in asked.faults):
            raise RehearsalError(
                "faults of the line are made on the terminals' own, over TCP: leave --engine http away"
            )
    sites = pharmacies(_sites(asked)) if national else _sites(asked)
    stalled = any(fault.kind == "stall" for fault in asked.faults)
    return LoadPlan(
        profile=_profile(asked, people, engine, sites, "signature" if national else "mac and pin block"),
        host=asked.address.host if asked.address else engine.tcp.host,
        port=asked.address.port if asked.address else engine.tcp.port,
        national=own_door(key, sites) if national else None,
        engine_pid=engine.endpoints.pid if stalled else 0,
        engine=EngineAt(str(engine.endpoints.metrics), engine.endpoints.pid, str(asked.data)),
        terminals=tuple(LoadTerminal(site, key.terminal_key(site.dev_no).hex()) for site in sites),
        card_profiles=compose.card_profiles(),
        items=compose.items(),
        bank_pins=compose.bank_pins(),
        result_file=str((asked.place / RESULT).absolute()),
        live_file=str((asked.place / "live.json").absolute()),
        journal_dir=str(asked.place.absolute()),
        metrics_port=asked.metrics_port,
        command=_exact(asked),
    )


def _exact(asked: Rehearsal) -> str:
    """Return the command with its seed, so that it brings the same due times again."""
    stated = "--seed" in asked.command or not asked.command.startswith("shuaka load")
    return asked.command if stated else f"{asked.command} --seed {asked.seed}"


def _profile(asked: Rehearsal, people: People, engine: Engine, sites: tuple[Site, ...], security: Security) -> Profile:
    """Return the profile: what is asked under the same names, and the people who come."""
    count = _wanted(asked, people, sites)
    block = Block(people.seed, people.size, engine.lease(count, people), count)
    names = [name for name in Profile.__struct_fields__ if name in Rehearsal.__struct_fields__]
    try:
        return Profile(block=block, security=security, **{name: getattr(asked, name) for name in names})
    except (ValueError, msgspec.ValidationError) as error:
        raise RehearsalError(str(error)) from None


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


def _wanted(asked: Rehearsal, people: People, sites: tuple[Site, ...]) -> int:
    """Return how many people to lease, by the share of a sample that has a place to go to."""
    profile, sample = compose.population(people.seed, people.size).profile, min(SAMPLE, people.size)
    patients = Patients(asked.seed, asked.mix, profile, places_of(sites), compose.items(), compose.bank_pins())
    coming = sum(patients.patient(index) is not None for index in range(sample))
    expected = asked.arrivals.expected
    return int((expected * SPARE + DEVIATIONS * expected**0.5) * sample / max(coming, 1)) + sample
