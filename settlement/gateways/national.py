"""The door for software that is not ours: the national interface as HTTP JSON.

POST /fsi/api/rsfComIfsService/callService with the interface's envelope, signed by AK and SK (signature.py). Answers
every message that both the interface's tables and the wire have (wire.national_traps). Two shapes of refusal, as a
client of the real platform meets them: the gateway's own {"code", "message"}, after which it closes the connection, and
the interface's infcode -1 with err_msg. There is no MAC and no pin pad at this door: that the patient's secret was
checked is the institution's word (engine.medical.password). GET /docs shows what it takes.
"""

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from settlement.data_directory import InstitutionKey
from settlement.gateways.faults import AT_THE_GATEWAY, NextFaults, Order
from settlement.gateways.http_body import BODY_TIMEOUT_S, BodyError, body_of
from settlement.gateways.http_server import ABORT
from settlement.gateways.keyring import Keyring
from settlement.gateways.national_docs import docs_routes
from settlement.gateways.national_form import AS_PLATFORMS, NationalRequest, header_of, read_envelope, read_message
from settlement.gateways.national_reply import write
from settlement.gateways.services import service_routes
from settlement.gateways.signature import EXPIRED, key_of
from settlement.gateways.statement_file import pack
from settlement.journal.entry import Noted
from settlement.journal.writer import Journal
from settlement.reception import UNSEALED, TurnedAway
from settlement.service import Service
from settlement.wire import codes
from settlement.wire.envelope import MalformedError, Reply, Request, decode_output
from settlement.wire.keys import NetworkKey
from settlement.wire.national_fields import PATH
from settlement.wire.national_traps import Reading
from settlement.wire.national_values import Json, encode_json
from settlement.wire.reconciliation import FileContent
from settlement.wire.refusal import Refusal

GATEWAY: Final = "national"
BODY_MAX: Final = 1024 * 1024
"""A bill of 500 lines with every optional field filled in is half of it; a file of 9101 may fill it."""
CALLS_MAX: Final = 512
"""Calls at a time, from the first byte of their body to their answer: with full bodies half a gigabyte."""
UNAUTHORIZED, UNAVAILABLE = 401, 503
LOST: Final = 444
"""The status of a call whose reply is lost on order; it never reaches a client, whose connection is gone."""
FULL: Final = "系统繁忙，请稍后重发 / busy, repeat the same msgid later"
DOWNLOAD: Final = "9102"


def national_app(
    service: Service,
    institutions: tuple[InstitutionKey, ...],
    now_ms: Callable[[], int],
    *,
    network_key: NetworkKey | None = None,
    tables: Reading = AS_PLATFORMS,
    faults: NextFaults | None = None,
    journal: Journal | None = None,
    calls_max: int = CALLS_MAX,
    body_timeout_s: float = BODY_TIMEOUT_S,
) -> Starlette:
    """Return the door as an ASGI application; with a network key, every institution has credentials of its own.

    `now_ms` is the wall clock, by which signatures are in time, whatever the engine's own clock was set to.
    """
    keys = Keyring(institutions, network_key)
    room = asyncio.Semaphore(calls_max)
    desk = Desk(service, tables, faults)

    def turn_away(status: int, message: str) -> Response:
        if journal is not None and journal.keeps(GATEWAY):
            journal.note(Noted(GATEWAY, now_ms(), 0.0, status=status, message=message))
        return _gateway_refusal(status, message)

    async def call(http: HttpRequest) -> Response:
        key = key_of(http.headers, keys, now_ms())
        if isinstance(key, str):
            return turn_away(UNAUTHORIZED, key)
        if room.locked():
            return turn_away(UNAVAILABLE, FULL)
        async with room:
            try:
                content = await body_of(http, BODY_MAX, body_timeout_s)
            except BodyError as error:
                return turn_away(error.status, str(error))
            answer = await desk.answer(key, content)
        if answer == UNAUTHORIZED:
            return turn_away(UNAUTHORIZED, EXPIRED)
        return await _lost(http) if isinstance(answer, int) else answer

    routes = [Route(PATH, call, methods=["POST"]), *docs_routes(tables), *service_routes(service, keys, now_ms)]
    return Starlette(routes=routes)


class Desk:
    """Answers envelopes, or does what was ordered instead."""

    def __init__(self, service: Service, tables: Reading, faults: NextFaults | None) -> None:
        self._service = service
        self._tables = tables
        self._faults = faults

    async def answer(self, key: InstitutionKey, content: bytes) -> Response | int:
        """Return the answer to an envelope; a status where an ordered fault leaves none."""
        began = perf_counter()

        def refuse(refusal: Refusal, detail: str, header: Request | None, infno: str) -> Response:
            away = TurnedAway(refusal, detail, header, infno, UNSEALED)
            reply = self._service.refuse(away, GATEWAY, began, authentic=True, content=content)
            return self._written(reply, {})

        try:
            envelope = read_envelope(content, self._tables)
        except MalformedError as error:
            return refuse(error.refusal, str(error), None, "")
        header, infno = header_of(envelope), envelope["infno"]
        if header.fixmedins_code != key.fixmedins_code:
            return refuse(codes.NOT_OWNER, "fixmedins_code is not the access key's", header, infno)
        order = self._faults.take(infno) if self._faults is not None and self._faults.waiting else None
        if order is not None and order.fault in (AT_THE_GATEWAY, "lose-request"):
            return UNAUTHORIZED if order.fault == AT_THE_GATEWAY else LOST
        try:
            message = read_message(envelope, header, self._tables)
        except MalformedError as error:
            return refuse(error.refusal, str(error), header, infno)
        if order is not None:
            return await self._disturbed(message, content, order)
        reply = await self._settled(message, content)
        return LOST if self._service.withholds(message.infno, message.body) else self._written(reply, message.input)

    async def _settled(self, message: NationalRequest, content: bytes) -> Reply:
        return await self._service.handle_signed(
            message.request, message.body, message.infno, message.digest, GATEWAY, content=content
        )

    async def _disturbed(self, message: NationalRequest, content: bytes, order: Order) -> Response | int:
        if order.fault == "slow":
            await asyncio.sleep(order.delay_ms / 1000)
        reply = await self._settled(message, content)
        if order.fault == "double":
            reply = await self._settled(message, content)
        return LOST if order.fault == "lose-reply" else self._written(reply, message.input)

    def _written(self, reply: Reply, given: Json) -> Response:
        if reply.infno == DOWNLOAD and reply.approved:
            file = decode_output(reply)
            assert isinstance(file, FileContent)
            return Response(pack(file.filename, file.content), media_type="application/zip")
        return Response(encode_json(write(reply, given, self._tables)), media_type="application/json")


async def _lost(http: HttpRequest) -> Response:
    """Cut the connection, as a bad line does; the response is for nobody."""
    abort = http.scope.get("extensions", {}).get(ABORT)
    if abort is not None:
        abort()
        await asyncio.sleep(0.01)  # the loss is known to the server after a turn of the loop
    return Response(status_code=LOST)


def _gateway_refusal(status: int, message: str) -> Response:
    """Return a refusal after which the connection is closed: what follows on it may be a body that nobody reads."""
    content = encode_json({"code": status, "message": message})
    return Response(content, status, {"connection": "close"}, media_type="application/json")
