"""The door for software that is not ours: the national interface as HTTP JSON.

POST /fsi/api/rsfComIfsService/callService with the interface's envelope, signed by AK and SK (signature.py). Answers
9001, 1101, 2101, 2102, 2103, 2601 and 5203. Two shapes of refusal, as a client of the real platform meets them: the
gateway's own {"code", "message"}, after which it closes the connection, and the interface's infcode -1 with err_msg.
There is no MAC and no pin pad at this door: that the patient's secret was checked is the institution's word
(engine.password).
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
from settlement.gateways.http_body import BODY_TIMEOUT_S, BodyError, body_of
from settlement.gateways.keyring import Keyring
from settlement.gateways.national_form import header_of, read_envelope, read_message
from settlement.gateways.national_reply import write
from settlement.gateways.signature import key_of
from settlement.reception import UNSEALED, TurnedAway
from settlement.service import Service
from settlement.wire import codes
from settlement.wire.envelope import MalformedError, Reply, Request
from settlement.wire.keys import NetworkKey
from settlement.wire.national_fields import PATH
from settlement.wire.national_values import Json, encode_json
from settlement.wire.refusal import Refusal

GATEWAY: Final = "national"
BODY_MAX: Final = 512 * 1024
"""A bill of 500 lines with every optional field filled in fits."""
CALLS_MAX: Final = 512
"""Calls at a time, from the first byte of their body to their answer: with full bodies a quarter of a gigabyte."""
UNAUTHORIZED, UNAVAILABLE = 401, 503
FULL: Final = "系统繁忙，请稍后重发 / busy, repeat the same msgid later"


def national_app(
    service: Service,
    institutions: tuple[InstitutionKey, ...],
    now_ms: Callable[[], int],
    *,
    network_key: NetworkKey | None = None,
    calls_max: int = CALLS_MAX,
    body_timeout_s: float = BODY_TIMEOUT_S,
) -> Starlette:
    """Return the door as an ASGI application; with a network key, every institution has credentials of its own."""
    keys = Keyring(institutions, network_key)
    room = asyncio.Semaphore(calls_max)

    async def call(http: HttpRequest) -> Response:
        key = key_of(http.headers, keys, now_ms())
        if isinstance(key, str):
            return _gateway_refusal(UNAUTHORIZED, key)
        if room.locked():
            return _gateway_refusal(UNAVAILABLE, FULL)
        async with room:
            try:
                content = await body_of(http, BODY_MAX, body_timeout_s)
            except BodyError as error:
                return _gateway_refusal(error.status, str(error))
            reply, given = await _answer(service, key, content)
        return Response(encode_json(write(reply, given)), media_type="application/json")

    return Starlette(routes=[Route(PATH, call, methods=["POST"])])


async def _answer(service: Service, key: InstitutionKey, content: bytes) -> tuple[Reply, Json]:
    """Return the reply to an envelope, and the checked input that it may echo."""
    began = perf_counter()

    def refuse(refusal: Refusal, detail: str, header: Request | None, infno: str) -> tuple[Reply, Json]:
        away = TurnedAway(refusal, detail, header, infno, UNSEALED)
        return service.refuse(away, GATEWAY, began, authentic=True), {}

    try:
        envelope = read_envelope(content)
    except MalformedError as error:
        return refuse(error.refusal, str(error), None, "")
    header, infno = header_of(envelope), envelope["infno"]
    if header.fixmedins_code != key.fixmedins_code:
        return refuse(codes.NOT_OWNER, "fixmedins_code is not the access key's", header, infno)
    try:
        message = read_message(envelope, header)
    except MalformedError as error:
        return refuse(error.refusal, str(error), header, infno)
    reply = await service.handle_signed(message.request, message.body, message.infno, message.digest, GATEWAY)
    return reply, message.input


def _gateway_refusal(status: int, message: str) -> Response:
    """Return a refusal after which the connection is closed: what follows on it may be a body that nobody reads."""
    content = encode_json({"code": status, "message": message})
    return Response(content, status, {"connection": "close"}, media_type="application/json")
