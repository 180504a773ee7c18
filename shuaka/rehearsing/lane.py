"""One load a lane: two whose terminals are the same ones would sign each other off, and neither could be believed.

A lane is held by a locked file in the data directory, which the system lets go of with the process, however it ends.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from shuaka.rehearsing.load_plan import RehearsalError


@contextmanager
def held(data: Path, lane: int) -> Iterator[None]:
    """Hold a lane while the block runs; raise RehearsalError where another load does."""
    file = data / f"lane-{lane}.lock"
    try:
        lock = file.open("w")
    except OSError as error:
        raise RehearsalError(f"the lane's lock {file} cannot be made: {error.strerror}") from None
    with lock:
        _take(lock, data, lane)
        yield


def _take(lock: TextIO, data: Path, lane: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RehearsalError(
            f"another load runs on {data} with the terminals of lane {lane}: wait for its end, or choose a --lane"
        ) from None
