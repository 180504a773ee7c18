"""People beyond a population, each with a kind of card of its own, and what was done to that card before."""

import pytest

from cardsim.inspection import status
from cardsim.issuing.card_profiles import CardProfile, Worn
from cardsim.issuing.population import SIZE_MAX, Population

BEYOND = 1_000


def people(worn: Worn = "", index: int = BEYOND) -> Population:
    good = CardProfile(name="good", city="370100", generation=2, weight=1)
    named = CardProfile(name="named", city="370800", generation=3, weight=1, worn=worn)
    return Population(1, 10, [good], {index: named})


@pytest.mark.parametrize(
    ("worn", "pin", "key_locked"),
    [("", "initial", False), ("pin_locked", "locked", False), ("key_locked", "initial", True)],
)
def test_a_card_comes_as_worn_as_its_kind_says(worn: Worn, pin: str, key_locked: bool) -> None:  # noqa: FBT001 - a row of the table
    found = status(people(worn).card(BEYOND))
    assert (found.pin, found.remote_key_locked) == (pin, key_locked)


def test_somebody_named_is_found_by_index_and_identity_and_nobody_between_is() -> None:
    crowd = people()
    assert (crowd.size, BEYOND in crowd, BEYOND - 1 in crowd) == (10, True, False)
    assert crowd.index_of(crowd.person(BEYOND).certno) == BEYOND
    assert crowd.profile(BEYOND).name == "named"
    with pytest.raises(IndexError):
        crowd.person(BEYOND - 1)


@pytest.mark.parametrize("index", [9, SIZE_MAX])
def test_named_people_stand_beyond_the_population(index: int) -> None:
    with pytest.raises(ValueError, match="named people have indexes from 10 to"):
        people(index=index)
