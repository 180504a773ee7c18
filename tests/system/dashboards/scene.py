"""A network under Prometheus, whose events come one by one: what happened when is kept, tests ask what it showed.

Lives here: the processes and the clock of events. Which events: happenings.py.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shuaka.engine import Engine
from tests.system.dashboards.prometheus import SCRAPE_S, Prometheus

SHUAKA = (sys.executable, "-m", "shuaka")
BRITTLE = (sys.executable, str(Path(__file__).with_name("brittle_terminals.py")))
LIMIT_S = 45
Child = subprocess.Popen[bytes]


class Scene:
    """What ran, when what happened, and what the pages of the processes said while all of them ran."""

    def __init__(self, folder: Path, prometheus: Prometheus, ports: dict[str, int]) -> None:
        self.folder, self.data, self.prometheus, self.ports = folder, folder / "data", prometheus, ports
        self.began = self.ended = time.time()
        self.happened: dict[str, tuple[float, float]] = {}
        self.pages: dict[str, str] = {}
        self._engine: Child | None = None

    @contextmanager
    def event(self, name: str) -> Iterator[None]:
        """Note when something happened; it is over when it must have been scraped and its rules evaluated."""
        began = time.time()
        yield
        time.sleep(3 * SCRAPE_S)
        self.happened[name] = began, time.time()

    def twice(self, name: str) -> Iterator[int]:
        """Have something happen twice, a scrape apart: a counter that begins with 1 has no rate yet."""
        with self.event(name):
            yield 1
            time.sleep(2 * SCRAPE_S)
            yield 2

    def start_engine(self) -> None:
        """Start the engine, or start it again."""
        doors = [f"--{door}-port={self.ports[door]}" for door in ("tcp", "http", "admin", "metrics")]
        command = [*SHUAKA, "serve", "--data", str(self.data), "--json", *doors]
        self._engine = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self._engine.stdout is not None
        assert self._engine.stdout.readline(), "the engine did not start"

    def end_engine(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the engine, if it runs."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.send_signal(how)
            engine.communicate(timeout=LIMIT_S)

    @contextmanager
    def beside(self, *command: str) -> Iterator[Child]:
        """Run a command beside the engine, in a group of its own."""
        with (self.folder / "said").open("ab") as said:
            child = subprocess.Popen(command, stdout=said, stderr=said, cwd=self.folder, start_new_session=True)
        try:
            yield child
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
            child.wait(LIMIT_S)

    def audit(self) -> None:
        """Have the engine look at its books."""
        Engine(self.data).audit()

    def keep_pages(self) -> None:
        """Keep what each process shows now."""
        for name in ("metrics", "terminals", "brittle", "load"):
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[name]}/metrics", timeout=10) as page:
                self.pages[name] = page.read().decode()
