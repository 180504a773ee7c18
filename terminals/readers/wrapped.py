"""What every wrapper of a reader does with what it does not care for: hands it on."""

from terminals.readers.reader import Reader


class WrappedReader:
    """A reader around another; a wrapper overrides what it adds to."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def wait_for_card(self) -> None:
        """Return once a card is in the slot."""
        await self._reader.wait_for_card()

    async def wait_for_removal(self) -> None:
        """Return once no card is in the slot."""
        await self._reader.wait_for_removal()

    async def power_on(self) -> bytes:
        """Power the card and return its ATR."""
        return await self._reader.power_on()

    async def transmit(self, apdu: bytes) -> bytes:
        """Exchange one APDU."""
        return await self._reader.transmit(apdu)

    async def power_off(self) -> None:
        """Take the power away."""
        await self._reader.power_off()
