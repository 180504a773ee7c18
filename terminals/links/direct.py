"""A host in the same process: the composition root hands in its callable. Serves tests and simulation."""

from collections import deque
from collections.abc import Callable

import trio

from settlement.wire.framing import FrameReader
from terminals.links.link import LinkLostError

Handle = Callable[[bytes, bytes], tuple[bytes, bytes]]
"""What a host does: (message, MAC) of a request to (message, MAC) of its reply."""


class DirectLink:
    """Calls the host for each frame, in order."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._replies: deque[tuple[bytes, bytes]] = deque()
        self._open = True

    async def send(self, frame: bytes) -> None:
        """Have the host answer; the reply waits to be received."""
        if not self._open:
            raise LinkLostError("the link is closed")
        frames = FrameReader()
        frames.feed(frame)
        self._replies.extend(self._handle(message, mac) for message, mac in frames)

    async def receive(self) -> tuple[bytes, bytes]:
        """Return the next reply; with none under way it waits, as any link would."""
        await trio.lowlevel.checkpoint()
        while self._open and not self._replies:
            await trio.sleep_forever()
        if not self._open:
            raise LinkLostError("the link is closed")
        return self._replies.popleft()

    async def aclose(self) -> None:
        """Forget replies that nobody received."""
        self._open = False
        self._replies.clear()
