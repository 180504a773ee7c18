"""Who loads and who follows: a worker has one part of the arrivals; the leader says go and stop, and has the findings.

The leader sits in Locust's master, or in its only process, where it loads, too. All begin together: workers say that
they are ready, and get their part with the word to go. Reports travel as messages of ours, so that the last one is
there before a process ends. `environment` is Locust's, which is untyped (gevent).
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import gevent
import msgspec
from gevent.event import Event
from locust.runners import MasterRunner
from msgspec import Struct

from loadtests.openload import findings
from loadtests.openload.findings import Findings, Setting
from loadtests.openload.record import Report, merge
from loadtests.openload.visits import LEAVING_S, Visits

READY: Final = "openload_ready"
GO: Final = "openload_go"
STOP: Final = "openload_stop"
REPORT: Final = "openload_report"
"""Names of what travels between the processes, beside Locust's own messages."""
REPORT_S: Final = 1.0
LOOK_S: Final = 0.05
READY_S: Final = 30.0
"""How long workers may take to say that they are ready."""
MARGIN_S: Final = 10.0
"""What a process may take beyond arrivals, drain and farewell before it is taken for dead."""
HERE: Final = "here"


class Part(Struct, frozen=True):
    """What a worker is told: the setting, and which part of the arrivals is its own."""

    setting: Setting
    part: int
    parts: int


class Worker:
    """One process that loads when it is told to."""

    def __init__(self, environment: Any) -> None:
        self._environment = environment
        self._runner = environment.runner
        self._visits: Visits | None = None
        self._idle = Event()
        self._idle.set()
        self._runner.register_message(GO, self._go, concurrent=True)
        self._runner.register_message(STOP, lambda **_: self.stop())
        environment.process_exit_code = 0  # the verdict is the master's
        environment.events.test_start.add_listener(lambda **_: self._runner.send_message(READY))
        for ending in (environment.events.test_stopping, environment.events.quitting):
            ending.add_listener(lambda **_: self.end())

    def stop(self) -> None:
        """End the arrivals; visits under way go on."""
        if self._visits is not None:
            self._visits.stop()

    def end(self) -> None:
        """End the arrivals, and wait for what is under way and for the last report."""
        self.stop()
        self._idle.wait()

    def _go(self, msg: Any, **_: Any) -> None:
        told = msgspec.msgpack.decode(msg.data, type=Part)
        self._idle.clear()
        try:
            self._load(told)
        except Exception as error:
            self._send(Report(failure=f"a worker's fault: {type(error).__name__}: {error}", finished=True))
            raise
        finally:
            self._idle.set()

    def _load(self, told: Part) -> None:
        self._visits = visits = Visits(self._environment, told.setting, told.part, told.parts)
        running = gevent.spawn(visits.run)
        while not running.ready():
            running.join(REPORT_S)
            if not running.ready():
                self._send(visits.report())
        running.get()
        self._send(visits.report())

    def _send(self, report: Report) -> None:
        self._runner.send_message(REPORT, msgspec.msgpack.encode(report))


class Leader:
    """Follows one run at a time from its word to go to its findings; `told` hears them."""

    def __init__(self, environment: Any, told: Callable[[Findings], None]) -> None:
        self._environment = environment
        self._runner = environment.runner
        self._told = told
        self._users = tuple(user_class.__name__ for user_class in environment.user_classes)
        self._setting: Setting | None = None
        self._reports: dict[str, Report] = {}
        self._ready: set[str] = set()
        self._here: Visits | None = None
        self._failure = ""
        self._interrupted = False
        if isinstance(self._runner, MasterRunner):
            self._runner.register_message(READY, lambda msg, **_: self._ready.add(msg.node_id))
            self._runner.register_message(REPORT, self._take)
        for ending in (environment.events.test_stopping, environment.events.quitting):
            ending.add_listener(lambda **_: self._end())

    def begin(self, setting: Setting) -> None:
        """Begin a run; Locust is ended, or its test is stopped where it has a page, when the run is over."""
        self._setting, self._failure, self._interrupted, self._here = setting, "", False, None
        self._ready.clear()
        gevent.spawn(self._follow, setting)

    def _follow(self, setting: Setting) -> None:
        self._started_at = datetime.now(UTC).isoformat(timespec="seconds")
        if isinstance(self._runner, MasterRunner):
            self._reports = {client.id: Report() for client in self._runner.clients.all}
            self._send_off(setting)
        else:
            self._reports = {HERE: Report()}
            gevent.spawn(self._load_here, setting)
        self._wait(READY_S + setting.arrivals.duration_s + setting.drain_s + LEAVING_S + MARGIN_S)
        try:
            self._conclude()
        finally:
            if not self._interrupted:  # else whoever stopped the run is ending it
                headless = self._environment.web_ui is None
                (self._runner.quit if headless else self._runner.stop)()

    def _send_off(self, setting: Setting) -> None:
        """Give every worker its part, once all are ready."""
        until_s = time.monotonic() + READY_S
        while not self._ready.issuperset(self._reports) and time.monotonic() < until_s and not self._interrupted:
            gevent.sleep(LOOK_S)
        for part, client_id in enumerate(sorted(self._reports)):
            told = Part(setting, part, len(self._reports))
            self._runner.send_message(GO, msgspec.msgpack.encode(told), client_id)

    def _load_here(self, setting: Setting) -> None:
        try:
            self._here = visits = Visits(self._environment, setting, 0, 1)
            visits.run()
            self._reports[HERE] = visits.report()
        except Exception as error:
            self._failure = f"a fault of the load: {type(error).__name__}: {error}"
            raise

    def _take(self, msg: Any, **_: Any) -> None:
        if msg.node_id not in self._reports:
            return
        report = self._reports[msg.node_id] = msgspec.msgpack.decode(msg.data, type=Report)
        if report.stopped:
            self._runner.send_message(STOP)  # who ends the arrivals of one process ends those of all

    def _wait(self, bound_s: float) -> None:
        """Wait until everybody has reported the end, or somebody cannot any more."""
        until_s = time.monotonic() + bound_s
        while self._setting is not None and not self._failure and not self._finished():
            if self._lost() or time.monotonic() > until_s:
                self._failure = "a load process was lost before it reported its end"
            gevent.sleep(LOOK_S)

    def _finished(self) -> bool:
        return all(report.finished for report in self._reports.values())

    def _lost(self) -> bool:
        """Whether Locust no longer knows a worker that has not reported its end."""
        if not isinstance(self._runner, MasterRunner):
            return False
        there = {client.id for client in self._runner.clients.all if client not in self._runner.clients.missing}
        return any(not report.finished and client_id not in there for client_id, report in self._reports.items())

    def _end(self) -> None:
        """End a run that somebody stopped: nobody comes any more, and what was run is reported."""
        if self._setting is None:
            return
        self._interrupted = True
        if self._here is not None:
            self._here.stop()
        elif isinstance(self._runner, MasterRunner):
            self._runner.send_message(STOP)
        self._wait(self._setting.drain_s + LEAVING_S + MARGIN_S)
        self._conclude()

    def _conclude(self) -> None:
        """Judge the run, once."""
        setting, self._setting = self._setting, None
        if setting is None:
            return
        report = merge(self._reports.values())
        report = msgspec.structs.replace(report, failure=self._failure or report.failure)
        self._told(findings.found(self._users, setting, self._started_at, report, interrupted=self._interrupted))
