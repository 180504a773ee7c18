"""A trace of what passes between terminal and card, masked unless somebody decides otherwise.

A real reader may hold a real person's card, so nothing but headers, SELECT's data, lengths and status words is shown by
default: no PIN (VERIFY, CHANGE PIN), no identity (records), no FCI.
"""

from collections.abc import Callable
from typing import Final

from terminals.readers.reader import Reader

HEADER_SIZE: Final = 4
"""CLA INS P1 P2."""
STATUS_SIZE: Final = 2
SELECT: Final = 0xA4
"""Its data names a file or an application, never a person."""


class TracedReader:
    """A reader that writes a line for each exchange: `> 00B2012C 12` and `< (18 bytes) 9000`."""

    def __init__(self, reader: Reader, write: Callable[[str], None], *, masked: bool = True) -> None:
        self._reader = reader
        self._write = write
        self._masked = masked

    async def power_on(self) -> bytes:
        """Power the card; its ATR holds a serial number and is masked too."""
        atr = await self._reader.power_on()
        self._write(f"< ATR {_hidden(atr) if self._masked else _hex(atr)}")
        return atr

    async def transmit(self, apdu: bytes) -> bytes:
        """Exchange one APDU."""
        self._write(f"> {masked_command(apdu) if self._masked else _hex(apdu)}")
        answer = await self._reader.transmit(apdu)
        self._write(f"< {masked_answer(answer) if self._masked else _hex(answer)}")
        return answer

    async def power_off(self) -> None:
        """Take the power away."""
        await self._reader.power_off()
        self._write("- power off")


def masked_command(apdu: bytes) -> str:
    """Return a command without its data, unless it is SELECT.

    >>> masked_command(bytes.fromhex("0020000003123456"))
    '00200000 (4 bytes)'
    """
    header, rest = apdu[:HEADER_SIZE], apdu[HEADER_SIZE:]
    shown = len(rest) <= 1 or header[1] == SELECT
    return " ".join(filter(None, (_hex(header), _hex(rest) if shown else _hidden(rest))))


def masked_answer(answer: bytes) -> str:
    """Return an answer's length and status word.

    >>> masked_answer(bytes.fromhex("0102039000"))
    '(3 bytes) 9000'
    """
    data, status = answer[:-STATUS_SIZE], answer[-STATUS_SIZE:]
    return " ".join(filter(None, (_hidden(data) if data else "", _hex(status))))


def _hidden(data: bytes) -> str:
    return f"({len(data)} bytes)"


def _hex(data: bytes) -> str:
    return data.hex().upper()
