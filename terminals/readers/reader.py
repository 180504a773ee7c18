"""The port to a card: wait for one, power, bytes, power off.

An implementation ends every call but the two waits within a time limit of its own, translates whatever its hardware
says into the three errors below, and can be used again after each of them: the next `power_on` finds out what is there.
"""

from typing import Protocol


class NoAnswerError(Exception):
    """No answer came. Whether the card has carried out what was sent is unknown, and stays unknown."""


class CardRemovedError(NoAnswerError):
    """No card answers: none is in the reader, it has no power, or it was pulled out."""


class CardSilentError(NoAnswerError):
    """Nothing came back within the time limit."""


class ReaderGoneError(NoAnswerError):
    """The reader itself, or the service through which it is reached, is not there."""


class Reader(Protocol):
    """A slot with at most one card in it, for one user at a time."""

    async def wait_for_card(self) -> None:
        """Return once a card is in the slot; raise ReaderGoneError."""

    async def wait_for_removal(self) -> None:
        """Return once no card is in the slot; a reader that goes away takes its card with it."""

    async def power_on(self) -> bytes:
        """Power the card, or reset it, and return its ATR; raise NoAnswerError."""

    async def transmit(self, apdu: bytes) -> bytes:
        """Exchange one APDU, which has at least its header of four bytes; raise NoAnswerError."""

    async def power_off(self) -> None:
        """Take the power away; harmless if there is no card or no reader."""
