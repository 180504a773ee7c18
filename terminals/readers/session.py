"""A session with a card in a file, and back: what was sent, what was answered, one JSON object a line.

The first line names the format and its version. A masked file holds lengths where data was, so that it can be given
away; what was hidden cannot be sent again. What a card draws at random (GET CHALLENGE) is compared by its length.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from terminals.readers.reader import NoAnswerError, Reader
from terminals.readers.stand_in import StandInWatch
from terminals.readers.trace import HEADER_SIZE, STATUS_SIZE, hidden_from
from terminals.readers.wrapped import WrappedReader

FORMAT: Final = "shuaka card session"
VERSION: Final = 1
GET_CHALLENGE: Final = 0x84
POSITION_OF_INS: Final = 1


class SessionError(Exception):
    """A file is no session, or none that can be replayed."""


class Header(Struct, frozen=True, tag="session", forbid_unknown_fields=True):
    """The first line."""

    format: str = FORMAT
    version: int = VERSION
    masked: bool = True


class PoweredOn(Struct, frozen=True, omit_defaults=True, tag="power_on", forbid_unknown_fields=True):
    """The card was powered or reset; `hidden` bytes of its ATR are not shown."""

    atr_hex: str
    hidden: int = 0


class PoweredOff(Struct, frozen=True, tag="power_off", forbid_unknown_fields=True):
    """The power was taken away."""


class Exchanged(Struct, frozen=True, omit_defaults=True, tag="exchange", forbid_unknown_fields=True):
    """A command and its answer; of a hidden part only the length is there, before the status word in an answer.

    `lost` names why no answer came, `note` says what a reader of the file has to know of the exchange.
    """

    command_hex: str
    answer_hex: str = ""
    command_hidden: int = 0
    answer_hidden: int = 0
    lost: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no hexadecimal, and a command without a header."""
        if len(bytes.fromhex(self.command_hex)) < HEADER_SIZE:
            raise ValueError("a command has a header of four bytes")
        bytes.fromhex(self.answer_hex)


Step = PoweredOn | PoweredOff | Exchanged
_line = msgspec.json.Decoder(Header | Step)


class Difference(NamedTuple):
    """Where a replay left the recording: line of the file, what was sent, what was recorded, what came."""

    line: int
    sent_hex: str
    recorded: str
    came: str


class RecordingReader(WrappedReader):
    """A reader that writes a line for each thing that happens; masked unless somebody decides otherwise."""

    def __init__(self, reader: Reader, write: Callable[[str], None], *, masked: bool = True) -> None:
        super().__init__(reader)
        self._write = write
        self._masked = masked
        self._stand_in = StandInWatch()
        self._note(Header(masked=masked))

    async def power_on(self) -> bytes:
        """Power the card and record its ATR."""
        atr = await self._reader.power_on()
        self._stand_in.powered()
        self._note(PoweredOn("", len(atr)) if self._masked else PoweredOn(_hex(atr)))
        return atr

    async def transmit(self, apdu: bytes) -> bytes:
        """Exchange one APDU and record it, also when no answer comes."""
        try:
            answer = await self._reader.transmit(apdu)
        except NoAnswerError as error:
            self._note(self._exchanged(apdu, b"", lost=type(error).__name__))
            raise
        self._stand_in.heard(answer)
        self._note(self._exchanged(apdu, answer))
        return answer

    async def power_off(self) -> None:
        """Take the power away and record it."""
        await self._reader.power_off()
        self._note(PoweredOff())

    def _exchanged(self, apdu: bytes, answer: bytes, lost: str = "") -> Exchanged:
        note = self._stand_in.note(apdu)
        if not self._masked:
            return Exchanged(_hex(apdu), _hex(answer), lost=lost, note=note)
        shown, status = hidden_from(apdu), answer[-STATUS_SIZE:]
        return Exchanged(_hex(apdu[:shown]), _hex(status), len(apdu) - shown, len(answer) - len(status), lost, note)

    def _note(self, line: Header | Step) -> None:
        self._write(msgspec.json.encode(line).decode())


def read(lines: Iterable[str | bytes]) -> Iterator[tuple[int, Step]]:
    """Yield each step with its line number; raise SessionError, also for bytes that are no UTF-8."""
    number = 0
    for number, line in enumerate(lines, 1):
        try:
            step = _line.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise SessionError(f"line {number} is none of a session: {error}") from None
        if isinstance(step, Header) != (number == 1):
            raise SessionError(f"line {number}: a session has one header, at its beginning")
        if isinstance(step, Header):
            if (step.format, step.version) != (FORMAT, VERSION):
                raise SessionError(f"{step.format!r} version {step.version} is not {FORMAT!r} version {VERSION}")
            continue
        yield number, step
    if number == 0:
        raise SessionError("the file is empty")


async def replay(lines: Iterable[str | bytes], reader: Reader) -> Difference | None:
    """Send what was recorded to the card in `reader`; return where its answers first differ, None if nowhere.

    Raise SessionError for a command that is masked, NoAnswerError where the card answers nothing to a power-on.
    """
    for number, step in list(read(lines)):
        match step:
            case PoweredOn():
                recorded, sent = _shown("", step.hidden) if step.hidden else step.atr_hex, ""
                atr = await reader.power_on()
                came = _shown("", len(atr)) if step.hidden else _hex(atr)
            case Exchanged():
                recorded, sent = step.lost or _recorded(step), step.command_hex
                came = await _repeat(reader, number, step)
            case PoweredOff():
                await reader.power_off()
                continue
        if came != recorded:
            return Difference(number, sent, recorded, came)
    return None


async def _repeat(reader: Reader, number: int, step: Exchanged) -> str:
    if step.command_hidden:
        raise SessionError(
            f"line {number}: {step.command_hidden} bytes of the command are masked, so it cannot be sent"
        )
    try:
        answer = await reader.transmit(bytes.fromhex(step.command_hex))
    except NoAnswerError as error:
        return type(error).__name__
    return _shown(_hex(answer[-STATUS_SIZE:]), len(answer) - STATUS_SIZE) if _by_length(step) else _hex(answer)


def _recorded(step: Exchanged) -> str:
    if not _by_length(step):
        return step.answer_hex
    status = step.answer_hex[-2 * STATUS_SIZE :]
    return _shown(status, step.answer_hidden + len(step.answer_hex) // 2 - STATUS_SIZE)


def _by_length(step: Exchanged) -> bool:
    """Whether only the length of the data can be compared, or is worth it."""
    return bool(step.answer_hidden) or bytes.fromhex(step.command_hex)[POSITION_OF_INS] == GET_CHALLENGE


def _shown(shown_hex: str, hidden: int) -> str:
    return f"({hidden} bytes) {shown_hex}".rstrip()


def _hex(data: bytes) -> str:
    return data.hex().upper()
