"""The engine's clock: the wall's, plus what an operator has moved it on by. The one place that knows of the difference.

Timers of the rules (seven days of a loss, a year's counters) are computed from stored moments, so moving the clock is
all it takes to see them run out. It never goes back while a ledger is kept: rows would be dated after today.
"""

import os
from pathlib import Path
from time import time_ns
from typing import Final

FILE: Final = "clock"
AHEAD_MAX_MS: Final = 50 * 366 * 24 * 3600 * 1000


class Clock:
    """Unix time in ms, moved on; the offset is kept in the data directory, so that a restart does not go back."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / FILE
        self.offset_ms = int(self._file.read_text()) if self._file.exists() else 0
        self._not_before_ms = 0

    def now_ms(self) -> int:
        """Return the engine's time."""
        return max(wall_ms() + self.offset_ms, self._not_before_ms)

    def not_before(self, moment_ms: int) -> None:
        """Never go back before a moment again, wherever the wall's clock is set: what was cleared is closed."""
        self._not_before_ms = max(moment_ms, self._not_before_ms)

    def set(self, offset_ms: int) -> None:
        """Move the clock, durably; 0 is the wall's own time. Back it goes with the ledger, and whatever was cleared."""
        assert 0 <= offset_ms <= AHEAD_MAX_MS
        if offset_ms < self.offset_ms:
            self._not_before_ms = 0
        if offset_ms:
            _replace(self._file, f"{offset_ms}\n")
        else:
            self._file.unlink(missing_ok=True)
        self.offset_ms = offset_ms


def _replace(path: Path, text: str) -> None:
    """Write a file so that after a power cut it has its old content or all of the new."""
    beside = path.with_name(f"{path.name}.new")
    with beside.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def wall_ms() -> int:
    """Return Unix time in ms."""
    return time_ns() // 1_000_000
