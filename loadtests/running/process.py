"""One Locust process that loads: its terminals, its driver, and how it is told to go and to stop (gevent).

It signs its terminals on, says so, waits for the word to go, lets the arrivals come, and has Locust carry its report
to the master every second. `environment` is Locust's: its events and runners are untyped.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, Final

import gevent
import msgspec
from gevent.event import Event
from locust.runners import WorkerRunner

from loadtests.evidence.testimony import Report
from loadtests.foreign.crowd import crowd_of
from loadtests.foreign.lines import lines
from loadtests.generator.connection import Connection
from loadtests.generator.driver import Driver
from loadtests.generator.recorder import Recorder, Visit
from loadtests.generator.switchboard import Switchboard
from loadtests.generator.visitor import Line, Visitor, World
from loadtests.generator.weather import Weather, stand_still
from loadtests.openload import intervals
from loadtests.running.retold import Retold
from loadtests.workload.plan import LoadPlan
from settlement.wire.session import TerminalSession
from terminals.journal import FileJournal

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
        self._retold = Retold(environment)
        self._weather = Weather(
            plan.profile.faults,
            monotonic_s=time.monotonic,
            sleep=gevent.sleep,
            random=Random(plan.profile.seed),  # noqa: S311 - seeded chance
        )
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
        part = self._environment.runner.worker_index
        self._driver = driver = _driver(self._plan, part, self._retold.heard, self._weather)
        try:
            self._load(driver, part)
        except Exception as error:
            driver.fail(f"a fault of the load: {type(error).__name__}: {error}")
            raise

    def _load(self, driver: Driver, part: int) -> None:
        if not driver.prepare():
            return
        if isinstance(self._environment.runner, WorkerRunner):
            self._environment.runner.send_message(READY)
        if not self._go.wait(patience_s := GO_WAIT_S + self._plan.profile.preparing_s):
            driver.fail(f"the word to go did not come within {patience_s:g} s")
            return
        if self._stopped:
            driver.stop()  # told so while the driver was composed or its terminals signed on
        with self._weather_on(part):
            driver.run()
        self._retold.tell()

    @contextmanager
    def _weather_on(self, part: int) -> Iterator[None]:
        """Let the plan's faults happen while the block runs; the first process alone stops the engine."""
        profile, pid = self._plan.profile, self._plan.engine_pid
        self._weather.begin()
        going = [gevent.spawn(self._weather.pass_by)]
        if pid and part == 0:
            going.append(gevent.spawn(stand_still, profile.faults, pid, gevent.sleep, self._weather.happened))
        try:
            yield
        finally:
            gevent.killall(going)

    def stop(self) -> None:
        """End the arrivals, or let none come where they have not begun."""
        self._stopped = True
        self._go.set()
        if self._driver is not None:
            self._driver.stop()

    @property
    def in_flight(self) -> int:
        """Return how many visits are under way or waiting."""
        return 0 if self._driver is None else self._driver.in_flight

    def report(self) -> Report:
        """Return what was seen so far, and let Locust's own statistics know of it."""
        self._retold.tell()
        return Report() if self._driver is None else self._driver.report()

    def _attach(self, data: dict[str, Any], **_: Any) -> None:
        """Let a worker's report to its master carry ours, and the visits in flight where Locust has counted users."""
        data[REPORT] = msgspec.json.encode(self.report())
        if self._go.is_set() and data["user_count"]:
            data["user_count"] = self.in_flight
            data["user_classes_count"] = dict.fromkeys(data["user_classes_count"], self.in_flight)


def _driver(plan: LoadPlan, part: int, heard: Callable[[Visit], None], weather: Weather) -> Driver:
    """Compose one process's load."""
    profile = plan.profile
    recorder = Recorder(intervals.length_s(profile.arrivals.duration_s + profile.drain_s))
    world = World(clock_ms=lambda: time.time_ns() // 1_000_000, monotonic_s=time.monotonic, sleep=gevent.sleep)
    recorder.happened = weather.happened
    journal = FileJournal(Path(plan.journal_dir) / f"load-{part}.jsonl", plan.profile.journal)

    def abort(reason: str) -> None:
        recorder.aborted = reason
        driver.stop()

    national = lines(plan, recorder.platform, abort, world.clock_ms) if plan.national else None
    visitors, dial, address = [], weather.over(Switchboard().connect), (plan.host, plan.port)
    for terminal in plan.terminals_of(part):
        site = terminal.site
        session = TerminalSession(
            bytes.fromhex(terminal.key_hex), dev_no=site.dev_no, fixmedins_code=site.fixmedins_code, city=site.city
        )
        timeout_s = plan.profile.reply_timeout_s
        connection: Line = (
            national.connection(site)
            if national
            else Connection(address, session, timeout_s, world.clock_ms, recorder.stray, dial)
        )
        visitors.append(Visitor(site, session, connection, journal, world))
    driver = Driver(plan, part, crowd_of(plan, part), visitors, recorder, heard)
    return driver
