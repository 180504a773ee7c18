"""A front process: the terminals' sockets, framing and MACs, so that the engine's core is left to judging.

Python runs one thread of its own at a time, so what a second core may take over must be another process. A front keeps
no state that anybody would miss: it forwards what is authentic and well-formed, seals what comes back, and ends when
its engine does. What it finds doubtful the engine looks at itself, so refusals are made and counted in one place.

Started by fronts.py as `python -m settlement.gateways.front LISTENER LINK`, two inherited descriptors; the network key
comes on stdin, never on a command line.
"""

import asyncio
import gc
import os
import signal
import socket
import sys
from time import perf_counter, time_ns
from typing import Final, NamedTuple, cast

import uvloop

from settlement.gateways.relay import Kind, RecordReader, pack
from settlement.gateways.tcp import TcpGateway
from settlement.reception import NONCE_SIZE, Answer, Seal, TurnedAway, receive, reply_to
from settlement.wire import codes
from settlement.wire.envelope import Reply, encode
from settlement.wire.framing import MAC_SIZE
from settlement.wire.keys import KEY_SIZE, NetworkKey

UNANSWERED_MAX: Final = 8_192
"""Messages that may be under way to the engine; past it a message is refused at once, to be repeated."""


class Asked(NamedTuple):
    """Who waits for a reply, and how it is sealed."""

    answer: Answer
    seal: Seal


class Link(asyncio.Protocol):
    """The engine, as the gateway of a front process sees it; records of one turn of the loop leave in one write."""

    def __init__(self, key: NetworkKey) -> None:
        self._key = key
        self._asked: dict[int, Asked] = {}
        self._number = 0
        self._reader = RecordReader()
        self._out: list[bytes] = []
        self.gateway = TcpGateway(self)
        self.ended = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take up the link."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name; the engine's end is ours
        """Take note that the engine has gone."""
        self.ended.set()

    def receive(self, message: bytes, mac: bytes, answer: Answer, gateway: str) -> None:  # noqa: ARG002 - one door
        """Forward a terminal's message; `answer` is called once."""
        received = receive(message, mac, self._key)
        if len(self._asked) >= UNANSWERED_MAX:
            away = TurnedAway(codes.BUSY, "", received.request, received.infno, received.seal)
            return self._turn_away(away, message, answer)
        self._number += 1
        self._asked[self._number] = Asked(answer, received.seal)
        if isinstance(received, TurnedAway):
            return self._send(Kind.DOUBTFUL, self._number, mac + message)
        return self._send(Kind.AUTHENTIC, self._number, message)

    def refuse(self, away: TurnedAway, gateway: str, began: float, *, authentic: bool) -> Reply:  # noqa: ARG002 - one door
        """Return the reply to a stream that is cut off, and have the engine count it."""
        return self._refuse(away, b"")

    def data_received(self, data: bytes) -> None:
        """Hand every reply to whom it belongs."""
        for kind, number, _, payload in self._reader.read(data):
            if kind is Kind.LET_NOBODY_IN:
                self.gateway.stop_listening()
                continue
            asked = self._asked.pop(number)
            if kind is Kind.REPLY:
                asked.answer(payload, asked.seal.mac(payload))
            else:
                asked.answer(payload[MAC_SIZE:], payload[:MAC_SIZE])

    def _turn_away(self, away: TurnedAway, message: bytes, answer: Answer) -> None:
        reply = encode(self._refuse(away, message if away.seal.keys else b""))
        answer(reply, away.seal.mac(reply))

    def _refuse(self, away: TurnedAway, message: bytes) -> Reply:
        """Return a refusal; an authentic message goes along, so that it is counted for its operator."""
        self._send(Kind.REFUSED, 0, away.refusal.code.encode() + message)
        return reply_to(away, _now_ms(), os.urandom(NONCE_SIZE))

    def _send(self, kind: Kind, number: int, payload: bytes) -> None:
        if not self._out:
            asyncio.get_running_loop().call_soon(self._flush)
        self._out.append(pack(kind, number, perf_counter(), payload))

    def _flush(self) -> None:
        self._transport.write(b"".join(self._out))
        self._out.clear()


def _now_ms() -> int:
    return time_ns() // 1_000_000


async def run(listener: socket.socket, engine: socket.socket, key: NetworkKey) -> None:
    """Serve terminals until the engine ends the link; what was answered is sent before the connections close."""
    link = Link(key)
    await asyncio.get_running_loop().create_connection(lambda: link, sock=engine)
    await link.gateway.listen(listener)
    gc.freeze()
    await link.ended.wait()
    link.gateway.stop_listening()
    link.gateway.close()
    await link.gateway.emptied()


def main() -> None:
    """Run a front process; the engine ends it, so signals meant for the engine pass it by."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    listener, engine = (socket.socket(fileno=int(descriptor)) for descriptor in sys.argv[1:])
    uvloop.run(run(listener, engine, NetworkKey(sys.stdin.buffer.read(KEY_SIZE))))


if __name__ == "__main__":
    main()
