"""Commands of ours, run as children in process groups of their own, and ended by whoever started them.

A Ctrl-C at the terminal reaches the parent alone, so that it decides in which order they end.
"""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from shuaka.engine import Engine, EngineError

SHUAKA: Final = (sys.executable, "-m", "shuaka")
ENGINE_START_S: Final = 60.0
CHILD_END_S: Final = 15.0
"""What a child that was told to end may take before it is killed."""


@contextmanager
def child_of(command: Sequence[str], *, log: int = subprocess.DEVNULL) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a child beside the block, and end it after; `log` takes all that it says, else its errors are shown."""
    with subprocess.Popen(  # noqa: S603 - our own commands, and Prometheus
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=None if log == subprocess.DEVNULL else log,
        process_group=0,
    ) as child:
        try:
            yield child
        finally:
            end(child)


@contextmanager
def engine_of(data: Path, *options: str) -> Iterator[Engine]:
    """Run an engine until the block ends; raise EngineError if it does not start or end well."""
    command = [*SHUAKA, "serve", "--data", str(data), "--json", *options]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, process_group=0
    ) as child:
        assert child.stdout is not None
        try:
            if not select.select([child.stdout], [], [], ENGINE_START_S)[0]:
                raise EngineError(f"the engine was not ready in {ENGINE_START_S:g} s")
            if not child.stdout.readline():
                raise EngineError(f"the engine did not start (exit {child.wait(CHILD_END_S)}); it said why above")
            yield Engine(data)
        finally:
            end(child)
    if child.returncode:
        raise EngineError(f"the engine ended with exit code {child.returncode}: what it said is not to be relied on")


def end(child: "subprocess.Popen[bytes]") -> None:
    """End a child that still runs: asked at first, killed with its group when it takes too long or we are hurried."""
    child.send_signal(signal.SIGTERM)
    try:
        child.wait(CHILD_END_S)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
