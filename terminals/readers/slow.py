"""A reader that takes as long as a real one: what a model of its line says is waited by the loop's clock."""

import trio

from terminals.readers.reader import Reader
from terminals.readers.timing import Timing
from terminals.readers.wrapped import WrappedReader


class SlowReader(WrappedReader):
    """A reader that takes the time of a line."""

    def __init__(self, reader: Reader, timing: Timing) -> None:
        super().__init__(reader)
        self._timing = timing

    async def power_on(self) -> bytes:
        """Power the card and wait for its ATR."""
        atr = await self._reader.power_on()
        await trio.sleep(self._timing.power_on_s(atr))
        return atr

    async def transmit(self, apdu: bytes) -> bytes:
        """Exchange one APDU and wait until it would have been over."""
        answer = await self._reader.transmit(apdu)
        await trio.sleep(self._timing.exchange_s(apdu, answer))
        return answer
