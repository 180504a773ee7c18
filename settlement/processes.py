"""What an engine and the processes it started use of the machine, as the kernel counts it (proc_pid_stat(5)).

Linux only; elsewhere, and of a process that has gone, nothing is said.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

PROC: Final = Path("/proc")
UTIME, STIME, RSS = 11, 12, 21
"""Places in stat behind the command, which stands in brackets and may hold anything."""


class Use(NamedTuple):
    """CPU in seconds since the start, and memory in bytes."""

    cpu_s: float = 0.0
    resident_bytes: int = 0

    def plus(self, other: "Use") -> "Use":
        """Return the use of both."""
        return Use(self.cpu_s + other.cpu_s, self.resident_bytes + other.resident_bytes)


def use_of_family(pid: int, proc: Path = PROC) -> Use:
    """Return what a process and its children, and theirs, use together."""
    used = _use(pid, proc)
    for child in _children(pid, proc):
        used = used.plus(use_of_family(child, proc))
    return used


def _use(pid: int, proc: Path) -> Use:
    try:
        words = (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return Use()
    ticks = int(words[UTIME]) + int(words[STIME])
    return Use(ticks / os.sysconf("SC_CLK_TCK"), int(words[RSS]) * os.sysconf("SC_PAGE_SIZE"))


def _children(pid: int, proc: Path) -> Iterator[int]:
    for task in (proc / str(pid) / "task").glob("*/children"):
        try:
            yield from map(int, task.read_text().split())
        except OSError:
            continue
