"""Try counters, of the PIN and of every key: the order in which a secret is counted and compared.

The counter goes down before the comparison and comes back up after a right one, each in its own durable write: whoever
pulls the card between the two has lost a try and learnt nothing.
"""

from collections.abc import Callable
from enum import Enum, auto

from cardsim.memory import Memory


class Presented(Enum):
    """What came of presenting a secret."""

    RIGHT = auto()
    WRONG = auto()
    BLOCKED = auto()  # no try was left; the secret was not looked at


class TryCounter:
    """One counter in the first byte of a cell of the card's memory; what stands behind it is somebody else's."""

    __slots__ = ("_cell", "_memory", "_most")

    def __init__(self, memory: Memory, cell: int, most: int) -> None:
        self._memory = memory
        self._cell = cell
        self._most = most

    @property
    def left(self) -> int:
        """Wrong presentations that are still allowed; 0 is blocked."""
        return self._memory.read(self._cell)[0]

    @property
    def sound(self) -> bool:
        """Whether a card writes such a count; a damaged image may hold others."""
        return self.left <= self._most

    def present(self, is_right: Callable[[], bool]) -> Presented:
        """Ask `is_right`, at the price of a try if it is not."""
        left = self.left
        if left == 0:
            return Presented.BLOCKED
        self._count(left - 1)
        if not is_right():
            return Presented.WRONG
        self._count(self._most)
        return Presented.RIGHT

    def block(self) -> None:
        """Take all tries away."""
        self._count(0)

    def _count(self, tries: int) -> None:
        self._memory.write(self._cell, bytes((tries,)) + self._memory.read(self._cell)[1:])
