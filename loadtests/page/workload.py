"""What was asked of the service, by whom it was made up, and on which machine it ran.

Pure: facts in, HTML out. Of each share of the mix it says whose share it is, since most are of a part of the people.
"""

from collections.abc import Iterator
from typing import Final

from loadtests.evidence.result import Result
from loadtests.evidence.watch import EngineUse
from loadtests.page import figures
from loadtests.page.charts import MIB
from loadtests.page.facts import Facts
from loadtests.page.markup import Markup, described, element, items, joined, table
from loadtests.page.words import Words
from loadtests.workload.plan import Profile
from loadtests.workload.shares import FIELDS
from terminals.kernel.outcome import Result as End
from terminals.kernel.site import AT_ONCE

OF_WHOM: Final = {
    "remote": "of_remote_cities",
    "wrong_password": "of_local_pharmacy",
    "default_pin": "of_remote",
    "local_password_as_pin": "of_remote",
    "foreign_module": "of_remote",
    "reissue": "of_local",
    "wrong_slot": "of_inserting",
    "tap": "of_antenna",
    "bank": "of_bank",
    "wrong_bank_pin": "of_bank_payers",
    "resets_pin": "of_locked",
    "inpatient": "of_hospital",
}
"""Of whom a share of the mix is one; terminals.patients.Mix says so. Any other is of all."""


def workload(facts: Facts, say: Words) -> Markup:
    """Return the workload and where it comes from."""
    profile = facts.result.profile
    parts = [
        described(_facts(profile, facts.result, say)),
        element("h3", say("workload.mix")),
        _mix(profile, say),
        element("p", say("mix.lines", low=profile.mix.lines_min, high=profile.mix.lines_max), class_="note"),
    ]
    if profile.sources:
        parts += [
            element("h3", say("workload.sources")),
            element("div", items(profile.sources), lang="en", class_="note"),
        ]
    return joined(parts)


def _facts(profile: Profile, result: Result, say: Words) -> Iterator[tuple[str, object]]:
    for key, said in (
        ("scenario", profile.scenario or say("workload.by_hand")),
        ("overridden", say.listed(list(profile.overridden))),
        ("arrivals", _arrivals(profile, say)),
        ("model", say(f"workload.{profile.model}")),
        ("fidelity", say(f"workload.{profile.fidelity}")),
        ("prepared", result.report.visits.get("prepare", {}).get(End.DONE, "")),
        ("population", _people(profile, say)),
        ("think", _think(profile, say)),
        ("sign_on", say(f"workload.sign_on_{profile.sign_on}", seconds=f"{profile.storm_s:g}")),
        ("faults", say.listed([figures.fault(fault, say) for fault in profile.faults]) or say("workload.faults_none")),
        ("windows", _windows(result, say)),
        ("security", say.known("security", profile.security)),
        ("journal", say(f"workload.{profile.journal}")),
        ("processes", profile.processes),
        ("seed", str(profile.seed)),
    ):
        yield say(f"workload.{key}"), said


def _arrivals(profile: Profile, say: Words) -> str:
    arrivals = profile.arrivals
    return say(
        "workload.arrivals_said",
        text=arrivals.text,
        spacing=say(f"workload.{arrivals.spacing}"),
        expected=arrivals.expected,
        duration=f"{arrivals.duration_s:g}",
    )


def _people(profile: Profile, say: Words) -> str:
    block = profile.block
    return say("workload.population_said", count=block.count, first=block.first, size=block.size, seed=block.seed)


def _think(profile: Profile, say: Words) -> str:
    pace = profile.pace
    if pace == AT_ONCE:
        return say("workload.think_none")
    seconds = {name.removesuffix("_s"): f"{getattr(pace, name):g}" for name in pace.__struct_fields__}
    return say("workload.think_said", **seconds)


def _windows(result: Result, say: Words) -> str:
    windows, drain_s = result.windows, result.profile.drain_s
    seconds = {"warmup": windows.warmup_s, "drain": drain_s, "lasted": round(windows.lasted_s, 1)}
    return say("workload.windows_said", **{name: f"{value:g}" for name, value in seconds.items()})


def _mix(profile: Profile, say: Words) -> Markup:
    head = (say("workload.who"), say("workload.of"), say("workload.share"))
    rows = (
        (say(f"mix.{name}"), say(f"mix.{OF_WHOM.get(name, 'of_all')}"), figures.share(getattr(profile.mix, name)))
        for name in FIELDS
    )
    return table(head, rows)


def machine(facts: Facts, say: Words) -> Markup:
    """Return the machine, who shared it, and what load and engine used of it."""
    return described(_machine(facts.result, say))


def _machine(result: Result, say: Words) -> Iterator[tuple[str, object]]:
    machine, found = result.machine, result.condition
    yield say("machine.sharing"), figures.sharing(machine, say)
    yield say("machine.cpu"), say("machine.cpu_said", cpu=machine.cpu, cores=machine.cores)
    yield say("machine.kernel"), machine.kernel
    yield say("machine.python"), machine.python
    yield say("machine.file_system"), machine.file_system
    if machine.fdatasync_max_us is not None:
        disk = (("p50", machine.fdatasync_p50_us), ("max", machine.fdatasync_max_us))
        said = [f"{say.known('figure', name)} {figures.latency(value, say)}" for name, value in disk]
        yield say("machine.fdatasync"), say.listed(said)
    yield say("machine.cores_load"), machine.load_cores
    yield say("machine.cores_engine"), machine.engine_cores
    yield (
        say("machine.generator_use"),
        say(
            "machine.generator_use_said",
            cpu=figures.share(found.cpu_share_max),
            **figures.lag(result.report.health, say),
        ),
    )
    if result.engine is not None:
        yield from _engine(result.engine, say)


def _engine(use: EngineUse, say: Words) -> Iterator[tuple[str, object]]:
    yield say("machine.store"), say.listed([said for said in (use.store, use.durability) if said])
    if use.samples:
        yield (
            say("machine.engine_use"),
            say(
                "machine.engine_use_said",
                cpu=figures.share(max(sample.cpu_share for sample in use.samples)),
                rss=f"{max(sample.rss_bytes for sample in use.samples) / MIB:.0f}",
                queue=max(sample.queue_depth for sample in use.samples),
            ),
        )
