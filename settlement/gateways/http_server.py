"""uvicorn's protocol with the bounds that it has none for: a head that is too long, or does not come to its end.

A head is due HEAD_TIMEOUT_S after the connection began or after its last answer, whatever dribbles in meanwhile, also
the rest of a body that was answered unread. Bodies are bounded by http_body, idle connections by uvicorn itself.
"""

import asyncio
from typing import ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

CONNECTIONS_MAX: Final = 1024
"""Connections of one HTTP door at a time; uvicorn answers one more with its own 503."""
HEAD_TIMEOUT_S: Final = 10.0
HEAD_MAX: Final = 64 * 1024
"""Bytes of a head; the interface's own five headers are some hundred."""
ABORT: Final = "shuaka.abort"
"""An extension of the ASGI scope: a call that cuts the connection without a word."""


LOST: Final = 444
"""The status of a call that gets no reply; it never reaches a client, whose connection is gone."""


async def cut(http: Request) -> Response:
    """Cut the connection, as a bad line does; the response is for nobody."""
    abort = http.scope.get("extensions", {}).get(ABORT)
    if abort is not None:
        abort()
        await asyncio.sleep(0.01)  # the loss is known to the server after a turn of the loop
    return Response(status_code=LOST)


class BoundedProtocol(HttpToolsProtocol):
    """One client of an HTTP door."""

    head_timeout_s: ClassVar[float] = HEAD_TIMEOUT_S
    _head_due: asyncio.TimerHandle | None = None
    _head_size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take the client in; its first head is due."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Take what came; a head that goes on and on is cut off."""
        super().data_received(data)
        if self._head_due is not None:
            self._head_size += len(data)
            if self._head_size > HEAD_MAX:
                self.transport.abort()

    def on_message_begin(self) -> None:
        """Begin a request, whose connection its endpoint may cut."""
        super().on_message_begin()
        self.scope["extensions"] = {ABORT: self.transport.abort}  # type: ignore[dict-item]  # an extension of ours

    def on_headers_complete(self) -> None:
        """Hand the head over; it is due no more."""
        self._forget_head()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Go on; the next head is due, unless one waits in the pipeline already."""
        super().on_response_complete()
        if self.cycle.response_complete and not self.transport.is_closing():
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        self._forget_head()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        self._head_size = 0
        self._head_due = self.loop.call_later(self.head_timeout_s, self.transport.abort)

    def _forget_head(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None
