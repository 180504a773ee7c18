"""The load of one process: patients who come open, or in a closed loop, to terminals that serve one at a time (gevent).

Patients queue at their place; each terminal is a greenlet that takes the next. Waiting for a free terminal counts as
latency, up to a bound, after which the visit is dropped and counted. Who comes when, and what became of them, is
openload's to say; the figures and the visits themselves know nothing of gevent.
"""

import gc
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

import gevent
from gevent.pool import Pool
from gevent.queue import SimpleQueue

from loadtests.evidence.testimony import Report
from loadtests.generator import storm
from loadtests.generator.crowd import Comer, Comers, People
from loadtests.generator.preparation import PreparationError, prepared, wanted
from loadtests.generator.recorder import Recorder, Visit
from loadtests.generator.visitor import Visitor
from loadtests.generator.windowed import Windowed
from loadtests.openload.admission import Admission, Coming, World
from loadtests.openload.arrivals import ArrivalsError
from loadtests.openload.clock import Arrival, Schedule
from loadtests.openload.closed import ClosedLoop
from loadtests.openload.cores import waited_s
from loadtests.openload.timer import Timer
from loadtests.workload.plan import RECOVERY_S, LoadPlan, Profile
from terminals.kernel.outcome import Outcome, Result
from terminals.visits import NAMES

SIGN_ON: Final = "sign_on"
RECOVER: Final = "recover"
"""What a fault is counted under that met no patient."""
AT_ONCE_MAX: Final = 32
"""Terminals that sign on, or find out what they left open, at a time."""
GC_THRESHOLDS: Final = (50_000, 50, 1000)
"""A visit makes thousands of short-lived objects and hardly a cycle: a twentieth of its CPU were collections."""

Heard = Callable[[Visit], None]
"""Told about every served visit, for somebody else's statistics."""


