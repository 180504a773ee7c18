"""The port to the host: frames out, frames in. It knows nothing of sessions, MACs or retries."""

from typing import Protocol


class LinkLostError(Exception):
    """The host cannot be reached, or the conversation broke; what was under way has an unknown outcome."""


class Link(Protocol):
    """One conversation with the host. Frames may come in another order than they were asked for."""

    async def send(self, frame: bytes) -> None:
        """Send one whole frame (settlement.wire.framing); raise LinkLostError."""

    async def receive(self) -> tuple[bytes, bytes]:
        """Wait for the next frame and return its message and MAC; raise LinkLostError."""

    async def aclose(self) -> None:
        """End the conversation; harmless if it has ended."""
