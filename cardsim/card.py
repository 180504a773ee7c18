"""A chip as a reader meets it: power on, exchange bytes, power off. Pure and synchronous.

`Card` joins the parts: memory survives power-off, a `State` lives from one power-on to the next, `t0` carries the
answers, `social_security` decides them. It touches no clock, no socket and no chance of its own.
"""

from collections.abc import Mapping
from random import Random
from typing import NamedTuple

from cardsim import social_security, t0
from cardsim.apdu import Command, Response, parse
from cardsim.files import FileSystem
from cardsim.layout import PIN_TRIES, PIN_VALUE
from cardsim.memory import Memory, MemoryImageError
from cardsim.pin import Pin
from cardsim.state import State
from cardsim.status import SW


class CardNotPowered(Exception):  # noqa: N818  it names a state, as ISO 7816-3 does
    """A command was sent to a card without power: the caller's fault, no answer of the card's."""


class Chip(NamedTuple):
    """What the issuer made: it never changes."""

    atr: bytes
    files: FileSystem
    cells: Mapping[int, bytes]
    pin_tries_max: int
    t0_mode: t0.Mode


class Card:
    """One card in nobody's hand yet."""

    def __init__(self, chip: Chip, random: Random) -> None:
        self._chip = chip
        self._memory = Memory(chip.cells)
        self._pin = _pin_of(chip, self._memory)
        self._random = random
        self._state: State | None = None
        self._pending = b""

    @property
    def atr(self) -> bytes:
        """The answer to reset, which a reader may ask for without resetting."""
        return self._chip.atr

    def power_on(self) -> bytes:
        """Reset the card and return its ATR: nothing selected, nothing verified, a torn write finished or dropped."""
        self._memory.recover()
        self._state = State(self._chip.files, self._memory, self._pin, self._random.randbytes, self._chip.files.mf)
        self._pending = b""
        return self._chip.atr

    def transmit(self, command: bytes) -> bytes:
        """Answer a command APDU, whatever its bytes; CardNotPowered without a power-on before it."""
        state = self._state
        if state is None:
            raise CardNotPowered
        parsed = parse(command)
        if parsed is None:
            return Response(SW.WRONG_LENGTH).encode()

        def execute(parsed: Command) -> Response:
            return social_security.execute(state, parsed)

        response, self._pending = t0.exchange(self._chip.t0_mode, self._pending, parsed, execute)
        return response.encode()

    def power_off(self) -> None:
        """Take the power away; harmless if there is none."""
        self._state = None

    def image(self) -> bytes:
        """Return what has changed in non-volatile memory since the issuer; empty for an untouched card."""
        return self._memory.image()

    def restore(self, image: bytes) -> None:
        """Become the card that `image` was taken of, without power; MemoryImageError, and no change, if it is none."""
        restored = Memory(self._chip.cells)
        restored.restore(image)
        restored.recover()
        if not _pin_of(self._chip, restored).sound:
            raise MemoryImageError(f"PIN or counter (at most {self._chip.pin_tries_max}) are none of this card's")
        self.power_off()
        self._memory.restore(image)


def _pin_of(chip: Chip, memory: Memory) -> Pin:
    return Pin(memory, PIN_VALUE, PIN_TRIES, chip.pin_tries_max)
