"""Kinds of cards: who issues them, how they behave, and how a population is made up of them."""

import re
from functools import cache
from math import gcd
from typing import Literal

import msgspec

from cardsim import t0
from cardsim.diversify import AlgorithmName
from cardsim.issuing.issuer import SPECIFICATION_VERSIONS
from cardsim.social_security.keys import KeyLockPolicy
from cardsim.social_security.layout import SM4_SINCE
from cardsim.status import TRIES_SHOWN_MAX

Worn = Literal["", "pin_locked", "key_locked"]
SCHEDULE_MAX = 10_000
LOCKS_COUNTED_MAX = 255
ALGORITHM_OF: dict[int, AlgorithmName] = {1: "3des", 2: "3des", 3: "sm4"}


class CardProfile(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of card: who issues it, how it behaves, and its share among all (`weight`). ValueError if it cannot be."""

    name: str
    city: str
    generation: int
    weight: int
    pin_default: str = "123456"
    pin_tries_max: int = 6
    t0_mode: t0.Mode = "raw"
    algorithm: AlgorithmName | None = None  # of its keys; None: what its generation has
    key_lock: KeyLockPolicy = "by_extauth"
    key_lock_probability: float = 0.5  # of "probability"; the users' document says only that it happens: assumed
    key_lock_after: int = 1  # of "on_pin_lock": at which lock of the PIN
    worn: Worn = ""  # what its holder did to it before

    @property
    def cipher(self) -> AlgorithmName:
        """The algorithm of the keys on this kind of card."""
        return self.algorithm or ALGORITHM_OF[self.generation]

    def __post_init__(self) -> None:
        """Refuse what no card can be."""
        for wrong, must in (
            (not re.fullmatch(r"[0-9]{6}", self.city), "city is a division of six digits"),
            (self.generation not in SPECIFICATION_VERSIONS, f"generation is one of {sorted(SPECIFICATION_VERSIONS)}"),
            (self.weight < 1, "weight is at least 1"),
            (not re.fullmatch(r"[0-9]{6}", self.pin_default), "pin_default is six digits"),
            (not 1 <= self.pin_tries_max <= TRIES_SHOWN_MAX, f"pin_tries_max is 1 to {TRIES_SHOWN_MAX}"),
            (self.algorithm == "sm4" and self.generation < SM4_SINCE, f"sm4 exists from generation {SM4_SINCE} on"),
            (not 0 <= self.key_lock_probability <= 1, "key_lock_probability is 0 to 1"),
            (not 1 <= self.key_lock_after <= LOCKS_COUNTED_MAX, f"key_lock_after is 1 to {LOCKS_COUNTED_MAX}"),
        ):
            if wrong:
                raise ValueError(f"card profile {self.name!r}: {must}")


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
