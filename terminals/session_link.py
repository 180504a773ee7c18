"""A terminal's conversation over links that come and go: a request out, the reply that answers it in.

Sits between link and terminal. It connects again, waits as long as a reply may take, and leaves to the conversation
which frame answers.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final

import trio

from settlement.wire.envelope import Reply
from settlement.wire.session import TerminalSession
from terminals.kernel.conversation import Conversation
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
        self.strays: Counter[str] = Counter()
        self._conversation = Conversation(session, clock_ms=clock_ms, stray=lambda kind: self.strays.update([kind]))
        self._connect = connect
        self._reply_timeout_s = reply_timeout_s
        self._link: Link | None = None

    async def exchange(self, request: Request) -> Reply | NoReply:
        """Return the reply to a request, or why there is none.

        A link that falls silent stays open, and what comes late is known for what it is; one on which a frame was cut
        off is given up, since the host would take the next frame for the rest of it.
        """
        sent = False
        try:
            link = self._link or await self._reconnected()
            with trio.fail_after(self._reply_timeout_s):
                await link.send(self._conversation.seal(request))
                sent = True
                return await self._answer(link)
        except LinkLostError as error:
            await self.aclose()
            return NoReply(str(error))
        except trio.TooSlowError:
            if not sent:
                await self.aclose()
            return NoReply(f"no reply within {self._reply_timeout_s:g} s")

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

    async def _answer(self, link: Link) -> Reply | NoReply:
        while True:
            answer = self._conversation.take(*await link.receive())
            if answer is not None:
                return answer
