"""How a command ends that has something to put away: whatever asks it to, it meets KeyboardInterrupt and cleans up."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

OTHERS: Final = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let a hangup and SIGTERM count as Ctrl-C, which a shell may have had ignored; trio, too, knows that one."""
    before = {number: signal.signal(number, _as_ctrl_c) for number in OTHERS}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _as_ctrl_c(_: int, __: FrameType | None) -> None:
    signal.raise_signal(signal.SIGINT)
