"""The PIN object: a secret and a try counter that survives power-off.

It knows neither commands nor status words. The counter goes down before the comparison and comes back up after a right
one, each in its own durable write: whoever pulls the card between the two has lost a try and learnt nothing.
"""

from enum import Enum, auto

from cardsim.memory import Memory

LENGTH = 3  # six digits, two a byte: VERIFY with three bytes is what real clients send


class Presented(Enum):
    """What came of presenting a value."""

    RIGHT = auto()
    WRONG = auto()
    BLOCKED = auto()  # no try was left; the value was not looked at


def is_pin(value: bytes) -> bool:
    """Tell whether `value` could be a PIN: six decimal digits."""
    return len(value) == LENGTH and value.hex().isdecimal()


class Pin:
    """The holder's PIN, in two cells of the card's memory."""

    def __init__(self, memory: Memory, value_cell: int, tries_cell: int, tries_max: int) -> None:
        self._memory = memory
        self._value_cell = value_cell
        self._tries_cell = tries_cell
        self._tries_max = tries_max

    @property
    def tries_left(self) -> int:
        """Wrong presentations that are still allowed; 0 is blocked."""
        return self._memory.read(self._tries_cell)[0]

    @property
    def sound(self) -> bool:
        """Whether value and counter are such as a card writes; a damaged image may hold others."""
        return is_pin(self._memory.read(self._value_cell)) and self.tries_left <= self._tries_max

    def present(self, value: bytes) -> Presented:
        """Compare `value` with the PIN, at the price of a try if it is wrong."""
        if self.tries_left == 0:
            return Presented.BLOCKED
        self._count(self.tries_left - 1)
        if value != self._memory.read(self._value_cell):
            return Presented.WRONG
        self._count(self._tries_max)
        return Presented.RIGHT

    def change(self, old: bytes, new: bytes) -> Presented:
        """Replace the PIN if `old` is right; the old value is an attempt like any other."""
        presented = self.present(old)
        if presented is Presented.RIGHT:
            self._memory.write(self._value_cell, new)
        return presented

    def _count(self, tries: int) -> None:
        self._memory.write(self._tries_cell, bytes((tries,)))
