"""One terminal's connection to the host: seals, sends, and waits for the reply that fits, on a plain blocking socket.

No event loop is imported; under Locust gevent makes the socket cooperative. Replies are correlated by msgid: one that
answers an older request is counted for what it is (late, duplicate, unmatched) and never taken for another's. What
fails its MAC proves nothing, and the wait goes on.
"""

import socket
from collections.abc import Callable
from enum import StrEnum
from time import monotonic
from typing import Final

from settlement.wire.envelope import MalformedError, Reply, decode_reply
from settlement.wire.framing import FrameError, FrameReader
from settlement.wire.messages import SignIn
from settlement.wire.names import local_time
from settlement.wire.session import TerminalSession
from terminals.kernel.effects import NoReply, Request

RECEIVE_SIZE: Final = 64 * 1024
REMEMBERED: Final = 16
"""Older requests of which a connection still knows whether they were answered."""


class Stray(StrEnum):
    """A reply that nobody waits for."""

    LATE = "late reply"
    DUPLICATE = "duplicate reply"
    UNMATCHED = "unmatched reply"
    UNAUTHENTIC = "unauthentic reply"


class Connection:
    """A terminal's connection; it opens itself when it is needed, and again after it broke."""

    def __init__(
        self,
        address: tuple[str, int],
        session: TerminalSession,
        timeout_s: float,
        clock_ms: Callable[[], int],
        stray: Callable[[str], None],
    ) -> None:
        self._address = address
        self._session = session
        self._timeout_s = timeout_s
        self._clock_ms = clock_ms
        self._stray = stray
        self._socket: socket.socket | None = None
        self._frames = FrameReader()
        self._answered: dict[str, bool] = {}
        self._counters: list[int] = []
        self._msgid = ""

    def exchange(self, request: Request) -> Reply | NoReply:
        """Send one request and return its reply, or why there is none."""
        if request.msgid != self._msgid:
            self._msgid, self._counters = request.msgid, []
        self._remember(request.msgid, answered=False)
        signing_in = isinstance(request.body, SignIn)
        now_ms = self._clock_ms()
        frame, counter = self._session.seal(
            request.body,
            msgid=request.msgid,
            clock_ms=now_ms,
            inf_time=local_time(now_ms),
            insuplc_admdvs=request.insuplc_admdvs,
        )
        self._counters.append(counter)
        try:
            reply = self._send_and_wait(frame, signing_in=signing_in)
        except (OSError, FrameError) as error:
            self.close()
            return NoReply(str(error) or type(error).__name__)
        self._remember(request.msgid, answered=True)
        if signing_in and isinstance(reply, Reply) and reply.approved:
            self._session.accept(reply)
            self._counters = []
        return reply

    def close(self) -> None:
        """Close the socket, if it is open; what was half received is forgotten."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._frames = None, FrameReader()

    def _send_and_wait(self, frame: bytes, *, signing_in: bool) -> Reply | NoReply:
        deadline_s = monotonic() + self._timeout_s
        line = self._open()
        line.settimeout(self._timeout_s)
        line.sendall(frame)
        while True:
            for message, mac in self._frames:
                if (reply := self._taken(message, mac, signing_in=signing_in)) is not None:
                    return reply
            data = line.recv(RECEIVE_SIZE)
            if not data:
                raise ConnectionResetError("the host closed the connection")
            self._frames.feed(data)
            if monotonic() > deadline_s:
                raise TimeoutError("timed out")

    def _open(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, self._timeout_s)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def _taken(self, message: bytes, mac: bytes, *, signing_in: bool) -> Reply | NoReply | None:
        """Return what answers the request under way; count anything else and return None.

        A repeat goes out under a new counter, and the answer to the first try is as good. A host that cannot
        authenticate us answers without a MAC: that refuses a 9001, and says nothing of anything else.
        """
        for counter in reversed(self._counters):
            try:
                reply, authentic = self._session.open(message, mac, counter, signing_in=signing_in)
            except MalformedError:
                continue
            if reply.msgid not in (self._msgid, ""):  # empty: the host could not even read whose request it was
                break
            if authentic or (signing_in and not reply.approved):
                return reply
            return NoReply(f"the host cannot authenticate us: {reply.err_msg}")
        self._stray(self._what(message))
        return None

    def _what(self, message: bytes) -> Stray:
        """Say what a reply is that answers nothing under way; its MAC was of another request, so it proves nothing."""
        try:
            msgid = decode_reply(message).msgid
        except MalformedError:
            return Stray.UNAUTHENTIC
        if msgid == self._msgid:
            return Stray.UNAUTHENTIC
        answered = self._answered.get(msgid)
        return Stray.UNMATCHED if answered is None else Stray.DUPLICATE if answered else Stray.LATE

    def _remember(self, msgid: str, *, answered: bool) -> None:
        self._answered[msgid] = answered
        if len(self._answered) > REMEMBERED:
            del self._answered[next(iter(self._answered))]
