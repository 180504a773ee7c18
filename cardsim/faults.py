"""A card that breaks on purpose: when, where and how is a schedule of values.

`FaultyCard` stands where a card stands. What goes wrong is told as an event, which a reader turns into behaviour: no
clock runs here, and nothing waits. A tear breaks the one primitive through which the chip writes, so that it can fall
before, inside and after every single programming of non-volatile memory.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Literal, NoReturn

import msgspec

from cardsim.interface import Interface
from cardsim.memory import Cells
from cardsim.presentable import Breakable

ERASED = b"\xff"
AT_POWER_ON = 0

Moment = Literal["before", "inside", "after"]
Work = Callable[[], bytes]


class Tear(msgspec.Struct, frozen=True, tag="tear"):
    """The power fails at APDU `apdu` (from 1) and comes back at the next power-on.

    `write` counts programmings within that APDU from 1, three for each cell that changes; 0 is the APDU itself:
    before, the chip has not seen it; after, it has done everything and nobody hears the answer. APDU 0 is the power-on,
    the first that gets as far as the tear: what the chip finishes there can be torn as well.
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

    def __init__(self, card: Breakable, faults: Iterable[Fault]) -> None:
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

    @property
    def powered_at(self) -> Interface | None:
        """Where the power comes from; None without any."""
        return self._card.powered_at

    def atr_at(self, interface: Interface) -> bytes:
        """Return the answer to reset at an interface."""
        return self._card.atr_at(interface)

    @property
    def cells(self) -> Cells:
        """The cells of the chip."""
        return self._card.cells

    @cells.setter
    def cells(self, cells: Cells) -> None:
        self._card.cells = cells

    def plug_in(self) -> None:
        """Put a card that was pulled out back."""
        self._plugged = True

    def power_on(self, interface: Interface | None = None) -> bytes:
        """Reset the card, which ends a hang, where it says or where it is held; CardUnplugged if it is not there."""
        if not self._plugged:
            raise CardUnplugged
        self._hanging = False
        reset = self._card.power_on if interface is None else partial(self._card.power_on, interface)
        tear = self._faults.get(AT_POWER_ON)
        if not isinstance(tear, Tear):
            return reset()
        try:
            return self._torn(reset, tear)
        except PowerLost:
            del self._faults[AT_POWER_ON]
            raise

    def power_off(self) -> None:
        """Take the power away."""
        self._card.power_off()

    def transmit(self, command: bytes) -> bytes:
        """Answer like the card, or raise the CardFault that is due; a late answer leaves its `late_s`."""
        self.late_s = 0.0
        if not self._plugged:
            raise CardUnplugged
        if self._hanging:
            raise CardHangs
        self._count += 1
        work = partial(self._card.transmit, command)
        match self._faults.get(self._count):
            case Tear() as tear:
                return self._torn(work, tear)
            case Unplug(moment=moment):
                self._plugged = False
                self._lose(work, moment, CardUnplugged)
            case Hang():
                self._hanging = True
                raise CardHangs
            case Garble(answer=answer):
                work()
                return answer
            case Delay(seconds=seconds):
                self.late_s = seconds
        return work()

    def _lose(self, work: Work, moment: Moment, fault: type[CardFault]) -> NoReturn:
        if moment == "after":
            work()
        self._card.power_off()
        raise fault

    def _torn(self, work: Work, tear: Tear) -> bytes:
        """Let the chip work over cells that lose power at one programming; without so many it is answered."""
        if tear.write == 0:
            self._lose(work, tear.moment, PowerLost)
        whole = self._card.cells
        self._card.cells = TornCells(whole, tear)
        try:
            return work()
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
