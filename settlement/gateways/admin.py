"""The operator's door, on the loopback address, for who holds the data directory's token; audit and lease live here.

GET /health             {"status": "ok"}, without a token
GET /audit[?opter=NAME] the engine's counts, the ledger's counts by state and its sums of what stands, open
                        items and the laws of the books; with digest=1 the digest of what was settled, too
POST /admin/NAME        the agency's own work (operations.py), and a tester's (control.py)
GET /clearing[/pairs]   a month's clearing (clearing.py)       GET /journal   the last calls (journal.py)
POST /lease {"count"}   {"first"}: a block of population indexes that this ledger has not handed out, of 0 to see
                        where the next begins; 409 if too few are left, and then none is handed out
"""

from collections.abc import Awaitable, Callable
from hmac import compare_digest
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from settlement.gateways.faults import GatewayRefusalError
from settlement.gateways.http_body import BodyError, body_of
from settlement.gateways.http_server import cut
from settlement.service import UnansweredError
from settlement.stores.store import BankSums, Invariant, LedgerSums, Store, TooFew
from settlement.tally import Tally

LEASE_MAX: Final = 1 << 32
OPERATOR_SIZE_MAX: Final = 20
BODY_MAX: Final = 1024


class Lease(Struct, frozen=True, forbid_unknown_fields=True):
    """How many indexes are asked for; none hands out nobody, and tells where the next lease begins."""

    count: Annotated[int, Meta(ge=0, le=LEASE_MAX)]


class AuditReport(Struct, frozen=True):
    """What the engine and its ledger say of one operator's work (all work if `opter` is empty).

    `open` counts what somebody has yet to finish (stores.open_items); of one operator's, the tombstones alone.
    """

    opter: str
    engine: dict[str, dict[str, int]]
    ledger: dict[str, LedgerSums]
    bank: BankSums
    open: dict[str, int]
    invariants: tuple[Invariant, ...]
    ledger_sha256: str = ""

    @property
    def ok(self) -> bool:
        """Whether every law of the books is kept."""
        return all(invariant.ok for invariant in self.invariants)


Endpoint = Callable[[Request], Awaitable[Response]]


def admin_app(store: Store, tally: Tally, token: str, more: tuple[Route, ...] = ()) -> Starlette:
    """Return the door as an ASGI application; what `more` routes ask needs the token, too."""

    def guarded(endpoint: Endpoint) -> Endpoint:
        async def guard(request: Request) -> Response:
            given = request.headers.get("authorization", "")
            if not compare_digest(given.encode(), f"Bearer {token}".encode()):
                return _problem(401, "the token of the data directory is required: Authorization: Bearer ...")
            try:
                return await endpoint(request)
            except GatewayRefusalError:
                return _problem(401, "refused at the gateway, on order")
            except UnansweredError:
                return await cut(request)

        return guard

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def audit(request: Request) -> Response:
        opter = request.query_params.get("opter", "")
        if len(opter) > OPERATOR_SIZE_MAX:
            return _problem(400, f"opter has at most {OPERATOR_SIZE_MAX} characters")
        found = await store.audit(opter)
        open_items = {"tombstones": found.tombstones} if opter else dict(found.open_items)
        digest = await store.digest(opter) if "digest" in request.query_params else ""
        report = AuditReport(opter, tally.of(opter), found.ledger, found.bank, open_items, found.invariants, digest)
        return Response(msgspec.json.encode(report), media_type="application/json")

    async def lease(request: Request) -> Response:
        try:
            asked = msgspec.json.decode(await body_of(request, BODY_MAX), type=Lease)
        except BodyError as error:
            return _problem(error.status, str(error))
        except msgspec.MsgspecError as error:
            return _problem(400, f'{{"count": 0 to {LEASE_MAX}}} is expected: {error}')
        leased = await store.lease(asked.count)
        if isinstance(leased, TooFew):
            need = f"{asked.count} people are needed and {leased.left} that this ledger has not met are left"
            return _problem(409, f"{need}: ask for fewer, or use another data directory")
        return JSONResponse({"first": leased})

    return Starlette(
        routes=[
            Route("/health", health),
            Route("/audit", guarded(audit)),
            Route("/lease", guarded(lease), methods=["POST"]),
            *(Route(route.path, guarded(route.endpoint), methods=sorted(route.methods or ())) for route in more),
        ]
    )


def _problem(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status_code=status)
