"""One load, fleet or undo a lane: two whose terminals are the same would sign each other off, and none be believed.

A lane is held by a locked file in the data directory, which the system lets go of with the process, however it ends.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from shuaka.rehearsing.load_plan import RehearsalError

OF_A_LOAD: Final = "wait for its end, or choose a --lane"


@contextmanager
def held(data: Path, lane: int, *, advice: str = OF_A_LOAD) -> Iterator[None]:
    """Hold a lane while the block runs; raise RehearsalError with an advice where another load, fleet or undo does."""
    file = data / f"lane-{lane}.lock"
    try:
        lock = file.open("w")
    except OSError as error:
        raise RehearsalError(f"the lane's lock {file} cannot be made: {error.strerror}") from None
    with lock:
        _take(lock, f"another load, fleet or undo runs on {data} with the terminals of lane {lane}: {advice}")
        yield


def _take(lock: TextIO, complaint: str) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RehearsalError(complaint) from None
