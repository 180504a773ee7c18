"""Lines over a socket pair's worth of loopback; the hub runs only while a test waits."""

import socket
from collections.abc import Iterator
from contextlib import closing, suppress

import gevent
import pytest

from loadtests.generator.switchboard import HELD_MAX, Line, Switchboard

PATIENCE_S = 5.0
CHUNK = 16 * 1024


@pytest.fixture
def host() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def ends(host: socket.socket) -> Iterator[tuple[Line, socket.socket]]:
    with closing(Switchboard().connect(host.getsockname(), PATIENCE_S)) as line:
        line.settimeout(PATIENCE_S)
        far, _ = host.accept()
        with far:
            yield line, far


def test_what_was_sent_before_anybody_asked_is_held(ends: tuple[Line, socket.socket]) -> None:
    line, far = ends
    far.sendall(b"early")
    assert line.recv(3) == b"ear"
    assert line.recv(64) == b"ly"


def test_whoever_waits_goes_on_when_something_arrives(ends: tuple[Line, socket.socket]) -> None:
    line, far = ends
    waiting = gevent.spawn(line.recv, 64)
    gevent.spawn(far.sendall, b"reply")
    assert waiting.get() == b"reply"


def test_what_is_sent_arrives(ends: tuple[Line, socket.socket]) -> None:
    line, far = ends
    line.sendall(b"request")
    assert far.recv(64) == b"request"


def test_silence_ends_in_a_timeout(ends: tuple[Line, socket.socket]) -> None:
    line, _ = ends
    line.settimeout(0)
    with pytest.raises(TimeoutError):
        line.recv(64)


def test_a_host_that_hangs_up_ends_the_line_after_what_it_said(ends: tuple[Line, socket.socket]) -> None:
    line, far = ends
    far.sendall(b"last words")
    far.close()
    assert gevent.spawn(line.recv, 64).get() == b"last words"
    assert line.recv(64) == b""


def test_closing_a_line_wakes_whoever_waits(ends: tuple[Line, socket.socket]) -> None:
    line, _ = ends
    waiting = gevent.spawn(line.recv, 64)
    gevent.sleep(0)
    line.close()
    assert waiting.get() == b""


def test_a_host_that_sends_without_end_is_hung_up_on(ends: tuple[Line, socket.socket]) -> None:
    line, far = ends
    far.settimeout(0)
    for _ in range(2 * HELD_MAX // CHUNK):
        with suppress(BlockingIOError):
            far.send(bytes(CHUNK))
        gevent.sleep(1e-6)  # a turn of the hub, which takes what has arrived
    while line.recv(CHUNK):
        pass
    assert line.recv(1) == b""
