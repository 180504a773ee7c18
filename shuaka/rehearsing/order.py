"""What is asked of a load run: a scenario, what this run changes of it, and where and how it is carried out.

Pure. Whatever the command line changes is said in words, and a source that a changed figure had is said no more.
"""

from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.thresholds import Threshold
from loadtests.openload.verdict import Slo
from loadtests.workload.faults import Fault
from loadtests.workload.plan import Journalling
from loadtests.workload.scenario import Scenario
from loadtests.workload.shares import CARD, DIVISIONS
from shuaka import compose
from shuaka.compose import People
from terminals.kernel.site import AT_ONCE, Pace
from terminals.patients import Mix

RUNS: Final = "runs"
RESULT: Final = "result.json"
LANE: Final = 2
"""The load's terminals stand in the second lane, a fleet's in the first."""
SCHEMES: Final = {"tcp": "tcp", "http": "national"}
TERMINALS: Final = 60


class Address(Struct, frozen=True):
    """Where the host is spoken to, and how: terminals' frames over TCP, or the national interface over HTTP."""

    door: Literal["tcp", "national"]
    host: str
    port: int


class Running(Struct, frozen=True):
    """How Locust runs: headless and at once; as the master of workers in other shells; with its own page.

    A port of 0 is none of these.
    """

    master_port: int = 0
    web_port: int = 0


class Rehearsal(Struct, frozen=True, kw_only=True):
    """What is asked of a load run; the fields of Profile are explained there."""

    run: str
    data: Path
    arrivals: ArrivalPlan
    people: People | None = None
    """Whose people come; None: those of the engine."""
    terminals: int = TERMINALS
    lane: int = LANE
    seed: int = compose.DEFAULT_SEED
    scenario: str = ""
    question: str = ""
    question_zh: str = ""
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
    storm_s: float = 0.0
    journal: Journalling = "buffered"
    warmup_s: float = 3.0
    drain_s: float = 10.0
    processes: int = 1
    metrics_port: int = 0
    address: Address | None = None
    running: Running = Running()
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


OF_A_SCENARIO: Final = tuple(name for name in Scenario.__struct_fields__ if name in Rehearsal.__struct_fields__)
"""What a run takes from its scenario as it stands there."""
GROUNDS: Final = ("assumed", "sources")
"""The words about figures of a scenario, line by line: each begins with the figure that it is about."""
OTHER_NAMES: Final[dict[str, tuple[str, ...]]] = {
    **{name: (one.field,) for one in DIVISIONS for name in (one.name, one.rest) if name},
    CARD: ("voucher", "identity_card"),
}
"""The names that a share of a mix may have beside its field's, with the fields that it states."""


class AddressError(ValueError):
    """An address that cannot be a load's; one sentence for the user."""


def asked_of(scenario: Scenario, *, data: Path, run: str, **changes: Any) -> Rehearsal:
    """Return what a scenario asks of a run; `changes` are fields of Rehearsal, None for what stays as it is."""
    own = {name: getattr(scenario, name) for name in OF_A_SCENARIO}
    if scenario.population:
        own["people"] = compose.parse_people(scenario.population)
    stated = {name: value for name, value in changes.items() if value is not None}
    changed = {name: value for name, value in stated.items() if name in own and value != own[name]}
    said = [line for name, value in changed.items() for line in _differences(name, own[name], value)]
    own |= {ground: _left(own[ground], said) for ground in GROUNDS}
    names = {"scenario": scenario.name, "run": run, "data": data}
    return Rehearsal(**{**own, **names, "overridden": tuple(said) if scenario.name else (), **stated})


def with_mix(asked: Rehearsal, mix: Mix) -> Rehearsal:
    """Return what is asked with another mix: each figure that changes is said, and loses its source."""
    said = _differences("mix", asked.mix, mix)
    grounds = {ground: _left(getattr(asked, ground), said) for ground in GROUNDS}
    overridden = (*asked.overridden, *said) if asked.scenario else ()
    return msgspec.structs.replace(asked, mix=mix, overridden=overridden, **grounds)


def _left(grounds: tuple[str, ...], said: list[str]) -> tuple[str, ...]:
    """Return the grounds of the figures that nothing was said to have changed."""
    gone = {line.partition(" ")[0] for line in said}
    if "arrivals" in gone:
        gone.add("duration_s")
    gone |= {f"mix.{name}" for name, fields in OTHER_NAMES.items() if gone & {f"mix.{field}" for field in fields}}
    lines = (_defaults_left(line, gone) if line.startswith("mix ") else line for line in grounds)
    return tuple(line for line in lines if line.partition(" ")[0] not in {*gone, ""})


def _defaults_left(line: str, gone: set[str]) -> str:
    """Return the line about every share that nobody stated without the changed ones, "" where none is left."""
    figures, colon, why = line.removeprefix("mix ").partition(": ")
    left = [figure for figure in figures.split(", ") if f"mix.{figure.partition(' ')[0]}" not in gone]
    return f"mix {', '.join(left)}{colon}{why}" if left else ""


def _differences(name: str, old: object, new: object) -> list[str]:
    """Say what is changed, figure by figure."""
    if isinstance(old, Mix | Slo | Pace):
        pairs = ((field, getattr(old, field), getattr(new, field)) for field in old.__struct_fields__)
        return [f"{name}.{field} {after:g} instead of {before:g}" for field, before, after in pairs if before != after]
    return [f"{name} {_said(new)} instead of {_said(old)}"]


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(one.text if isinstance(one, Fault) else str(one) for one in value) or "none"
    return f"{value.text} for {value.duration_s:g} s" if isinstance(value, ArrivalPlan) else str(value)


def parse_address(text: str) -> Address:
    """Read tcp://HOST:PORT or http://HOST:PORT on this machine; raise AddressError.

    >>> parse_address("http://127.0.0.1:7371").door
    'national'
    """
    problem = f"{text} is no engine: tcp://127.0.0.1:7370, http://127.0.0.1:7371 or a data directory is expected"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise AddressError(problem) from None
    if parts.scheme not in SCHEMES or not parts.hostname or not port or parts.path.strip("/"):
        raise AddressError(problem)
    if not loopback(parts.hostname):
        raise AddressError(f"{parts.hostname} is not this machine: another platform is loaded by --target FILE only")
    return Address(msgspec.convert(SCHEMES[parts.scheme], Address.__annotations__["door"]), parts.hostname, port)


def loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
