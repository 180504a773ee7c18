"""Ports that are had before anybody is let in, and an ASGI application on the engine's loop.

A port in use, or meant for two, is found at the start; the error says which option chooses another.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager, nullcontext
from typing import Final

import uvicorn
from starlette.applications import Starlette

from settlement.data_directory import Address
from settlement.gateways.http_server import CONNECTIONS_MAX, BoundedProtocol

LISTEN_BACKLOG: Final = 512
HTTP_DRAIN_S: Final = 5
"""How long a client of an HTTP door may take for its last reply when the engine ends."""


class PortError(Exception):
    """A port that cannot be listened on; the text says which and what to do."""

    def __init__(self, name: str, host: str, port: int, error: OSError) -> None:
        option = f"--{name}-port" if name else "--port"
        where = f"{Address(host, port)} ({name})" if name else f"{Address(host, port)}"
        cure = f"choose another with {option}, or 0 for any free port"
        super().__init__(f"{where} cannot be listened on: {error.strerror}; {cure}")


@contextmanager
def bound(host: str, ports: Mapping[str, int]) -> Iterator[dict[str, socket.socket]]:
    """Listen at each door by its name; raise PortError."""
    with ExitStack() as closing:
        yield {name: closing.enter_context(bind(name, host, port)) for name, port in ports.items()}


def bind(name: str, host: str, port: int) -> socket.socket:
    """Return a listening socket; raise PortError. A command with one port has no name for it."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(LISTEN_BACKLOG)
    except OSError as error:
        listener.close()
        raise PortError(name, host, port, error) from None
    return listener


class _Server(uvicorn.Server):
    """A uvicorn that leaves the signals to the engine."""

    def capture_signals(self) -> nullcontext[None]:  # type: ignore[override]  # uvicorn's is a generator of its own
        return nullcontext()


@asynccontextmanager
async def served(app: Starlette, listener: socket.socket) -> AsyncIterator[None]:
    """Serve an ASGI application on the engine's loop."""
    config = uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        loop="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nobody stands before a door that listens on the loopback address
        backlog=LISTEN_BACKLOG,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_graceful_shutdown=HTTP_DRAIN_S,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving
