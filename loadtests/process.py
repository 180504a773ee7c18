"""One Locust process that loads: its terminals, its driver, and how it is told to go and to stop (gevent).

It signs its terminals on, says so, waits for the word to go, lets the arrivals come, and has Locust carry its report
to the master every second. `environment` is Locust's: its events and runners are untyped.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import gevent
import msgspec
from gevent.event import Event
from locust.runners import WorkerRunner

from loadtests.connection import Connection
from loadtests.driver import Driver
from loadtests.plan import LoadPlan
from loadtests.recorder import Recorder, Report, Span, Visit
from loadtests.switchboard import Switchboard
from loadtests.visitor import Visitor, World
from settlement.wire.session import TerminalSession
from terminals.journal import FileJournal
from terminals.kernel.outcome import APPROVED

READY: Final = "shuaka_ready"
GO: Final = "shuaka_go"
STOP: Final = "shuaka_stop"
REPORT: Final = "shuaka"
"""Names of what travels between the processes, beside Locust's own messages."""
GO_WAIT_S: Final = 60.0


class LoadProcess:
    """A process that loads; `run` is its one task."""

    def __init__(self, plan: LoadPlan, environment: Any) -> None:
        self._plan = plan
        self._environment = environment
        self._driver: Driver | None = None
        self._go = Event()
        self._stopped = False
        if isinstance(environment.runner, WorkerRunner):
            environment.events.report_to_master.add_listener(self._attach)
            environment.runner.register_message(GO, lambda **_: self._go.set())
            environment.runner.register_message(STOP, lambda **_: self.stop())
        else:
            self._go.set()

    def run(self) -> None:
        """Get ready, wait for the word, and let the arrivals come."""
        if self._driver is not None:
            return  # Locust gives a lost worker's user to another; its arrivals were the lost one's
        runner = self._environment.runner
        self._driver = driver = _driver(self._plan, runner.worker_index, self._heard)
        try:
            self._load(driver)
        except Exception as error:
            driver.fail(f"a fault of the load: {type(error).__name__}: {error}")
            raise

    def _load(self, driver: Driver) -> None:
        if not driver.prepare():
            return
        if isinstance(self._environment.runner, WorkerRunner):
            self._environment.runner.send_message(READY)
        if not self._go.wait(GO_WAIT_S):
            driver.fail(f"the word to go did not come within {GO_WAIT_S:g} s")
            return
        if self._stopped:
            driver.stop()  # told so while the driver was composed or its terminals signed on
        driver.run()

    def stop(self) -> None:
        """End the arrivals, or let none come where they have not begun."""
        self._stopped = True
        self._go.set()
        if self._driver is not None:
            self._driver.stop()

    def report(self) -> Report:
        """Return what was seen so far."""
        return Report() if self._driver is None else self._driver.report()

    def _attach(self, data: dict[str, Any], **_: Any) -> None:
        data[REPORT] = msgspec.json.encode(self.report())

    def _heard(self, visit: Visit) -> None:
        """Tell Locust's statistics of a visit and its messages; ours are the truth."""
        outcome = visit.outcome
        self._fire("visit", outcome.flow, visit.span, "")
        for (infno, end), span in zip(outcome.messages, visit.messages, strict=True):
            self._fire("message", infno, span, "" if end == APPROVED else end)

    def _fire(self, kind: str, name: str, span: Span, refused: str) -> None:
        self._environment.events.request.fire(
            request_type=kind,
            name=name,
            response_time=(span.ended_s - span.began_s) * 1000,
            response_length=0,
            exception=refused or None,
            context={},
        )


def _driver(plan: LoadPlan, part: int, heard: Callable[[Visit], None]) -> Driver:
    """Compose one process's load."""
    recorder = Recorder()
    world = World(clock_ms=lambda: time.time_ns() // 1_000_000, monotonic_s=time.monotonic, sleep=gevent.sleep)
    journal = FileJournal(Path(plan.journal_dir) / f"load-{part}.jsonl", plan.profile.journal)
    visitors, board, address = [], Switchboard(), (plan.host, plan.port)
    for terminal in plan.terminals_of(part):
        site = terminal.site
        session = TerminalSession(
            bytes.fromhex(terminal.key_hex), dev_no=site.dev_no, fixmedins_code=site.fixmedins_code, city=site.city
        )
        timeout_s = plan.profile.reply_timeout_s
        connection = Connection(address, session, timeout_s, world.clock_ms, recorder.stray, board.connect)
        visitors.append(Visitor(site, session, connection, journal, world))
    return Driver(plan, part, visitors, recorder, heard)
