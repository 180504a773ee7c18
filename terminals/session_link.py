"""One terminal's side of the conversation: a request out, the reply that answers it in, whatever the line does.

Sits between link and terminal: seals, sends, and waits for a reply that one of this msgid's counters authenticates. A
repeat goes out under a new counter, and the late answer to an earlier copy is as good. Whatever else arrives is
counted and left alone; a host that cannot authenticate us proves nothing, except that it refuses a 9001.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final

import trio

from settlement.wire.envelope import MalformedError, Reply, decode_reply
from settlement.wire.messages import SignIn
from settlement.wire.names import local_time
from settlement.wire.session import TerminalSession
from terminals.kernel.effects import NoReply, Request
from terminals.links.link import Link, LinkLostError

Connect = Callable[[], Awaitable[Link]]
"""Opens a link to the host; raises LinkLostError."""

RECONNECT_PAUSES_S: Final = (0.1, 0.5, 2.0)
"""Before each further attempt to reach the host; then the request has no reply, and the flow decides."""
REPLY_TIMEOUT_S: Final = 10.0


class SessionLink:
    """A session over links that come and go. `strays` counts frames that answered nothing under way."""

    def __init__(
        self,
        session: TerminalSession,
        connect: Connect,
        *,
        clock_ms: Callable[[], int],
        reply_timeout_s: float = REPLY_TIMEOUT_S,
    ) -> None:
        self._session = session
        self._connect = connect
        self._clock_ms = clock_ms
        self._reply_timeout_s = reply_timeout_s
        self._link: Link | None = None
        self._msgid = ""
        self._counters: list[int] = []
        self.strays: Counter[str] = Counter()

    async def exchange(self, request: Request) -> Reply | NoReply:
        """Return the reply to a request, or why there is none; take up the session that a 9001 opened."""
        signing_in = isinstance(request.body, SignIn)
        try:
            link = self._link or await self._reconnected()
            with trio.fail_after(self._reply_timeout_s):
                await link.send(self._sealed(request))
                reply = await self._answer(link, signing_in=signing_in)
        except LinkLostError as error:
            await self.aclose()
            return NoReply(str(error))
        except trio.TooSlowError:
            return NoReply(f"no reply within {self._reply_timeout_s:g} s")
        if signing_in and isinstance(reply, Reply) and reply.approved:
            self._session.accept(reply)
            self._counters = []
        return reply

    async def aclose(self) -> None:
        """Hang up; the next request connects again."""
        link, self._link = self._link, None
        if link is not None:
            await link.aclose()

    async def _reconnected(self) -> Link:
        for pause_s in RECONNECT_PAUSES_S:
            try:
                self._link = await self._connect()
            except LinkLostError:
                await trio.sleep(pause_s)
            else:
                return self._link
        self._link = await self._connect()
        return self._link

    def _sealed(self, request: Request) -> bytes:
        if request.msgid != self._msgid:
            self._msgid, self._counters = request.msgid, []
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

    async def _answer(self, link: Link, *, signing_in: bool) -> Reply | NoReply:
        while True:
            message, mac = await link.receive()
            reply = self._judged(message, mac, signing_in=signing_in)
            if reply is not None:
                return reply

    def _judged(self, message: bytes, mac: bytes, *, signing_in: bool) -> Reply | NoReply | None:
        """Return what answers the request under way; None for anything else."""
        try:
            msgid = decode_reply(message).msgid
        except MalformedError:
            self.strays["unreadable"] += 1
            return None
        if msgid not in (self._msgid, ""):
            self.strays["late or unmatched"] += 1
            return None
        for counter in reversed(self._counters):
            try:
                reply, authentic = self._session.open(message, mac, counter, signing_in=signing_in)
            except MalformedError:
                continue
            if authentic and msgid:
                return reply
            if signing_in and not reply.approved:
                return reply
            return NoReply(f"the host cannot authenticate us: {reply.err_msg}")
        self.strays["unauthentic"] += 1
        return None
