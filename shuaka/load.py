"""`shuaka load`: patients arrive open at a running engine; a verdict follows from three witnesses.

Exit codes: 0 PASS, 1 FAIL or not carried out, 2 the command line is wrong, 3 GENERATOR-BOUND.
"""

import shlex
import sys
from pathlib import Path
from typing import Any

import msgspec
import typer
from msgspec import Struct

from loadtests.evidence import report
from loadtests.evidence.result import Result
from loadtests.openload.arrivals import ArrivalPlan, ArrivalsError
from loadtests.workload import scenario, shares
from loadtests.workload.scenario import Scenario, ScenarioError
from loadtests.workload.shares import ShareError
from shuaka import compose, load_foresight, load_options, load_pairs, target_options, worker
from shuaka.ending import FAILED, end
from shuaka.engine import EngineError
from shuaka.junit_file import JunitError, write_junit
from shuaka.mix_option import MixOption
from shuaka.rehearsing.load_child import ChildError
from shuaka.rehearsing.order import LANE, Rehearsal, Running, asked_of
from shuaka.rehearsing.own_door import NOT_TESTED, impossible
from shuaka.rehearsing.rehearsal import RehearsalError, left_by, probe, rehearse
from terminals.patients import Mix

RATE, DURATION_S = "100", 30.0
"""What a run offers that names neither a scenario nor a rate."""


def load(
    context: typer.Context,
    name_or_file: load_options.ScenarioArgument = None,
    shown: load_options.ListOption = False,
    rate: load_options.RateOption = None,
    duration: load_options.DurationOption = None,
    data: load_options.DataOption = compose.DEFAULT_DATA,
    engine: load_options.EngineOption = None,
    terminals: load_options.TerminalsOption = None,
    lane: load_options.LaneOption = LANE,
    processes: load_options.ProcessesOption = None,
    seed: load_options.SeedOption = compose.DEFAULT_SEED,
    population: load_options.PopulationOption = None,
    pharmacy: load_options.PharmacyOption = None,
    remote: load_options.RemoteOption = None,
    wrong_password: load_options.WrongPasswordOption = None,
    mix: MixOption = None,
    warmup: load_options.WarmupOption = None,
    drain: load_options.DrainOption = None,
    journal: load_options.JournalOption = None,
    model: load_options.ModelOption = None,
    fidelity: load_options.FidelityOption = None,
    threshold: load_options.ThresholdOption = None,
    name: load_options.NameOption = "",
    metrics_port: load_options.MetricsPortOption = compose.LOAD_METRICS_PORT,
    result: load_options.ResultOption = None,
    junit: load_options.JunitOption = None,
    target: load_options.TargetOption = None,
    plan: load_options.PlanOption = False,
    master: load_options.MasterOption = False,
    expect_workers: load_options.ExpectOption = 1,
    as_worker: load_options.WorkerOption = False,
    master_host: load_options.MasterHostOption = compose.HOST,
    master_port: load_options.MasterPortOption = load_options.MASTER_PORT,
    web: load_options.WebOption = False,
    web_port: load_options.WebPortOption = load_options.WEB_PORT,
    as_json: load_options.JsonOption = False,
) -> None:
    """Rehearse a peak: open arrivals of patients, honest latency, and a verdict."""
    load_pairs.refuse_senseless(context)
    if shown:
        print(*_shipped(), sep="\n")
        raise typer.Exit
    if as_worker:
        raise typer.Exit(worker.work(master_host, master_port))
    chosen = _scenario(name_or_file, rate)
    named = {"pharmacy": pharmacy, "remote": remote, "wrong_password": wrong_password}
    stated = {share: value for share, value in named.items() if value is not None}
    data, address = load_options.engine_at(engine, data)
    asked = asked_of(
        chosen,
        run=compose.run_name("load", name),
        data=data,
        address=address,
        arrivals=_arrivals(chosen, rate, duration),
        people=population,
        terminals=terminals,
        lane=lane,
        seed=seed,
        mix=_mixed(chosen, stated | {one.name: one.share for one in mix or ()}),
        journal=journal and journal.value,
        model=model and model.value,
        fidelity=fidelity and fidelity.value,
        thresholds=(*chosen.thresholds, *threshold) if threshold else None,
        warmup_s=warmup,
        drain_s=drain,
        processes=expect_workers if master else processes,
        metrics_port=metrics_port,
        running=Running(master_port=master_port if master else 0, web_port=web_port if web else 0),
        result=result,
        command=shlex.join(["shuaka", *sys.argv[1:]]),
    )
    if asked.address is not None and asked.address.door == "national":
        _refuse_impossible(asked.mix, [*stated, *(one.name for one in mix or ())])
    target_options.check(context, target, planned=plan)
    load_foresight.refuse_nobody(asked)
    try:
        if junit is not None:
            probe(junit, "JUnit file")
        judged = _carried_out(asked, target, planned=plan, shown=_Shown(asked, junit, as_json=as_json))
    except (EngineError, ChildError, RehearsalError, JunitError) as error:
        end(str(error), FAILED)
    except KeyboardInterrupt:
        end(left_by(asked), FAILED)
    assert judged.verdict is not None
    raise typer.Exit(judged.verdict.exit_code)


