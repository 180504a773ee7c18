"""What is found out about a card before its checks."""

from typing import Any

import pytest

from cardsim.interface import Interface
from cardsim.presentable import HeldToAntenna
from cardsim.psam import psam
from terminals.laboratory.bench import Bench
from terminals.laboratory.runner import find_subject
from terminals.readers.simulated import SimulatedReader


@pytest.mark.parametrize(
    ("generation", "algorithm", "debit"), [(1, "3des", False), (2, "3des", True), (3, "sm4", True)]
)
async def test_generation_algorithm_city_and_debit_application_are_read_off_the_card(
    people: Any, *, generation: int, algorithm: str, debit: bool
) -> None:
    subject = await find_subject(Bench(SimulatedReader(people(generation).card(0))), ours=True)
    assert (subject.generation, subject.algorithm, subject.debit) == (generation, algorithm, debit)
    assert (subject.city, subject.contactless) == ("370100", False)


async def test_the_factor_of_a_card_is_the_same_at_both_interfaces(people: Any) -> None:
    card = people(3).card(0)
    contact = await find_subject(Bench(SimulatedReader(card)), ours=True)
    card.power_off()
    contactless = await find_subject(Bench(SimulatedReader(HeldToAntenna(card))), ours=True)
    assert contactless.contactless
    assert contact.factor == contactless.factor == card.atr_at(Interface.CONTACT)[-8:]
    assert contact.historical == contactless.historical


async def test_a_chip_that_is_no_social_security_card_has_no_generation() -> None:
    subject = await find_subject(Bench(SimulatedReader(psam("370100"))), ours=False)
    assert (subject.generation, subject.city, subject.debit) == (0, "", False)


async def test_an_empty_reader_is_a_card_that_says_nothing() -> None:
    subject = await find_subject(Bench(SimulatedReader()), ours=False)
    assert (subject.atr, subject.generation) == (b"", 0)
