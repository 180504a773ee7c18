"""One terminal's side of the conversation, without a line: seals requests, and tells which frame answers one.

A repeat goes out under a new counter, and the answer to its first copy is as good: a reply answers when one of its
msgid's counters authenticates it. Whatever else arrives is counted for what it is and never taken for another's. A
host that cannot authenticate us answers without a MAC: that refuses a 9001, and proves nothing of anything else.
Whoever holds a line (trio's, a blocking socket, a host in the same process) sends and receives.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from settlement.wire.envelope import MalformedError, Reply, decode_reply
from settlement.wire.messages import SignIn
from settlement.wire.names import local_time
from settlement.wire.session import TerminalSession
from terminals.kernel.effects import NoReply, Request

REMEMBERED: Final = 16
"""Older requests of which a conversation still knows whether they were answered."""


class Stray(StrEnum):
    """A frame that answers nothing under way."""

    LATE = "late reply"
    DUPLICATE = "duplicate reply"
    UNMATCHED = "unmatched reply"
    UNREADABLE = "unreadable reply"
    UNAUTHENTIC = "unauthentic reply"


class Conversation:
    """A session with its request under way. `stray` is told of every frame that answers nothing."""

    def __init__(
        self, session: TerminalSession, *, clock_ms: Callable[[], int], stray: Callable[[Stray], None]
    ) -> None:
        self._session = session
        self._clock_ms = clock_ms
        self._stray = stray
        self._request: Request | None = None
        self._counters: list[int] = []
        self._answered: dict[str, bool] = {}

    def seal(self, request: Request) -> bytes:
        """Return the frame that asks; from here on this request is the one under way."""
        if self._request is None or request.msgid != self._request.msgid:
            self._counters = []
        self._request = request
        self._answered[request.msgid] = False
        if len(self._answered) > REMEMBERED:
            del self._answered[next(iter(self._answered))]
        clock_ms = self._clock_ms()
        frame, counter = self._session.seal(
            request.body,
            msgid=request.msgid,
            clock_ms=clock_ms,
            inf_time=local_time(clock_ms),
            insuplc_admdvs=request.insuplc_admdvs,
        )
        self._counters.append(counter)
        return frame

    def take(self, message: bytes, mac: bytes) -> Reply | NoReply | None:
        """Return what answers the request under way, or None for a stray; take up the session that a 9001 opened."""
        assert self._request is not None
        try:
            reply = decode_reply(message)
        except MalformedError:
            self._stray(Stray.UNREADABLE)
            return None
        if reply.msgid not in (self._request.msgid, ""):  # empty: the host could not even read whose request it was
            answered = self._answered.get(reply.msgid)
            self._stray(Stray.UNMATCHED if answered is None else Stray.DUPLICATE if answered else Stray.LATE)
            return None
        return self._judged(reply, message, mac)

    def _judged(self, reply: Reply, message: bytes, mac: bytes) -> Reply | NoReply | None:
        assert self._request is not None
        signing_in = isinstance(self._request.body, SignIn)
        for counter in reversed(self._counters):
            try:
                authentic = self._session.authentic(message, mac, counter, signing_in=signing_in)
            except MalformedError:
                continue
            if authentic and reply.msgid:
                self._finish(reply, signing_in=signing_in)
                return reply
            if signing_in and not reply.approved:
                return reply
            return NoReply(f"the host cannot authenticate us: {reply.err_msg}")
        self._stray(Stray.UNAUTHENTIC)
        return None

    def _finish(self, reply: Reply, *, signing_in: bool) -> None:
        self._answered[reply.msgid] = True
        if signing_in and reply.approved:
            self._session.accept(reply)
            self._counters = []
