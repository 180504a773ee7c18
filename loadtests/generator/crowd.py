"""Which patient comes with which arrival of one process; each holds a card that this process alone touches.

Process k of n takes the indexes i of the block with i mod n = k, in order and once: a chip keeps what was done to it,
and nobody stands at two terminals at a time. A crowd that is used up is an error of the run, never a smaller load.
"""

from collections import deque
from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple, Protocol

from cardsim.card import Card
from cardsim.issuing.population import Population
from loadtests.generator.prepared import Dialogue
from loadtests.workload.plan import Block, LoadPlan
from terminals.holder import NextCard
from terminals.patients import Patient, Patients, places_of

PREPARED_MAX: Final = 10_000
"""Cards issued before the first arrival, about 10 KB each; in life, too, a card is older than the visit."""


class Comer(NamedTuple):
    """A patient, the chip that they bring, as it was issued, and the one of a later issue, made where it is wanted.

    `dialogue`: how far the visit was prepared, where it was.
    """

    patient: Patient
    card: Card
    next_card: NextCard | None = None
    dialogue: Dialogue | None = None


class Comers(Protocol):
    """Who comes, one after the other."""

    def next(self) -> Comer | None:
        """Return who comes next; None when nobody is left."""


class People(Comers, Protocol):
    """Whose cards can be issued before the first arrival."""

    def prepare(self, count: int) -> None:
        """Issue the cards of the next `count` comers, PREPARED_MAX at most."""


class Crowd:
    """The patients and cards of process `part` of `parts`."""

    def __init__(self, plan: LoadPlan, part: int) -> None:
        profile = plan.profile
        block = profile.block
        self._population = Population(block.seed, block.size, plan.card_profiles)
        places = places_of(terminal.site for terminal in plan.terminals)
        people = self._population
        patients = Patients(
            profile.seed, profile.mix, people.profile, places, plan.items, plan.bank_pins, people.person
        )
        self._coming = (
            patient for index in _indexes(block, part, profile.processes) if (patient := patients.patient(index))
        )
        self._prepared: deque[Comer] = deque()

    def prepare(self, count: int) -> None:
        """Issue the cards of the next `count` comers, PREPARED_MAX at most."""
        for _ in range(min(count, PREPARED_MAX)):
            comer = self._made()
            if comer is None:
                return
            self._prepared.append(comer)

    def next(self) -> Comer | None:
        """Return who comes next; None when the block is used up."""
        return self._prepared.popleft() if self._prepared else self._made()

    def _made(self) -> Comer | None:
        patient = next(self._coming, None)
        if patient is None:
            return None
        issued = partial(self._population.card, patient.index)
        return Comer(patient, issued(), issued)


def _indexes(block: Block, part: int, parts: int) -> Iterator[int]:
    first = block.first + (part - block.first) % parts
    return iter(range(first, block.first + block.count, parts))
