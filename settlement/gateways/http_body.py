"""The body of an HTTP request, up to a limit of size and of time."""

import asyncio
from typing import Final

from starlette.requests import ClientDisconnect, Request

BODY_TIMEOUT_S: Final = 10.0
"""How long a body may take to arrive once its head has."""
GONE, TOO_SLOW, TOO_LARGE = 400, 408, 413


class BodyError(ValueError):
    """A body that is not read to its end; `status` answers it, and the connection is of no more use."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


async def body_of(request: Request, limit: int, timeout_s: float = BODY_TIMEOUT_S) -> bytes:
    """Return a request's body; raise BodyError as soon as it is over a limit, or its client has gone."""
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise BodyError(TOO_LARGE, f"a body of more than {limit} bytes")
    except TimeoutError:
        raise BodyError(TOO_SLOW, f"the body was not complete after {timeout_s:g} s") from None
    except ClientDisconnect:
        raise BodyError(GONE, "the client left before the end of its body") from None
    return bytes(body)
