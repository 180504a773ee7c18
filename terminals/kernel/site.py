"""Where a terminal stands and how quickly people move there: the facts that flows read and never change."""

from typing import Final, NamedTuple

from msgspec import Struct

PUBLISHED_PIN: Final = "123456"
"""The initial value of the remote PIN as the users' document 003 has it."""


class IssuedPin(NamedTuple):
    """The remote PIN that a city's cards of a generation are handed out with: six digits."""

    city: str
    generation: int
    pin: str


class Site(Struct, frozen=True):
    """A terminal and its institution; the composition root fills it from the city's file.

    `kind` is names.PHARMACY or names.HOSPITAL. `password_asked`: whether local patients type the local password here.
    `remote_cities`: whose cards are settled here although they are insured elsewhere. `repeats`: whether the host takes
    a repeated msgid as one message. The interface is silent on it, so a platform that is not ours may settle twice.
    `bank_batch` is the batch that the bank opened for it (0800), 0 where it has never signed in there.
    """

    dev_no: str
    fixmedins_code: str
    city: str
    kind: str
    opter_no: str
    password_asked: bool
    remote_cities: frozenset[str] = frozenset()
    repeats: bool = True
    bank_batch: int = 0
    scans: bool = True
    """Whether it has a scanner for what telephones show."""
    pin_lock_stops_card: bool = False
    """Whether a locked PIN of the chip stops local use as well (users' document 001, RB03)."""
    issued_pins: tuple[IssuedPin, ...] = ()
    """The initial PIN of each kind of card; one that is not among them has the published one."""

    def is_initial(self, digits: str, city: str, generation: int) -> bool:
        """Tell whether cards that a city issued are handed out with this PIN."""
        issued = {one.pin for one in self.issued_pins if (one.city, one.generation) == (city, generation)}
        return digits in (issued or {PUBLISHED_PIN})


class Pace(Struct, frozen=True):
    """Think times in seconds, by what people do; zero takes no step at all.

    Typing a secret is what makes a pharmacy slower than a hospital that asks none (users' document 003, RB10).
    """

    card_s: float = 0.0
    counter_s: float = 0.0
    entry_s: float = 0.0
    pay_s: float = 0.0

    def times(self, tempo: float) -> "Pace":
        """Return this pace for somebody `tempo` times as slow."""
        return Pace(self.card_s * tempo, self.counter_s * tempo, self.entry_s * tempo, self.pay_s * tempo)


UNHURRIED: Final = Pace(card_s=1.0, counter_s=2.0, entry_s=3.0, pay_s=1.0)
AT_ONCE: Final = Pace()
