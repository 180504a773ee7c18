"""`shuaka undo RUN`: revokes or reverses everything that a run settled, and proves that nothing of it is left.

At the run's own host, whichever it was: the run's directory says so, and where it does not, nothing is undone. Ended or
killed, it goes on where it was when it is called again.
Exit codes: 0 nothing is left, 1 something is, or it could not be carried out; 2 there is no such run; 4 undone, but not
proved.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from shuaka import compose
from shuaka.ending import FAILED, USAGE, end
from shuaka.engine import EngineError
from shuaka.interruption import interruptible
from shuaka.rehearsing.order import RUNS

if TYPE_CHECKING:
    from shuaka.rehearsing.undoing import Undoing

NOT_PROVED: Final = 4
SHOWN_MAX: Final = 20


def undo(
    run: Annotated[str, typer.Argument(help="Name of the run.")],
    data: Annotated[Path, typer.Option(help="Data directory of the run.")] = compose.DEFAULT_DATA,
) -> None:
    """Revoke or reverse everything that a run settled, and prove that nothing of it is left."""
    place = data / RUNS / run
    journals = list(place.glob("load-*.jsonl"))
    if not journals:
        end(f"{place} holds no journal of a run: runs are named after the directories in {data / RUNS}", USAGE)
    from loadtests.evidence.history import HistoryError, ended  # noqa: PLC0415 - gevent comes with it
    from loadtests.evidence.host import read_host  # noqa: PLC0415 - as above
    from loadtests.foreign.clerk import UndoError  # noqa: PLC0415 - as above
    from loadtests.foreign.order import read_order  # noqa: PLC0415 - as above
    from shuaka.rehearsing import undoing  # noqa: PLC0415 - as above
    from shuaka.rehearsing.load_plan import RehearsalError  # noqa: PLC0415 - as above
    from terminals.journal import JournalError  # noqa: PLC0415 - as above

    try:
        if not all(map(ended, journals)):
            end(f"the run {run} is still under way: end it first, with Ctrl-C", FAILED)
        ours = read_host(place).ours
        with (
            interruptible(),
            undoing.OwnUndoing(data, run) if ours else undoing.ForeignUndoing(read_order(place), place) as desk,
        ):
            proved = _carried_out(desk)
    except (HistoryError, UndoError, JournalError, EngineError, RehearsalError, OSError, ValueError) as error:
        end(str(error), FAILED)
    except KeyboardInterrupt:
        end("ended between two steps, and not proved; the same command goes on", FAILED)
    if not proved:
        raise typer.Exit(NOT_PROVED)


def _carried_out(desk: "Undoing") -> bool:
    """Undo step by step, and return whether it is proved that nothing is left."""
    steps, stuck = desk.left(), []
    print(f"undo of {steps} at {desk.name}, one after the other, the newest first", flush=True)
    number = 0
    try:
        for number, step in enumerate(desk.undo(), 1):
            if not step.ok:
                stuck.append(step)
            _progress(number, max(number, steps))
    except KeyboardInterrupt:
        end(f"ended: {number} of {steps} undone; the same command goes on", FAILED)
    print(f"undone, {len(stuck)} left over" if stuck else "undone: nothing is left to revoke or to find out")
    for step in stuck[:SHOWN_MAX]:
        print(f"  {step.msgid}: {step.result} {step.refusal}")
    said, proved = desk.proved()
    print(*said, sep="\n")
    if stuck or proved is False:
        raise typer.Exit(FAILED)
    return bool(proved)


def _progress(number: int, steps: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{number} of {steps}", end="" if number < steps else "\n", file=sys.stderr, flush=True)
