"""A trace of what passes between terminal and card, masked unless somebody decides otherwise.

A real reader may hold a real person's card, so nothing but headers, SELECT's data, lengths and status words is shown by
default: no PIN (VERIFY, CHANGE PIN), no identity (records), no FCI.
"""

from collections.abc import Callable
from typing import Final

from cardsim.words import command_in_words, status_in_words
from terminals.readers.budget import TryBudgetError
from terminals.readers.reader import NoAnswerError, Reader
from terminals.readers.stand_in import StandInWatch
from terminals.readers.wrapped import WrappedReader

HEADER_SIZE: Final = 4
"""CLA INS P1 P2."""
STATUS_SIZE: Final = 2
SELECT: Final = 0xA4
"""Its data names a file or an application, never a person."""


class TracedReader(WrappedReader):
    """A reader that writes two lines for each exchange, such as `> 00B2012C 12  READ RECORD 1 of EF05, 18 bytes`.

    The second says what came, or that nothing did, or that the command was held back and never reached the card.
    """

    def __init__(self, reader: Reader, write: Callable[[str], None], *, masked: bool = True) -> None:
        super().__init__(reader)
        self._write = write
        self.masked = masked
        """May change with the card; what was written stays."""
        self._stand_in = StandInWatch()

    async def power_on(self) -> bytes:
        """Power the card; its ATR holds a serial number and is masked too."""
        atr = await self._reader.power_on()
        self._stand_in.powered()
        self._write(f"< ATR {_hidden(atr) if self.masked else _hex(atr)}")
        return atr

    async def transmit(self, apdu: bytes) -> bytes:
        """Exchange one APDU."""
        if note := self._stand_in.note(apdu):
            self._write(f"- {note}")
        said = command_in_words(apdu)
        self._write(f"> {masked_command(apdu) if self.masked else _hex(apdu)}  {said}".rstrip())
        try:
            answer = await self._reader.transmit(apdu)
        except NoAnswerError as error:
            self._write(f"< nothing: {error}")
            raise
        except TryBudgetError as error:
            self._write(f"- not sent: {error}")
            raise
        self._stand_in.heard(answer)
        said = status_in_words(int.from_bytes(answer[-STATUS_SIZE:], "big"))
        self._write(f"< {masked_answer(answer) if self.masked else _hex(answer)}  {said}".rstrip())
        return answer

    async def power_off(self) -> None:
        """Take the power away."""
        await self._reader.power_off()
        self._write("- power off")


def hidden_from(apdu: bytes) -> int:
    """Return how many bytes of a command may be shown: its header and Lc or Le, and all of it for SELECT alone."""
    return len(apdu) if len(apdu) <= HEADER_SIZE + 1 or apdu[1] == SELECT else HEADER_SIZE


def masked_command(apdu: bytes) -> str:
    """Return a command without its data, unless it is SELECT.

    >>> masked_command(bytes.fromhex("0020000003123456"))
    '00200000 (4 bytes)'
    """
    header, shown, hidden = apdu[:HEADER_SIZE], apdu[HEADER_SIZE : hidden_from(apdu)], apdu[hidden_from(apdu) :]
    return " ".join(filter(None, (_hex(header), _hex(shown), _hidden(hidden) if hidden else "")))


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
