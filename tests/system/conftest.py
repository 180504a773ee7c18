"""Engines as processes, for tests of whole commands: `shuaka serve` on any free ports, ended with the module."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

ANY_PORTS = [word for name in ("tcp", "http", "admin", "metrics") for word in (f"--{name}-port", "0")]
LIMIT_S = 60

Serve = Callable[..., Path]
"""Starts an engine with options of `shuaka serve`, and returns its data directory."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Start engines, each in a new directory."""
    with ExitStack() as ending:

        def serve(*options: str) -> Path:
            directory = tmp_path_factory.mktemp("engine")
            ending.enter_context(_engine(directory, options))
            return directory

        yield serve


@pytest.fixture(scope="module")
def data(served: Serve) -> Path:
    """The directory of an engine with its ledger in SQLite."""
    return served()


@contextmanager
def _engine(directory: Path, options: tuple[str, ...]) -> Iterator[None]:
    command = [sys.executable, "-m", "shuaka", "serve", "--data", str(directory), *ANY_PORTS, *options, "--json"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as engine:
        try:
            assert engine.stdout is not None
            assert engine.stdout.readline(), "the engine did not start"
            yield
        finally:
            engine.send_signal(signal.SIGCONT)  # a test that failed may have left it stopped
            engine.send_signal(signal.SIGTERM)
            engine.wait(LIMIT_S)
