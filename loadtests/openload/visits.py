"""The visits of one Locust process: at each due time a user runs one of its tasks, once (gevent).

A user is the class's own object with its own client, made when nobody idle is there, and kept for the next visit. A
new one runs its on_start first, whose time counts since the due time, but not since the actual start. Each visit is a
greenlet that Locust counts, so that Locust's users are the visits in flight. A visit that ends after the drain never
ended, as far as anybody is told. Locust is untyped.
"""

import time
from collections import defaultdict, deque
from collections.abc import Callable
from random import Random
from typing import Any, Final

import gevent
from gevent.pool import Pool
from locust.exception import InterruptTaskSet, RescheduleTask, RescheduleTaskImmediately, StopTest, StopUser
from locust.user.task import LOCUST_STATE_RUNNING, DefaultTaskSet

from loadtests.openload import intervals
from loadtests.openload.admission import MICROSECONDS, Admission, World
from loadtests.openload.clock import Arrival, Schedule
from loadtests.openload.cores import waited_s
from loadtests.openload.findings import Setting
from loadtests.openload.record import FAILED, FAULT, SERVED, Record, Report
from loadtests.openload.timer import Timer

LEAVING_AT_ONCE: Final = 32
"""Users whose on_stop runs at a time."""
LEAVING_S: Final = 5.0
ENDS_VISIT: Final = (InterruptTaskSet, RescheduleTask, RescheduleTaskImmediately)
"""What Locust's task sets raise to come back to their user."""


class Visits:
    """The load of process `part` of `parts`."""

    def __init__(self, environment: Any, setting: Setting, part: int, parts: int) -> None:
        self._environment = environment
        self._setting = setting
        self._classes = environment.user_classes
        self._weights = [user_class.weight for user_class in self._classes]
        self._which = Random(f"{setting.seed} {part}")  # noqa: S311 - seeded, so that a run can be repeated
        self._record = Record(intervals.length_s(setting.arrivals.duration_s + setting.drain_s))
        due_s = setting.arrivals.due_times(Random(setting.seed))  # noqa: S311 - seeded arrivals
        self._timer = Timer()
        world = World(time.monotonic, time.process_time, self._timer.sleep, waited_s)
        schedule = Schedule(due_s, setting.arrivals.duration_s, part=part, parts=parts)
        self._admission = Admission(schedule, self._record, world, setting.visits_max)
        self._idle: dict[Any, deque[Any]] = defaultdict(deque)
        self._arrivals: dict[Any, Arrival] = {}
        self._welcomed: set[Any] = set()
        self._failed: dict[Any, bool] = {}
        self._lasted_s: float | None = None
        self._shut = False
        for user_class in self._classes:
            user_class.run = self._visit_of(user_class)  # in place of Locust's endless loop: `start` runs one visit

    def run(self) -> None:
        """Let the arrivals come, and what is under way end within the drain's bound."""
        requests = self._environment.events.request
        requests.add_listener(self._heard)
        try:
            self._admission.run(self._enter)
            self._admission.drain(self._setting.drain_s)
        finally:
            self._shut = True
            self._admission.shut()
            self._timer.close()
            self._lasted_s = self._admission.now_s
            requests.remove_listener(self._heard)
        self._farewell()

    def stop(self) -> None:
        """End the arrivals; visits under way go on."""
        self._admission.stop()

    def report(self) -> Report:
        """Return what was seen so far."""
        share = self._admission.share
        return self._record.report(
            cpu_share=share.used,
            waited_share=share.waited,
            elapsed_s=self._admission.now_s if self._lasted_s is None else self._lasted_s,
            finished=self._lasted_s is not None,
        )

    def _enter(self, arrival: Arrival) -> bool:
        (user_class,) = self._which.choices(self._classes, self._weights)
        idle = self._idle[user_class]
        user = idle.pop() if idle else user_class(self._environment)
        self._arrivals[user] = arrival
        user.start(self._environment.runner.user_greenlets)
        return True

    def _visit_of(self, user_class: Any) -> Callable[[Any], None]:
        return lambda user: self._visit(user, user_class)

    def _visit(self, user: Any, user_class: Any) -> None:
        """Serve the arrival this user was started for; a visit that is killed or outlives the run never ended."""
        arrival, here = self._arrivals.pop(user), gevent.getcurrent()
        if self._shut:
            return
        self._failed[here] = False
        self._admission.begin(arrival)
        try:
            ready = user in self._welcomed or self._welcome(user)
            began_s = time.monotonic()
            outcome = self._attempt(user, _task) if ready else FAULT
            ended_s = time.monotonic()
        finally:
            failed = self._failed.pop(here)
        if self._shut:
            return
        self._record.end(
            user_class.__name__,
            FAILED if failed and outcome == SERVED else outcome,
            intended_us=(ended_s - self._admission.began_s - arrival.due_s) * MICROSECONDS,
            sent_us=(ended_s - began_s) * MICROSECONDS,
            measured=arrival.due_s >= self._setting.warmup_s,
        )
        if user in self._welcomed:
            self._idle[user_class].append(user)
        self._admission.end(arrival)

    def _welcome(self, user: Any) -> bool:
        """Let a new user begin; whether it could."""
        user._taskset_instance = DefaultTaskSet(user)  # noqa: SLF001 - as Locust's own run does; wait() needs both
        user._state = LOCUST_STATE_RUNNING  # noqa: SLF001 - the same
        if self._attempt(user, lambda user: user.on_start()) != SERVED:
            return False
        self._welcomed.add(user)
        return True

    def _attempt(self, user: Any, act: Callable[[Any], None]) -> str:
        """Run code of the user's class; what it raises ends the visit, and stands among Locust's exceptions."""
        try:
            act(user)
        except ENDS_VISIT:
            pass
        except StopUser:
            self._welcomed.discard(user)
            self._attempt(user, lambda user: user.on_stop())
        except StopTest:
            self._record.stopped = f"StopTest in {type(user).__name__}"
            self.stop()
        except Exception as error:  # noqa: BLE001 - a fault of the class is counted and told, and ends one visit
            self._record.fault(f"{type(user).__name__}: {type(error).__name__}: {error}")
            self._environment.events.user_error.fire(user_instance=user, exception=error, tb=error.__traceback__)
            return FAULT
        return SERVED

    def _heard(self, exception: Any = None, **_: Any) -> None:
        """Hear of a request: one that failed fails its visit, also when a greenlet of the visit made it."""
        greenlet = gevent.getcurrent() if exception else None
        while greenlet is not None and greenlet not in self._failed:
            parent = getattr(greenlet, "spawning_greenlet", None)
            greenlet = parent() if parent else None
        if greenlet is not None:
            self._failed[greenlet] = True

    def _farewell(self) -> None:
        """Let every idle user stop as Locust would, as far as that can be done in time."""
        with gevent.Timeout(LEAVING_S, exception=False):
            idle = [user for users in self._idle.values() for user in users]
            Pool(LEAVING_AT_ONCE).map(lambda user: self._attempt(user, lambda user: user.on_stop()), idle)


def _task(user: Any) -> None:
    """Run one of the user's tasks, chosen by their weights."""
    tasks = user._taskset_instance  # noqa: SLF001 - the way to its tasks, also for tags and nested task sets
    tasks.execute_task(tasks.get_next_task())
