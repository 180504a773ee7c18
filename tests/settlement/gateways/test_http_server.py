"""The bounds of a connection to an HTTP door, with short limits over real sockets of the loopback address."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from settlement.gateways.http_server import HEAD_MAX, BoundedProtocol

HEAD = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n"
HEAD_TIMEOUT_S = 0.1


class Hasty(BoundedProtocol):
    head_timeout_s = HEAD_TIMEOUT_S


async def hello(_: Request) -> Response:
    return PlainTextResponse("hello")


@asynccontextmanager
async def door(protocol: type[BoundedProtocol]) -> AsyncIterator[tuple[str, int]]:
    listener = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=[Route("/", hello)])
    server = uvicorn.Server(uvicorn.Config(app, http=protocol, ws="none", lifespan="off", log_config=None))
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup(sockets=[listener])
    try:
        yield listener.getsockname()
    finally:
        await server.shutdown(sockets=[listener])


@pytest.fixture
def at_door() -> Callable[..., bytes]:
    """Say something at a door piece by piece, and return all that it answers until it closes."""

    def say(*pieces: bytes, protocol: type[BoundedProtocol] = Hasty) -> bytes:
        async def conversation() -> bytes:
            async with door(protocol) as (host, port):
                reader, writer = await asyncio.open_connection(host, port)
                said = b""
                for piece in pieces:
                    writer.write(piece)
                    said += await reader.readuntil(b"hello") if piece.endswith(b"\r\n\r\n") else b""
                try:
                    async with asyncio.timeout(20 * HEAD_TIMEOUT_S):
                        said += await reader.read()
                except ConnectionResetError:
                    pass
                finally:
                    writer.close()
            return said

        return asyncio.run(conversation())

    return say


@pytest.mark.parametrize("pieces", [(), (b"GET / HT",), (b"\r\n",), (HEAD[:-2],)])
def test_a_head_that_does_not_come_to_its_end_ends_the_connection(at_door: Any, pieces: tuple[bytes, ...]) -> None:
    assert at_door(*pieces) == b""


def test_the_head_after_an_answer_has_its_time_too(at_door: Any) -> None:
    said = at_door(HEAD, HEAD, b"GET")
    assert said.count(b"200 OK") == 2


def test_the_rest_of_a_body_that_was_answered_unread_is_not_waited_for(at_door: Any) -> None:
    assert at_door(b"POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 9\r\n\r\nhalf").startswith(b"HTTP/1.1 405 ")


def test_a_head_that_goes_on_and_on_is_cut_off(at_door: Any) -> None:
    assert at_door(HEAD[:-2] + b"x: " + b"y" * HEAD_MAX, protocol=BoundedProtocol) == b""


def test_an_answer_in_time_is_not_disturbed_by_the_limits(at_door: Any) -> None:
    assert at_door(HEAD.replace(b"host", b"connection: close\r\nhost"), protocol=BoundedProtocol).endswith(b"hello")
