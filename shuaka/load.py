"""`shuaka load`: patients arrive open at a running engine; a verdict follows from three witnesses.

It leases people from the engine, writes the plan, starts Locust as a child of its own, follows it, asks the engine for
its audit and judges. Exit codes: 0 PASS, 1 FAIL or not carried out, 2 the command line is wrong, 3 GENERATOR-BOUND.
"""

import http.client
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer

from loadtests import report
from loadtests.gate import Audit, compare
from loadtests.openload.arrivals import EXPECTED, ArrivalsError, Segment, expected, parse
from loadtests.plan import NAME_MAX, Block, LoadPlan, LoadTerminal, Profile
from loadtests.result import Result, write
from settlement import data_directory
from settlement.data_directory import DirectoryError
from settlement.wire.keys import NetworkKey
from settlement.wire.names import compact_time
from shuaka import compose, load_child
from shuaka.audit import ask
from terminals.patients import Mix, Patients, Place

FAILED, USAGE = 1, 2
RUNS = "runs"
LANE = 2
"""The load's terminals stand in the second lane, a fleet's in the first."""
SAMPLE = 500
SPARE = 1.05
"""People leased for each expected arrival: jitter may bring one more, and not every card has a place to go to."""


class Journalling(StrEnum):
    """How durable an entry is before its request leaves."""

    BUFFERED = "buffered"
    FSYNC = "fsync"


class LoadError(Exception):
    """A load that cannot be carried out; one sentence for the user."""


def load(
    rate: Annotated[str, typer.Option(help=f"Arrivals: {EXPECTED}.")] = "100",
    duration: Annotated[float, typer.Option(min=1, help="Seconds, for a rate that states none.")] = 30,
    data: Annotated[Path, typer.Option(help="Data directory of the running engine.")] = compose.DEFAULT_DATA,
    terminals: Annotated[int, typer.Option(min=6, help="Terminals that patients go to.")] = 60,
    lane: Annotated[int, typer.Option(min=1, max=8, help="Lane of the terminals in their institutions.")] = LANE,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Load processes.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of arrivals and patients.")] = compose.DEFAULT_SEED,
    population: Annotated[str, typer.Option(help="SEED:SIZE, as the engine has it.")] = "1:1000000",
    pharmacy: Annotated[float, typer.Option(min=0, max=1, help="Share that goes to a pharmacy.")] = Mix().pharmacy,
    remote: Annotated[float, typer.Option(min=0, max=1, help="Share treated away from home.")] = Mix().remote,
    wrong_password: Annotated[float, typer.Option(min=0, max=1, help="Share that mistypes.")] = Mix().wrong_password,
    warmup: Annotated[float, typer.Option(min=0, help="Seconds served but not measured.")] = 3,
    drain: Annotated[float, typer.Option(min=0, help="Seconds that the last visits may take.")] = 10,
    journal: Annotated[Journalling, typer.Option(help="Journal of what moves money.")] = Journalling.BUFFERED,
    name: Annotated[str, typer.Option(help=f"Name of the run, at most {NAME_MAX} characters.")] = "",
    metrics_port: Annotated[int, typer.Option(min=0, max=65535, help="Prometheus; 0 is any free port.")] = 0,
    result: Annotated[Path | None, typer.Option(help="File of the result; by default in the data directory.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for a machine.")] = False,
) -> None:
    """Rehearse a peak: open arrivals of patients, honest latency, and a verdict."""
    segments = _segments(rate, duration)
    people = _population(population)
    run = name or f"load-{compact_time(time.time_ns() // 1_000_000)}"
    if len(run) > NAME_MAX or not run.isascii():
        raise typer.BadParameter(f"{run!r} is not 1 to {NAME_MAX} ASCII characters", param_hint="--name")
    mix = Mix(pharmacy=pharmacy, remote=remote, wrong_password=wrong_password)
    try:
        profile = Profile(
            run=run,
            arrivals=rate,
            segments=segments,
            seed=seed,
            block=_block(data, people, _wanted(segments, seed, mix, terminals)),
            mix=mix,
            journal=journal.value,
            warmup_s=warmup,
            drain_s=drain,
            processes=processes,
        )
        place = data / RUNS / run
        plan = _plan(profile, data, place, terminals, lane, metrics_port, result)
        found = _judged(load_child.follow(plan, place, quiet=as_json), data)
    except (LoadError, load_child.ChildError, DirectoryError) as error:
        _end(str(error))
    write(found, Path(plan.result_file))
    _print(found, plan, as_json=as_json)
    assert found.verdict is not None
    raise typer.Exit(found.verdict.exit_code)


