"""Checks of tearing: the power fails at every point of a command that writes, and what must hold is looked at.

A scenario names the states through which a command may take the card, in their order. At whatever point the power
fails, the card answers after power-on and is in one of them; the later the point, the later the state; before the
command it is the first, after it the last. So no counter moves back, and a wrong try is counted before its answer
leaves. Only copies of a simulated card are torn.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, TypeVar

from cardsim.faults import Moment, Tear
from terminals.kernel.effects import NO_CARD, Slot, Transmit
from terminals.laboratory.effects import Effect, Expect, Reset, Specimen, Steps, Stop, true
from terminals.laboratory.subject import Subject

WRITES_MAX: Final = 60
"""Of one command; a card that writes more often is no card of ours."""

_T = TypeVar("_T")

State = str


class Scenario(NamedTuple):
    """A command to tear: `prepare` returns it, `look` tells the state, `states` are those it may take, in order."""

    prepare: Callable[[Subject], Steps[bytes]]
    look: Callable[[Subject], Steps[State]]
    states: Callable[[Subject], Steps[Sequence[State]]]


class Point(NamedTuple):
    """Where the power fails: at which programming of non-volatile memory (0: the APDU itself), and when."""

    write: int
    moment: Moment


BEFORE_ALL, AFTER_ALL = Point(0, "before"), Point(0, "after")


def torn_everywhere(scenario: Scenario) -> Callable[[Subject], Steps[None]]:
    """Return the flow that tears a scenario's command at every point."""

    def run(subject: Subject) -> Steps[None]:
        states = yield from _with_fresh_copy(scenario.states(subject))
        sent, _ = yield from _with_fresh_copy(_counted(scenario.prepare(subject)))
        reached = 0
        for point in _points():
            if not (yield from _torn(scenario, subject, sent, point)):
                break  # it does not write so often
            found = yield from scenario.look(subject)
            allowed = states[:1] if point == BEFORE_ALL else states[reached:]
            what = f"after power-on, torn {point.moment} write {point.write}"
            yield Expect(what, _one_of(allowed), found, found in allowed)
            reached += allowed.index(found)
        else:
            yield Stop(f"the card writes more than {WRITES_MAX} times in one command")
        yield from _torn(scenario, subject, sent, AFTER_ALL)
        found = yield from scenario.look(subject)
        yield Expect("after power-on, torn behind everything", states[-1], found, found == states[-1])

    return run


def _with_fresh_copy(steps: Steps[_T]) -> Steps[_T]:
    yield Specimen()
    yield Reset()
    return (yield from steps)


def _torn(scenario: Scenario, subject: Subject, sent: int, point: Point) -> Steps[bool]:
    """Tear the command at a point of a fresh copy, and power it on; return whether there was such a point."""
    yield Specimen((Tear(sent + 1, point.write, point.moment),))
    yield Reset()
    command = yield from scenario.prepare(subject)
    answer: bytes = yield Transmit(command)
    if answer != NO_CARD:
        return False
    atr: bytes = yield Reset()
    yield true("the card answers to reset", atr)
    return True


def _points() -> Iterator[Point]:
    yield BEFORE_ALL
    for write in range(1, WRITES_MAX + 1):
        for moment in MOMENTS:
            yield Point(write, moment)


MOMENTS: Final[tuple[Moment, ...]] = ("before", "inside", "after")


def _counted(steps: Steps[bytes]) -> Steps[tuple[int, bytes]]:
    """Run steps, and count the commands that they send to the card."""
    count, answer = 0, None
    while True:
        try:
            effect: Effect = steps.send(answer)
        except StopIteration as end:
            return count, end.value
        count += isinstance(effect, Transmit) and effect.slot is not Slot.SAM
        answer = yield effect


def _one_of(states: Sequence[State]) -> str:
    return " or ".join(dict.fromkeys(states))
