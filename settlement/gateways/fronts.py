"""The engine's side of its front processes: starts them, takes what they relay, ends them.

The listener stays the engine's, so an engine that ends frees its port. A front that dies by itself takes its clients'
connections along: the engine ends in order and says so, because nobody would be let in any more.
"""

import asyncio
import os
import socket
import sys
from contextlib import suppress
from typing import Final, cast

from settlement.gateways.relay import Kind, Record, RecordReader, pack
from settlement.gateways.tcp import DRAIN_S, GATEWAY
from settlement.reception import UNSEALED, TurnedAway, reread
from settlement.service import Service
from settlement.wire.codes import REFUSALS
from settlement.wire.envelope import decode_request, infno_of
from settlement.wire.framing import MAC_SIZE

LINK_BUFFER: Final = 1024 * 1024
"""Bytes that the system may hold of a link, each way: some batches."""
CODE_SIZE: Final = 5
"""Bytes of a refusal's code."""


class FrontError(Exception):
    """A front process died."""


class FrontLink(asyncio.Protocol):
    """One front process; replies of one batch leave in one write."""

    def __init__(self, fronts: "Fronts", service: Service) -> None:
        self._fronts = fronts
        self._service = service
        self._reader = RecordReader()
        self._out: list[bytes] = []
        self._transport: asyncio.Transport
        self._take = {Kind.AUTHENTIC: self._authentic, Kind.DOUBTFUL: self._doubtful, Kind.REFUSED: self._refused}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take up the link."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name; that it went is enough
        """Tell that the front has gone."""
        self._fronts.lose()

    def data_received(self, data: bytes) -> None:
        """Hand every record to the service."""
        for record in self._reader.read(data):
            self._take[record.kind](record)

    def stop_listening(self) -> None:
        """Let nobody new in."""
        self._transport.write(pack(Kind.LET_NOBODY_IN))

    def close(self) -> None:
        """End the front once it has what was written."""
        self._flush()
        self._transport.close()

    def _authentic(self, record: Record) -> None:
        def answer(reply: bytes) -> None:
            self._reply(Kind.REPLY, record.number, reply)

        self._service.take(reread(record.payload), answer, GATEWAY, record.began)

    def _doubtful(self, record: Record) -> None:
        def answer(reply: bytes, mac: bytes) -> None:
            self._reply(Kind.SEALED, record.number, mac + reply)

        self._service.receive(record.payload[MAC_SIZE:], record.payload[:MAC_SIZE], answer, GATEWAY)

    def _refused(self, record: Record) -> None:
        code, message = record.payload[:CODE_SIZE].decode(), record.payload[CODE_SIZE:]
        request = decode_request(message) if message else None
        away = TurnedAway(REFUSALS[code], "", request, infno_of(request.body) if request else "", UNSEALED)
        self._service.refuse(away, GATEWAY, record.began, authentic=request is not None)

    def _reply(self, kind: Kind, number: int, payload: bytes) -> None:
        if not self._out:
            asyncio.get_running_loop().call_soon(self._flush)
        self._out.append(pack(kind, number, 0.0, payload))

    def _flush(self) -> None:
        if self._out and not self._transport.is_closing():
            self._transport.write(b"".join(self._out))
        self._out.clear()


class Fronts:
    """Front processes over one listener, in the place of a TcpGateway."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._links: list[FrontLink] = []
        self._processes: list[asyncio.subprocess.Process] = []
        self._closing = False
        self.lost = False
        """Whether a front died that nobody ended."""

    async def listen(self, listener: socket.socket, count: int, key: bytes) -> None:
        """Start front processes on a bound socket; they hold the network key as the engine does."""
        for _ in range(count):
            ours, theirs = socket.socketpair()
            for end in (ours, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LINK_BUFFER)
            with theirs:
                await self._start(listener, theirs, key)
            link = FrontLink(self, self._service)
            await asyncio.get_running_loop().create_connection(lambda link=link: link, sock=ours)  # type: ignore[misc]  # mypy knows no default of a lambda
            self._links.append(link)

    async def _start(self, listener: socket.socket, link: socket.socket, key: bytes) -> None:
        descriptors = listener.fileno(), link.fileno()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "settlement.gateways.front", *map(str, descriptors),
            stdin=asyncio.subprocess.PIPE, pass_fds=descriptors,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(key)
        process.stdin.close()
        self._processes.append(process)

    def lose(self) -> None:
        """Take note that a front has gone, and end the engine if nobody wanted that."""
        if not self._closing:
            self.lost = True
            self._service.stop()

    def stop_listening(self) -> None:
        """Let nobody new in; those inside are answered."""
        for link in self._links:
            link.stop_listening()

    def close(self) -> None:
        """End every front once it has its last replies."""
        self._closing = True
        for link in self._links:
            link.close()

    async def end(self) -> None:
        """End every front; one that takes longer than its clients may is killed. Raise FrontError if one had died."""
        self.close()
        for process in self._processes:
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), DRAIN_S + 1)
            if process.returncode is None:
                process.kill()
                await process.wait()
        if self.lost:
            raise FrontError("a front process died")