class _Shown(Struct, frozen=True):
    """What is done with a judged result, once: printed, and written for a build server."""

    asked: Rehearsal
    junit: Path | None
    as_json: bool

    def __call__(self, judged: Result) -> None:
        if self.as_json:
            print(msgspec.json.format(msgspec.json.encode(judged)).decode(), flush=True)
        else:
            print(*report.lines(judged), f"result: {self.asked.result_file}", sep="\n", flush=True)
        if self.junit is not None:
            write_junit(judged, self.junit)


def _carried_out(asked: Rehearsal, target: Path | None, *, planned: bool, shown: _Shown) -> Result:
    """Return the judged result of our own engine or of a target, and show it."""
    if target is None:
        return rehearse(asked, quiet=shown.as_json, shown=shown, begins=lambda: load_foresight.foretell(asked))
    from shuaka.rehearsing import foreign  # noqa: PLC0415 - only a run at another platform needs it
    from shuaka.rehearsing.announcement import REFUSED  # noqa: PLC0415 - as above

    load_foresight.foretell(asked, at_a_target=True)
    if planned:
        said = foreign.announce(asked, target)
        print(*said, sep="\n")
        raise typer.Exit(FAILED if any(line.startswith(REFUSED) for line in said) else 0)
    judged: Result = foreign.rehearse(asked, target, quiet=shown.as_json)
    shown(judged)
    return judged


def _scenario(name_or_file: str | None, rate: str | None) -> Scenario:
    if name_or_file is None:
        return _unnamed(rate or RATE)
    try:
        return scenario.load_scenario(name_or_file)
    except ScenarioError as error:
        raise typer.BadParameter(str(error), param_hint="SCENARIO") from None


def _unnamed(rate: str) -> Scenario:
    try:
        return scenario.unnamed(rate, DURATION_S)
    except ArrivalsError as error:
        raise typer.BadParameter(str(error), param_hint="--rate") from None


def _arrivals(chosen: Scenario, rate: str | None, duration_s: float | None) -> ArrivalPlan | None:
    """Return the arrivals where the command line changes them; a length that changes nothing is refused."""
    if rate is None and duration_s is None:
        return None
    folder = chosen.folder if rate is None else Path()
    try:
        plan = ArrivalPlan.read(rate or chosen.arrivals.text, duration_s or chosen.duration_s, folder=folder)
    except ArrivalsError as error:
        raise typer.BadParameter(str(error), param_hint="--rate") from None
    if rate is None and plan == chosen.arrivals and duration_s != chosen.duration_s:
        problem = f"{chosen.arrivals.text} states its own length; change it with --rate"
        raise typer.BadParameter(problem, param_hint="--duration")
    return plan


def _mixed(chosen: Scenario, stated: dict[str, Any]) -> Any:
    try:
        return shares.mixed(chosen.mix, stated) if stated else None
    except ShareError as error:
        raise typer.BadParameter(str(error), param_hint="--mix") from None


def _refuse_impossible(mix: Mix, stated: list[str]) -> None:
    """Refuse a share of the command line that nothing can happen of at our HTTP door; raise typer.BadParameter."""
    for name in impossible(mix, stated):
        raise typer.BadParameter(f"it does not go with --engine http: {NOT_TESTED[1]}", param_hint=f"the share {name}")


def _shipped() -> list[str]:
    """Return the shipped scenarios as a table."""
    rows = [("scenario", "arrivals/s", "lasts", "question")]
    for name in scenario.names():
        found = scenario.load_scenario(name)
        rows.append((name, found.arrivals.text, f"{found.arrivals.duration_s:g} s", found.question))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return ["  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3])) for row in rows]
