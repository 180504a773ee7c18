"""Identity numbers of people who do not exist: a bijection between an index and an 18-character number.

The numbers pass every check that software makes (length, date, check digit, sex) and belong to nobody, because their
first six digits were never the code of any place: 379999. Source: the county-level codes of GB/T 2260 as published by
the Ministry of Civil Affairs since 1980 (collected in the public repository yescallop/areacodes; its result.csv, which
covers 1980 to about 2018, and its data/2025.txt were read in November 2026). Of 3790xx, the cities under Shandong's
direct administration, only 379001 to 379029 were ever assigned, 1986 to 1995.

The seed mixes the order: neighbours by index share neither birth date nor sequence number.
"""

import hashlib
from datetime import date

from cardsim.issuing.check_digits import identity_check

UNASSIGNED_DIVISION = "379999"
FIRST_BIRTH_DATE = date(1940, 1, 1)
SEQUENCES_A_DAY = 700  # 001 to 700 of the three digits; with SLOTS it makes people born from 1940 to 2005
HALF_BITS = 12
SLOTS = 1 << 2 * HALF_BITS  # 16,777,216 identity numbers for one seed
ROUNDS = 4

HALF_MASK = (1 << HALF_BITS) - 1
ROUND_MULTIPLIER = 0x9E3779B1  # 2^32 divided by the golden ratio: every bit of a half reaches the bits taken
ROUND_SHIFT = 20
WORD_MASK = 0xFFFFFFFF
NUMBER_LENGTH = 18


class IdentityNumbers:
    """The identity numbers of one seed, by index from 0 to SLOTS - 1."""

    def __init__(self, seed: int) -> None:
        digest = hashlib.blake2b(f"identity numbers {seed}".encode(), digest_size=4 * ROUNDS).digest()
        self._keys = tuple(int.from_bytes(digest[at : at + 4], "big") for at in range(0, 4 * ROUNDS, 4))

    def number(self, index: int) -> str:
        """Return the identity number of an index."""
        day, sequence = divmod(self._permute(index), SEQUENCES_A_DAY)
        born = date.fromordinal(FIRST_BIRTH_DATE.toordinal() + day)
        body = f"{UNASSIGNED_DIVISION}{born.year}{born.month:02}{born.day:02}{sequence + 1:03}"
        return body + identity_check(body)

    def index(self, number: str) -> int | None:
        """Return the index that `number` belongs to; None for any other text."""
        if len(number) != NUMBER_LENGTH or not (number.isascii() and number[:-1].isdecimal()):
            return None
        if not number.startswith(UNASSIGNED_DIVISION) or identity_check(number[:-1]) != number[-1]:
            return None
        try:
            born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        except ValueError:  # no such day
            return None
        day, sequence = born.toordinal() - FIRST_BIRTH_DATE.toordinal(), int(number[14:17]) - 1
        slot = day * SEQUENCES_A_DAY + sequence
        if not 0 <= sequence < SEQUENCES_A_DAY or not 0 <= slot < SLOTS:
            return None
        return self._restore(slot)

    def _permute(self, index: int) -> int:
        """Mix 24 bits by a Feistel network, which is a bijection whatever its round function is."""
        left, right = index >> HALF_BITS, index & HALF_MASK
        for key in self._keys:
            left, right = right, left ^ _round(right, key)
        return left << HALF_BITS | right

    def _restore(self, slot: int) -> int:
        left, right = slot >> HALF_BITS, slot & HALF_MASK
        for key in reversed(self._keys):
            left, right = right ^ _round(left, key), left
        return left << HALF_BITS | right


def _round(half: int, key: int) -> int:
    return ((half ^ key) * ROUND_MULTIPLIER & WORD_MASK) >> ROUND_SHIFT
