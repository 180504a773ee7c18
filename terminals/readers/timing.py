"""Models of the line between reader and card: seconds computed from the bytes both ways.

The line and the card's own work, not a reader's firmware or its USB: what those add is a parameter. Nothing waits here.
"""

from typing import Final, NamedTuple, Protocol

RESET_S: Final = 0.02
"""Activation and the 400 to 40,000 clock cycles before an ATR begins (ISO 7816-3, 6.2.2), at 4 MHz; ours."""
CHARACTER_ETU: Final = 12
"""A character of T=0: start, eight bits, parity, and two of guard time (ISO 7816-3, 7.2)."""
PROCEDURE_BYTES: Final = 1
"""The card repeats INS before data flows (ISO 7816-3, 10.3.3)."""
ATR_BAUD: Final = 9_600
"""An ATR always comes at the default rate: 372 clock cycles an etu, 3.57 MHz."""
MULTIPLES: Final = (1, 2, 4, 8, 12, 16, 20, 32, 64)
"""D: how many times faster than by default a card may be (ISO 7816-3, 8.3, table 8)."""
CARRIER_HZ: Final = 13_560_000
CONTACTLESS_BITS_PER_S: Final = CARRIER_HZ / 128
"""106 kbit/s (ISO/IEC 14443-2)."""
CONTACTLESS_BITS: Final = 9
"""A byte of type A has its parity bit (ISO/IEC 14443-3, 6.2.3)."""
BLOCK_BYTES: Final = 3
"""PCB and CRC around each block (ISO/IEC 14443-4, 7.1)."""
FRAME_DELAY_S: Final = 1_172 / CARRIER_HZ
"""Between frames, at least (ISO/IEC 14443-3, 6.2.1)."""
ANTICOLLISION_S: Final = 0.01
"""REQA, anticollision, SELECT and RATS; ours."""


class Timing(Protocol):
    """A line with a card at its end."""

    def power_on_s(self, atr: bytes) -> float:
        """Return the seconds from power to the end of the ATR."""

    def exchange_s(self, apdu: bytes, answer: bytes) -> float:
        """Return the seconds from the first bit of a command to the last of its answer."""


class Contact(NamedTuple):
    """T=0 at 9600 baud times `multiple`; `processing_s` is the card's own work a command."""

    multiple: int = 1
    processing_s: float = 0.005

    def power_on_s(self, atr: bytes) -> float:
        """Return the time of a cold reset."""
        return RESET_S + len(atr) * CHARACTER_ETU / ATR_BAUD

    def exchange_s(self, apdu: bytes, answer: bytes) -> float:
        """Return the time of one exchange.

        >>> round(Contact(processing_s=0).exchange_s(bytes(5), bytes(10)), 3)  # 16 characters of 1.25 ms
        0.02
        """
        characters = len(apdu) + PROCEDURE_BYTES + len(answer)
        return characters * CHARACTER_ETU / (ATR_BAUD * self.multiple) + self.processing_s


class Contactless(NamedTuple):
    """ISO/IEC 14443 at 106 kbit/s, one block each way; `processing_s` as above."""

    processing_s: float = 0.005

    def power_on_s(self, atr: bytes) -> float:
        """Return the time until a card in the field has told its ATS, of which the reader makes the ATR."""
        return ANTICOLLISION_S + self._on_air_s(atr)

    def exchange_s(self, apdu: bytes, answer: bytes) -> float:
        """Return the time of one exchange."""
        return self._on_air_s(apdu) + self._on_air_s(answer) + self.processing_s

    def _on_air_s(self, data: bytes) -> float:
        return (len(data) + BLOCK_BYTES) * CONTACTLESS_BITS / CONTACTLESS_BITS_PER_S + FRAME_DELAY_S
