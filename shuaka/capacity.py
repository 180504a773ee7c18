"""`shuaka capacity`: the highest rate at which a scenario keeps its promises, confirmed, and the cliff above it.

Exit codes: 0 found, 1 none found, only narrowed down, or not carried out, 2 the command line is wrong, 3 the generator
is the limit.
"""

import shlex
import sys
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from loadtests.openload.arrivals import ArrivalPlan
from loadtests.series import capacity_report
from loadtests.series.search import CONFIRMATIONS, RATE_MAX, RATE_MIN
from loadtests.workload import scenario
from loadtests.workload.scenario import Scenario, ScenarioError
from shuaka import compose, load_options
from shuaka.ending import FAILED, end
from shuaka.engine import EngineError
from shuaka.interruption import interruptible
from shuaka.rehearsing.exploration import CurveError, Exploration, explored
from shuaka.rehearsing.order import RUNS, Rehearsal, asked_of
from shuaka.rehearsing.series import EndedError, Series, series_name

FILE: Final = "capacity.json"
START_SHARE: Final = 4
"""A search begins at a quarter of what the scenario offers at its peak, unless it is told where."""
STEP_S: Final = 20.0
WARMUP_S: Final = 3.0


def capacity(
    name_or_file: Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped scenario, or a TOML file.")],
    data: load_options.DataOption = compose.DEFAULT_DATA,
    engine: load_options.EngineOption = None,
    start: Annotated[
        float | None,
        typer.Option("--from", min=RATE_MIN, max=RATE_MAX, help="Visits/s to begin with; else a quarter of its peak."),
    ] = None,
    step_s: Annotated[float, typer.Option("--step-s", min=6, max=3600, help="Measured seconds of a step.")] = STEP_S,
    warmup: Annotated[float, typer.Option(min=0, max=600, help="Seconds of a step before that.")] = WARMUP_S,
    confirmations: Annotated[int, typer.Option(min=1, max=20, help="Repeats of the rate found.")] = CONFIRMATIONS,
    processes: load_options.ProcessesOption = None,
    threshold: load_options.ThresholdOption = None,
    fidelity: load_options.FidelityOption = None,
    seed: load_options.SeedOption = compose.DEFAULT_SEED,
    name: Annotated[str, typer.Option(help="Name of the search; its runs add a number.")] = "",
    result: Annotated[Path | None, typer.Option(help="File of the curve; by default beside its runs.")] = None,
    metrics_port: load_options.MetricsPortOption = compose.LOAD_METRICS_PORT,
    as_json: load_options.JsonOption = False,
) -> None:
    """Find the highest rate that keeps its promises: steps, bisection, repeats, and the cliff above."""
    chosen = _steady(name_or_file)
    data, address = load_options.engine_at(engine, data)
    run = series_name("cap", name)
    file = result or data / RUNS / run / FILE
    command = shlex.join(["shuaka", *sys.argv[1:]])

    def at(rate: float, number: int) -> Rehearsal:
        return asked_of(
            chosen,
            run=run,
            data=data,
            address=address,
            arrivals=ArrivalPlan.read(f"{chosen.arrivals.spacing}:{rate:g}", warmup + step_s),
            processes=processes,
            thresholds=(*chosen.thresholds, *threshold) if threshold else None,
            fidelity=fidelity and fidelity.value,
            warmup_s=warmup,
            seed=seed + number,
            metrics_port=metrics_port,
            command=command,
        )

    plan = Exploration(at, start or _quarter(chosen), step_s, confirmations, file)
    try:
        with interruptible():
            curve = explored(plan, Series(run, quiet=as_json))
    except (CurveError, EngineError, EndedError) as error:
        end(str(error), FAILED)
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(curve)).decode())
    else:
        print("", *capacity_report.lines(curve), f"curve: {file}", sep="\n")
    raise typer.Exit(curve.exit_code)


def _quarter(chosen: Scenario) -> float:
    """Return where a search begins that is not told."""
    peak = max(max(one.rate_from, one.rate_to) for one in chosen.arrivals.segments)
    return max(peak / START_SHARE, RATE_MIN)


def _steady(name_or_file: str) -> Scenario:
    """Return a scenario of which a capacity can be found; raise typer.BadParameter."""
    try:
        chosen = scenario.load_scenario(name_or_file)
    except ScenarioError as error:
        raise typer.BadParameter(str(error), param_hint="SCENARIO") from None
    unsteady = {
        "faults": bool(chosen.faults),
        "a sign-in storm": chosen.sign_on == "storm",
        "closed arrivals": chosen.model == "closed",
    }
    if why := [what for what, there in unsteady.items() if there]:
        problem = f"{chosen.name} has {' and '.join(why)}: a capacity is that of a steady open load"
        raise typer.BadParameter(problem, param_hint="SCENARIO")
    return chosen
