"""The host over TCP, on trio's streams. Errors of the socket end here; above are only ours."""

import os
from typing import Final

import trio

from settlement.wire.framing import LARGE_FRAME_MAX, FrameError, FrameReader
from terminals.links.link import LinkLostError

RECEIVE_SIZE: Final = 64 * 1024
CONNECT_TIMEOUT_S: Final = 5.0


class TcpLink:
    """A connection to the host; frames are cut from the stream at whatever sizes it arrives in."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._stream = stream
        self._frames = FrameReader(LARGE_FRAME_MAX)

    @classmethod
    async def connect(cls, host: str, port: int) -> "TcpLink":
        """Open a connection; raise LinkLostError that says where it was tried."""
        try:
            with trio.fail_after(CONNECT_TIMEOUT_S):
                return cls(await trio.open_tcp_stream(host, port))
        except (OSError, trio.TooSlowError) as error:
            raise LinkLostError(f"no host at {host}:{port} ({_reason(error)})") from None

    async def send(self, frame: bytes) -> None:
        """Send one whole frame."""
        try:
            await self._stream.send_all(frame)
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise LinkLostError("the connection broke while sending") from error

    async def receive(self) -> tuple[bytes, bytes]:
        """Return the next frame, however many reads it takes."""
        try:
            while True:
                for frame in self._frames:
                    return frame
                data = await self._stream.receive_some(RECEIVE_SIZE)
                if not data:
                    raise LinkLostError("the host closed the connection")
                self._frames.feed(bytes(data))
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise LinkLostError("the connection broke while receiving") from error
        except FrameError as error:
            raise LinkLostError(f"the host's stream cannot be followed: {error}") from error

    async def aclose(self) -> None:
        """Close the connection without waiting for the other side."""
        await trio.aclose_forcefully(self._stream)


def _reason(error: OSError | trio.TooSlowError) -> str:
    """Return the system's own text; trio groups the errors of all addresses under one of its own."""
    if isinstance(error, trio.TooSlowError):
        return f"no answer in {CONNECT_TIMEOUT_S:g} s"
    tried = error.__cause__.exceptions if isinstance(error.__cause__, ExceptionGroup) else ()
    texts = [os.strerror(one.errno) for one in tried if isinstance(one, OSError) and one.errno]
    return ", ".join(dict.fromkeys(texts)) or error.strerror or str(error)
