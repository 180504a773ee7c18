"""What only the operator may ask of the engine: the transactions that codes.KINDS marks `admin`, by name.

POST /admin/NAME?city=CCCCCC[&msgid=...]   the message as a JSON object of its fields (wire.named)

NAME is the transaction's English name with hyphens. The agency of `city` acts. A caller who wants to repeat a call
without a second effect gives a msgid of his own; else each call has a new one. Answered with {infcode, refusal,
err_msg, msgid, output}: an expected refusal is status 200 and infcode -1, as at every door of ours.
"""

from collections.abc import Callable
from itertools import count
from typing import Final

from msgspec import Raw
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from settlement.engine.arrival import Door
from settlement.gateways.http_body import BodyError, body_of
from settlement.gateways.named_reply import answer, told
from settlement.service import Service
from settlement.wire.codes import KINDS, OPERATIONS
from settlement.wire.envelope import (
    BODY_TYPES,
    MalformedError,
    Reply,
    Request,
    decode_body,
    digest_of,
    encode,
)
from settlement.wire.messages import Body
from settlement.wire.named import read_named
from settlement.wire.names import AGENCY, compact_time, institution_code, local_time

GATEWAY: Final = "admin"
BODY_MAX: Final = 1024 * 1024

CONTROL: Final = "control"
NO_CONTROL: Final = "this engine was started without --control; start it with: shuaka serve --control"


class Operator:
    """Sends operations to the engine and numbers them."""

    def __init__(self, service: Service, now_ms: Callable[[], int]) -> None:
        self._service = service
        self._now_ms = now_ms
        self._numbers = count()

    async def ask(self, infno: str, body: Body, city: str, msgid: str = "") -> Reply:
        """Return the engine's reply to one operation of a city's agency."""
        now_ms = self._now_ms()
        request = Request(
            msgid=msgid or f"{AGENCY}{compact_time(now_ms)}{now_ms % 1000:03d}{next(self._numbers):08d}",
            fixmedins_code=institution_code(AGENCY, city, 0),
            dev_no=GATEWAY,
            mdtrtarea_admvs=city,
            insuplc_admdvs=city,
            sign_no="",
            counter=0,
            inf_time=local_time(now_ms),
            body=Raw(encode(body)),
        )
        decode_body(request)  # bounds that only the wire's own form states
        return await self._service.handle_signed(request, body, infno, digest_of(body, city), GATEWAY, Door.ADMIN)


def operations(operator: Operator, *, control: bool) -> Route:
    """Return the route of all operations; those of the group `control` are refused without it."""

    async def operation(http: HttpRequest) -> Response:
        name, city = http.path_params["name"], http.query_params.get("city", "")
        if name not in OPERATIONS:
            return answer(404, {"message": f"no operation {name!r}; there are: {', '.join(OPERATIONS) or 'none'}"})
        if not (len(city) == len("370100") and city.isascii() and city.isdigit()):
            return answer(400, {"message": "?city=CCCCCC is required: the agency that acts"})
        infno = OPERATIONS[name]
        if KINDS[infno].group == CONTROL and not control:
            return answer(403, {"message": NO_CONTROL})
        try:
            body = read_named(await body_of(http, BODY_MAX) or b"{}", BODY_TYPES[infno])
            reply = await operator.ask(infno, body, city, http.query_params.get("msgid", ""))  # type: ignore[arg-type]  # every type of BODY_TYPES is one of Body
        except BodyError as error:
            return answer(error.status, {"message": str(error)})
        except MalformedError as error:
            return answer(400, {"message": f"{name}: {error}"})
        return answer(200, told(reply))

    return Route("/admin/{name}", operation, methods=["POST"])
