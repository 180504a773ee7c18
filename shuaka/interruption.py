"""How a command ends that has something to put away: whatever asks it to, it meets KeyboardInterrupt and cleans up."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

OTHERS: Final = (signal.SIGTERM, signal.SIGHUP)
TOLD_TO_END: Final = (signal.SIGINT, signal.SIGTERM)


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


@contextmanager
def held_back() -> Iterator[Callable[[], None]]:
    """Hold SIGINT and SIGTERM back until the function is called: what is half started would be nobody's.

    From then on both raise KeyboardInterrupt, also where a shell had SIGINT ignored.
    """
    came: list[int] = []
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in TOLD_TO_END}

    def release() -> None:
        for number in TOLD_TO_END:
            signal.signal(number, signal.default_int_handler)
        if came:
            raise KeyboardInterrupt

    try:
        yield release
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _as_ctrl_c(_: int, __: FrameType | None) -> None:
    signal.raise_signal(signal.SIGINT)
