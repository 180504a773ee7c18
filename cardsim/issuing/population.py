"""People and their cards, made when they are asked for and the same each time.

The seed and an index give a person; nothing is stored, so that a million cost nothing until used. Identity numbers
lead back to the index. What kinds of card there are is an argument: the composition root knows the cities.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType

import msgspec

from cardsim.card import Card, Chip
from cardsim.challenges import Challenges
from cardsim.issuing.card_profiles import CardProfile, schedule
from cardsim.issuing.check_digits import luhn_check
from cardsim.issuing.identity import SLOTS, UNASSIGNED_DIVISION, IdentityNumbers
from cardsim.issuing.issuer import SERIALS, CardFacts, card_id, card_number, chip
from cardsim.issuing.names import name
from cardsim.issuing.wear import wear
from cardsim.social_security.keys import KeyLock

SIZE_MAX = min(SLOTS, SERIALS)  # as many identity numbers, and as many serial numbers in ATRs
# A prefix in UnionPay's 62 that no published list of issuers holds. Assumed: such lists are never complete.
BANK_PREFIX = "6299990"
FIRST_YEAR = {1: 2018, 2: 2024, 3: 2025}  # of a first card, by generation; ours
REISSUE_YEAR, YEARS_VALID = 2026, 10
ISSUES_MAX = 28  # the day of issue tells the cards of one person apart, in the ATR and in the card identifier
DRAW_LENGTH = 8
DRAWS = 1 << 8 * DRAW_LENGTH
MALE = "1"
FEMALE = "2"


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
    issue: int = 1  # of the card: 1 is the first, each reissue adds one; also the bank's PAN sequence number


class Population:
    """`size` people, of whom each profile has its exact share, and `named` ones beyond, each with a kind of its own."""

    def __init__(
        self,
        seed: int,
        size: int,
        profiles: Sequence[CardProfile],
        named: Mapping[int, CardProfile] = MappingProxyType({}),
    ) -> None:
        if not 1 <= size <= SIZE_MAX:
            raise ValueError(f"a population has 1 to {SIZE_MAX} people, not {size}")
        if named and not size <= min(named) <= max(named) < SIZE_MAX:
            raise ValueError(f"named people have indexes from {size} to {SIZE_MAX - 1}")
        self.seed = seed
        self.size = size
        self._schedule = schedule(tuple(profiles))
        self._named = named
        self._numbers = IdentityNumbers(seed)
        self._key = hashlib.blake2b(f"population {seed}".encode(), digest_size=16).digest()

    def __contains__(self, index: int) -> bool:
        """Tell whether somebody has this index."""
        return 0 <= index < self.size or index in self._named

    def person(self, index: int, issue: int = 1) -> Person:
        """Return the person of an index with their `issue`-th card.

        IndexError outside the population, ValueError for an issue that no card has.
        """
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
            card_id=card_id(profile.city, dates(profile.generation, issue)[0], index),
            bank_number=bank_number + luhn_check(bank_number),
            issue=issue,
        )

    def card(self, index: int, issue: int = 1) -> Card:
        """Return this person's `issue`-th chip as the issuer handed it over; errors as for `person`."""
        seed = (self._draw(self._checked(index)) + issue - 1) % DRAWS
        card = Card(partial(self._chip, index, issue), Challenges(seed.to_bytes(DRAW_LENGTH, "big")))
        wear(card, self.profile(index).worn)
        return card

    def _chip(self, index: int, issue: int) -> Chip:
        person, profile = self.person(index, issue), self.profile(index)
        issued_on, valid_until = dates(profile.generation, issue)
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
            bank_number=person.bank_number,
            issue=issue,
            algorithm=profile.cipher,
            key_lock=KeyLock(profile.key_lock, profile.key_lock_probability, profile.key_lock_after),
            card_id=person.card_id,
        )
        return chip(facts)

    def profile(self, index: int) -> CardProfile:
        """Return the kind of card an index has; IndexError outside the population."""
        return self._named.get(index) or self._schedule[self._checked(index) % len(self._schedule)]

    def index_of(self, certno: str) -> int | None:
        """Return the index an identity number belongs to; None if it is nobody's here."""
        index = self._numbers.index(certno)
        return index if index is not None and index in self else None

    def _checked(self, index: int) -> int:
        if index not in self:
            raise IndexError(f"index {index} is outside a population of {self.size}")
        return index

    def _draw(self, index: int) -> int:
        digest = hashlib.blake2b(index.to_bytes(4, "big"), key=self._key, digest_size=DRAW_LENGTH).digest()
        return int.from_bytes(digest, "big")


def dates(generation: int, issue: int) -> tuple[str, str]:
    """Return the day of issue and the last valid day, YYYYMMDD, of a person's `issue`-th card.

    >>> dates(2, 1), dates(2, 3)
    (('20240601', '20340601'), ('20260603', '20360603'))
    """
    if not 1 <= issue <= ISSUES_MAX:
        raise ValueError(f"a person has 1 to {ISSUES_MAX} cards, one after the other, not {issue}")
    year = FIRST_YEAR[generation] if issue == 1 else REISSUE_YEAR
    return f"{year}06{issue:02}", f"{year + YEARS_VALID}06{issue:02}"
