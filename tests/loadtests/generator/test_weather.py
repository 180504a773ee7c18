"""Weather over scripted lines, with a clock that a sleep moves."""

import os
import signal
from collections import Counter
from random import Random

import pytest

from loadtests.generator import weather as weathers
from loadtests.generator.connection import Dial
from loadtests.generator.weather import Weather, stand_still
from loadtests.workload.faults import Fault

ADDRESS = ("127.0.0.1", 1)


class Clock:
    """Time that passes only in a sleep."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def monotonic_s(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


class Wire:
    """A line that answers whatever it is asked, until it is closed or has nothing more to say."""

    def __init__(self, *replies: bytes) -> None:
        self.replies = list(replies)
        self.closed = False

    def settimeout(self, timeout_s: float, /) -> None: ...

    def sendall(self, data: bytes, /) -> None: ...

    def recv(self, _: int, /) -> bytes:
        if not self.replies:
            raise TimeoutError
        return self.replies.pop(0)

    def close(self) -> None:
        self.closed = True


def under(clock: Clock, *faults: Fault) -> Weather:
    return Weather(faults, monotonic_s=clock.monotonic_s, sleep=clock.sleep, random=Random(1))


def dialling(wire: Wire) -> Dial:
    return lambda *_: wire


def test_a_plan_without_faults_of_lines_has_the_switchboards_own_lines() -> None:
    dial = dialling(Wire())
    assert under(Clock()).over(dial) is dial
    assert under(Clock(), Fault(kind="stall", at_s=0, for_s=1)).over(dial) is dial


def test_no_fault_goes_on_before_the_first_second() -> None:
    weather = under(Clock(), Fault(kind="outage", at_s=0, for_s=1))
    weather.over(dialling(Wire()))(ADDRESS, 1.0)  # terminals sign on
    weather.begin()
    with pytest.raises(ConnectionRefusedError):
        weather.over(dialling(Wire()))(ADDRESS, 1.0)


def test_an_outage_cuts_every_open_line_when_it_begins_and_lines_can_be_opened_after_it() -> None:
    clock, wires = Clock(), [Wire(), Wire()]
    weather = under(clock, Fault(kind="outage", at_s=2, for_s=1))
    for wire in wires:
        weather.over(dialling(wire))(ADDRESS, 1.0)
    weather.begin()
    weather.pass_by()
    assert clock.now_s == 102
    assert all(wire.closed for wire in wires)
    assert list(weather.happened.values()) == [1]
    clock.sleep(1)
    weather.over(dialling(Wire()))(ADDRESS, 1.0)


def test_a_slow_reply_comes_later_and_only_while_it_is_slow() -> None:
    clock = Clock()
    weather = under(clock, Fault(kind="slow", at_s=0, for_s=1, delay_ms=80))
    line = weather.over(dialling(Wire(b"one", b"two")))(ADDRESS, 1.0)
    weather.begin()
    assert line.recv(10) == b"one"
    assert clock.now_s == pytest.approx(100.08)
    clock.sleep(1)
    assert line.recv(10) == b"two"
    assert clock.now_s == pytest.approx(101.08)
    assert list(weather.happened.values()) == [1]


def test_a_dropped_reply_never_comes_and_the_next_request_is_answered_again() -> None:
    clock = Clock()
    weather = under(clock, Fault(kind="drop_replies", at_s=0, for_s=1, share=1))
    wire = Wire(b"lost")
    line = weather.over(dialling(wire))(ADDRESS, 1.0)
    weather.begin()
    line.sendall(b"?")
    with pytest.raises(TimeoutError):
        line.recv(10)
    clock.sleep(1)
    wire.replies = [b"heard"]
    line.sendall(b"?")
    assert line.recv(10) == b"heard"
    assert list(weather.happened.values()) == [1]


def test_the_end_of_a_line_is_told_even_where_replies_get_lost() -> None:
    weather = under(Clock(), Fault(kind="drop_replies", at_s=0, for_s=1, share=1))
    line = weather.over(dialling(Wire(b"lost", b"")))(ADDRESS, 1.0)
    weather.begin()
    line.sendall(b"?")
    assert line.recv(10) == b""


def test_about_so_many_replies_get_lost_as_the_share_says() -> None:
    weather = under(Clock(), Fault(kind="drop_replies", at_s=0, for_s=1, share=0.25))
    weather.begin()
    lost = 0
    for _ in range(1000):
        line = weather.over(dialling(Wire(b"reply")))(ADDRESS, 1.0)
        line.sendall(b"?")
        try:
            line.recv(10)
        except TimeoutError:
            lost += 1
        line.close()
    assert 200 < lost < 300
    assert list(weather.happened.values()) == [lost]


def test_an_engine_stands_still_for_each_stall_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, told = Clock(), []
    monkeypatch.setattr(os, "kill", lambda pid, number: told.append((pid, number, clock.now_s - 100)))
    happened: Counter[str] = Counter()
    stalls = [Fault(kind="stall", at_s=5, for_s=1), Fault(kind="stall", at_s=2, for_s=1)]
    stand_still(stalls, 7, clock.sleep, happened)
    assert happened == dict.fromkeys((stall.text for stall in stalls), 1)
    wanted = [(signal.SIGSTOP, 2), (signal.SIGCONT, 3), (signal.SIGSTOP, 5), (signal.SIGCONT, 6), (signal.SIGCONT, 6)]
    assert told == [(7, number, at_s) for number, at_s in wanted]


def test_an_engine_goes_on_even_where_the_run_ends_within_a_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []

    def sleep(seconds: float) -> None:
        if seconds == 9:
            raise KeyboardInterrupt

    monkeypatch.setattr(weathers.os, "kill", lambda _, number: told.append(number))
    with pytest.raises(KeyboardInterrupt):
        stand_still([Fault(kind="stall", at_s=1, for_s=9)], 7, sleep, {})
    assert told == [signal.SIGSTOP, signal.SIGCONT]
