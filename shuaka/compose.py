"""The composition root's smallest parts: what several commands build alike.

Only plain constructor calls live here. Nothing below this folder imports it.
"""

from cardsim.population import CardProfile, Population
from settlement.config import load_rulebook

DEFAULT_SEED = 1
DEFAULT_SIZE = 1_000_000


def card_profiles() -> tuple[CardProfile, ...]:
    """Return the cards of our cities, by weight; the first is a generation 2 card of Jinan."""
    return tuple(
        CardProfile(
            name=f"{city.name_en.lower()}-gen{kind.generation}",
            city=city.code,
            generation=kind.generation,
            weight=kind.weight,
            pin_default=kind.pin_default,
            pin_tries_max=kind.pin_tries_max,
            t0_mode=kind.t0_mode,
        )
        for city in load_rulebook().cities.values()
        for kind in city.cards
    )


def population(seed: int = DEFAULT_SEED, size: int = DEFAULT_SIZE) -> Population:
    """Return the people and cards that this seed stands for."""
    return Population(seed, size, card_profiles())
