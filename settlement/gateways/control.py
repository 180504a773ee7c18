"""What a tester may do to an engine that was started with --control: begin again, move the clock, order faults.

POST /admin/reset                       everybody is a newcomer, the clock is the wall's, no fault waits
POST /admin/snapshot {"name"}           the ledger and the clock, put aside      GET /admin/snapshots
POST /admin/restore {"name"}            brought back; the engine keeps running
POST /admin/people (text/csv)           balances and standing of people, a line each (people_file.py)
POST /admin/clock/advance {"days", "hours", "minutes", "to", "allotment_fen"}      GET /admin/clock
POST /admin/next {"infno", "fault", "nth", "delay_ms"}                             GET /admin/next

Moving the clock is what makes timers run out; where it comes over the first of a month and an amount is given, the
agencies allot it to the personal accounts of employees whom the ledger knows. Without --control all this is refused.
"""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from settlement.clock import AHEAD_MAX_MS, Clock
from settlement.gateways.faults import NextFaults, Order
from settlement.gateways.http_body import BodyError, body_of
from settlement.gateways.operations import NO_CONTROL, Operator
from settlement.gateways.people_file import read_people
from settlement.service import Service
from settlement.stores.store import RefusedStoreError, Resettable
from settlement.wire.control import BALANCE_MAX_FEN, SetPerson
from settlement.wire.envelope import MalformedError, Reply
from settlement.wire.insurance import Allot
from settlement.wire.names import CHINA, local_time

BODY_MAX: Final = 4 * 1024 * 1024
SNAPSHOT_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
EMPLOYEE: Final = "310"

Endpoint = Callable[[Request], Awaitable[Response]]
Asked = TypeVar("Asked", bound=Struct)


class Named(Struct, frozen=True, forbid_unknown_fields=True):
    """A snapshot."""

    name: str


class Advance(Struct, frozen=True, forbid_unknown_fields=True):
    """How far, or to which moment of China Standard Time (yyyy-MM-dd HH:mm:ss), the clock goes on."""

    days: int = 0
    hours: int = 0
    minutes: int = 0
    to: str = ""
    allotment_fen: Annotated[int, Meta(ge=0, le=BALANCE_MAX_FEN)] = 0


class Control:
    """The engine in a tester's hands."""

    def __init__(
        self, service: Service, store: Resettable, clock: Clock, faults: NextFaults, operator: Operator
    ) -> None:
        self._service = service
        self._store = store
        self._clock = clock
        self._faults = faults
        self._operator = operator
        self._offsets: dict[str, int] = {}

    async def reset(self, _: Request) -> Response:
        """Empty the ledger."""
        async with self._service.quiet:
            self._store.reset()
            self._clock.set(0)
            self._faults.clear()
        return JSONResponse({"reset": True, "now": local_time(self._clock.now_ms())})

    async def snapshot(self, request: Request) -> Response:
        """Put the ledger aside."""
        name = _snapshot_name((await _asked(request, Named)).name)
        async with self._service.quiet:
            self._store.snapshot(name)
            self._offsets[name] = self._clock.offset_ms
        return JSONResponse({"snapshot": name})

    async def restore(self, request: Request) -> Response:
        """Bring the ledger back; the clock goes where it was, or stays where that is not known any more."""
        name = _snapshot_name((await _asked(request, Named)).name)
        async with self._service.quiet:
            self._store.restore(name)
            self._clock.set(self._offsets.get(name, self._clock.offset_ms))
        return JSONResponse({"restored": name, "now": local_time(self._clock.now_ms())})

    async def snapshots(self, _: Request) -> Response:
        """Name what can be brought back."""
        return JSONResponse({"snapshots": self._store.snapshots()})

    async def people(self, request: Request) -> Response:
        """Set people, line by line, once every line is known to be of a person; one that is not is named."""
        lines = read_people((await body_of(request, BODY_MAX)).decode("utf-8-sig", errors="replace"))
        for number, asked in lines:
            await self._set(number, SetPerson(asked.psn_no), "nobody is set")
        for number, asked in lines:
            await self._set(number, asked, "the lines before it are set")
        return JSONResponse({"people": len(lines)})

    async def _set(self, number: int, asked: SetPerson, otherwise: str) -> None:
        reply = await self._operator.ask("0050", asked, asked.psn_no[:6])
        if not reply.approved:
            raise MalformedError(f"line {number}: {reply.err_msg}; {otherwise}")

    async def now(self, _: Request) -> Response:
        """Tell the time."""
        return JSONResponse(self._time())

    async def advance(self, request: Request) -> Response:
        """Move the clock on."""
        asked = await _asked(request, Advance)
        before_ms = self._clock.now_ms()
        ahead_ms = _ahead_ms(asked, before_ms)
        if ahead_ms < 0 or self._clock.offset_ms + ahead_ms > AHEAD_MAX_MS:
            raise MalformedError("the clock goes on, never back, and at most 50 years; POST /admin/reset sets it back")
        self._clock.set(self._clock.offset_ms + ahead_ms)
        allotted = await self._allotted(before_ms, asked.allotment_fen) if asked.allotment_fen else 0
        return JSONResponse(self._time() | {"allotted": allotted})

    async def orders(self, _: Request) -> Response:
        """Tell which faults wait."""
        return _json(200, {"next": self._faults.waiting})

    async def order(self, request: Request) -> Response:
        """Order a fault."""
        problem = self._faults.order(await _asked(request, Order))
        if problem:
            raise MalformedError(problem)
        return _json(200, {"next": self._faults.waiting})

    def _time(self) -> dict[str, Any]:
        return {"now": local_time(self._clock.now_ms()), "offset_ms": self._clock.offset_ms}

    async def _allotted(self, before_ms: int, amount_fen: int) -> int:
        """Allot each month that began meanwhile to every employee whom the ledger knows; return how many times."""
        done = 0
        for month in _months(before_ms, self._clock.now_ms()):
            for city, psn_no in self._store.insured(EMPLOYEE):
                reply: Reply = await self._operator.ask("0061", Allot(psn_no, month, amount_fen), city)
                done += reply.approved
        return done


