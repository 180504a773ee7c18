"""The PIN object: a secret and a try counter that survives power-off. It knows neither commands nor status words."""

from cardsim.memory import Memory
from cardsim.tries import Presented, TryCounter

LOCKS_COUNTED_MAX = 0xFF
LENGTH = 3  # six digits, two a byte: VERIFY with three bytes is what real clients send


def is_pin(value: bytes) -> bool:
    """Tell whether `value` could be a PIN: six decimal digits."""
    return len(value) == LENGTH and value.hex().isdecimal()


class Pin:
    """The holder's PIN, in two cells of the card's memory: its value, and its tries with the locks that were opened.

    A lock that lasts is not in that number: a count of its own could be torn from the lock.
    """

    __slots__ = ("_memory", "_tries_cell", "_tries_max", "_value_cell", "tries")

    def __init__(self, memory: Memory, value_cell: int, tries_cell: int, tries_max: int) -> None:
        self._memory = memory
        self._value_cell = value_cell
        self._tries_cell, self._tries_max = tries_cell, tries_max
        self.tries = TryCounter(memory, tries_cell, tries_max)

    @property
    def tries_left(self) -> int:
        """Wrong presentations that are still allowed; 0 is blocked."""
        return self.tries.left

    @property
    def locks(self) -> int:
        """How often it was locked, with the lock that lasts."""
        opened = self._memory.read(self._tries_cell)[1]
        return min(opened + (self.tries_left == 0), LOCKS_COUNTED_MAX)

    @property
    def initial(self) -> bool:
        """Whether it is still the issuer's: remote use wants it changed once, which is the terminal's rule."""
        return self._memory.read(self._value_cell) == self._memory.issued(self._value_cell)

    @property
    def sound(self) -> bool:
        """Whether value and counter are such as a card writes; a damaged image may hold others."""
        return is_pin(self._memory.read(self._value_cell)) and self.tries.sound

    def present(self, value: bytes) -> Presented:
        """Compare `value` with the PIN, at the price of a try if it is wrong."""
        return self.tries.present(lambda: value == self._memory.read(self._value_cell))

    def change(self, old: bytes, new: bytes) -> Presented:
        """Replace the PIN if `old` is right; the old value is an attempt like any other."""
        presented = self.present(old)
        if presented is Presented.RIGHT:
            self._memory.write(self._value_cell, new)
        return presented

    def unblock(self) -> None:
        """Give all tries back; a lock that this opens is counted in the same write."""
        self._memory.write(self._tries_cell, bytes((self._tries_max, self.locks)))

    def reload(self, new: bytes) -> None:
        """Replace the PIN without the old one, then open it: torn between the two it stays blocked, never half open."""
        self._memory.write(self._value_cell, new)
        self.unblock()
