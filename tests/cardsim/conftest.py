"""One synthetic card whose every byte is known, and the two ways tests talk to a card.

The facts of the card and its golden bytes (test_issuer.py) were computed apart from this code, from LD/T 32 as tools
and readers in the field apply it.
"""

from collections.abc import Callable
from random import Random

import msgspec
import pytest

from cardsim.card import Card
from cardsim.issuer import CardFacts, issue

Issue = Callable[..., Card]
Exchange = Callable[..., list[str]]


@pytest.fixture
def facts() -> CardFacts:
    return CardFacts(
        certno="379999199001010010",
        name="张三",
        sex="1",
        birth_date="19900101",
        birthplace="370102",
        city="370100",
        generation=2,
        card_number="A12345674",
        issued_on="20240601",
        valid_until="20340601",
        serial=1,
        pin="123456",
        pin_tries_max=6,
        t0_mode="raw",
    )


@pytest.fixture
def issue_card(facts: CardFacts) -> Issue:
    """Make the card, with some facts changed, and power it on."""

    def make(**changes: object) -> Card:
        card = issue(msgspec.structs.replace(facts, **changes), Random(1))
        card.power_on()
        return card

    return make


@pytest.fixture
def card(issue_card: Issue) -> Card:
    return issue_card()


@pytest.fixture
def exchange() -> Exchange:
    """Send commands in hex, return the responses in upper-case hex."""

    def send(card: Card, *commands: str) -> list[str]:
        return [card.transmit(bytes.fromhex(command)).hex().upper() for command in commands]

    return send
