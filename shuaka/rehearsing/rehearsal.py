"""A load run from its question to its judged result: people leased, plan written, Locust followed, engine asked.

`shuaka load` and `shuaka demo` are two faces of it.
"""

import errno
import os
import signal
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from loadtests.evidence.gate import Audit, compare
from loadtests.evidence.host import FILE as HOST_FILE
from loadtests.evidence.host import Host, write_host
from loadtests.evidence.result import Result, write
from loadtests.evidence.stories import cards_of, told, unseen
from loadtests.workload.faults import missing
from loadtests.workload.plan import LoadPlan
from shuaka.engine import Engine, EngineError
from shuaka.rehearsing import lane, load_child, place
from shuaka.rehearsing.load_plan import RehearsalError, plan_of
from shuaka.rehearsing.order import RESULT, Rehearsal, asked_of

__all__ = ["Rehearsal", "RehearsalError", "asked_of", "audit_of", "rehearse"]

NOTHING_RUN: Final = "ended before the first arrival: nothing was run"


def rehearse(
    asked: Rehearsal,
    *,
    quiet: bool,
    shown: Callable[[Result], None] = lambda _: None,
    begins: Callable[[], None] = lambda: None,
) -> Result:
    """Carry out a load run and write its judged result; raise EngineError, ChildError or RehearsalError.

    `shown` is called with the judged result as soon as there is one: Locust's page may stand for longer. `begins` is
    called when nothing stands in the way any more, and nothing was sent.
    """
    engine = Engine(asked.data)
    with lane.held(asked.data, asked.lane):
        plan = prepared(asked, engine)
        begins()
        return _carried_out(asked, plan, engine, quiet=quiet, shown=shown)


def left_by(asked: Rehearsal) -> str:
    """Say what a run left that was ended before or after its arrivals, which no process of it could tell of."""
    file = asked.place / RESULT
    return f"ended before it was judged: its result lies unjudged in {file}" if file.exists() else NOTHING_RUN


def _carried_out(
    asked: Rehearsal, plan: LoadPlan, engine: Engine, *, quiet: bool, shown: Callable[[Result], None]
) -> Result:
    judged: list[Result] = []

    def over(result: Result) -> None:
        judged.append(judged_of(asked, plan, engine, result))
        shown(judged[-1])

    with place.kept_if_begun(asked.place, lambda: _knows(engine, asked.run)):
        try:
            load_child.follow(plan, asked.place, quiet=quiet, running=asked.running, over=over)
        finally:
            _thaw(plan)
    return judged[-1]


def _knows(engine: Engine, run: str) -> bool:
    """Whether the engine counted something under a run's name; one that is gone has forgotten it."""
    try:
        return bool(engine.audit(run)["engine"])
    except EngineError:
        return False


def prepared(asked: Rehearsal, engine: Engine) -> LoadPlan:
    """Lease people, make the run's directory and return the plan; raise EngineError or RehearsalError."""
    if asked.result is not None:
        probe(asked.result_file)
    plan = plan_of(asked, engine)
    place.make(asked.place)
    try:
        write_host(Host(f"{plan.host}:{plan.port}", ours=True), asked.place)
    except OSError as error:
        raise _unwritable(asked.place / HOST_FILE, error, "file") from None
    return plan


def judged_of(asked: Rehearsal, plan: LoadPlan, engine: Engine, result: Result) -> Result:
    """Judge what a run left by three witnesses and write it; raise EngineError or RehearsalError."""
    if result.interrupted and not result.report.arrivals.scheduled:
        raise RehearsalError(NOTHING_RUN)
    if result.report.failure:
        raise RehearsalError(result.report.failure)
    audit = audit_of(engine, asked.run)
    judged = result.judged(compare([result.claims], audit), _unseen(plan, result), audit=audit)
    for file in dict.fromkeys((Path(plan.result_file), asked.result_file)):
        _keep(judged, file)
    return judged


def _thaw(plan: LoadPlan) -> None:
    """Let a stopped engine go on: the process that stopped it may have been killed before it could."""
    if plan.engine_pid:
        with suppress(ProcessLookupError):
            os.kill(plan.engine_pid, signal.SIGCONT)


def _unseen(plan: LoadPlan, result: Result) -> tuple[str, ...]:
    """Return what the plan promised and nobody saw: of the mix to so many patients, and its faults."""
    cards = cards_of(plan.card_profiles, [terminal.site for terminal in plan.terminals])
    report = result.report
    lived = unseen(plan.profile.mix, cards, report.arrivals.completed, told(report))
    return (*lived, *missing(plan.profile.faults, report.happened))


def probe(file: Path, what: str = "result") -> None:
    """Find out before anybody is leased or asked whether `what` can be written here; raise RehearsalError."""
    try:
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with tempfile.TemporaryFile(dir=file.parent):
            pass
    except OSError as error:
        raise _unwritable(file, error, what) from None


def _keep(judged: Result, file: Path) -> None:
    try:
        write(judged, file)
    except OSError as error:
        raise _unwritable(file, error) from None


def _unwritable(file: Path, error: OSError, what: str = "result") -> RehearsalError:
    return RehearsalError(f"the {what} {file} cannot be written: {error.strerror}")


def audit_of(engine: Engine, opter: str = "") -> Audit:
    """Return the engine's and the ledger's word about a run."""
    return msgspec.convert(engine.audit(opter, digest=True), Audit)
