"""A storm of sign-ons: every terminal opens its session within the first seconds of the run, and that is measured.

Patients are there already: where no terminal is open yet, they wait, which is their latency. Clock and sleep are
arguments.
"""

from collections.abc import Callable
from random import Random
from typing import Final, Protocol

from loadtests.generator.recorder import Visit
from terminals.kernel.outcome import Result

AGAIN_S: Final = 1.0
"""A terminal that was refused, or had no answer, tries again after so long, until the run ends."""


class Terminal(Protocol):
    """What signs on."""

    def sign_on_visit(self) -> Visit:
        """Open the session, timed as a visit of its own."""


def due_times(count: int, over_s: float, random: Random) -> list[float]:
    """Return when each of some terminals signs on: evenly over the time, in an order of chance.

    Terminals of one place stand side by side in a plan; by turns, no place would be open until the end of the storm.
    """
    return [turn * over_s / count for turn in random.sample(range(count), count)]


def sign_on(
    terminal: Terminal,
    due_s: float,
    heard: Callable[[Visit, float], None],
    now_s: Callable[[], float],
    sleep: Callable[[float], object],
) -> None:
    """Open a terminal's session when it is due, and tell of every try and when it was due."""
    sleep(max(due_s - now_s(), 0.0))
    while True:
        visit = terminal.sign_on_visit()
        heard(visit, due_s)
        if visit.outcome.result is Result.DONE:
            return
        sleep(AGAIN_S)
        due_s = now_s()
