"""The timer under gevent's loop: a few milliseconds of real time."""

import time
from pathlib import Path

import gevent
import pytest

from loadtests.openload import timer as timers
from loadtests.openload.timer import Timer


def overslept_us(sleeps: int) -> list[float]:
    timer, seen = Timer(), []
    for _ in range(sleeps):
        began_s = time.monotonic()
        timer.sleep(0.0011)
        seen.append((time.monotonic() - began_s - 0.0011) * 1e6)
    timer.close()
    return sorted(seen)


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_no_sleep_is_shorter_than_asked() -> None:
    assert overslept_us(5)[0] >= -1


def test_a_sleep_is_not_rounded_up_to_a_millisecond() -> None:
    assert overslept_us(20)[0] < 500  # the least: another process may have the core


def test_others_run_meanwhile() -> None:
    ran: list[int] = []
    timer = Timer()
    gevent.spawn(ran.append, 1)
    timer.sleep(0.001)
    timer.close()
    assert ran == [1]


def test_a_sleep_of_nothing_lets_others_run() -> None:
    ran: list[int] = []
    timer = Timer()
    gevent.spawn(ran.append, 1)
    timer.sleep(0)
    timer.close()
    assert ran == [1]


def test_a_sleeper_that_is_killed_leaves_a_timer_that_works() -> None:
    timer = Timer()
    sleeper = gevent.spawn(timer.sleep, 60)
    gevent.sleep(0)
    sleeper.kill()
    timer.sleep(0.001)
    timer.close()


def test_what_is_closed_holds_no_file_and_sleeps_as_gevent_does() -> None:
    before = open_files()
    timer = Timer()
    timer.close()
    timer.close()
    assert open_files() == before
    timer.sleep(0.001)


def test_without_such_timers_gevent_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "_C", object())
    began_s = time.monotonic()
    Timer().sleep(0.002)
    assert time.monotonic() - began_s >= 0.002
