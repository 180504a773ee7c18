"""`shuaka compare A B`: is B better or worse than A, or is it chance? Scenarios run in pairs, or results made before.

Exit codes: 0 no change or better, 1 worse or not carried out, 2 the command line is wrong or a file is no result, 3 not
comparable, be it that the generator was the limit.
"""

import shlex
import sys
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import msgspec
import typer

from loadtests.evidence import result as results
from loadtests.evidence.result import Result
from loadtests.openload.arrivals import ArrivalPlan, ArrivalsError
from loadtests.openload.bootstrap import PAIRS_MIN
from loadtests.openload.figures import EXAMPLES, FigureError, parse_figure
from loadtests.series import compare as comparisons
from loadtests.series import compare_report
from loadtests.series.comparable import ASKED, COMPARED, MACHINE
from loadtests.series.compare import Comparison, Side, compared
from loadtests.workload import scenario
from loadtests.workload.scenario import Scenario, ScenarioError
from loadtests.workload.subjects import NAMES
from shuaka import compose, load_options
from shuaka.ending import FAILED, USAGE, end
from shuaka.engine import EngineError
from shuaka.interruption import interruptible
from shuaka.load_pairs import said
from shuaka.rehearsing.load_child import ChildError
from shuaka.rehearsing.order import RUNS, Rehearsal, asked_of
from shuaka.rehearsing.pairing import Pairing, Who, paired
from shuaka.rehearsing.rehearsal import RehearsalError
from shuaka.rehearsing.series import RUNS_MAX, EndedError, Series, series_name

EXIT_CODES: Final = {"no change": 0, "better": 0, "worse": 1, "not comparable": 3}
FILE: Final = "compare.json"
PAIRS: Final = 10
OF_RUNS: Final = frozenset(("data", "engine", "data_a", "data_b", "pairs", "rate", "processes", "name", "metrics_port"))
"""Options about runs that are yet to be made."""


def _figure(text: object) -> Any:
    try:
        return parse_figure(str(text), NAMES)
    except FigureError as error:
        raise typer.BadParameter(str(error)) from None


def _across(text: object) -> str:
    may = (*COMPARED, MACHINE)
    if text not in may:
        raise typer.BadParameter(f"{text} is nothing that runs differ in; it may be {', '.join(may)}")
    return str(text)


