"""A reader with a simulated chip in it; the fake beside the port, good enough for a fleet.

A chip that breaks by its schedule (cardsim.faults) breaks here as it would in a real reader: torn and unplugged it is
gone, a late answer is waited for, a hang lasts until the deadline.
"""

from typing import Final

import trio

from cardsim.card import CardNotPowered, InterfaceSilent
from cardsim.faults import CardFault, CardHangs
from cardsim.presentable import Presentable
from terminals.readers.reader import CardRemovedError, CardSilentError

DEADLINE_S: Final = 10.0
"""For one APDU, as in a real reader."""


class SimulatedReader:
    """Holds a chip of cardsim. A sound one costs CPU only, so that nothing but the two waits ever waits."""

    def __init__(self, card: Presentable | None = None, *, deadline_s: float = DEADLINE_S) -> None:
        self._card = card
        self._deadline_s = deadline_s
        self._powered = False
        self._changed = trio.Event()

    def insert(self, card: Presentable) -> None:
        """Put a card in; asserts that the slot is free."""
        assert self._card is None, "one card at a time"
        self._card = card
        self._tell()

    def remove(self) -> None:
        """Pull the card out, whatever is going on."""
        if self._card is not None:
            self._card.power_off()
        self._card, self._powered = None, False
        self._tell()

    async def wait_for_card(self) -> None:
        """Return once a card is in the slot."""
        while self._card is None:
            await self._changed.wait()

    async def wait_for_removal(self) -> None:
        """Return once no card is in the slot."""
        while self._card is not None:
            await self._changed.wait()

    async def power_on(self) -> bytes:
        """Power the card and return its ATR."""
        if self._card is None:
            raise CardRemovedError("there is no card in the reader")
        try:
            atr = self._card.power_on()
        except (CardFault, InterfaceSilent) as fault:
            raise CardRemovedError(f"the card does not answer to reset: {type(fault).__name__}") from None
        self._powered = True
        return atr

    async def transmit(self, apdu: bytes) -> bytes:
        """Exchange one APDU."""
        if self._card is None or not self._powered:
            raise CardRemovedError("there is no powered card in the reader")
        try:
            answer = self._card.transmit(apdu)
        except CardHangs:
            await self._be_late(self._deadline_s)
        except (CardFault, CardNotPowered) as fault:
            self._powered = False
            raise CardRemovedError(f"the card answers no more: {type(fault).__name__}") from None
        if self._card.late_s:
            await self._be_late(self._card.late_s)
        return answer

    async def power_off(self) -> None:
        """Take the power away."""
        if self._card is not None:
            self._card.power_off()
        self._powered = False

    async def _be_late(self, seconds: float) -> None:
        """Wait for an answer that comes after `seconds`, as long as anybody would."""
        await trio.sleep(min(seconds, self._deadline_s))
        if seconds >= self._deadline_s:
            self._powered = False
            raise CardSilentError(f"no answer within {self._deadline_s:g} s")

    def _tell(self) -> None:
        self._changed.set()
        self._changed = trio.Event()
