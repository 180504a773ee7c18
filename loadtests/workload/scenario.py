"""A scenario: one TOML file that says who comes, how often, with what, and what is promised to them.

A figure without a source is assumed, and so is a default of ours: what nothing official is known of says so in every
result. Shipped scenarios lie in loadtests/scenarios.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

import loadtests
from loadtests.openload.arrivals import ArrivalPlan, ArrivalsError
from loadtests.openload.names import nearest
from loadtests.openload.thresholds import Threshold, parse_threshold
from loadtests.openload.verdict import Slo
from loadtests.workload import shares
from loadtests.workload.faults import Fault, cut_off, overlapping
from loadtests.workload.plan import Journalling
from loadtests.workload.scenario_rows import Fact, File, fault, held
from loadtests.workload.settings import SettingsError, convert
from loadtests.workload.shares import COUNTS, DIVISIONS, MISSING, ShareError
from loadtests.workload.subjects import NAMES
from settlement.wire.refusal import Basis
from terminals.kernel.site import Pace
from terminals.patients import Mix

SHIPPED: Final = Path(loadtests.__file__).with_name("scenarios")
SUFFIX: Final = ".toml"
SIZE_MAX: Final = 256 * 1024
"""Bytes of a scenario's file; a longer one is none."""
DEFAULTS: Final = "ours, where nothing is stated"


class ScenarioError(ValueError):
    """A scenario that cannot be used; one sentence for the user."""


class Scenario(Struct, frozen=True, kw_only=True):
    """What is rehearsed, and on what ground. `name` is "" for one that the command line alone describes.

    `folder` is where files that the arrivals name are looked for; `population` is SEED:SIZE, "" for the engine's own.
    """

    name: str = ""
    title: str = ""
    question: str = ""
    question_zh: str = ""
    arrivals: ArrivalPlan
    duration_s: float | None = None
    folder: Path = Path()
    warmup_s: float = 3.0
    drain_s: float = 10.0
    model: Literal["open", "closed"] = "open"
    fidelity: Literal["chip", "replay"] = "chip"
    population: str = ""
    mix: Mix = Mix()
    pace: Pace = Pace()
    slo: Slo = Slo()
    thresholds: tuple[Threshold, ...] = ()
    faults: tuple[Fault, ...] = ()
    sign_on: Literal["before", "storm"] = "before"
    storm_s: float = 0.0
    terminals: int = 60
    processes: int = 1
    journal: Journalling = "buffered"
    assumed: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    not_tested: tuple[str, ...] = ()


def names() -> tuple[str, ...]:
    """Return the scenarios that come with the package."""
    return tuple(sorted(path.stem for path in SHIPPED.glob(f"*{SUFFIX}")))


