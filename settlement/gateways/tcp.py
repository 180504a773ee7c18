"""The terminals' door: frames over TCP, answered in any order (the msgid says which is which).

Whatever a client does ends at its own connection: garbage is answered and, where the stream can no longer be followed,
closed; one that sends slowly, does not read or says nothing is closed at a named bound. No client causes a trace.
"""

import asyncio
import socket
from time import perf_counter
from typing import Final, cast

from settlement.reception import UNSEALED, TurnedAway
from settlement.service import Service
from settlement.wire import codes
from settlement.wire.envelope import encode
from settlement.wire.framing import LARGE_FRAME_MAX, NO_MAC, FrameError, FrameReader, frame
from settlement.wire.refusal import Refusal

GATEWAY: Final = "tcp"
CONNECTIONS_MAX: Final = 8_192
"""Connections at a time; the system's limit of open files is above it."""
BACKLOG: Final = 1024
"""Connections that may wait to be accepted: a hall of terminals that is switched on at once."""
LARGE_MAX: Final = 64
"""Connections in the middle of a large frame at a time: 64 MB."""
UNREAD_MAX: Final = 2 * LARGE_FRAME_MAX
"""Bytes of answers that a client may leave unread before it is closed."""
UNREAD_PAUSE: Final = 128 * 1024
"""Bytes of unread answers at which no further request is read from it."""
FRAME_TIMEOUT_S: Final = 10.0
"""How long a frame may take to arrive once it has begun."""
IDLE_TIMEOUT_S: Final = 3600.0
"""How long a connection may say nothing; a terminal signs in again after it."""
PATROL_S: Final = 1.0
"""How often the bounds of time are looked at."""


class Connection(asyncio.Protocol):
    """One client."""

    def __init__(self, gateway: "TcpGateway") -> None:
        self._gateway = gateway
        self._reader = FrameReader(LARGE_FRAME_MAX)
        self._transport: asyncio.Transport
        self._heard_at = gateway.time()
        self._unfinished_since: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the client in, or tell it that there are too many."""
        self._transport = transport = cast("asyncio.Transport", transport)
        transport.set_write_buffer_limits(high=UNREAD_PAUSE)
        if not self._gateway.admit(self):
            self._close_with(codes.BUSY, f"{CONNECTIONS_MAX} connections")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name; why it went is its affair
        """Forget the client; what it asked for is settled all the same."""
        self._gateway.forget(self)

    def data_received(self, data: bytes) -> None:
        """Hand every whole frame to the service."""
        self._heard_at = now = self._gateway.time()
        self._reader.feed(data)
        try:
            for message, mac in self._reader:
                self._gateway.service.receive(message, mac, self._answer, GATEWAY)
                self._unfinished_since = None
        except FrameError as error:
            self._close_with(codes.FRAME_TOO_LARGE if error.too_large else codes.BAD_ENVELOPE, str(error))
        if self._reader.large != (self in self._gateway.large) and not self._gateway.take_large(self):
            self._close_with(codes.BUSY, f"{LARGE_MAX} large frames")
        if not self._reader.pending:
            self._unfinished_since = None
        elif self._unfinished_since is None:
            self._unfinished_since = now

    def pause_writing(self) -> None:
        """Read nothing more from a client that does not read."""
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def patrol(self, now: float) -> None:
        """Close a client that exceeds its time."""
        if self._unfinished_since is not None and now - self._unfinished_since > FRAME_TIMEOUT_S:
            self._close_with(codes.BAD_ENVELOPE, f"a frame was not complete after {FRAME_TIMEOUT_S:g} s")
        elif now - self._heard_at > IDLE_TIMEOUT_S:
            self._transport.close()

    def close(self) -> None:
        """Close once what was written is sent."""
        self._transport.close()

    def _answer(self, reply: bytes, mac: bytes) -> None:
        if self._transport.is_closing():
            return
        self._transport.write(frame(reply, mac))
        if self._transport.get_write_buffer_size() > UNREAD_MAX:
            self._transport.abort()

    def _close_with(self, refusal: Refusal, detail: str) -> None:
        away = TurnedAway(refusal, detail, None, "", UNSEALED)
        reply = self._gateway.service.refuse(away, GATEWAY, perf_counter(), authentic=False)
        self._answer(encode(reply), NO_MAC)
        self._transport.close()


class TcpGateway:
    """Listens for terminals, and looks after the bounds of their connections."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._connections: set[Connection] = set()
        self.large: set[Connection] = set()
        """Those in the middle of a large frame."""
        self._server: asyncio.Server
        self._patrol: asyncio.TimerHandle

    async def listen(self, listener: socket.socket) -> None:
        """Listen on a bound socket."""
        loop = asyncio.get_running_loop()
        self.time = loop.time
        self._server = await loop.create_server(lambda: Connection(self), sock=listener, backlog=BACKLOG)
        self._patrol = loop.call_later(PATROL_S, self._walk)

    @property
    def connections(self) -> int:
        """Return how many clients are connected."""
        return len(self._connections)

    def admit(self, connection: Connection) -> bool:
        """Whether there is room for one more."""
        if len(self._connections) >= CONNECTIONS_MAX:
            return False
        self._connections.add(connection)
        return True

    def take_large(self, connection: Connection) -> bool:
        """Note that a large frame has begun or come to its end; whether there was room for it."""
        if connection in self.large:
            self.large.discard(connection)
            return True
        if len(self.large) >= LARGE_MAX:
            return False
        self.large.add(connection)
        return True

    def forget(self, connection: Connection) -> None:
        """Strike a connection off."""
        self._connections.discard(connection)
        self.large.discard(connection)

    def stop_listening(self) -> None:
        """Let nobody new in; those inside are answered."""
        self._server.close()
        self._patrol.cancel()

    def close(self) -> None:
        """Close every connection once its answers are sent."""
        for connection in tuple(self._connections):
            connection.close()

    def _walk(self) -> None:
        for connection in tuple(self._connections):
            connection.patrol(self.time())
        self._patrol = asyncio.get_running_loop().call_later(PATROL_S, self._walk)