def _segments(rate: str, duration: float) -> tuple[Segment, ...]:
    try:
        return parse(rate, duration)
    except ArrivalsError as error:
        raise typer.BadParameter(str(error), param_hint="--rate") from None


def _population(text: str) -> tuple[int, int]:
    seed, _, size = text.partition(":")
    if not (seed.isdecimal() and size.isdecimal() and int(size) > 0):
        raise typer.BadParameter(f"{text!r} is not SEED:SIZE, as in 1:1000000", param_hint="--population")
    return int(seed), int(size)


def _wanted(segments: tuple[Segment, ...], seed: int, mix: Mix, terminals: int) -> int:
    """Return how many people to lease, by the share of a sample that has a place to go to."""
    sites = compose.sites(terminals, "")
    places = sorted({Place(site.city, site.kind, site.remote_cities) for site in sites}, key=lambda place: place[:2])
    patients = Patients(seed, mix, compose.population().profile, places, compose.items())
    coming = sum(patients.patient(index) is not None for index in range(SAMPLE))
    return int(expected(segments) * SPARE * SAMPLE / max(coming, 1)) + SAMPLE


def _block(data: Path, people: tuple[int, int], count: int) -> Block:
    """Lease people that this ledger has not seen."""
    seed, size = people
    first = _lease(data, count)
    if first + count > size:
        left = max(size - first, 0)
        raise LoadError(
            f"this run needs {count} people and {left} of {size} are left: use another data directory, or serve and"
            f" load with a larger --population"
        )
    return Block(seed, size, first, count)


def _lease(data: Path, count: int) -> int:
    place, token = data_directory.endpoints(data).admin, data_directory.admin_token(data)
    connection = http.client.HTTPConnection(place.host, place.port, timeout=10)
    try:
        body = msgspec.json.encode({"count": count})
        connection.request("POST", "/lease", body, {"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        content = answer.read()
    except OSError as error:
        raise _unreachable(data, error) from None
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise LoadError(f"the engine leases no people: {answer.status} {content.decode(errors='replace')}")
    return int(msgspec.json.decode(content)["first"])


def _unreachable(data: Path, error: OSError) -> LoadError:
    return LoadError(f"the engine on {data} does not answer ({error.strerror or error}); is `shuaka serve` running?")


def _plan(
    profile: Profile, data: Path, place: Path, terminals: int, lane: int, metrics_port: int, result: Path | None
) -> LoadPlan:
    host = data_directory.endpoints(data).tcp
    key = NetworkKey(data_directory.network_key(data))
    sites = compose.sites(max(terminals, terminals * profile.processes // 2), profile.run, lane=lane)
    try:
        place.mkdir(parents=True, exist_ok=False)
    except OSError as error:
        raise LoadError(f"the run's directory {place} cannot be made: {error.strerror}") from None
    return LoadPlan(
        profile=profile,
        host=host.host,
        port=host.port,
        terminals=tuple(LoadTerminal(site, key.terminal_key(site.dev_no).hex()) for site in sites),
        card_profiles=compose.card_profiles(),
        items=compose.items(),
        result_file=str((result or place / "result.json").absolute()),
        live_file=str(place / "live.json"),
        journal_dir=str(place),
        metrics_port=metrics_port,
        command=" ".join(["shuaka", *sys.argv[1:]]),
    )


def _judged(result: Result, data: Path) -> Result:
    if result.report.failure:
        raise LoadError(result.report.failure)
    try:
        audit = msgspec.convert(ask(data, result.profile.run), Audit)
    except OSError as error:
        raise _unreachable(data, error) from None
    except http.client.HTTPException as error:
        raise LoadError(f"the engine gives no audit: {error}") from None
    return result.judged(compare([result.claims], audit))


def _print(result: Result, plan: LoadPlan, *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(result)).decode())
    else:
        print(*report.lines(result), f"result: {plan.result_file}", sep="\n")


def _end(sentence: str) -> NoReturn:
    print(f"error: {sentence}", file=sys.stderr)
    raise typer.Exit(FAILED)
