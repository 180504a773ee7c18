"""One synthetic card whose every byte is known, and the two ways tests talk to a card.

The facts of the card and its golden bytes (test_issuer.py) were computed apart from this code, from LD/T 32 as tools
and readers in the field apply it.
"""

from collections.abc import Callable

import msgspec
import pytest

from cardsim.card import Card, Chip
from cardsim.challenges import Challenges
from cardsim.debit.data import DebitFacts
from cardsim.debit.payment import applications
from cardsim.diversify import ALGORITHMS, AlgorithmName, city_key, padded
from cardsim.interface import Interface
from cardsim.issuing.issuer import CardFacts, issue
from cardsim.social_security.key_plan import MASTER, MASTER_KEYS, UNBLOCK_PIN, Key
from cardsim.t0 import Mode

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
        bank_number="6299990000000000018",
    )


@pytest.fixture
def issue_card(facts: CardFacts) -> Issue:
    """Make the card, with some facts changed, and power it on."""

    def make(**changes: object) -> Card:
        card = issue(msgspec.structs.replace(facts, **changes), b"seed")
        card.power_on()
        return card

    return make


@pytest.fixture
def card(issue_card: Issue) -> Card:
    return issue_card()


@pytest.fixture
def bank_facts() -> DebitFacts:
    return DebitFacts(
        pan="6299990000000000018",
        psn=1,
        name="张三",
        certno="379999199001010010",
        issued_on="20240601",
        valid_until="20340601",
    )


@pytest.fixture
def bank_card(facts: CardFacts, bank_facts: DebitFacts) -> Issue:
    """Make the card with both interfaces and some facts of its bank account changed, and power it on."""

    def make(interface: Interface = Interface.CONTACT, t0_mode: Mode = "auto", **changes: object) -> Card:
        chip = issue(facts, b"seed")._issued()
        system = chip.start.__self__._replace(applications=applications(msgspec.structs.replace(bank_facts, **changes)))
        chip = Chip(chip.atr, frozenset(Interface), chip.cells, t0_mode, system.start, system.check)
        card = Card(lambda: chip, Challenges(b"seed"))
        card.power_on(interface)
        return card

    return make


class Outlet:
    """A terminal with the issuer's keys of a city; what it computes comes of `diversify`."""

    def __init__(self, card: Card, algorithm: AlgorithmName = "3des", city: str = "370100") -> None:
        self.card = card
        self._algorithm = algorithm
        self._cipher = ALGORITHMS[algorithm]
        self._city = city

    def send(self, command: bytes) -> str:
        return self.card.transmit(command).hex().upper()

    def select(self, *path: str) -> None:
        for fid in ("3F00", "DDF1", *path):
            self.send(bytes.fromhex("00A4000002" + fid))

    def session_key(self, key: Key) -> bytes:
        challenge = self.card.transmit(bytes.fromhex("0084000008"))[:8]
        above = city_key(self._algorithm, MASTER_KEYS[key.name, 1], self._city)
        card_key = self._cipher.diversify(above, self.card.atr_at(Interface.CONTACT)[-8:])
        return self._cipher.session_key(card_key, challenge)

    def proof(self, key: Key, data: bytes = b"proof of") -> bytes:
        return (
            bytes((0x00, 0x82, 0x00, key.identifier, 0x10))
            + self._cipher.authenticator(self.session_key(key), data)
            + data
        )

    def authenticate(self, key: Key, *, right: bool = True) -> str:
        proof = self.proof(key)
        return self.send(proof if right else proof[:-1] + b"?")

    def secured(self, key: Key, header: str, plain: bytes = b"") -> bytes:
        session_key = self.session_key(key)
        cryptogram = self._cipher.encipher(session_key, plain)
        message = bytes.fromhex(header) + bytes((len(cryptogram) + 4,)) + cryptogram
        return message + self._cipher.mac(session_key, padded(message, self._cipher.block))

    def unblock(self) -> bytes:
        return self.secured(UNBLOCK_PIN, "84240000")

    def reload(self, pin: str) -> bytes:
        return self.secured(UNBLOCK_PIN, "84240001", padded(bytes.fromhex("03" + pin), self._cipher.block))

    def block(self) -> bytes:
        return self.secured(MASTER, "841E0000")


@pytest.fixture
def outlet() -> type[Outlet]:
    return Outlet


@pytest.fixture
def exchange() -> Exchange:
    """Send commands in hex, return the responses in upper-case hex."""

    def send(card: Card, *commands: str) -> list[str]:
        return [card.transmit(bytes.fromhex(command)).hex().upper() for command in commands]

    return send
