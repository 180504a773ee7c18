"""The directory of a run: made for it alone, and gone again with a run that never began, so that its name is free.

A run began with its first arrival, or as soon as its engine knows its name: the engine counts by name, and would lay
the sign-ons of two runs beside the claims of one.
"""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from loadtests.evidence import result
from loadtests.running import live
from shuaka.rehearsing.load_child import CrashError
from shuaka.rehearsing.load_plan import RehearsalError
from shuaka.rehearsing.order import RESULT


def make(place: Path, mode: int = 0o777) -> None:
    """Make it; raise RehearsalError where it cannot be, or another run has it."""
    try:
        place.mkdir(mode=mode, parents=True, exist_ok=False)
    except OSError as error:
        if place.exists():
            raise RehearsalError(f"{place} is there already: choose another --name") from None
        raise RehearsalError(f"the run's directory {place} cannot be made: {error.strerror}") from None


@contextmanager
def kept_if_begun(place: Path, known: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Remove it where the block ends by an exception before the run began; `known`: whether its engine knows its name.

    Where it does, that is said on stderr. After a crash it stays, too: whoever looks for the cause needs the log.
    """
    try:
        yield
    except CrashError:
        raise
    except BaseException:
        if not begun(place):
            _forget(place, known)
        raise


def _forget(place: Path, known: Callable[[], bool]) -> None:
    if known():
        why = "its terminals had signed on, and the engine counts by name"
        print(f"{place} stays: {why}; the next run wants another --name", file=sys.stderr, flush=True)
    else:
        shutil.rmtree(place, ignore_errors=True)


def begun(place: Path) -> bool:
    """Whether somebody arrived, or money may have moved, by any of the files that a run leaves."""
    if any(journal.stat().st_size for journal in place.glob("*.jsonl")):
        return True
    try:
        state = live.read(place / "live.json")
        left = [result.read(file).report for file in (place / RESULT,) if file.exists()]
    except (OSError, msgspec.MsgspecError):
        return True
    return any(told.arrivals.scheduled for told in (state, *left) if told is not None)