class Driver:
    """The load of one process. `prepare`, then `run`; `stop` from any greenlet ends the arrivals."""

    def __init__(
        self,
        plan: LoadPlan,
        part: int,
        people: People,
        visitors: Sequence[Visitor],
        recorder: Recorder,
        heard: Heard,
    ) -> None:
        self._profile = plan.profile
        self._address = f"{plan.host}:{plan.port}"
        self._people = people
        self._crowd: Comers = people
        self._visitors = visitors
        self._recorder = recorder
        self._heard = heard
        self._places: dict[tuple[str, str], SimpleQueue[tuple[Arrival, Comer]]] = defaultdict(SimpleQueue)
        self._failure = ""
        self._timer = Timer()
        world = World(time.monotonic, time.process_time, self._timer.sleep, waited_s)
        try:
            coming = _coming(plan.profile, part, len(visitors))
        except ArrivalsError as error:  # a trace that is not the one that was planned with
            coming, self._failure = Schedule(()), str(error)
        self._admission = Admission(Windowed(coming, plan.profile.measures, recorder.admit), recorder, world)
        self._lasted_s: float | None = None

    @property
    def in_flight(self) -> int:
        """Return how many visits are under way or waiting for a terminal."""
        return self._admission.in_flight

    def prepare(self) -> bool:
        """Issue cards, sign every terminal on, prepare what is replayed; False if that failed: the report says why."""
        if self._failure:
            self.fail(self._failure)
            return False
        self._people.prepare(self._expected)
        if self._profile.sign_on == "storm":
            return True
        outcomes = Pool(AT_ONCE_MAX).map(lambda visitor: visitor.sign_on(), self._visitors)
        for visitor, outcome in zip(self._visitors, outcomes, strict=True):
            self._recorder.count(outcome)
            if outcome.result is not Result.DONE:
                self.fail(_refused(visitor, outcome, self._address))
                return False
        return self._profile.fidelity == "chip" or self._prepare_dialogues()

    @property
    def _expected(self) -> int:
        return self._profile.arrivals.expected // self._profile.processes + 1

    def _prepare_dialogues(self) -> bool:
        try:
            count = wanted(self._expected)
            self._crowd = prepared(self._people, self._visitors, count, self._profile.pace, self._recorder.count)
        except PreparationError as error:
            self.fail(str(error))
            return False
        return True

    def run(self) -> None:
        """Let the arrivals come, what is under way end within the drain's bound, and find out what was left open."""
        gc.collect()
        gc.set_threshold(*GC_THRESHOLDS)
        gc.freeze()  # modules, sessions and terminals live as long as the run: no collection looks at them again
        terminals = [gevent.spawn(self._open, *opened) for opened in zip(self._visitors, self._sign_ons(), strict=True)]
        self._admission.run(self._enter)
        self._admission.drain(self._profile.drain_s)
        self._timer.close()
        gevent.killall(terminals)
        self._admission.shut()
        self._recover()
        for visitor in self._visitors:
            visitor.close()
        self._lasted_s = self._admission.now_s

    def fail(self, why: str) -> None:
        """End as a run that could not be carried out."""
        self._failure = why
        self._lasted_s = self._admission.now_s

    def stop(self) -> None:
        """End the arrivals; visits under way go on."""
        self._admission.stop()

    def report(self) -> Report:
        """Return what this process saw so far."""
        share = self._admission.share
        return self._recorder.report(
            cpu_share=share.used,
            waited_share=share.waited,
            elapsed_s=self._admission.now_s if self._lasted_s is None else self._lasted_s,
            finished=self._lasted_s is not None,
            failure=self._failure,
        )

    def _enter(self, arrival: Arrival) -> bool:
        """Let the next patient queue at their place; False where the crowd is used up."""
        comer = self._crowd.next()
        if comer is None:
            return False
        self._places[comer.patient.city, comer.patient.kind].put((arrival, comer))
        return True

    def _sign_ons(self) -> list[float | None]:
        """Return when each terminal signs on, None where it has."""
        profile, count = self._profile, len(self._visitors)
        if profile.sign_on == "before":
            return [None] * count
        return [*storm.due_times(count, profile.storm_s, Random(profile.seed))]  # noqa: S311 - a seeded order

    def _open(self, visitor: Visitor, due_s: float | None) -> None:
        """Sign a terminal on, where that is a part of the run, and serve who comes to it."""
        if due_s is not None:
            try:
                storm.sign_on(visitor, due_s, self._signed_on, lambda: self._admission.now_s, gevent.sleep)
            except Exception as error:  # noqa: BLE001 - a fault of ours is counted, and fails the gate
                self._recorder.fault(SIGN_ON, error)
                return
        self._attend(visitor)

    def _signed_on(self, visit: Visit, due_s: float) -> None:
        self._recorder.end(visit, self._admission.began_s + due_s, measured=self._profile.measures(due_s))
        self._heard(visit)

    def _attend(self, visitor: Visitor) -> None:
        """Serve who comes to a terminal, one after the other."""
        place = self._places[visitor.site.city, visitor.site.kind]
        while True:
            arrival, comer = place.get()
            if self._admission.now_s - arrival.due_s > self._profile.place_wait_s:
                self._admission.turn_away(arrival)
            else:
                self._admission.begin(arrival)
                self._serve(arrival, comer, visitor)
                self._admission.end(arrival)
                self._recorder.leave(measured=self._profile.measures(arrival.due_s))

    def _serve(self, arrival: Arrival, comer: Comer, visitor: Visitor) -> None:
        measured = self._profile.measures(arrival.due_s)
        try:
            visit = visitor.attend(comer, self._profile.pace)
        except Exception as error:  # noqa: BLE001 - a fault of ours ends one visit, is counted, and fails the gate
            visitor.close()
            self._recorder.fault(NAMES[comer.patient.kind], error, measured=measured)
            return
        closed = self._profile.model == "closed"  # then nobody was due before they began
        due_s = visit.span.began_s if closed else self._admission.began_s + arrival.due_s
        self._recorder.end(visit, due_s, measured=measured)
        self._heard(visit)

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


def _coming(profile: Profile, part: int, users: int) -> Coming:
    """Return who comes to this process: its part of the arrivals, or a user a terminal, together at their mean rate."""
    plan, parts = profile.arrivals, profile.processes
    if profile.model == "closed":
        rate = plan.expected / plan.duration_s / parts
        return ClosedLoop(users, users / rate, plan.duration_s, part=part, parts=parts)
    due_s = plan.due_times(Random(profile.seed))  # noqa: S311 - seeded arrivals
    return Schedule(due_s, plan.duration_s, part=part, parts=parts)


def _refused(visitor: Visitor, outcome: Outcome, address: str) -> str:
    why = outcome.refusal or "no answer; is an engine running there?"
    return f"terminal {visitor.site.dev_no} cannot sign on at {address}: {why}"