def control_routes(control: Control | None) -> tuple[Route, ...]:
    """Return the routes; without a control each refuses."""
    table = (
        ("POST", "/admin/reset", Control.reset),
        ("POST", "/admin/snapshot", Control.snapshot),
        ("GET", "/admin/snapshots", Control.snapshots),
        ("POST", "/admin/restore", Control.restore),
        ("POST", "/admin/people", Control.people),
        ("GET", "/admin/clock", Control.now),
        ("POST", "/admin/clock/advance", Control.advance),
        ("GET", "/admin/next", Control.orders),
        ("POST", "/admin/next", Control.order),
    )
    return tuple(Route(path, _guarded(control, work), methods=[method]) for method, path, work in table)


def _guarded(control: Control | None, work: Callable[[Control, Request], Awaitable[Response]]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        if control is None:
            return _json(403, {"message": NO_CONTROL})
        try:
            return await work(control, request)
        except BodyError as error:
            return _json(error.status, {"message": str(error)})
        except (MalformedError, RefusedStoreError) as error:
            return _json(400, {"message": str(error)})

    return endpoint


async def _asked(request: Request, kind: type[Asked]) -> Asked:
    try:
        return msgspec.json.decode(await body_of(request, BODY_MAX) or b"{}", type=kind)
    except msgspec.MsgspecError as error:
        raise MalformedError(str(error)) from None


def _snapshot_name(name: str) -> str:
    if not SNAPSHOT_NAME.fullmatch(name):
        raise MalformedError("name: up to 64 letters, digits, dots, hyphens and underscores")
    return name


def _ahead_ms(asked: Advance, now_ms: int) -> int:
    if asked.to:
        try:
            moment = datetime.strptime(asked.to, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
        except ValueError:
            raise MalformedError("to: yyyy-MM-dd HH:mm:ss is expected") from None
        return int(moment.timestamp() * 1000) - now_ms
    try:
        ahead = timedelta(days=asked.days, hours=asked.hours, minutes=asked.minutes)
    except OverflowError:
        raise MalformedError("days, hours and minutes are too many") from None
    return ahead // timedelta(milliseconds=1)


def _months(before_ms: int, after_ms: int) -> list[str]:
    """Return the months (yyyyMM) whose first day lies after the one moment and not after the other.

    >>> _months(0, 40 * 24 * 3600 * 1000)
    ['197002']
    """
    begun, month = [], local_time(before_ms)[:7].replace("-", "")
    last = local_time(after_ms)[:7].replace("-", "")
    while month < last:
        year, number = divmod(int(month[:4]) * 12 + int(month[4:]), 12)
        month = f"{year:04d}{number + 1:02d}"
        begun.append(month)
    return begun


def _json(status: int, content: Any) -> Response:
    return Response(msgspec.json.encode(content), status, media_type="application/json")
