"""`shuaka load`: patients arrive open at a running engine; a verdict follows from three witnesses.

Exit codes: 0 PASS, 1 FAIL or not carried out, 2 the command line is wrong, 3 GENERATOR-BOUND.
"""

import shlex
import sys
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from loadtests import report
from loadtests.openload.arrivals import EXPECTED, ArrivalPlan, ArrivalsError
from loadtests.plan import NAME_MAX
from shuaka import compose
from shuaka.engine import EngineError
from shuaka.load_child import ChildError
from shuaka.mix_option import MixOption, mixed
from shuaka.rehearsal import Rehearsal, RehearsalError, rehearse
from terminals.patients import Mix

FAILED = 1
LANE = 2
"""The load's terminals stand in the second lane, a fleet's in the first."""


class Journalling(StrEnum):
    """How durable an entry is before its request leaves."""

    BUFFERED = "buffered"
    FSYNC = "fsync"


def _finite(seconds: float) -> float:
    if not isfinite(seconds):
        raise typer.BadParameter(f"{seconds} is no number of seconds")
    return seconds


def load(
    rate: Annotated[str, typer.Option(help=f"Arrivals: {EXPECTED}.")] = "100",
    duration: Annotated[float, typer.Option(min=1, callback=_finite, help="Seconds, if the rate states none.")] = 30,
    data: Annotated[Path, typer.Option(help="Data directory of the running engine.")] = compose.DEFAULT_DATA,
    terminals: Annotated[int, typer.Option(min=6, help="Terminals that patients go to.")] = 60,
    lane: Annotated[int, typer.Option(min=1, max=8, help="Lane of the terminals in their institutions.")] = LANE,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Load processes.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of arrivals and patients.")] = compose.DEFAULT_SEED,
    population: Annotated[compose.People, compose.PEOPLE_OPTION] = compose.DEFAULT_PEOPLE,
    pharmacy: Annotated[float, typer.Option(min=0, max=1, help="Share that goes to a pharmacy.")] = Mix().pharmacy,
    remote: Annotated[float, typer.Option(min=0, max=1, help="Share treated away from home.")] = Mix().remote,
    wrong_password: Annotated[float, typer.Option(min=0, max=1, help="Share that mistypes.")] = Mix().wrong_password,
    mix: MixOption = None,
    warmup: Annotated[float, typer.Option(min=0, callback=_finite, help="Seconds served but not measured.")] = 3,
    drain: Annotated[float, typer.Option(min=0, callback=_finite, help="Seconds that the last visits may take.")] = 10,
    journal: Annotated[Journalling, typer.Option(help="Journal of what moves money.")] = Journalling.BUFFERED,
    name: Annotated[str, typer.Option(help=f"Name of the run, at most {NAME_MAX} characters.")] = "",
    metrics_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Prometheus; 0 is any free port.")
    ] = compose.LOAD_METRICS_PORT,
    result: Annotated[Path | None, typer.Option(help="File of the result; by default in the data directory.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for a machine.")] = False,
) -> None:
    """Rehearse a peak: open arrivals of patients, honest latency, and a verdict."""
    asked = Rehearsal(
        run=compose.run_name("load", name),
        data=data,
        arrivals=_arrivals(rate, duration),
        people=population,
        terminals=terminals,
        lane=lane,
        seed=seed,
        mix=mixed(Mix(pharmacy=pharmacy, remote=remote, wrong_password=wrong_password), mix or ()),
        journal=journal.value,
        warmup_s=warmup,
        drain_s=drain,
        processes=processes,
        metrics_port=metrics_port,
        result=result,
        command=shlex.join(["shuaka", *sys.argv[1:]]),
    )
    try:
        judged = rehearse(asked, quiet=as_json)
    except (EngineError, ChildError, RehearsalError) as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(FAILED) from None
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(judged)).decode())
    else:
        print(*report.lines(judged), f"result: {asked.result_file}", sep="\n")
    assert judged.verdict is not None
    raise typer.Exit(judged.verdict.exit_code)


def _arrivals(rate: str, duration: float) -> ArrivalPlan:
    try:
        return ArrivalPlan.read(rate, duration)
    except ArrivalsError as error:
        raise typer.BadParameter(str(error), param_hint="--rate") from None