def load_scenario(name: str) -> Scenario:
    """Return a shipped scenario by its name, or the one in a file; raise ScenarioError."""
    path = SHIPPED / f"{name}{SUFFIX}" if name in names() else Path(name)
    if path.suffix != SUFFIX and not path.exists():
        near = nearest(name, names())
        meant = f"is {near} meant? All" if near else "all"
        raise ScenarioError(f"no scenario {name!r}; {meant}: {', '.join(names())}; or name a TOML file")
    try:
        content = path.read_bytes()
        text = content.decode() if len(content) <= SIZE_MAX else None
    except OSError as error:
        raise ScenarioError(f"the scenario {name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ScenarioError(f"the scenario {name} is not UTF-8 text") from None
    if text is None:
        raise ScenarioError(f"the scenario {name} has {len(content)} bytes; at most {SIZE_MAX}")
    return read_scenario(text, path.name, name=path.stem, folder=path.parent)


def read_scenario(text: str, file: str, *, name: str = "", folder: Path = Path()) -> Scenario:
    """Read a scenario's text; raise ScenarioError that names file and key."""
    try:
        return _scenario(*held(text, file), file, name, folder)
    except SettingsError as error:
        raise ScenarioError(str(error)) from None


def _scenario(found: File, facts: list[Fact], file: str, name: str, folder: Path) -> Scenario:
    sourced = [fault(row, file, f"faults[{number}]") for number, row in enumerate(found.faults)]
    faults, facts = tuple(one for one, _ in sourced), [*facts, *(fact for _, fact in sourced)]
    arrivals = _arrivals(found, file, folder)
    if complaint := overlapping(faults) or cut_off(faults, arrivals.duration_s):
        raise SettingsError(file, "faults", complaint)
    if (found.sign_on.when == "storm") != (found.sign_on.over_s > 0):
        raise SettingsError(file, "sign_on", 'a storm is { when = "storm", over_s = ... } with seconds above 0')
    return Scenario(
        name=name,
        title=found.title,
        question=found.question,
        question_zh=found.question_zh,
        arrivals=arrivals,
        duration_s=found.duration_s,
        folder=folder,
        warmup_s=found.warmup_s,
        drain_s=found.drain_s,
        model=found.model,
        fidelity=found.fidelity,
        population=found.population,
        mix=_mix(found.mix, file),
        pace=convert(msgspec.to_builtins(found.think), Pace, file, "think"),
        slo=convert(msgspec.to_builtins(found.slo), Slo, file, "slo"),
        thresholds=tuple(_threshold(text, file, number) for number, text in enumerate(found.thresholds)),
        faults=faults,
        sign_on=found.sign_on.when,
        storm_s=found.sign_on.over_s,
        terminals=found.terminals,
        processes=found.processes,
        journal=found.journal,
        assumed=(
            *(str(fact) for fact in facts if fact.basis is Basis.ASSUMED),
            *_defaults({fact.key for fact in facts}),
        ),
        sources=tuple(str(fact) for fact in facts if fact.basis is not Basis.ASSUMED),
        not_tested=(*found.not_tested, *_missing()),
    )


def _arrivals(found: File, file: str, folder: Path) -> ArrivalPlan:
    try:
        return ArrivalPlan.read(found.arrivals, found.duration_s, folder=folder)
    except ArrivalsError as error:
        raise SettingsError(file, "arrivals", str(error)) from None


def _mix(stated: dict[str, int | float], file: str) -> Mix:
    counts = convert({name: stated[name] for name in COUNTS if name in stated}, Mix, file, "mix")
    try:
        return shares.mixed(counts, {name: share for name, share in stated.items() if name not in COUNTS})
    except ShareError as error:
        raise SettingsError(file, "mix", str(error)) from None


def _threshold(text: str, file: str, number: int) -> Threshold:
    try:
        return parse_threshold(text, names=NAMES)
    except ValueError as error:
        raise SettingsError(file, f"thresholds[{number}]", str(error)) from None


def _defaults(stated: Collection[str]) -> Iterator[str]:
    """Say which figures are ours because nobody stated them; no official distribution of any is published."""
    others: dict[str, set[str]] = {one.field: {f"mix.{name}" for name in one} for one in DIVISIONS}
    unstated = [name for name in Mix.__struct_fields__ if not others.get(name, {f"mix.{name}"}) & set(stated)]
    if unstated:
        yield f"mix {', '.join(f'{name} {getattr(Mix(), name):g}' for name in unstated)}: {DEFAULTS}"
    if not any(key.startswith("think.") for key in stated):
        yield f"think none, patients do not hesitate: {DEFAULTS}"
    promises = {name: getattr(Slo(), name) for name in Slo.__struct_fields__ if f"slo.{name}" not in stated}
    if promises:
        yield f"slo {', '.join(f'{name} {value:g}' for name, value in promises.items())}: {DEFAULTS}"


def unnamed(rate: str, duration_s: float) -> Scenario:
    """Return the scenario of a command line that names none; raise ArrivalsError."""
    stated = f"arrivals {rate}: asked for on the command line"
    return Scenario(
        arrivals=ArrivalPlan.read(rate, duration_s),
        duration_s=duration_s,
        assumed=(stated, *_defaults(())),
        not_tested=_missing(),
    )


def _missing() -> tuple[str, ...]:
    return tuple(f"{part}: {reason}" for part, reason in MISSING.items())
