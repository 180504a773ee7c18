"""What `shuaka load` can be told, option by option; an option that is not given leaves the scenario as it is."""

from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import typer

from loadtests.openload.arrivals import EXPECTED
from loadtests.openload.thresholds import EXPECTED as A_THRESHOLD
from loadtests.openload.thresholds import parse_threshold
from loadtests.workload.plan import NAME_MAX
from loadtests.workload.subjects import NAMES
from shuaka import compose
from shuaka.rehearsing.order import Address, AddressError, parse_address

WEB_PORT = 8089
MASTER_PORT = 5557


class Journalling(StrEnum):
    """How durable an entry is before its request leaves."""

    BUFFERED = "buffered"
    FSYNC = "fsync"


class Fidelity(StrEnum):
    """Whether every visit is the full dialogue of a chip, or one that was prepared."""

    CHIP = "chip"
    REPLAY = "replay"


class Model(StrEnum):
    """Whether patients come when they are due, or when the one before has left."""

    OPEN = "open"
    CLOSED = "closed"


def _finite(seconds: float | None) -> float | None:
    if seconds is not None and not isfinite(seconds):
        raise typer.BadParameter(f"{seconds} is no number of seconds")
    return seconds


def _threshold(text: object) -> Any:
    try:
        return parse_threshold(str(text), names=NAMES)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _engine(text: object) -> Any:
    """Read a data directory or an address of this machine."""
    if "://" not in str(text):
        return Path(str(text))
    try:
        return parse_address(str(text))
    except AddressError as error:
        raise typer.BadParameter(str(error)) from None


def engine_at(engine: Path | Address | None, data: Path) -> tuple[Path, Address | None]:
    """Return the data directory of the engine that is meant, and its door where one was named."""
    return (engine, None) if isinstance(engine, Path) else (data, engine)


def _seconds(text: str, least: float = 0) -> Any:
    return typer.Option(min=least, callback=_finite, help=text)


def _share(text: str) -> Any:
    return typer.Option(min=0, max=1, help=text)


ScenarioArgument = Annotated[str | None, typer.Argument(help="A shipped scenario, or a TOML file; --list shows them.")]
ListOption = Annotated[bool, typer.Option("--list", help="Print the shipped scenarios, and do nothing.")]
RateOption = Annotated[str | None, typer.Option(help=f"Arrivals: {EXPECTED}.", show_default="100")]
DurationOption = Annotated[float | None, _seconds("Seconds, if the rate states none; 30 without a scenario.", 1)]
DataOption = Annotated[Path, typer.Option(help="Data directory of the running engine.")]
EngineOption = Annotated[
    Any,
    typer.Option(
        parser=_engine,
        metavar="URL|DIR",
        help="tcp:// or http:// (national interface) on this machine, or a data directory.",
    ),
]
TerminalsOption = Annotated[int | None, typer.Option(min=6, help="Terminals that patients go to.", show_default="60")]
LaneOption = Annotated[int, typer.Option(min=1, max=8, help="Lane of the terminals in their institutions.")]
ProcessesOption = Annotated[int | None, typer.Option(min=1, max=64, help="Load processes.", show_default="1")]
SeedOption = Annotated[int, typer.Option(help="Seed of arrivals and patients.")]
PopulationOption = Annotated[compose.People | None, compose.PEOPLE_OPTION]
PharmacyOption = Annotated[float | None, _share("Share that goes to a pharmacy.")]
RemoteOption = Annotated[float | None, _share("Share treated away from home.")]
WrongPasswordOption = Annotated[float | None, _share("Share that mistypes.")]
WarmupOption = Annotated[float | None, _seconds("Seconds served but not measured.")]
DrainOption = Annotated[float | None, _seconds("Seconds that the last visits may take.")]
JournalOption = Annotated[
    Journalling | None, typer.Option(help="Journal of what moves money.", show_default="buffered")
]
ModelOption = Annotated[Model | None, typer.Option(help="How arrivals depend on visits.", show_default="open")]
FidelityOption = Annotated[
    Fidelity | None, typer.Option(help="chip: full dialogues; replay: prepared ones.", show_default="chip")
]
ThresholdOption = Annotated[
    list[Any] | None,
    typer.Option("--threshold", parser=_threshold, metavar="TEXT", help=f"A bound more: {A_THRESHOLD}."),
]
NameOption = Annotated[str, typer.Option(help=f"Name of the run, at most {NAME_MAX} characters.")]
MetricsPortOption = Annotated[int, typer.Option(min=0, max=65535, help="Prometheus; 0 is any free port.")]
ResultOption = Annotated[Path | None, typer.Option(help="File of the result; by default in the data directory.")]
JunitOption = Annotated[Path | None, typer.Option("--junit", help="File for the verdict as JUnit XML.")]
TargetOption = Annotated[Path | None, typer.Option(help="A platform that is not ours, as a TOML file.")]
PlanOption = Annotated[bool, typer.Option("--plan", help="With --target: send nothing, say what would happen.")]
MasterOption = Annotated[bool, typer.Option("--master", help="Wait for workers in other shells of this machine.")]
ExpectOption = Annotated[int, typer.Option("--expect-workers", min=1, max=64, help="How many workers a master awaits.")]
WorkerOption = Annotated[bool, typer.Option("--worker", help="Load as a worker of a master in another shell.")]
MasterHostOption = Annotated[str, typer.Option(help="Where a worker finds its master; this machine only.")]
MasterPortOption = Annotated[int, typer.Option(min=1, max=65534, help="The master's port.")]
WebOption = Annotated[bool, typer.Option("--web", help="Show Locust's own page, on this machine only.")]
WebPortOption = Annotated[int, typer.Option(min=1, max=65535, help="The page's port.")]
JsonOption = Annotated[bool, typer.Option("--json", help="For a machine to read.")]
