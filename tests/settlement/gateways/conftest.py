"""An ASGI application asked in its own process, without a server and without a client library."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import msgspec
import pytest


class Answer(NamedTuple):
    """What an application answered."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


async def ask(
    app: Any, method: str, path: str, *, query: str = "", headers: Mapping[str, str] = {}, body: bytes = b""
) -> Answer:
    """Ask an ASGI application once; the body comes in two pieces."""
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
        "raw_path": path.encode(), "query_string": query.encode(), "scheme": "http", "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2),
    }  # fmt: skip
    pieces = [body[: len(body) // 2], body[len(body) // 2 :]]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return Answer(sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:]))


@pytest.fixture(scope="session")
def asked() -> Callable[..., Awaitable[Answer]]:
    return ask


@pytest.fixture(scope="session")
def run() -> Callable[[Awaitable[Any]], Any]:
    """Run one piece of asyncio work."""

    def wait(work: Awaitable[Any]) -> Any:
        async def outer() -> Any:
            return await work

        return asyncio.run(outer())

    return wait