def compare(
    context: typer.Context,
    a: Annotated[str, typer.Argument(metavar="A", help="A scenario; or a result.json, or a directory of such.")],
    b: Annotated[str | None, typer.Argument(metavar="B", help="The same of B; without it A again.")] = None,
    data: load_options.DataOption = compose.DEFAULT_DATA,
    engine: load_options.EngineOption = None,
    data_a: Annotated[Path | None, typer.Option(help="Data directory of A's engine, if B has another.")] = None,
    data_b: Annotated[Path | None, typer.Option(help="Data directory of B's engine.")] = None,
    pairs: Annotated[int, typer.Option(min=PAIRS_MIN, max=RUNS_MAX // 2, help="Pairs of runs.")] = PAIRS,
    figure: Annotated[
        Any, typer.Option(parser=_figure, metavar="TEXT", help=f"What is compared: {EXAMPLES}.")
    ] = comparisons.DEFAULT.name,
    rate: Annotated[str | None, typer.Option(help="Arrivals of every run, as in 100/60s; else the scenario's.")] = None,
    across: Annotated[
        list[str] | None,
        typer.Option(parser=_across, metavar="NAME", help="What A and B may differ in, as in store; repeatable."),
    ] = None,
    processes: load_options.ProcessesOption = None,
    seed: load_options.SeedOption = compose.DEFAULT_SEED,
    name: Annotated[str, typer.Option(help="Name of the comparison; its runs add a number.")] = "",
    result: Annotated[Path | None, typer.Option(help="File of the comparison.")] = None,
    metrics_port: load_options.MetricsPortOption = compose.LOAD_METRICS_PORT,
    as_json: load_options.JsonOption = False,
) -> None:
    """Compare two scenarios, two engines, or results made before, by pairs of runs."""
    command = shlex.join(["shuaka", *sys.argv[1:]])
    if _is_result(a):
        _refuse_runs(context)
        one, other = _side(a), _side(b or a)
        found = compared(one, other, figure=figure, across=across or (), seed=seed, command=command)
        _shown(found, result, as_json=as_json)
    if engine is not None and (data_a or data_b):
        raise typer.BadParameter("it is one engine, --data-a and --data-b are two", param_hint="--engine")
    data, address = load_options.engine_at(engine, data)
    names, engines = {"A": a, "B": b or a}, {"A": data_a or data, "B": data_b or data}
    scenarios = {who: _scenario(named) for who, named in names.items()}
    arrivals, run = _arrivals(rate), series_name("cmp", name)

    def asked(who: Who, number: int) -> Rehearsal:
        return asked_of(
            scenarios[who],
            run=run,
            data=engines[who],
            address=address,
            arrivals=arrivals,
            processes=processes,
            seed=seed + number,
            metrics_port=metrics_port,
            command=command,
        )

    place = engines["A"] / RUNS / run
    runs_a, runs_b = _carried_out(Pairing(asked, pairs, figure, place), Series(run, quiet=as_json))
    if engines["A"] != engines["B"]:
        names = {who: f"{named} on {engines[who]}" for who, named in names.items()}
    one, other = Side(names["A"], runs_a), Side(names["B"], runs_b)
    differ = (*(ASKED if b not in {None, a} else ()), *(across or ()))
    found = compared(one, other, figure=figure, across=differ, seed=seed, command=command)
    _shown(found, result or place / FILE, as_json=as_json)


def _carried_out(plan: Pairing, series: Series) -> tuple[list[Result], list[Result]]:
    try:
        with interruptible():
            return paired(plan, series)
    except (EngineError, ChildError, RehearsalError, EndedError) as error:
        end(str(error), FAILED)


def _shown(found: Comparison, file: Path | None, *, as_json: bool) -> NoReturn:
    """Write and print a comparison, and end with its exit code."""
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            comparisons.write(found, file)
        except OSError as error:
            end(f"the comparison {file} cannot be written: {error.strerror}", FAILED)
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(found)).decode())
    else:
        print(*compare_report.lines(found), *([f"comparison: {file}"] if file else []), sep="\n")
    raise typer.Exit(EXIT_CODES[found.answer])


def _scenario(name_or_file: str) -> Scenario:
    try:
        return scenario.load_scenario(name_or_file)
    except ScenarioError as error:
        raise typer.BadParameter(str(error)) from None


def _arrivals(rate: str | None) -> ArrivalPlan | None:
    try:
        return None if rate is None else ArrivalPlan.read(rate)
    except ArrivalsError as error:
        raise typer.BadParameter(str(error), param_hint="--rate") from None


def _is_result(name: str) -> bool:
    """Whether a file or a directory of results is meant, and no scenario."""
    return Path(name).is_dir() or Path(name).suffix == ".json"


def _refuse_runs(context: typer.Context) -> None:
    """Refuse what was said of runs where none is made; raise typer.BadParameter."""
    for parameter in context.command.params:
        name = parameter.name or ""
        if name in OF_RUNS and said(context, name):
            problem = "it does not go with results made before: nothing is run, and no engine is asked"
            raise typer.BadParameter(problem, param_hint=parameter.opts[0])


def _side(name: str) -> Side:
    """Return results made before: one file, or every result.json below a directory, or else its JSON files."""
    path = Path(name)
    files = [path] if path.is_file() else sorted(path.rglob("result.json")) or sorted(path.glob("*.json"))
    if not files:
        raise typer.BadParameter(f"{name} has no result.json")
    return Side(name, [_read(file) for file in files])


def _read(file: Path) -> Result:
    try:
        return results.read(file)
    except OSError as error:
        end(f"{file} cannot be read: {error.strerror}", USAGE)
    except msgspec.MsgspecError as error:
        end(f"{file} is no result of this version: {error}", USAGE)
