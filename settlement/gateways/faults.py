"""Faults that an operator orders for single calls: the n-th call of an infno loses its request or its reply, and so on.

A rehearsal of what a client must survive. Each order is used up by one call; nothing is ordered in an engine that was
not started with --control. A fault stands between the line and the service, as a bad line does, at every door alike.
"""

import asyncio
from collections.abc import Callable
from difflib import get_close_matches
from typing import Final, Literal, get_args

from msgspec import Struct

from settlement.batch import Judge
from settlement.engine.arrival import Door
from settlement.journal.writer import Journal
from settlement.service import Answer, Gathered, Service, UnansweredError
from settlement.stores.store import Store
from settlement.tally import Outcome
from settlement.wire.codes import KINDS as KINDS_OF_CALLS
from settlement.wire.envelope import MalformedError, Reply, Request, decode_request, infno_of
from settlement.wire.keys import NetworkKey
from settlement.wire.messages import Body

FaultKind = Literal["lose-request", "lose-reply", "slow", "double", "gateway-401"]
"""Never carried out; carried out and not answered; late; carried out twice, as a line that repeats; refused by an HTTP
gateway and never carried out."""
KINDS: Final = get_args(FaultKind)
ORDERS_MAX: Final = 1_000
DELAY_MAX_MS: Final = 600_000
AT_THE_GATEWAY: Final = "gateway-401"


class Order(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to happen to the n-th call of an infno from now on, 1 being the next; `delay_ms` of a slow one."""

    infno: str
    fault: FaultKind
    nth: int = 1
    delay_ms: int = 3_000


class NextFaults:
    """The orders that wait for their call."""

    def __init__(self) -> None:
        self._waiting: list[Order] = []

    @property
    def waiting(self) -> tuple[Order, ...]:
        """Return what is still to come; `nth` has counted down."""
        return tuple(self._waiting)

    def order(self, order: Order) -> str:
        """Take an order; return why it cannot be taken, or nothing."""
        if order.infno not in KINDS_OF_CALLS:
            close = get_close_matches(order.infno, KINDS_OF_CALLS, n=1, cutoff=0)
            return f"infno: there is no {order.infno!r}; the nearest known one is {close[0]}"
        if not 1 <= order.nth <= ORDERS_MAX or len(self._waiting) >= ORDERS_MAX:
            return f"nth: 1 to {ORDERS_MAX}, and no more than so many orders at a time"
        if not 0 <= order.delay_ms <= DELAY_MAX_MS:
            return f"delay_ms: 0 to {DELAY_MAX_MS}"
        self._waiting.append(order)
        return ""

    def clear(self) -> None:
        """Forget every order."""
        self._waiting.clear()

    def take(self, infno: str) -> Order | None:
        """Count a call, and return the order that it meets, if any."""
        met: Order | None = None
        left: list[Order] = []
        for order in self._waiting:
            if order.infno != infno:
                left.append(order)
            elif order.nth > 1:
                left.append(Order(order.infno, order.fault, order.nth - 1, order.delay_ms))
            elif met is None:
                met = order
            else:
                left.append(order)
        self._waiting = left
        return met


class GatewayRefusalError(UnansweredError):
    """A call that the gateway refuses as one of its own reasons, on order."""


class UnsureService(Service):
    """A service behind a line that does what was ordered; without an order it costs one look at a list."""

    def __init__(
        self,
        store: Store,
        judge: Judge,
        key: NetworkKey,
        *,
        now_ms: Callable[[], int],
        chance: Callable[[int], bytes],
        faults: NextFaults,
        answered: tuple[Callable[[Outcome], None], ...] = (),
        gathered: tuple[Callable[[Gathered], None], ...] = (),
        journal: Journal | None = None,
        withheld: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(
            store,
            judge,
            key,
            now_ms=now_ms,
            chance=chance,
            answered=answered,
            gathered=gathered,
            journal=journal,
            withheld=withheld,
        )
        self._faults = faults

    def receive(self, message: bytes, mac: bytes, answer: Answer, gateway: str) -> None:
        """Take a terminal's message, or lose it."""
        order = self._faults.take(_infno(message)) if self._faults.waiting else None
        if order is None or order.fault == AT_THE_GATEWAY:
            return super().receive(message, mac, answer, gateway)
        if order.fault == "slow":
            later = super().receive
            asyncio.get_running_loop().call_later(order.delay_ms / 1000, later, message, mac, answer, gateway)
        elif order.fault == "lose-reply":
            super().receive(message, mac, _nobody, gateway)
        elif order.fault == "double":
            super().receive(message, mac, answer, gateway)
            super().receive(message, mac, _nobody, gateway)
        return None

    async def handle_signed(
        self,
        request: Request,
        body: Body,
        infno: str,
        digest: bytes,
        gateway: str,
        door: Door = Door.HTTP,
        content: bytes = b"",
    ) -> Reply:
        """Answer a signed request, or do what was ordered; raise UnansweredError where it gets no reply."""
        order = self._faults.take(infno) if self._faults.waiting else None
        if order is not None and order.fault == AT_THE_GATEWAY:
            raise GatewayRefusalError
        if order is not None and order.fault == "lose-request":
            raise UnansweredError
        if order is not None and order.fault == "slow":
            await asyncio.sleep(order.delay_ms / 1000)
        reply = await super().handle_signed(request, body, infno, digest, gateway, door, content)
        if order is not None and order.fault == "double":
            reply = await super().handle_signed(request, body, infno, digest, gateway, door, content)
        if order is not None and order.fault == "lose-reply":
            raise UnansweredError
        return reply


def _infno(message: bytes) -> str:
    try:
        return infno_of(decode_request(message).body)
    except MalformedError:
        return ""


def _nobody(_reply: bytes, _mac: bytes) -> None:
    """Take a reply that the line has lost."""
