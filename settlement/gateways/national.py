"""The door for software that is not ours: the national interface as HTTP JSON.

POST /fsi/api/rsfComIfsService/callService with the interface's envelope, signed by AK and SK (signature.py). Answers
every message that both the interface's tables and the wire have (wire.national_traps). Two shapes of refusal, as a
client of the real platform meets them: the gateway's own {"code", "message"}, after which it closes the connection, and
the interface's infcode -1 with err_msg. There is no MAC and no pin pad at this door: that the patient's secret was
checked is the institution's word (engine.medical.password). GET /docs shows what it takes.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from settlement.data_directory import InstitutionKey
from settlement.gateways.entrance import CALLS_MAX, Entrance
from settlement.gateways.http_body import BODY_TIMEOUT_S
from settlement.gateways.keyring import Keyring
from settlement.gateways.national_docs import docs_routes
from settlement.gateways.national_form import AS_PLATFORMS, header_of, read_envelope, read_message
from settlement.gateways.national_reply import write
from settlement.gateways.services import service_routes
from settlement.gateways.statement_file import pack
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
DOWNLOAD: Final = "9102"


def national_app(
    service: Service,
    institutions: tuple[InstitutionKey, ...],
    now_ms: Callable[[], int],
    *,
    network_key: NetworkKey | None = None,
    tables: Reading = AS_PLATFORMS,
    journal: Journal | None = None,
    calls_max: int = CALLS_MAX,
    body_timeout_s: float = BODY_TIMEOUT_S,
) -> Starlette:
    """Return the door as an ASGI application; with a network key, every institution has credentials of its own.

    `now_ms` is the wall clock, by which signatures are in time, whatever the engine's own clock was set to.
    """
    keys = Keyring(institutions, network_key)
    entrance = Entrance(keys, now_ms, journal, calls_max=calls_max, body_timeout_s=body_timeout_s)
    desk = Desk(service, tables)

    async def call(http: HttpRequest) -> Response:
        return await entrance.admit(http, GATEWAY, BODY_MAX, desk.answer)

    routes = [
        Route(PATH, call, methods=["POST"]),
        *docs_routes(tables),
        *service_routes(service, entrance, now_ms),
    ]
    return Starlette(routes=routes)


class Desk:
    """Answers envelopes."""

    def __init__(self, service: Service, tables: Reading) -> None:
        self._service = service
        self._tables = tables

    async def answer(self, key: InstitutionKey, content: bytes) -> Response:
        """Return the answer to an envelope; raise UnansweredError where there is to be none."""
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
        try:
            message = read_message(envelope, header, self._tables)
        except MalformedError as error:
            return refuse(error.refusal, str(error), header, infno)
        reply = await self._service.handle_signed(
            message.request, message.body, message.infno, message.digest, GATEWAY, content=content
        )
        return self._written(reply, message.input)

    def _written(self, reply: Reply, given: Json) -> Response:
        if reply.infno == DOWNLOAD and reply.approved:
            file = decode_output(reply)
            assert isinstance(file, FileContent)
            return Response(pack(file.filename, file.content), media_type="application/zip")
        return Response(encode_json(write(reply, given, self._tables)), media_type="application/json")
