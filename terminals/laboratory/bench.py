"""The bench: performs the effects of checks over readers. It decides nothing; a lost answer is an answer.

The try budget of a card that is not ours is kept by the reader that is handed in (`readers.ours`).
"""

from collections.abc import Callable
from typing import assert_never

from cardsim.faults import Fault
from terminals.kernel.effects import NO_CARD, Slot, Transmit
from terminals.laboratory.effects import Reset, Specimen
from terminals.readers.reader import NoAnswerError, Reader

Copy = Callable[[tuple[Fault, ...]], Reader]
Performed = Transmit | Reset | Specimen


class Bench:
    """A reader with the card under test, perhaps one with a security module, perhaps a source of fresh copies."""

    def __init__(self, card: Reader, sam: Reader | None = None, copy: Copy | None = None) -> None:
        self._card = card
        self._sam = sam
        self._copy = copy
        self._sam_powered = False

    async def perform(self, effect: Performed) -> bytes:
        """Perform one effect; NO_CARD where nothing answered, or where there is nothing to answer with."""
        try:
            match effect:
                case Transmit(apdu=apdu, slot=Slot.SAM):
                    return await self._ask_module(apdu)
                case Transmit(apdu=apdu):
                    return await self._card.transmit(apdu)
                case Reset():
                    return await self._card.power_on()
                case Specimen(faults=faults):
                    assert self._copy is not None, "a check that needs copies runs where there are some"
                    self._card = self._copy(faults)
                    return NO_CARD
        except NoAnswerError:
            return NO_CARD
        assert_never(effect)

    async def _ask_module(self, apdu: bytes) -> bytes:
        if self._sam is None:
            return NO_CARD
        if not self._sam_powered:
            await self._sam.power_on()
            self._sam_powered = True
        return await self._sam.transmit(apdu)

    async def close(self) -> None:
        """Take the power away."""
        await self._card.power_off()
        if self._sam is not None:
            await self._sam.power_off()
