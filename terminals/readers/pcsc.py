"""A real reader, through PC/SC: every call has a time limit, and what cannot be cancelled is killed.

Each reader has a process of its own (pcsc_process), started when it is first needed. One that does not answer in time,
ends, or reports that reader or pcscd is gone is killed, and the next call starts another: that is how the context of
PC/SC is established anew after pcscd died, and how a reader that was plugged in again is found.
"""

import json
import math
import sys
from importlib.util import find_spec
from typing import Final, NamedTuple

import trio

from terminals.readers.pcsc_pipe import HEADER, PAYLOAD_MAX, Ask, Said, pack
from terminals.readers.reader import CardRemovedError, CardSilentError, ReaderGoneError

DEADLINE_S: Final = 10.0
"""For one APDU or one power-on. No command of these cards takes a second; a person waits no longer than this."""
START_S: Final = 20.0
"""For an interpreter to start."""
PROCESS: Final = "terminals.readers.pcsc_process"
NO_PYSCARD: Final = "pyscard is not installed: pip install 'shuaka[reader]' (it is built with swig and libpcsclite-dev)"


class NoPyscardError(Exception):
    """The extra `reader` is not installed."""

    def __init__(self) -> None:
        super().__init__(NO_PYSCARD)


class PcscSlot(NamedTuple):
    """A reader of this machine, and whether a card is in it."""

    name: str
    holds_card: bool


async def pcsc_slots(limit_s: float = DEADLINE_S) -> list[PcscSlot]:
    """Return the readers of this machine; raise NoPyscardError, ReaderGoneError where pcscd does not run."""
    reader = PcscReader("", deadline_s=limit_s)
    try:
        return [PcscSlot(*slot) for slot in json.loads(await reader.ask(Ask.LIST))]
    finally:
        await reader.aclose()


class PcscReader:
    """The reader whose name contains `name`, as no other's does. `exclusive` keeps other programs off its card.

    Raises NoPyscardError where PC/SC cannot be reached at all.
    """

    def __init__(self, name: str, *, deadline_s: float = DEADLINE_S, exclusive: bool = True) -> None:
        if find_spec("smartcard") is None:
            raise NoPyscardError
        share = "exclusive" if exclusive else "shared"
        self._command = [sys.executable, "-m", PROCESS, name, share, str(deadline_s)]
        self._deadline_s = deadline_s
        self._process: trio.Process | None = None

    async def wait_for_card(self) -> None:
        """Return once a card is in the slot."""
        await self.ask(Ask.WAIT_FOR_CARD, limit_s=math.inf)

    async def wait_for_removal(self) -> None:
        """Return once no card is in the slot."""
        try:
            await self.ask(Ask.WAIT_FOR_REMOVAL, limit_s=math.inf)
        except ReaderGoneError:
            return

    async def power_on(self) -> bytes:
        """Power the card, or reset it, and return its ATR."""
        return await self.ask(Ask.POWER_ON)

    async def transmit(self, apdu: bytes) -> bytes:
        """Exchange one APDU."""
        return await self.ask(Ask.TRANSMIT, apdu)

    async def power_off(self) -> None:
        """Take the power away; a process that cannot do so in time is killed, which does it too."""
        if self._process is None:
            return
        try:
            await self.ask(Ask.POWER_OFF)
        except (CardSilentError, ReaderGoneError):
            return

    async def aclose(self) -> None:
        """Take the power away and end the process."""
        await self.power_off()
        await self._end()

    async def ask(self, ask: Ask, payload: bytes = b"", *, limit_s: float | None = None) -> bytes:
        """Have the process do one thing; raise what the port promises."""
        process = self._process or await self._start()
        said, answer, limit = None, b"", self._deadline_s if limit_s is None else limit_s
        try:
            with trio.move_on_after(limit):
                said, answer = await _converse(process, pack(ask, payload))
        finally:
            if said in {None, Said.READER_GONE}:  # late, gone, or cancelled in the middle
                await self._end()
        if said is Said.DONE:
            return answer
        if said is None:
            raise CardSilentError(f"no answer to {ask.name} within {limit:g} s")
        raise (CardRemovedError if said is Said.NO_CARD else ReaderGoneError)(answer.decode())

    async def _start(self) -> trio.Process:
        process = await trio.lowlevel.open_process(self._command, stdin=-1, stdout=-1)
        self._process, said = process, None
        try:
            with trio.move_on_after(START_S):
                said, _ = await _converse(process, b"")
        finally:
            if said is not Said.DONE:
                await self._end()
        if said is not Said.DONE:
            raise ReaderGoneError(f"the process of the reader did not start within {START_S:g} s")
        return process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        with trio.CancelScope(shield=True):  # a killed process ends at once
            await process.wait()
            for pipe in (process.stdin, process.stdout):
                assert pipe is not None
                await pipe.aclose()


async def _converse(process: trio.Process, question: bytes) -> tuple[Said, bytes]:
    """Ask and hear the answer; a process that has ended says that the reader is gone."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        await process.stdin.send_all(question)
        header = await _exactly(process.stdout, HEADER.size)
        kind, length = HEADER.unpack(header)
        assert length <= PAYLOAD_MAX, f"{length} bytes from our own process"
        return Said(kind), await _exactly(process.stdout, length)
    except (trio.BrokenResourceError, EOFError):
        return Said.READER_GONE, b"the process of the reader has ended"


async def _exactly(pipe: trio.abc.ReceiveStream, length: int) -> bytes:
    received = bytearray()
    while len(received) < length:
        chunk = await pipe.receive_some(length - len(received))
        if not chunk:
            raise EOFError
        received += chunk
    return bytes(received)
