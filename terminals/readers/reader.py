"""The port to a card: power, bytes, power off. What it needs more of (waiting for cards) comes with real readers."""

from typing import Protocol


class CardRemovedError(Exception):
    """No card answers: none is in the reader, or it was pulled out. The outcome of what was sent is unknown."""


class Reader(Protocol):
    """A slot with at most one card in it."""

    async def power_on(self) -> bytes:
        """Power the card and return its ATR; raise CardRemovedError."""

    async def transmit(self, apdu: bytes) -> bytes:
        """Exchange one APDU; raise CardRemovedError."""

    async def power_off(self) -> None:
        """Take the power away; harmless if there is no card."""
