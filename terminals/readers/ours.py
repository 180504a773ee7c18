"""Whether a card is one of ours: a simulated one, whose holder does not exist, or somebody's.

Only the card identifier is asked for, which every generation shows to anybody; nothing that costs a try.
"""

from collections.abc import Callable, Collection
from typing import Final

from cardsim.cryptogram import MAC_LENGTH, RetailMac
from cardsim.issuing.issuer import TEST_CARD_ID_KEY
from terminals.kernel.card_dialogue import CARD_ID, SELECT_SSSE, element
from terminals.kernel.command import SUCCESS, command
from terminals.kernel.drive import drive_async
from terminals.kernel.effects import NO_CARD, Effect, Slot, Steps, Transmit
from terminals.readers.budget import BudgetedReader
from terminals.readers.reader import NoAnswerError, Reader
from terminals.readers.wrapped import WrappedReader

CARD_ID_SIZE: Final = 16
_test_mac: Final = RetailMac(TEST_CARD_ID_KEY)


class DiscerningReader(WrappedReader):
    """A reader that finds out at each power-on whose card it is, and keeps the try budget with one that is not ours.

    `discerned` is told of each new card before anything else happens with it.
    """

    def __init__(
        self,
        reader: Reader,
        discerned: Callable[[bool], None],
        *,
        risked_keys: Collection[int] = (),
        risk_transaction: bool = False,
    ) -> None:
        super().__init__(reader)
        self._budgeted = BudgetedReader(reader, risked_keys=risked_keys, risk_transaction=risk_transaction)
        self._discerned = discerned
        self._told: tuple[bytes, bool] | None = None
        self.ours = False

    async def power_on(self) -> bytes:
        """Power the card, see whose it is, and reset it."""
        self.ours = False
        await self._budgeted.power_on()
        self.ours = bears_our_mac(await drive_async(_card_id(), self._perform))
        atr = await self._reader.power_on()
        if (atr, self.ours) != self._told:
            self._told = atr, self.ours
            self._discerned(self.ours)
        return atr

    async def transmit(self, apdu: bytes) -> bytes:
        """Exchange one APDU; raise TryBudgetError where it might cost a card that is not ours a try."""
        return await (self._reader if self.ours else self._budgeted).transmit(apdu)

    async def _perform(self, effect: Effect) -> bytes:
        assert isinstance(effect, Transmit), effect
        try:
            return await self._budgeted.transmit(effect.apdu)
        except NoAnswerError:
            return NO_CARD


def bears_our_mac(card_id: bytes) -> bool:
    """Return whether a 卡的识别码 was made by our issuer."""
    return len(card_id) == CARD_ID_SIZE and _test_mac.compute(card_id[:-MAC_LENGTH]) == card_id[-MAC_LENGTH:]


def _card_id() -> Steps[bytes]:
    if (yield from command(SELECT_SSSE)).status != SUCCESS:
        return b""
    found = yield from element(CARD_ID, Slot.LOCAL)
    return found if isinstance(found, bytes) else b""
