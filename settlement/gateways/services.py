"""The card services over HTTP, for software of HRSS, banks and hospitals: at the signed door, by name.

A hospital's deposit (TILL), for which the interface has no message, is asked as they are.

GET  /services                                              every service, its infno and its fields
POST /services/NAME?opter=O[&insuplc_admdvs=CCCCCC][&msgid=M]   the message as a JSON object of its fields (wire.named)
     of a visit (VISITS) the fields of all its services; answered with {infcode, parts}, each part as a service's

Signed by AK and SK as every call at that door, and path and body as well (wire.signature); the access key's institution
asks, on the word of an operator who signed in there (9001), by a channel of its own. Empty `insuplc_admdvs` is the
institution's own city. Without a msgid a call is named by its signature, so that one which somebody saw and sends again
is told what it was told. Answered with {infcode, refusal, err_msg, msgid, output}: an expected refusal is status 200
and infcode -1.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final

import msgspec
from msgspec import Raw
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from settlement.data_directory import InstitutionKey
from settlement.gateways.entrance import Entrance
from settlement.gateways.named_reply import answer, told
from settlement.gateways.signature import MISMATCH, fits_content
from settlement.service import Service
from settlement.wire.codes import KINDS
from settlement.wire.envelope import (
    MalformedError,
    Request,
    decode_body,
    decode_request,
    digest_of,
    encode,
)
from settlement.wire.named import read_named
from settlement.wire.names import local_time
from settlement.wire.service_catalogue import CALLS, VISITS
from settlement.wire.signature import CONTENT_SIGNATURE

GATEWAY: Final = "services"
BODY_MAX: Final = 256 * 1024
"""A photo of the largest size in base64 fits."""
NAME_DIGITS: Final = 17
"""Of a signature's hash in a msgid, which has 30 characters: institution 12, these, and one for a visit's part."""

_json = msgspec.json.Encoder().encode


def service_routes(service: Service, entrance: Entrance, now_ms: Callable[[], int]) -> list[Route]:
    """Return the routes of all card services; `now_ms` is the wall clock, by which signatures are in time."""

    async def catalogue(_: HttpRequest) -> Response:
        return answer(200, {"services": [described(name) for name in CALLS]})

    async def call(http: HttpRequest) -> Response:
        name = http.path_params["name"]

        async def serve(key: InstitutionKey, content: bytes) -> Response:
            if not fits_content(http.headers, key, _target(http), content):
                return answer(401, {"code": 401, "message": MISMATCH})
            if name not in CALLS and name not in VISITS:
                return answer(404, {"message": f"no service {name!r}; GET /services lists them"})
            try:
                return answer(200, await (visit if name in VISITS else one)(http, key, name, content))
            except MalformedError as error:
                return answer(400, {"message": f"{name}: {error}"})

        return await entrance.admit(http, GATEWAY, BODY_MAX, serve)

    async def one(
        http: HttpRequest, key: InstitutionKey, name: str, content: bytes, part: str = ""
    ) -> dict[str, object]:
        body = read_named(content, CALLS[name])
        request = _request(http, key, body, now_ms(), part)
        decode_body(request)  # bounds that only the wire's own form states
        digest = digest_of(body, request.insuplc_admdvs)  # type: ignore[arg-type]  # every service's type is one of Body
        infno = infno_of(name)
        reply = await service.handle_signed(request, body, infno, digest, GATEWAY, content=content)  # type: ignore[arg-type]  # as above
        return told(reply)

    async def visit(http: HttpRequest, key: InstitutionKey, name: str, content: bytes) -> dict[str, object]:
        """Ask for one service after the other: what was done stays done where a later one is refused."""
        asked = _parted(content, VISITS[name])
        parts = [await one(http, key, part, asked[part], str(number)) for number, part in enumerate(VISITS[name])]
        return {"infcode": min(part["infcode"] for part in parts), "parts": dict(zip(VISITS[name], parts, strict=True))}  # type: ignore[type-var]  # infcode is an integer

    return [
        Route("/services", catalogue, methods=["GET"]),
        Route("/services/{name}", call, methods=["POST"]),
    ]


def _target(http: HttpRequest) -> str:
    """Return path and query as they were sent; an application of its own process has no raw ones."""
    query = http.scope["query_string"].decode("latin-1")
    return http.url.path + (f"?{query}" if query else "")


def infno_of(name: str) -> str:
    """Return the infno of a service.

    >>> infno_of("lose")
    '0002'
    """
    infno = CALLS[name].__struct_config__.tag
    assert isinstance(infno, str)
    return infno


def described(name: str) -> dict[str, Any]:
    """Return what a service is called and asks: its fields, of which those with a default may be left out."""
    fields = msgspec.structs.fields(CALLS[name])
    return {
        "name": name,
        "infno": infno_of(name),
        "title": KINDS[infno_of(name)].name_en,
        "fields": [field.name for field in fields],
        "required": [field.name for field in fields if field.required],
    }


def _parted(content: bytes, names: tuple[str, ...]) -> dict[str, bytes]:
    """Return what each service of a visit is asked: of one object its own fields; raise MalformedError."""
    try:
        whole = msgspec.json.decode(content, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(str(error)) from None
    known = {name: set(CALLS[name].__struct_fields__) for name in names}
    strange = whole.keys() - set().union(*known.values())
    if strange:
        raise MalformedError(f"Object contains unknown field `{min(strange)}`")
    return {name: _json({key: value for key, value in whole.items() if key in known[name]}) for name in names}


def _request(http: HttpRequest, key: InstitutionKey, body: msgspec.Struct, now_ms: int, part: str = "") -> Request:
    """Return the envelope; raise MalformedError for a place or a msgid that is none.

    `part` numbers the messages of one visit, which share the msgid that the caller gave or the call has.
    """
    code, asked = key.fixmedins_code, http.query_params
    named = sha256(http.headers[CONTENT_SIGNATURE].encode()).hexdigest()[:NAME_DIGITS]
    drafted = Request(
        msgid=(asked.get("msgid", "") or code + named) + part,
        fixmedins_code=code,
        dev_no=asked.get("opter", ""),
        mdtrtarea_admvs=code[1:7],
        insuplc_admdvs=asked.get("insuplc_admdvs", ""),
        sign_no="",
        counter=0,
        inf_time=local_time(now_ms),
        body=Raw(encode(body)),
    )
    return decode_request(encode(drafted))
