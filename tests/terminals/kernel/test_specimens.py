"""Specimen cards whose outcome is the chip's: what a terminal away from home says of them."""

from collections.abc import Callable
from typing import Any

import pytest

from settlement.wire.keys import NetworkKey
from shuaka import compose
from terminals.kernel.outcome import Result
from terminals.kernel.pharmacy import sell
from tests.terminals.conftest import Booth, EngineHost

OF_THE_CHIP = [one for one in compose.specimens() if one.step == "terminal" or one.worn]


@pytest.fixture(scope="module")
def population() -> Any:
    return compose.population()


@pytest.fixture
def counter(population: Any, site: Callable[..., Any], patient: Callable[..., Any]) -> Callable[..., Any]:
    """A pharmacy with somebody who has a specimen card."""
    world = compose.world(population, NetworkKey(bytes(range(16))))

    def made(specimen: Any, city: str, *pins: str) -> Any:
        card = population.card(specimen.index)
        return Booth(EngineHost(world), site("P", city), card, patient(0, pins=pins)).signed_on()

    return made


@pytest.mark.parametrize("specimen", OF_THE_CHIP, ids=lambda one: one.name)
def test_a_specimen_comes_out_as_its_row_says(counter: Any, basket: Any, specimen: Any) -> None:
    at = counter(specimen, specimen.at, "123456")
    outcome = at.run(sell(at.site, basket))
    assert outcome.refusal == specimen.refusal


@pytest.mark.parametrize("specimen", [one for one in OF_THE_CHIP if one.worn == "key_locked"])
def test_a_locked_key_stops_nothing_at_home(counter: Any, basket: Any, specimen: Any) -> None:
    at = counter(specimen, specimen.city)
    assert at.run(sell(at.site, basket)).result is Result.SETTLED
