"""Every connection of a load process: lines that a greenlet can wait on for little (gevent).

A gevent socket registers and forgets its descriptor at every wait, and starts a timer for every time limit; for small
messages that costs more than the message. Here a descriptor is registered as long as its line is open, and one greenlet
looks after the time limits of all. A line has the few methods of a socket that a Connection uses.
"""

import socket
from time import monotonic
from typing import Any, Final

import gevent
from gevent import monkey
from gevent.event import Event
from gevent.hub import Waiter

READ: Final = 1
"""libev's EV_READ."""
PATROL_S: Final = 0.05
"""How often the time limits are looked at; none is kept more exactly."""
TAKEN_MAX: Final = 64 * 1024
"""Bytes taken at once; CPython makes room for all of them at every read, and 128 KiB would be mapped and unmapped."""
HELD_MAX: Final = 1024 * 1024
"""Bytes that nobody has asked for yet: a host that sends more is not one."""


class Switchboard:
    """The lines of one process; use it from one thread."""

    def __init__(self) -> None:
        self._loop: Any = gevent.get_hub().loop
        self.waiting: set[Line] = set()
        gevent.spawn(self._patrol)

    def connect(self, address: tuple[str, int], timeout_s: float) -> "Line":
        """Open a line; raise OSError."""
        opened = socket.create_connection(address, timeout_s)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain = monkey.get_original("socket", "socket")(fileno=opened.detach())
        plain.setblocking(False)  # noqa: FBT003 - the socket's own signature
        return Line(self, plain, self._loop.io(plain.fileno(), READ))

    def _patrol(self) -> None:
        while True:
            gevent.sleep(PATROL_S)
            now_s = monotonic()
            for line in [line for line in self.waiting if line.deadline_s < now_s]:
                line.wake_soon()


class Line:
    """One connection, as a blocking socket with a time limit to whoever uses it."""

    def __init__(self, board: Switchboard, plain: socket.socket, watcher: Any) -> None:
        self._board = board
        self._socket = plain
        self._watcher = watcher
        self._held = b""
        self._ended = False
        self._waiter: Any = None
        self._timeout_s = 0.0
        self.deadline_s = 0.0
        watcher.start(self._take)

    def settimeout(self, timeout_s: float) -> None:
        """Set how long `recv` and `sendall` may take."""
        self._timeout_s = timeout_s

    def sendall(self, data: bytes) -> None:
        """Send everything; raise OSError."""
        sent = self._sent(data)
        if sent < len(data):
            self._send_rest(data, sent)

    def recv(self, size: int) -> bytes:
        """Return what has arrived, b"" at the end; raise TimeoutError."""
        if not self._held and not self._ended:
            self._wait()
        data, self._held = self._held[:size], self._held[size:]
        if not data and not self._ended:
            raise TimeoutError("timed out")
        return data

    def close(self) -> None:
        """Hang up; whoever waits is told that the line ended."""
        self._end()
        self._socket.close()
        self.wake_soon()

    def _end(self) -> None:
        """Watch the descriptor no more; nothing else will arrive."""
        if not self._ended:
            self._ended = True
            self._watcher.stop()
            self._watcher.close()

    def _take(self) -> None:
        """Take what has arrived, and let whoever waits for it go on; called by the hub."""
        try:
            data = self._socket.recv(TAKEN_MAX)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._held += data
        if not data or len(self._held) > HELD_MAX:
            self._end()
        if self._waiter is not None:
            self._waiter.switch(None)

    def wake_soon(self) -> None:
        """Let whoever waits go on, from any greenlet."""
        if self._waiter is not None:
            gevent.get_hub().loop.run_callback(self._waiter.switch, None)

    def _wait(self) -> None:
        assert self._waiter is None, "one visit at a time uses a terminal"
        self._waiter = waiter = Waiter()
        self.deadline_s = monotonic() + self._timeout_s
        self._board.waiting.add(self)
        try:
            waiter.get()
        finally:
            self._waiter = None
            self._board.waiting.discard(self)

    def _send_rest(self, data: bytes, sent: int) -> None:
        until_s = monotonic() + self._timeout_s
        while (sent := sent + self._sent(data[sent:])) < len(data):
            if monotonic() > until_s:
                raise TimeoutError("timed out")
            Event().wait(PATROL_S)

    def _sent(self, data: bytes) -> int:
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0
