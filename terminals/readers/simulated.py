"""A reader with a simulated card in it; the fake beside the port, good enough for a fleet."""

from cardsim.card import Card
from terminals.readers.reader import CardRemovedError


class SimulatedReader:
    """Holds a card of cardsim. The chip costs CPU only, so nothing here waits."""

    def __init__(self, card: Card | None = None) -> None:
        self._card = card
        self._powered = False

    def insert(self, card: Card) -> None:
        """Put a card in; asserts that the slot is free."""
        assert self._card is None, "one card at a time"
        self._card = card

    def remove(self) -> None:
        """Pull the card out, whatever is going on."""
        if self._card is not None:
            self._card.power_off()
        self._card, self._powered = None, False

    async def power_on(self) -> bytes:
        """Power the card and return its ATR."""
        if self._card is None:
            raise CardRemovedError("there is no card in the reader")
        self._powered = True
        return self._card.power_on()

    async def transmit(self, apdu: bytes) -> bytes:
        """Exchange one APDU."""
        if self._card is None or not self._powered:
            raise CardRemovedError("there is no powered card in the reader")
        return self._card.transmit(apdu)

    async def power_off(self) -> None:
        """Take the power away."""
        if self._card is not None:
            self._card.power_off()
        self._powered = False
