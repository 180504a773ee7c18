"""A sleep as exact as the kernel's own timers, for one greenlet of a process (gevent).

The loop under gevent rounds every wait up to a whole millisecond, and half of one would stand in each latency that
counts from its due time. A timer that is a file (timerfd_create(2)) wakes the same loop within some tens of
microseconds. CPython has it from 3.13 on; here it is the C library's, and where that has none, gevent sleeps.
"""

import ctypes
import os
from typing import Any, Final

import gevent

CLOCK_MONOTONIC: Final = 1
FLAGS: Final = os.O_NONBLOCK | os.O_CLOEXEC  # TFD_NONBLOCK and TFD_CLOEXEC are the same bits
READABLE: Final = 1
NANOSECONDS: Final = 10**9
_C: Final = ctypes.CDLL(None, use_errno=True)


class _Times(ctypes.Structure):
    """struct itimerspec: its interval, unused here, and when it goes off."""

    _fields_ = (
        ("interval_s", ctypes.c_long),
        ("interval_ns", ctypes.c_long),
        ("value_s", ctypes.c_long),
        ("value_ns", ctypes.c_long),
    )


class Timer:
    """Sleeps for the one greenlet that calls it; `close` it at the end."""

    def __init__(self) -> None:
        self._file = -1
        self._watcher: Any = None
        self._times = _Times()
        if hasattr(_C, "timerfd_create"):
            self._file = _C.timerfd_create(CLOCK_MONOTONIC, FLAGS)
        if self._file >= 0:
            self._hub = gevent.get_hub()
            self._watcher = self._hub.loop.io(self._file, READABLE)

    def sleep(self, seconds: float) -> None:
        """Let others run for so long. To set the timer anew is to read it: it is never read."""
        nanoseconds = int(seconds * NANOSECONDS)
        if self._watcher is None or nanoseconds <= 0:
            gevent.sleep(max(seconds, 0))
            return
        self._times.value_s, self._times.value_ns = divmod(nanoseconds, NANOSECONDS)
        if _C.timerfd_settime(self._file, 0, ctypes.byref(self._times), None):
            raise OSError(ctypes.get_errno(), "timerfd_settime")
        self._hub.wait(self._watcher)

    def close(self) -> None:
        """Give the timer back; afterwards gevent sleeps."""
        if self._watcher is not None:
            self._watcher.close()
            os.close(self._file)
            self._watcher, self._file = None, -1
