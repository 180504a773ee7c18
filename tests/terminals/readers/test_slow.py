"""What a line costs is waited on the loop's clock."""

import pytest
import trio
from trio.testing import MockClock

from terminals.readers.simulated import SimulatedReader
from terminals.readers.slow import SlowReader
from terminals.readers.timing import Contact

APDU = bytes.fromhex("00B2012C12")
ANSWER = bytes(18) + b"\x90\x00"


class Chip:
    atr, late_s = bytes(17), 0.0

    def power_on(self) -> bytes:
        return self.atr

    def power_off(self) -> None: ...

    def transmit(self, _command: bytes) -> bytes:
        return ANSWER


async def test_the_time_passes_on_the_clock_of_the_loop(autojump_clock: MockClock) -> None:
    timing = Contact()
    reader = SlowReader(SimulatedReader(Chip()), timing)
    began = trio.current_time()
    await reader.power_on()
    assert trio.current_time() - began == pytest.approx(timing.power_on_s(Chip.atr))
    began = trio.current_time()
    assert await reader.transmit(APDU) == ANSWER
    assert trio.current_time() - began == pytest.approx(timing.exchange_s(APDU, ANSWER))
