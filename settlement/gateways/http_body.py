"""The body of an HTTP request, up to a limit."""

from starlette.requests import Request


class BodyTooLargeError(ValueError):
    """A body over its limit; it is not read to its end."""


async def body_of(request: Request, limit: int) -> bytes:
    """Return a request's body; raise BodyTooLargeError as soon as it is over the limit."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise BodyTooLargeError(f"a body of more than {limit} bytes")
    return bytes(body)
