"""What every call at the signed door meets before anybody reads it: the signature, the room, the body.

Whoever is turned away is told so as a gateway tells it, {"code", "message"}, on a connection that is closed after it,
and stands in the journal. A call that is to get no reply has its line cut.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from settlement.data_directory import InstitutionKey
from settlement.gateways.faults import GatewayRefusalError
from settlement.gateways.http_body import BODY_TIMEOUT_S, BodyError, body_of
from settlement.gateways.http_server import cut
from settlement.gateways.keyring import Keyring
from settlement.gateways.signature import EXPIRED, key_of
from settlement.journal.entry import Noted
from settlement.journal.writer import Journal
from settlement.service import UnansweredError

CALLS_MAX: Final = 512
"""Calls at a time, from the first byte of their body to their answer: with full bodies half a gigabyte."""
UNAUTHORIZED, UNAVAILABLE = 401, 503
FULL: Final = "系统繁忙，请稍后重发 / busy, repeat the same msgid later"

Serve = Callable[[InstitutionKey, bytes], Awaitable[Response]]
"""Answers a call that was let in: whose it is, and its body."""


class Entrance:
    """Lets calls in, or turns them away.

    `now_ms` is the wall clock, by which signatures are in time, whatever the engine's own clock was set to.
    """

    def __init__(
        self,
        keys: Keyring,
        now_ms: Callable[[], int],
        journal: Journal | None = None,
        *,
        calls_max: int = CALLS_MAX,
        body_timeout_s: float = BODY_TIMEOUT_S,
    ) -> None:
        self._keys = keys
        self._now_ms = now_ms
        self._journal = journal
        self._room = asyncio.Semaphore(calls_max)
        self._body_timeout_s = body_timeout_s

    async def admit(self, http: Request, gateway: str, body_max: int, serve: Serve) -> Response:
        """Return the answer to a call of a gateway's: `serve`'s to one that is signed, has room and came whole."""
        key = key_of(http.headers, self._keys, self._now_ms())
        if isinstance(key, str):
            return self._turn_away(gateway, UNAUTHORIZED, key)
        if self._room.locked():
            return self._turn_away(gateway, UNAVAILABLE, FULL)
        async with self._room:
            try:
                return await serve(key, await body_of(http, body_max, self._body_timeout_s))
            except BodyError as error:
                return self._turn_away(gateway, error.status, str(error))
            except GatewayRefusalError:
                return self._turn_away(gateway, UNAUTHORIZED, EXPIRED)
            except UnansweredError:
                return await cut(http)

    def _turn_away(self, gateway: str, status: int, message: str) -> Response:
        if self._journal is not None and self._journal.keeps(gateway):
            self._journal.note(Noted(gateway, self._now_ms(), 0.0, status=status, message=message))
        content = msgspec.json.encode({"code": status, "message": message})
        return Response(content, status, {"connection": "close"}, media_type="application/json")
