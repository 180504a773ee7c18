"""A card that breaks on purpose: when, where and how is a schedule of values.

`FaultyCard` stands where a card stands. What goes wrong is told as an event, which a reader turns into behaviour: no
clock runs here, and nothing waits. A tear breaks the one primitive through which the chip writes, so that it can fall
before, inside and after every single programming of non-volatile memory.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

from cardsim.card import Card
from cardsim.interface import Interface
from cardsim.memory import Cells

ERASED = b"\xff"

Moment = Literal["before", "inside", "after"]


class Tear(msgspec.Struct, frozen=True, tag="tear"):
    """The power fails at APDU `apdu` (from 1) and comes back at the next power-on.

    `write` counts programmings within that APDU from 1, three for each cell that changes; 0 is the APDU itself:
    before, the chip has not seen it; after, it has done everything and nobody hears the answer.
    """

    apdu: int
    write: int = 0
    moment: Moment = "before"


class Unplug(msgspec.Struct, frozen=True, tag="unplug"):
    """The card is pulled out at an APDU, before the chip sees it or after its work, until `plug_in`."""

    apdu: int
    moment: Literal["before", "after"] = "before"


class Hang(msgspec.Struct, frozen=True, tag="hang"):
    """The chip does not answer any more, until it is reset."""

    apdu: int


class Garble(msgspec.Struct, frozen=True, tag="garble"):
    """The chip works, and something else arrives than it answered."""

    apdu: int
    answer: bytes


class Delay(msgspec.Struct, frozen=True, tag="delay"):
    """The answer comes late."""

    apdu: int
    seconds: float


Fault = Tear | Unplug | Hang | Garble | Delay


class Answer(NamedTuple):
    """The card answered, `late_s` seconds later than it should."""

    data: bytes
    late_s: float = 0.0


class CardFault(Exception):  # noqa: N818  the three below name what happened
    """No answer arrives; whether the card carried the command out, nobody outside knows."""


class PowerLost(CardFault):
    """The card lost its power and can be powered again."""


class CardUnplugged(CardFault):
    """The card is gone until somebody plugs it in."""


class CardHangs(CardFault):
    """Nothing comes: a reader waits until its own deadline."""


class FaultyCard:
    """A card with a schedule of faults; APDUs are counted from its making, over power-offs."""

    def __init__(self, card: Card, faults: Iterable[Fault]) -> None:
        self._card = card
        self._faults = {fault.apdu: fault for fault in faults}
        self._count = 0
        self._plugged, self._hanging = True, False
        self.late_s = 0.0
        """How late the last answer of `transmit` was."""

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        return self._card.atr

    @property
    def interfaces(self) -> frozenset[Interface]:
        """The interfaces that the chip has."""
        return self._card.interfaces

    def atr_at(self, interface: Interface) -> bytes:
        """Return the answer to reset at an interface."""
        return self._card.atr_at(interface)

    def plug_in(self) -> None:
        """Put a card that was pulled out back."""
        self._plugged = True

    def power_on(self, interface: Interface = Interface.CONTACT) -> bytes:
        """Reset the card, which ends a hang; CardUnplugged if it is not there."""
        if not self._plugged:
            raise CardUnplugged
        self._hanging = False
        return self._card.power_on(interface)

    def power_off(self) -> None:
        """Take the power away."""
        self._card.power_off()

    def transmit(self, command: bytes) -> bytes:
        """Answer like the card, or raise the CardFault that is due; a late answer leaves its `late_s`."""
        answer = self.exchange(command)
        self.late_s = answer.late_s
        return answer.data

    def exchange(self, command: bytes) -> Answer:
        """Answer a command with its lateness, or raise the CardFault that is due."""
        if not self._plugged:
            raise CardUnplugged
        if self._hanging:
            raise CardHangs
        self._count += 1
        match self._faults.get(self._count):
            case None:
                return Answer(self._card.transmit(command))
            case Tear(write=0, moment=moment):
                self._lose(command, moment, PowerLost)
            case Tear() as tear:
                return self._torn(command, tear)
            case Unplug(moment=moment):
                self._plugged = False
                self._lose(command, moment, CardUnplugged)
            case Hang():
                self._hanging = True
            case Garble(answer=answer):
                self._card.transmit(command)
                return Answer(answer)
            case Delay(seconds=seconds):
                return Answer(self._card.transmit(command), seconds)
        raise CardHangs

    def _lose(self, command: bytes, moment: Moment, fault: type[CardFault]) -> None:
        if moment == "after":
            self._card.transmit(command)
        self._card.power_off()
        raise fault

    def _torn(self, command: bytes, tear: Tear) -> Answer:
        """Let the command run over cells that lose power at one programming; without so many it is answered."""
        whole = self._card.cells
        self._card.cells = TornCells(whole, tear)
        try:
            return Answer(self._card.transmit(command))
        except PowerLost:
            self._card.power_off()
            raise
        finally:
            self._card.cells = whole


class TornCells(Cells):
    """Cells that lose their power at the k-th programming; what is half written is half erased."""

    __slots__ = ("_left", "_moment")

    def __init__(self, whole: Cells, tear: Tear) -> None:
        self.changed = whole.changed
        self._left = tear.write
        self._moment = tear.moment

    def program(self, cell: int, old: bytes, new: bytes) -> None:
        """Program, or lose the power before, inside or after it."""
        self._left -= 1
        if self._left != 0:
            super().program(cell, old, new)
            return
        if self._moment == "inside":
            super().program(cell, old, half_written(old, new))
        elif self._moment == "after":
            super().program(cell, old, new)
        raise PowerLost


def half_written(old: bytes, new: bytes) -> bytes:
    """Return what stands in a cell whose programming stopped half-way: erased behind, or half of it left to erase."""
    half = len(new) // 2
    return new[:half] + ERASED * (len(new) - half) if new else old[: len(old) // 2]
