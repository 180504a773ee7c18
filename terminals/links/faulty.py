"""A link with faults in it, as data: which send meets which fault. A wrapper of any link."""

from collections.abc import Mapping
from enum import StrEnum

import trio
from msgspec import Struct

from terminals.links.link import Link, LinkLostError


class FaultKind(StrEnum):
    """What can go wrong on the way."""

    DROP_REQUEST = "DROP_REQUEST"
    DROP_REPLY = "DROP_REPLY"
    DUPLICATE_REQUEST = "DUPLICATE_REQUEST"
    DUPLICATE_REPLY = "DUPLICATE_REPLY"
    DELAY_REPLY = "DELAY_REPLY"
    RESET_AFTER_SEND = "RESET_AFTER_SEND"
    """The request gets through and the connection breaks."""


class Fault(Struct, frozen=True):
    """One fault; `seconds` is the delay of a DELAY_REPLY."""

    kind: FaultKind
    seconds: float = 0.0


class FaultyLink:
    """Meets `faults[n]` at the n-th send, counted from 1; other sends pass."""

    def __init__(self, link: Link, faults: Mapping[int, Fault]) -> None:
        self._link = link
        self._faults = faults
        self._sent = 0
        self._fault: Fault | None = None
        self._again: tuple[bytes, bytes] | None = None

    async def send(self, frame: bytes) -> None:
        """Send, or not, or twice."""
        self._sent += 1
        self._fault = self._faults.get(self._sent)
        kind = self._fault.kind if self._fault else None
        if kind is FaultKind.DROP_REQUEST:
            return
        await self._link.send(frame)
        if kind is FaultKind.DUPLICATE_REQUEST:
            await self._link.send(frame)
        if kind is FaultKind.RESET_AFTER_SEND:
            await self._link.aclose()
            raise LinkLostError("the connection was reset")

    async def receive(self) -> tuple[bytes, bytes]:
        """Receive, or not, or late, or twice."""
        if self._again is not None:
            frame, self._again = self._again, None
            return frame
        fault, self._fault = self._fault, None
        frame = await self._link.receive()
        match fault:
            case Fault(kind=FaultKind.DROP_REPLY):
                frame = await self._link.receive()
            case Fault(kind=FaultKind.DUPLICATE_REPLY):
                self._again = frame
            case Fault(kind=FaultKind.DELAY_REPLY):
                self._again = frame
                await trio.sleep(fault.seconds)
                self._again = None
        return frame

    async def aclose(self) -> None:
        """End the conversation."""
        await self._link.aclose()
