"""What a data directory lies on, and how long it takes to make a small write durable there.

Measured once before a run, in a file of its own beside the ledger: an engine that acknowledges nothing before fdatasync
cannot be faster than this.
"""

import os
import re
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Final, NamedTuple

from loadtests.openload.histograms import BEYOND_MIN

WRITES: Final = 2 * BEYOND_MIN
"""Just enough for a median, and a tenth of a second on a disk of 0.5 ms."""
LIMIT_S: Final = 2.0
"""For all of them: a slow disk is measured by fewer."""
BLOCK: Final = bytes(4096)
US: Final = 1e6
MOUNTS: Final = Path("/proc/self/mountinfo")
_ESCAPED: Final = re.compile(r"\\(\d{3})")
"""A blank and the like in a path, as octal digits (proc_pid_mountinfo(5))."""


class Disk(NamedTuple):
    """A file system, and fdatasync of a 4 KiB write on it in us: the median, if writes are enough, and the maximum."""

    file_system: str
    fdatasync_p50_us: int | None
    fdatasync_max_us: int | None


NOWHERE: Final = Disk("", None, None)


def disk_of(directory: str, writes: int = WRITES) -> Disk:
    """Measure a directory; where it is none of this host's, or cannot be written, say nothing of it."""
    if not directory or not Path(directory).is_dir():
        return NOWHERE
    try:
        took_us = sorted(_fdatasyncs(directory, writes))
    except OSError:
        return Disk(file_system_of(Path(directory)), None, None)
    median_us = took_us[len(took_us) // 2] if len(took_us) >= WRITES else None
    return Disk(file_system_of(Path(directory)), median_us, took_us[-1])


def _fdatasyncs(directory: str, writes: int) -> list[int]:
    took_us = []
    with tempfile.TemporaryFile(dir=directory) as file:
        until_s = perf_counter() + LIMIT_S
        for _ in range(writes):
            if (began_s := perf_counter()) > until_s:
                break
            os.pwrite(file.fileno(), BLOCK, 0)
            os.fdatasync(file.fileno())
            took_us.append(int((perf_counter() - began_s) * US))
    return took_us


def file_system_of(directory: Path, mounts: Path = MOUNTS) -> str:
    """Return type and mount options of what a directory lies on, "" where the kernel does not say."""
    try:
        lines = mounts.read_text().splitlines()
    except OSError:
        return ""
    place = directory.resolve()
    found = [(point, said) for point, said in map(_mount, lines) if place.is_relative_to(point)]
    # of mounts on one point the last one covers the others
    return max(enumerate(found), key=lambda each: (len(each[1][0].parts), each[0]))[1][1] if found else ""


def _mount(line: str) -> tuple[Path, str]:
    """Read one line: ... root point options [fields] - type source options."""
    words = line.split()
    point = _ESCAPED.sub(lambda match: chr(int(match[1], 8)), words[4])
    return Path(point), f"{words[words.index('-') + 1]} ({words[5]})"
