"""Clearing as the operator reads it: a month's statement, and whether both cities of each pair hold the same.

GET /clearing?month=yyyymm        what the month's clearing paid, per pair of cities and per institution, and what each
                                  city has at the clearing centre now
GET /clearing/pairs?month=yyyymm  the sums of each pair, and every cause on which its two sides differ
"""

from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from settlement.engine.clearing.pairs import PairDifference, PairTotal, differences, totals
from settlement.engine.ledger.claims import PaidClaim, Prefund, month_begin_ms, month_end_ms
from settlement.stores.store import Store

MONTHS: Final = range(1, 13)
YEARS: Final = range(2000, 10_000)


class ClearingStatement(Struct, frozen=True):
    """What a month's clearing paid; `prefunds` are today's, in fen."""

    month: int
    claims: tuple[PaidClaim, ...]
    prefunds: dict[str, int]


class PairStatement(Struct, frozen=True):
    """Both sides of what cities owe each other, as booked in a month."""

    month: int
    pairs: tuple[PairTotal, ...]
    differences: tuple[PairDifference, ...]


def clearing_routes(store: Store, cities: Iterable[str]) -> tuple[Route, ...]:
    """Return the routes over a store."""
    keys = tuple((Prefund, (city,)) for city in cities)

    async def statement(http: Request) -> Response:
        month = _month(http)
        if month is None:
            return _no_month()
        rows = (await store.load(keys)).rows.values()
        prefunds = {row.city: row.balance_fen for row in rows if isinstance(row, Prefund)}
        return _json(ClearingStatement(month, await store.paid(month), prefunds))

    async def pairs(http: Request) -> Response:
        month = _month(http)
        if month is None:
            return _no_month()
        rows = await store.pairs(month_begin_ms(month), month_end_ms(month))
        return _json(PairStatement(month, totals(rows), differences(rows)))

    return Route("/clearing", statement, methods=["GET"]), Route("/clearing/pairs", pairs, methods=["GET"])


def _month(http: Request) -> int | None:
    text = http.query_params.get("month", "")
    if len(text) != len("yyyymm") or not (text.isascii() and text.isdigit()):
        return None
    year, number = divmod(int(text), 100)
    return int(text) if year in YEARS and number in MONTHS else None


def _no_month() -> Response:
    return JSONResponse({"message": "?month=yyyymm is required, such as 202611"}, status_code=400)


def _json(content: Struct) -> Response:
    return Response(_named(content), media_type="application/json")


def _named(content: Struct) -> bytes:
    """Return JSON by names; a row of the ledger is an array everywhere else."""
    return msgspec.json.encode({name: _plain(getattr(content, name)) for name in content.__struct_fields__})


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return msgspec.structs.asdict(value) if isinstance(value, Struct) else value
