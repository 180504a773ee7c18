"""Admits a visit at each due time, whether or not earlier ones have ended: the open half of a load process (gevent).

Patients queue at their place; each terminal is a greenlet that takes the next. Waiting for a free terminal counts as
latency, up to a bound, after which the visit is dropped and counted. The schedule, the figures and the visits
themselves know nothing of gevent.
"""

import gc
import resource
from collections import defaultdict
from collections.abc import Callable, Sequence
from random import Random
from time import monotonic
from typing import Final

import gevent
from gevent.event import Event
from gevent.pool import Pool
from gevent.queue import SimpleQueue

from loadtests.crowd import Comer, Crowd
from loadtests.openload import histograms
from loadtests.openload.clock import Arrival, Schedule
from loadtests.plan import RECOVERY_S, LoadPlan
from loadtests.recorder import MICROSECONDS, Recorder, Report, Visit
from loadtests.visitor import Visitor
from settlement.wire.names import HOSPITAL, PHARMACY
from terminals.kernel.outcome import Outcome, Result

RECOVER: Final = "recover"
"""What a fault is counted under that met no patient."""
IN_FLIGHT_MAX: Final = 20_000
"""Visits under way or waiting in one process; past it an arrival is dropped at once."""
AT_ONCE_MAX: Final = 32
"""Terminals that sign on, or find out what they left open, at a time."""
FLOWS: Final = {PHARMACY: "pharmacy", HOSPITAL: "outpatient"}
"""What a visit is called by its place, where no outcome says it."""
GC_THRESHOLDS: Final = (50_000, 50, 1000)
"""A visit makes thousands of short-lived objects and hardly a cycle: a twentieth of its CPU were collections."""
LOOK_S: Final = 0.1
"""How often a scheduler that waits looks whether it was stopped."""
LATE_S: Final = 0.1
"""A visit that begins this much after its due time is counted as late."""

Heard = Callable[[Visit], None]
"""Told about every served visit, for somebody else's statistics."""


