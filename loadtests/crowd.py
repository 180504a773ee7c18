"""Which patient comes with which arrival of one process; each holds a card that this process alone touches.

Process k of n takes the indexes i of the block with i mod n = k, in order and once: a chip keeps what was done to it,
and nobody stands at two terminals at a time. A crowd that is used up is an error of the run, never a smaller load.
"""

from collections.abc import Iterator

from cardsim.card import Card
from cardsim.population import Population
from loadtests.plan import Block, LoadPlan
from terminals.kernel.site import Site
from terminals.patients import Patient, Patients, Place


def place_of(site: Site) -> Place:
    """Return what patients know of a site."""
    return Place(site.city, site.kind, site.remote_cities)


class Crowd:
    """The patients and cards of process `part` of `parts`."""

    def __init__(self, plan: LoadPlan, part: int) -> None:
        profile = plan.profile
        block = profile.block
        self._population = Population(block.seed, block.size, plan.card_profiles)
        places = sorted({place_of(terminal.site) for terminal in plan.terminals}, key=lambda place: place[:2])
        patients = Patients(profile.seed, profile.mix, self._population.profile, places, plan.items)
        self._coming = (
            patient for index in _indexes(block, part, profile.processes) if (patient := patients.patient(index))
        )

    def next(self) -> Patient | None:
        """Return who comes next; None when the block is used up."""
        return next(self._coming, None)

    def card(self, patient: Patient) -> Card:
        """Return the patient's chip as it was issued."""
        return self._population.card(patient.index)


def _indexes(block: Block, part: int, parts: int) -> Iterator[int]:
    first = block.first + (part - block.first) % parts
    return iter(range(first, block.first + block.count, parts))
