"""Which rate to try next until the highest is found that a service holds: geometric steps, bisection, repeats, a cliff.

A search asks for steps and is told how each ended; it reads no clock and starts nothing. A step at which the generator
itself was the limit says nothing of the service: it is tried again before it counts, and ends the search if it stays
so. Above every rate tried before, the generator is then the limit, and what was held is a lower bound. Once a rate was
missed, the generator has driven more than the service holds: its being bound near there is noise and no limit, and the
answer is what the other steps say, between the highest held and the least missed.

A rate that is missed in one of its repeats is not held; the search goes on a little below. A cliff that is none (a
tenth more is held, too) shows that a miss below it was chance, and the search goes on above; of two misses below it
neither was, and the service is unsteady: no rate is ever found above more than one that was missed.
"""

from collections.abc import Generator
from math import log10, sqrt
from typing import Final, Literal, NamedTuple

FACTOR: Final = 1.5
"""From one step to the next until the first is missed."""
PRECISION: Final = 0.05
"""The least missed rate is at most so much above the highest held one."""
CLIFF: Final = 1.1
CONFIRMATIONS: Final = 5
TRIES: Final = 3
"""How often a step is carried out at which the generator is the limit, until that counts."""
ROUNDS_MAX: Final = 6
"""How often the search may go on after a repeat or a cliff spoke against it."""
BY_CHANCE_MAX: Final = 1
"""How many misses a whole search may take for chance."""
RATE_MIN: Final = 1.0
RATE_MAX: Final = 100_000.0
DIGITS: Final = 3

Purpose = Literal["climb", "narrow", "confirm", "cliff"]
Outcome = Literal["held", "missed", "bound"]
"""How a step ended; bound: the generator was the limit, which says nothing of the service."""
Answer = Literal["found", "at least", "between", "below", "unsteady", "unfinished"]
"""What a search found: a capacity; a lower bound, for the generator is the limit; no more than what was held (if
anything) and what was missed, for a step between them could not be judged; nothing that is held at all; no rate that is
held again and again with none missed below it; or it was ended before it knew."""


class Step(NamedTuple):
    """A rate to try, in arrivals a second, what for, and which try of it this is: the ones before it were bound."""

    rate: float
    purpose: Purpose
    attempt: int = 1


class Found(NamedTuple):
    """The end of a search; `rate` is the highest that was held and below which none was missed."""

    answer: Answer
    rate: float | None


Asking = Generator[Step, Outcome, bool]


class _GeneratorBoundError(Exception):
    """A step at which the generator was the limit at every try, or that may not be asked of it."""


class _Known:
    """What the steps so far have shown: the least rate missed, and the highest held below it."""

    def __init__(self) -> None:
        self._held: list[float] = []
        self._missed: list[float] = []
        self._by_chance = 0

    @property
    def missed(self) -> float | None:
        """Return the least rate that was missed, and not by chance."""
        return min(self._missed, default=None)

    def contradict(self, cliff: float) -> bool:
        """Forget what was missed below a cliff that was none; False where that is too much for chance."""
        above = [rate for rate in self._missed if rate > cliff]
        self._by_chance += len(self._missed) - len(above)
        self._missed = above
        return self._by_chance <= BY_CHANCE_MAX

    @property
    def held(self) -> float | None:
        """Return the highest rate that was held and below which none was missed."""
        return max((rate for rate in self._held if self.missed is None or rate < self.missed), default=None)

    def ask(self, rate: float, purpose: Purpose) -> Asking:
        """Have a step carried out, again where the generator was the limit; return whether it was held."""
        for attempt in range(1, TRIES + 1):
            outcome = yield Step(rate, purpose, attempt)
            if outcome != "bound":
                (self._held if outcome == "held" else self._missed).append(rate)
                return outcome == "held"
        raise _GeneratorBoundError


def search(start: float, *, confirmations: int = CONFIRMATIONS) -> Generator[Step, Outcome, Found]:
    """Yield the steps to carry out, take how each ended, and return what was found."""
    known = _Known()
    try:
        yield from _climb(known, start, FACTOR)
        for _ in range(ROUNDS_MAX):
            yield from _narrow(known)
            if known.held is None:
                return Found("below", None)
            if not (yield from _confirm(known, known.held, confirmations)):
                continue
            cliff = _rounded(known.held * CLIFF)
            if not (yield from known.ask(cliff, "cliff")):
                return Found("found", known.held)
            if not known.contradict(cliff):
                break
            if known.missed is None:
                yield from _climb(known, cliff * CLIFF, CLIFF)
    except _GeneratorBoundError:
        return Found("at least" if known.missed is None else "between", known.held)
    return Found("unsteady", None)


def _climb(known: _Known, rate: float, factor: float) -> Generator[Step, Outcome, None]:
    """Go up until a rate is missed; if already the first is, go down until one is held."""
    while (yield from known.ask(_rounded(rate), "climb")):
        rate *= factor
        if rate > RATE_MAX:
            raise _GeneratorBoundError
    while known.held is None and rate / factor >= RATE_MIN:
        rate /= factor
        yield from known.ask(_rounded(rate), "climb")


def _narrow(known: _Known) -> Generator[Step, Outcome, None]:
    while known.held is not None and known.missed is not None and known.missed > known.held * (1 + PRECISION):
        yield from known.ask(_rounded(sqrt(known.held * known.missed)), "narrow")


def _confirm(known: _Known, rate: float, times: int) -> Asking:
    """Hold a rate so many times in a row."""
    for _ in range(times):
        if not (yield from known.ask(rate, "confirm")):
            return False
    return True


def _rounded(rate: float) -> float:
    """Return a rate of three digits: finer ones would pretend."""
    return round(rate, DIGITS - 1 - int(log10(max(rate, RATE_MIN))))
