"""People and their cards, made when they are asked for and the same each time.

The seed and an index give a person; nothing is stored, so that a million cost nothing until used. Identity numbers
lead back to the index. What kinds of card there are is an argument: the composition root knows the cities.
"""

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from math import gcd
from random import Random

import msgspec

from cardsim import t0
from cardsim.card import Card
from cardsim.check_digits import luhn_check
from cardsim.identity import SLOTS, UNASSIGNED_DIVISION, IdentityNumbers
from cardsim.issuer import SERIALS, SPECIFICATION_VERSIONS, CardFacts, card_id, card_number, issue
from cardsim.names import name
from cardsim.status import TRIES_SHOWN_MAX

SIZE_MAX = min(SLOTS, SERIALS)  # as many identity numbers, and as many serial numbers in ATRs
SCHEDULE_MAX = 10_000
# A prefix in UnionPay's 62 that no published list of issuers holds. Assumed: such lists are never complete.
BANK_PREFIX = "6299990"
ISSUED_AND_VALID = {1: ("20180601", "20280601"), 2: ("20240601", "20340601")}  # by generation; ours
MALE = "1"
FEMALE = "2"


class CardProfile(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of card: who issues it, how it behaves, and its share among all (`weight`). ValueError if it cannot be."""

    name: str
    city: str
    generation: int
    weight: int
    pin_default: str = "123456"
    pin_tries_max: int = 6
    t0_mode: t0.Mode = "raw"

    def __post_init__(self) -> None:
        """Refuse what no card can be."""
        for wrong, must in (
            (not re.fullmatch(r"[0-9]{6}", self.city), "city is a division of six digits"),
            (self.generation not in SPECIFICATION_VERSIONS, f"generation is one of {sorted(SPECIFICATION_VERSIONS)}"),
            (self.weight < 1, "weight is at least 1"),
            (not re.fullmatch(r"[0-9]{6}", self.pin_default), "pin_default is six digits"),
            (not 1 <= self.pin_tries_max <= TRIES_SHOWN_MAX, f"pin_tries_max is 1 to {TRIES_SHOWN_MAX}"),
        ):
            if wrong:
                raise ValueError(f"card profile {self.name!r}: {must}")


class Person(msgspec.Struct, frozen=True):
    """One insured person and the numbers of their card."""

    index: int
    certno: str
    name: str
    sex: str  # "1" male, "2" female
    birth_date: str  # YYYYMMDD
    city: str
    card_number: str  # 卡号
    card_id: bytes  # 卡的识别码
    bank_number: str


class Population:
    """`size` people, of whom each profile has its exact share."""

    def __init__(self, seed: int, size: int, profiles: Sequence[CardProfile]) -> None:
        if not 1 <= size <= SIZE_MAX:
            raise ValueError(f"a population has 1 to {SIZE_MAX} people, not {size}")
        self.seed = seed
        self.size = size
        self._schedule = schedule(tuple(profiles))
        self._numbers = IdentityNumbers(seed)
        self._key = hashlib.blake2b(f"population {seed}".encode(), digest_size=16).digest()

    def person(self, index: int) -> Person:
        """Return the person of an index; IndexError outside the population."""
        certno = self._numbers.number(self._checked(index))
        sex = MALE if int(certno[16]) % 2 else FEMALE
        profile = self.profile(index)
        bank_number = f"{BANK_PREFIX}{index:011}"
        return Person(
            index=index,
            certno=certno,
            name=name(sex, self._draw(index)),
            sex=sex,
            birth_date=certno[6:14],
            city=profile.city,
            card_number=card_number(index),
            card_id=card_id(profile.city, ISSUED_AND_VALID[profile.generation][0], index),
            bank_number=bank_number + luhn_check(bank_number),
        )

    def card(self, index: int) -> Card:
        """Return this person's chip as the issuer handed it over; IndexError outside the population."""
        person, profile = self.person(index), self.profile(index)
        issued_on, valid_until = ISSUED_AND_VALID[profile.generation]
        facts = CardFacts(
            certno=person.certno,
            name=person.name,
            sex=person.sex,
            birth_date=person.birth_date,
            birthplace=UNASSIGNED_DIVISION,
            city=person.city,
            generation=profile.generation,
            card_number=person.card_number,
            issued_on=issued_on,
            valid_until=valid_until,
            serial=index,
            pin=profile.pin_default,
            pin_tries_max=profile.pin_tries_max,
            t0_mode=profile.t0_mode,
        )
        return issue(facts, Random(self._draw(index)))  # noqa: S311  repeatable on purpose

    def profile(self, index: int) -> CardProfile:
        """Return the kind of card an index has; IndexError outside the population."""
        return self._schedule[self._checked(index) % len(self._schedule)]

    def index_of(self, certno: str) -> int | None:
        """Return the index an identity number belongs to; None if it is nobody's here."""
        index = self._numbers.index(certno)
        return index if index is not None and index < self.size else None

    def _checked(self, index: int) -> int:
        if not 0 <= index < self.size:
            raise IndexError(f"index {index} is outside a population of {self.size}")
        return index

    def _draw(self, index: int) -> int:
        digest = hashlib.blake2b(index.to_bytes(4, "big"), key=self._key, digest_size=8).digest()
        return int.from_bytes(digest, "big")


@cache
def schedule(profiles: tuple[CardProfile, ...]) -> tuple[CardProfile, ...]:
    """Spread the profiles by smooth weighted round robin over one period, which starts with the first profile."""
    if not profiles:
        raise ValueError("a population needs at least one card profile")
    divisor = gcd(*(profile.weight for profile in profiles))
    weights = [profile.weight // divisor for profile in profiles]
    period = sum(weights)
    if period > SCHEDULE_MAX:
        raise ValueError(f"the weights of the card profiles add up to {period}; {SCHEDULE_MAX} is the most")
    due = [0] * len(profiles)
    turns = []
    for _ in range(period):
        due = [credit + weight for credit, weight in zip(due, weights, strict=True)]
        turn = due.index(max(due))
        due[turn] -= period
        turns.append(turn)
    start = turns.index(0)
    return tuple(profiles[turn] for turn in turns[start:] + turns[:start])
