"""Who comes to a platform that is not ours: its owner's people, in turn, each at most as often as its ceilings allow.

A coming has a card of its own, as issued, and a basket drawn from the seed. Everybody is insured where they buy, pays
what is left in cash, and types nothing: whether a password was checked is the institution's word at this door.
"""

from collections import deque
from collections.abc import Iterator
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from random import Random
from typing import Final

from cardsim.card import Card
from loadtests.foreign.people import Insured, read_people
from loadtests.generator.crowd import PREPARED_MAX, Comer, Crowd, People
from loadtests.workload.plan import LoadPlan
from settlement.wire.messages import Line
from settlement.wire.names import PHARMACY
from terminals.kernel.outcome import LOCAL
from terminals.patients import COUNT_MAX, Mix, Patient, line

SERIALS: Final = 1 << 24


class ForeignCrowd:
    """The people of a target, for process `part`."""

    def __init__(self, plan: LoadPlan, part: int) -> None:
        assert plan.national is not None
        self._plan = plan
        self._part = part
        self._city = plan.terminals[0].site.city
        self._people_file = Path(plan.national.people_file)
        ceilings = plan.national.limits.ceilings
        self._comings_max = ceilings.visits_per_person if ceilings else 1
        self._coming = self._comings()
        self._prepared: deque[Comer] = deque()

    def prepare(self, count: int) -> None:
        """Issue the cards of the next `count` comers, PREPARED_MAX at most."""
        self._prepared.extend(islice(self._coming, min(count, PREPARED_MAX)))

    def next(self) -> Comer | None:
        """Return who comes next; None when everybody came as often as they may."""
        return self._prepared.popleft() if self._prepared else next(self._coming, None)

    @cached_property
    def _people(self) -> list[Insured]:
        return read_people(self._people_file, self._city)

    def _comings(self) -> Iterator[Comer]:
        parts, people = self._plan.profile.processes, self._people
        for number in range(self._part, len(people) * self._comings_max, parts):
            person = people[number % len(people)]
            card = person.card(number % SERIALS)
            yield Comer(self._patient(number), card, partial(_same, card))

    def _patient(self, number: int) -> Patient:
        profile = self._plan.profile
        random = Random(profile.seed << 64 | number)  # noqa: S311 - seeded on purpose: the same basket everywhere
        return Patient(
            index=number,
            city=self._city,
            kind=PHARMACY,
            route=LOCAL,
            tempo=1.0,
            basket=basket(random, self._plan, profile.mix),
            kiosk=None,
            pins=(),
            passwords=(),
        )


def _same(card: Card, _issue: int) -> Card:
    """Return the card that somebody has: nobody's is reissued here."""
    return card


def basket(random: Random, plan: LoadPlan, mix: Mix) -> tuple[Line, ...]:
    """Return lines drawn from what can be bought."""
    chosen = random.choices(plan.items, k=random.randint(mix.lines_min, mix.lines_max))
    return tuple(line(str(number), item, random.randint(1, COUNT_MAX)) for number, item in enumerate(chosen, 1))


def crowd_of(plan: LoadPlan, part: int) -> People:
    """Return who comes: the owner's people where the plan names their file, else our own population."""
    return ForeignCrowd(plan, part) if plan.national and plan.national.people_file else Crowd(plan, part)
