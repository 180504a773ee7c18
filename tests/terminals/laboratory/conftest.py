"""A laboratory for tests: simulated cards of any kind, whole or mutated, and the findings of all checks by name."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import pytest

from cardsim.card import Card
from cardsim.faults import Fault, FaultyCard
from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from cardsim.presentable import HeldToAntenna
from cardsim.psam import psam
from cardsim.t0 import Mode
from terminals.laboratory.bench import Bench
from terminals.laboratory.catalogue import CHECKS
from terminals.laboratory.report import Finding
from terminals.laboratory.runner import find_subject, run_checks
from terminals.readers.reader import Reader
from terminals.readers.simulated import SimulatedReader

CITY = "370100"
PIN = "730194"

Mutate = Callable[[Card], Any]
Findings = Mapping[str, Finding]
Examine = Callable[..., Awaitable[Findings]]


def people(generation: int = 2, t0_mode: Mode = "raw", **changes: Any) -> Population:
    profile = CardProfile(
        name="test", city=CITY, generation=generation, weight=1, t0_mode=t0_mode, pin_default=PIN, **changes
    )
    return Population(1, 10, [profile])


async def examine(
    *,
    generation: int = 2,
    t0_mode: Mode = "raw",
    contactless: bool = False,
    mutate: Mutate = lambda card: card,
    area: str = CITY,
    pin: str = PIN,
) -> Findings:
    """Run every check on fresh copies of a simulated card."""
    population = people(generation, t0_mode)

    def copy(faults: tuple[Fault, ...]) -> Reader:
        card = mutate(population.card(0))
        if contactless:
            return SimulatedReader(HeldToAntenna(card))
        return SimulatedReader(FaultyCard(cast("Card", card), faults))

    bench = Bench(copy(()), SimulatedReader(psam(area)) if area else None, copy)
    subject = await find_subject(bench, ours=True, pin=bytes.fromhex(pin), sam=bool(area), copies=True)
    return by_name(await run_checks(CHECKS, subject, bench))


def by_name(findings: Any) -> Findings:
    return {found.name: found for found in findings}


@pytest.fixture(name="examine")
def _examine() -> Examine:
    return examine


class Mutant:
    """A card that answers otherwise than it should: `alter` gets a command and the right answer."""

    def __init__(self, card: Card, alter: Callable[[bytes, bytes], bytes]) -> None:
        self._card = card
        self._alter = alter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._card, name)

    def transmit(self, command: bytes) -> bytes:
        return self._alter(command, self._card.transmit(command))


@pytest.fixture
def mutant() -> type[Mutant]:
    return Mutant


@pytest.fixture(name="people")
def _people() -> Callable[..., Population]:
    return people
