"""What can be put into a reader, and a card that is held to an antenna instead of pushed into contacts."""

from typing import Protocol

from cardsim.card import Card
from cardsim.interface import Interface


class Presentable(Protocol):
    """Whatever has contacts or an antenna: a card, a security module, one of them with faults."""

    @property
    def atr(self) -> bytes:
        """The answer to reset, powered or not."""

    def power_on(self) -> bytes:
        """Reset and return the ATR."""

    def transmit(self, command: bytes) -> bytes:
        """Answer a command APDU; CardNotPowered without a power-on before it, a CardFault where one is due."""

    def power_off(self) -> None:
        """Take the power away."""


class NoAntennaError(ValueError):
    """The card has contacts only."""


class HeldToAntenna:
    """A dual-interface card in the field of a contactless reader; NoAntennaError for a card that has only contacts."""

    def __init__(self, card: Card) -> None:
        if Interface.CONTACTLESS not in card.interfaces:
            raise NoAntennaError("this card has no antenna: only generation 3 has one")
        self._card = card

    @property
    def atr(self) -> bytes:
        """The ATR which a contactless reader makes for it."""
        return self._card.atr_at(Interface.CONTACTLESS)

    def power_on(self) -> bytes:
        """Enter the field."""
        return self._card.power_on(Interface.CONTACTLESS)

    def transmit(self, command: bytes) -> bytes:
        """Answer a command APDU."""
        return self._card.transmit(command)

    def power_off(self) -> None:
        """Leave the field."""
        self._card.power_off()
