"""Whose run this is: a process that a command of ours started ends with that command, however the command ended.

SIGKILL is heard by nobody. So a process looks once a second whether its parent is the one that it should have, and then
ends as at a SIGTERM: no more arrivals, what is under way may end, and the result is written, judged by nobody.
"""

import os
import signal
from collections.abc import Callable, Mapping
from typing import Final

OWNER: Final = "SHUAKA_LOAD_OWNER"
"""Names the process of the command that waits for its child; nobody, where Locust was started by hand."""
LOOK_S: Final = 1.0


def owned_by(pid: int, environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment for a child that shall end with the process `pid`."""
    return {**environment, OWNER: str(pid)}


def parent_wanted(environment: Mapping[str, str], *, forked: bool) -> int:
    """Return the parent with which this process ends: the command, of a forked worker its master; 0 where none does."""
    owner = int(environment.get(OWNER, 0))
    return os.getppid() if owner and forked else owner


def end_with(
    parent_pid: int,
    sleep: Callable[[float], object],
    parent: Callable[[], int] = os.getppid,
    end: Callable[[], object] = lambda: os.kill(os.getpid(), signal.SIGTERM),
) -> None:
    """Wait until the parent is gone, and end this process."""
    while parent() == parent_pid:
        sleep(LOOK_S)
    end()
