"""A chip as a reader meets it: power on, exchange bytes, power off. Pure and synchronous.

`Card` joins the parts: cells survive power-off, what a `Chip` starts lives from one power-on to the next, `t0`
carries the answers. Which commands there are it does not know: a PSAM is a `Card` as well. It touches no clock, no
socket and no chance of its own.

A card without power keeps its changed cells and nothing else; the rest is made again from the facts of its issuer, so
that a hundred thousand cards that somebody touched cost little more than what was changed on them.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from cardsim import t0
from cardsim.apdu import Command, Response, parse
from cardsim.challenges import Challenges
from cardsim.interface import GET_DATA_OF_READER, Interface, answer_for_reader, contactless_atr
from cardsim.memory import Cells, Memory
from cardsim.status import SW

HISTORICAL_BYTES_AT = 4  # 3B 6D 00 00, then thirteen of them


def _nothing(_: bytes) -> bytes:
    return b""


class Running(NamedTuple):
    """One power-on. `at_once` gives the answer, 9000 and all, to a command whose bytes say enough; empty: execute it.

    Only an answer that no way of T=0 changes may be given at once.
    """

    execute: Callable[[Command], Response]
    at_once: Callable[[bytes], bytes] = _nothing


class CardNotPowered(Exception):  # noqa: N818  it names a state, as ISO 7816-3 does
    """A command was sent to a card without power: the caller's fault, no answer of the card's."""


class InterfaceSilent(Exception):  # noqa: N818  the same
    """The chip gives no sign of itself here: it has no such interface, or the contacts have its power."""


class Chip(NamedTuple):
    """What the issuer made: it never changes."""

    atr: bytes  # of the contact interface
    interfaces: frozenset[Interface]
    cells: Mapping[int, bytes]
    t0_mode: t0.Mode
    start: Callable[[Memory, Callable[[int], bytes], Interface], Running]  # one power-on
    check: Callable[[Memory], None]  # MemoryImageError for contents that no such chip writes


class Card:
    """One card in nobody's hand yet."""

    late_s = 0.0
    """A sound chip answers in time: see `presentable`."""

    __slots__ = ("_cells", "_chip", "_interface", "_make", "_memory", "_pending", "_random_bytes", "_running")

    def __init__(self, make: Callable[[], Chip], challenges: Challenges) -> None:
        self._cells = Cells()
        self._make = make
        self._random_bytes = challenges
        self._chip: Chip | None = make()
        self._interface = Interface.CONTACT
        self._memory: Memory | None = None
        self._running: Running | None = None
        self._pending = b""

    @property
    def interfaces(self) -> frozenset[Interface]:
        """The interfaces that this chip has."""
        return self._issued().interfaces

    @property
    def atr(self) -> bytes:
        """The answer to reset at the interface that has or last had power; a reader may ask without resetting."""
        return self.atr_at(self._interface)

    @property
    def powered_at(self) -> Interface | None:
        """Where the power comes from; None without any."""
        return self._interface if self._running is not None else None

    def atr_at(self, interface: Interface) -> bytes:
        """Return the answer to reset at an interface, as a PC/SC reader reports it."""
        atr = self._issued().atr
        return atr if interface is Interface.CONTACT else contactless_atr(atr[HISTORICAL_BYTES_AT:])

    def power_on(self, interface: Interface = Interface.CONTACT) -> bytes:
        """Reset the card and return its ATR: nothing selected, nothing verified, a torn write finished or dropped.

        InterfaceSilent where the card does not answer; what it was doing at the other interface goes on.
        """
        chip = self._issued()
        held_by_contacts = self._running is not None and self._interface is Interface.CONTACT
        if interface not in chip.interfaces or (held_by_contacts and interface is Interface.CONTACTLESS):
            raise InterfaceSilent
        self._memory = Memory(chip.cells, self._cells)
        self._memory.recover()
        self._running = chip.start(self._memory, self._random_bytes, interface)
        self._interface = interface
        self._pending = b""
        return self.atr

    def transmit(self, command: bytes) -> bytes:
        """Answer a command APDU, whatever its bytes; CardNotPowered without a power-on before it."""
        running = self._running
        if running is None:
            raise CardNotPowered
        if answer := running.at_once(command):
            self._pending = b""
            return answer
        chip, execute, parsed = self._issued(), running.execute, parse(command)
        if parsed is None:
            return Response(SW.WRONG_LENGTH).encode()
        if self._interface is Interface.CONTACT:
            response, self._pending = t0.exchange(chip.t0_mode, self._pending, parsed, execute)
            return response.encode()
        if (parsed.cla, parsed.ins) == GET_DATA_OF_READER:
            return answer_for_reader(parsed, chip.atr).encode()
        return t0.exchange("auto", b"", parsed, execute)[0].encode()  # no 61xx or 6Cxx exists without T=0

    def power_off(self) -> None:
        """Take the power away; harmless if there is none."""
        self._running = self._memory = self._chip = None

    @property
    def cells(self) -> Cells:
        """The physical cells; a fault puts others in their place, in the middle of a session too."""
        return self._cells

    @cells.setter
    def cells(self, cells: Cells) -> None:
        self._cells = cells
        if self._memory is not None:
            self._memory.cells = cells

    @property
    def memory(self) -> Memory:
        """The non-volatile memory, for whoever inspects a card from outside."""
        return Memory(self._issued().cells, self._cells)

    def image(self) -> bytes:
        """Return what has changed in non-volatile memory since the issuer; empty for an untouched card."""
        return self.memory.image()

    def restore(self, image: bytes) -> None:
        """Become the card that `image` was taken of, without power; MemoryImageError, and no change, if it is none."""
        chip = self._issued()
        restored = Memory(chip.cells, Cells())
        restored.restore(image)
        restored.recover()
        chip.check(restored)
        self.memory.restore(image)
        self.power_off()

    def _issued(self) -> Chip:
        """Return the chip as the issuer made it, made again if the power was away."""
        if self._chip is None:
            self._chip = self._make()
        return self._chip
