"""How much of a core this process got, and how much it would have taken.

CPU time alone makes a process that others keep from its core look idle. Where the kernel counts how long a thread was
ready and waited for a core (Linux, /proc/PID/schedstat: ns on a core, ns waiting, time slices), that counts, too. The
main thread is asked for it: under gevent it does everything.
"""

from pathlib import Path
from typing import Final, NamedTuple

SCHEDSTAT: Final = Path("/proc/self/schedstat")
NANOSECONDS: Final = 1e9


class Share(NamedTuple):
    """Of one core, over some time: how much was used, and how much was waited for."""

    used: float = 0.0
    waited: float = 0.0


def waited_s(file: Path = SCHEDSTAT) -> float:
    """Return for how long, in seconds, this process was ready and had no core; 0 where nobody counts it."""
    try:
        _, waiting, _ = file.read_text("ascii").split()
        return int(waiting) / NANOSECONDS
    except (OSError, ValueError):
        return 0.0
