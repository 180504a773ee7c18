"""The periodic look at a ledger's books as a process of its own: `python -m settlement.stores.inspection LEDGER`.

It reads the file beside the engine that writes it, and takes what CPU nobody else wants: in a thread of the engine the
same look would take the interpreter from it again and again. A line on stdin asks for a look, a line of JSON on stdout
answers: what it found (audit.look_at), or why nothing. It ends with its engine, also with one that was killed: between
looks by the end of stdin, in the middle of one because the parent is another.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, sleep, thread_time
from typing import Final

import apsw
import msgspec
from msgspec import Struct

from settlement.stores.audit import look_at
from settlement.stores.store import Look

STEPS_BETWEEN: Final = 100_000
"""Steps of SQLite's machine between two looks at the parent: some milliseconds."""
BUSY_TIMEOUT_MS: Final = 5_000
LONG_S: Final = 0.2
"""A statement of a large ledger: what is committed meanwhile stays in the log."""
REST_S: Final = 3.0
"""How long nobody reads after it: at the rate of a peak the log is folded every other second, and begins anew."""


class Found(Struct, frozen=True):
    """What one look found, or in `error` why nothing."""

    look: Look | None = None
    error: str = ""


def look(path: Path, orphaned: Callable[[], bool] = lambda: False) -> Found:
    """Look at a ledger, each statement in a snapshot of its own: a longer one would keep the log from being folded."""
    began = thread_time()
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            connection.set_busy_timeout(BUSY_TIMEOUT_MS)
            connection.set_progress_handler(orphaned, STEPS_BETWEEN)
            seen = look_at(connection, resting())
            return Found(msgspec.structs.replace(seen, cpu_s=thread_time() - began))
        finally:
            connection.close()
    except apsw.Error as error:
        return Found(error=str(error))


def resting(now_s: Callable[[], float] = perf_counter, rest: Callable[[float], object] = sleep) -> Callable[[], None]:
    """Return what is to be called after each statement: it rests after a long one, so that the log can be folded."""
    since_s = now_s()

    def after() -> None:
        nonlocal since_s
        if now_s() - since_s > LONG_S:
            rest(REST_S)
        since_s = now_s()

    return after


def main() -> None:
    """Look as often as a line comes, until there are no more or the engine is gone."""
    path, engine = Path(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the engine, which then ends this
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))  # makes way at once, where a nice process has its turn
    while sys.stdin.readline():
        found = look(path, lambda: os.getppid() != engine)
        if os.getppid() != engine:
            return
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