class Driver:
    """The load of one process. `prepare`, then `run`; `stop` from any greenlet ends the arrivals."""

    def __init__(
        self, plan: LoadPlan, part: int, visitors: Sequence[Visitor], recorder: Recorder, heard: Heard
    ) -> None:
        self._profile = plan.profile
        self._crowd = Crowd(plan, part)
        self._visitors = visitors
        self._recorder = recorder
        self._heard = heard
        self._places: dict[tuple[str, str], SimpleQueue[tuple[Arrival, Comer]]] = defaultdict(SimpleQueue)
        self._failure = ""
        due = self._profile.arrivals.due_times(Random(self._profile.seed))  # noqa: S311 - seeded arrivals
        self._schedule = Schedule(due, part=part, parts=self._profile.processes)
        self._stopped = False
        self._under_way = 0
        self._empty = Event()
        self._began_s = self._began_cpu_s = 0.0
        self._cpu_share: float | None = None
        self._lasted_s: float | None = None

    def prepare(self) -> bool:
        """Issue cards and sign every terminal on; False if one could not, and the report says why."""
        self._crowd.prepare(self._profile.arrivals.expected // self._profile.processes + 1)
        outcomes = Pool(AT_ONCE_MAX).map(lambda visitor: visitor.sign_on(), self._visitors)
        for visitor, outcome in zip(self._visitors, outcomes, strict=True):
            self._recorder.count(outcome)
            if outcome.result is not Result.DONE:
                self.fail(_refused(visitor, outcome))
                return False
        return True

    def run(self) -> None:
        """Let the arrivals come, what is under way end within the drain's bound, and find out what was left open."""
        gc.collect()
        gc.set_threshold(*GC_THRESHOLDS)
        gc.freeze()  # modules, sessions and terminals live as long as the run: no collection looks at them again
        terminals = [gevent.spawn(self._attend, visitor) for visitor in self._visitors]
        self._began_s, self._began_cpu_s = monotonic(), cpu_s()
        while not self._stopped and (wait_s := self._schedule.wait_s(self._now_s())) is not None:
            if wait_s:
                gevent.sleep(min(wait_s, LOOK_S))
            for arrival in self._schedule.due(self._now_s()):
                self._admit(arrival)
        self._cpu_share = self._share_so_far()
        if self._under_way:
            self._empty.clear()
            self._empty.wait(self._profile.drain_s)
        gevent.killall(terminals)
        self._recorder.dropped = self._recorder.scheduled - self._recorder.sent  # whoever was still waiting, too
        self._recover()
        for visitor in self._visitors:
            visitor.close()
        self._lasted_s = self._now_s()

    def fail(self, why: str) -> None:
        """End as a run that could not be carried out."""
        self._failure = why
        self._lasted_s = self._now_s()

    def stop(self) -> None:
        """End the arrivals; visits under way go on."""
        self._stopped = True

    def report(self) -> Report:
        """Return what this process saw so far."""
        return self._recorder.report(
            cpu_share=self._share_so_far() if self._cpu_share is None else self._cpu_share,
            elapsed_s=self._now_s() if self._lasted_s is None else self._lasted_s,
            finished=self._lasted_s is not None,
            failure=self._failure,
        )

    def _now_s(self) -> float:
        return monotonic() - self._began_s if self._began_s else 0.0

    def _share_so_far(self) -> float:
        elapsed_s = self._now_s()
        return (cpu_s() - self._began_cpu_s) / elapsed_s if elapsed_s else 0.0

    def _admit(self, arrival: Arrival) -> None:
        self._recorder.scheduled += 1
        histograms.record(self._recorder.lag, (self._now_s() - arrival.due_s) * MICROSECONDS)
        comer = self._crowd.next()
        if comer is None or self._under_way >= IN_FLIGHT_MAX:
            self._recorder.dropped += 1
            return
        self._under_way += 1
        self._places[comer.patient.city, comer.patient.kind].put((arrival, comer))

    def _attend(self, visitor: Visitor) -> None:
        """Serve who comes to a terminal, one after the other."""
        place = self._places[visitor.site.city, visitor.site.kind]
        while True:
            arrival, comer = place.get()
            if self._now_s() - arrival.due_s > self._profile.place_wait_s:
                self._recorder.dropped += 1
            else:
                self._serve(arrival, comer, visitor)
            self._under_way -= 1
            if not self._under_way:
                self._empty.set()

    def _recover(self) -> None:
        """Find out what became of what visits left open, as far as that can be done in time; the rest is unknown."""
        asking = Pool(AT_ONCE_MAX)
        for visitor in self._visitors:
            if visitor.open_intents():
                asking.spawn(self._resolve, visitor)
        asking.join(RECOVERY_S)
        asking.kill()
        self._recorder.left_open = sum(len(visitor.open_intents()) for visitor in self._visitors)

    def _resolve(self, visitor: Visitor) -> None:
        try:
            for outcome in visitor.recover():
                self._recorder.count(outcome)
        except Exception as error:  # noqa: BLE001 - a fault of ours is counted, and fails the gate
            self._recorder.fault(RECOVER, error)

    def _serve(self, arrival: Arrival, comer: Comer, visitor: Visitor) -> None:
        recorder = self._recorder
        recorder.sent += 1
        recorder.late += self._now_s() - arrival.due_s > LATE_S
        try:
            visit = visitor.serve(comer.patient, comer.card, self._profile.pace, comer.next_card)
        except Exception as error:  # noqa: BLE001 - a fault of ours ends one visit, is counted, and fails the gate
            visitor.close()
            recorder.fault(FLOWS[comer.patient.kind], error)
            recorder.completed += 1
            return
        recorder.completed += 1
        if arrival.due_s < self._profile.warmup_s:
            recorder.count(visit.outcome)
        else:
            recorder.end(visit, self._began_s + arrival.due_s)
        self._heard(visit)


def cpu_s() -> float:
    """Return the CPU seconds that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _refused(visitor: Visitor, outcome: Outcome) -> str:
    why = outcome.refusal or "no answer"
    return f"terminal {visitor.site.dev_no} cannot sign on: {why}"
