"""The admission in virtual time: sleeping moves the clock, and a test may do something at a moment."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from loadtests.openload import histograms
from loadtests.openload.admission import DRAIN_LOOK_S, LATE_S, Admission, Coming, World
from loadtests.openload.arrivals import due_times, parse
from loadtests.openload.clock import Arrival, Schedule
from loadtests.openload.closed import ClosedLoop

if TYPE_CHECKING:
    from hdrh.histogram import HdrHistogram

BEGAN_S = 1000.0


class Counted:
    def __init__(self) -> None:
        self.scheduled = self.sent = self.completed = self.late = self.dropped = self.achieved = 0
        self.lag: HdrHistogram = histograms.blank()
        self.began_s = 0.0
        self.ticks: list[float] = []

    def begin(self, now_s: float) -> None:
        self.began_s = now_s

    def tick(self, now_s: float) -> None:
        self.ticks.append(now_s)


class Time:
    """A world whose sleep oversleeps by `late_s`, and in which something happens at given moments."""

    def __init__(self, late_s: float = 0.0, cpu_share: float = 0.25) -> None:
        self.now_s = BEGAN_S
        self._late_s = late_s
        self._cpu_share = cpu_share
        self._coming: list[tuple[float, Callable[[], object]]] = []

    def after(self, seconds: float, act: Callable[[], object]) -> None:
        self._coming.append((self.now_s + seconds, act))
        self._coming.sort(key=lambda event: event[0])

    def sleep(self, seconds: float) -> None:
        until_s = self.now_s + seconds + self._late_s
        while self._coming and self._coming[0][0] <= until_s:
            self.now_s, act = self._coming.pop(0)
            act()
        self.now_s = until_s

    @property
    def world(self) -> World:
        return World(lambda: self.now_s, lambda: self.now_s * self._cpu_share, self.sleep, lambda: self.now_s * 0.1)


def schedule(text: str) -> Schedule:
    return Schedule(due_times(parse(text)))


class Place:
    """Serves everybody at once, `seconds` each."""

    def __init__(self, time: Time, coming: Coming, seconds: float = 0.0, in_flight_max: int = 100) -> None:
        self.counted, self.time, self._seconds = Counted(), time, seconds
        self.admission = Admission(coming, self.counted, time.world, in_flight_max)
        self.came: list[float] = []

    def enter(self, arrival: Arrival) -> bool:
        self.came.append(self.admission.now_s)
        self.admission.begin(arrival)
        self.time.after(self._seconds, lambda: self.admission.end(arrival))
        return True


def test_everybody_is_let_in_when_due() -> None:
    place = Place(Time(), schedule("4/1s"))
    place.admission.run(place.enter)
    assert place.came == [0, 0.25, 0.5, 0.75]
    assert (place.counted.scheduled, place.counted.sent, place.counted.began_s) == (4, 4, BEGAN_S)


def test_who_comes_does_not_wait_for_who_came() -> None:
    place = Place(Time(), schedule("4/1s"), seconds=60)
    place.admission.run(place.enter)
    assert (place.counted.sent, place.counted.completed, place.admission.in_flight) == (4, 0, 4)


def test_the_drain_ends_when_the_last_has_gone() -> None:
    place = Place(Time(), schedule("4/1s"), seconds=2)
    place.admission.run(place.enter)
    place.admission.drain(10)
    assert place.counted.completed == 4
    assert place.admission.now_s == pytest.approx(2.75, abs=2 * DRAIN_LOOK_S)


def test_who_ends_in_the_drain_is_completed_and_not_achieved() -> None:
    place = Place(Time(), schedule("4/1s"), seconds=0.3)
    place.admission.run(place.enter)
    place.admission.drain(10)
    assert (place.counted.achieved, place.counted.completed) == (2, 4)


def test_the_plan_lasts_longer_than_its_last_arrival() -> None:
    place = Place(Time(), Schedule(due_times(parse("1/5s")), 5.0))
    place.admission.run(place.enter)
    assert (place.counted.scheduled, place.admission.now_s) == (5, pytest.approx(5))


def test_the_drain_has_its_bound_and_who_is_served_then_is_unfinished() -> None:
    place = Place(Time(), schedule("4/1s"), seconds=60)
    place.admission.run(place.enter)
    place.admission.drain(1)
    place.admission.shut()
    assert place.admission.now_s == pytest.approx(1.75, abs=2 * DRAIN_LOOK_S)
    assert (place.counted.sent, place.counted.completed, place.counted.dropped) == (4, 0, 0)


def test_who_still_waits_at_the_end_is_dropped() -> None:
    place = Place(Time(), schedule("4/1s"))
    place.admission.run(lambda _: True)
    place.admission.drain(1)
    place.admission.shut()
    assert (place.counted.sent, place.counted.dropped) == (0, 4)


def test_who_waited_in_vain_is_dropped_once() -> None:
    place, waiting = Place(Time(), schedule("2/1s")), []
    place.admission.run(lambda arrival: not waiting.append(arrival))
    for arrival in waiting:
        place.admission.turn_away(arrival)
    place.admission.shut()
    assert (place.counted.dropped, place.admission.in_flight) == (2, 0)


def test_who_finds_no_place_is_dropped_at_once() -> None:
    place = Place(Time(), schedule("4/1s"), seconds=60, in_flight_max=3)
    place.admission.run(place.enter)
    assert (place.counted.sent, place.counted.dropped, place.admission.in_flight) == (3, 1, 3)


def test_whoever_has_no_room_may_refuse() -> None:
    place = Place(Time(), schedule("4/1s"))
    place.admission.run(lambda _: False)
    assert (place.counted.scheduled, place.counted.dropped) == (4, 4)


def test_a_scheduler_that_oversleeps_says_so() -> None:
    place = Place(Time(late_s=0.01), schedule("4/1s"))
    place.admission.run(place.enter)
    assert histograms.maximum(place.counted.lag) == pytest.approx(10_000, rel=0.001)
    assert place.counted.late == 0


def test_who_begins_after_the_bound_is_late() -> None:
    place = Place(Time(late_s=5 * LATE_S), schedule("1/2s"))
    place.admission.run(place.enter)
    assert place.came == pytest.approx([0, 1.2])
    assert place.counted.late == 1


def test_nothing_is_skipped_however_late_the_scheduler_is() -> None:
    place = Place(Time(late_s=5), schedule("40/1s"))
    place.admission.run(place.enter)
    assert place.counted.sent == 40


def test_stop_ends_the_arrivals_and_whoever_came_goes_on() -> None:
    place = Place(Time(), schedule("4/1h"), seconds=1)
    place.time.after(0.6, place.admission.stop)
    place.admission.run(place.enter)
    place.admission.drain(10)
    assert (place.counted.sent, place.counted.completed) == (3, 3)


def test_a_stop_before_the_beginning_lets_nobody_in() -> None:
    place = Place(Time(), schedule("4/1s"))
    place.admission.stop()
    place.admission.run(place.enter)
    assert place.counted.scheduled == 0


def test_the_share_of_a_core_is_of_the_time_in_which_arrivals_came() -> None:
    place = Place(Time(cpu_share=0.5), schedule("4/1s"), seconds=60)
    place.admission.run(place.enter)
    place.admission.drain(10)
    assert place.admission.share == pytest.approx((0.5, 0.1))


def test_before_the_beginning_no_time_has_passed() -> None:
    admission = Place(Time(), schedule("4/1s")).admission
    assert (admission.now_s, admission.share) == (0, (0, 0))


def test_a_series_hears_the_time_while_arrivals_come_and_while_the_last_leave() -> None:
    place = Place(Time(), schedule("4/1s"), seconds=2)
    place.admission.run(place.enter)
    place.admission.drain(10)
    assert place.counted.ticks[0] >= BEGAN_S
    assert place.counted.ticks[-1] == pytest.approx(BEGAN_S + 2.75, abs=2 * DRAIN_LOOK_S)


def test_in_a_closed_loop_the_next_comes_as_soon_as_the_last_has_gone() -> None:
    place = Place(Time(), ClosedLoop(1, 0.001, 1.0), seconds=0.25)
    place.admission.run(place.enter)
    assert place.came == pytest.approx([0, 0.25, 0.5, 0.75])


def test_a_closed_loop_without_room_tries_again_at_its_pace() -> None:
    place = Place(Time(), ClosedLoop(1, 0.25, 1.0))
    place.admission.run(lambda _: False)
    assert place.counted.dropped == 4
