"""The key objects of one card: what a right authentication is, and when a key locks for ever.

A key's value is three levels of diversification below its master key and is computed when it is needed. Its try
counter is a cell. A locked key is not opened by anything: only another card helps.
"""

import hashlib
from collections.abc import Callable
from typing import Literal, NamedTuple

from cardsim.diversify import ALGORITHMS, AlgorithmName, city_key
from cardsim.memory import Memory
from cardsim.social_security.key_plan import BY_REFERENCE, KEYS, LOCAL, MASTER_KEYS, REMOTE, SSSE, TRIES_MAX, Key
from cardsim.tries import Presented, TryCounter

DRAW_LENGTH = 4

KeyLockPolicy = Literal["never", "probability", "on_pin_lock", "by_extauth"]


class KeyLock(NamedTuple):
    """What locks a key. The field knows that misuse does it, and not how; the default is the only mechanism in print.

    never: wrong authentications cost no try. by_extauth: the key's own counter. probability: besides, each lock of the
    PIN locks the remote key with `probability`. on_pin_lock: besides, the `after`-th lock of the PIN does.
    """

    policy: KeyLockPolicy = "by_extauth"
    probability: float = 0.5
    after: int = 1


class CardKeys(NamedTuple):
    """What makes this card's keys its own."""

    algorithm: AlgorithmName
    city: str
    factor: bytes  # the last eight bytes of the ATR

    def value(self, key: Key, version: int = 1) -> bytes:
        """Return the card's key."""
        above = city_key(self.algorithm, MASTER_KEYS[key.name, version], self.city)
        return ALGORITHMS[self.algorithm].diversify(above, self.factor)


class Keys:
    """The keys in the card's memory."""

    __slots__ = ("_card", "_lock", "_memory", "cipher")

    def __init__(self, memory: Memory, card: CardKeys, lock: KeyLock) -> None:
        self._memory = memory
        self._card = card
        self._lock = lock
        self.cipher = ALGORITHMS[card.algorithm]

    @property
    def sound(self) -> bool:
        """Whether all counters are such as a card writes."""
        return all(self.tries(key).sound for key in KEYS)

    def find(self, path: tuple[int, ...], identifier: int) -> Key | None:
        """Return the key an identifier means in a directory: from 80 on the DF's own, below it the SSSE's."""
        if SSSE not in path:
            return None
        directory = path[-1] if identifier & LOCAL else SSSE
        return BY_REFERENCE.get(directory << 8 | identifier)

    def tries(self, key: Key) -> TryCounter:
        """Return a key's try counter."""
        return TryCounter(self._memory, key.tries_cell, TRIES_MAX)

    def session_key(self, key: Key, challenge: bytes, version: int = 1) -> bytes:
        """Return the session key of a challenge."""
        return self.cipher.session_key(self._card.value(key, version), challenge)

    def authenticate(self, key: Key, challenge: bytes, authenticator: bytes, data: bytes) -> Presented:
        """Judge an external authentication, at the price of a try if it is wrong."""
        return self.judge(
            key, lambda: authenticator == self.cipher.authenticator(self.session_key(key, challenge), data)
        )

    def judge(self, key: Key, is_right: Callable[[], bool]) -> Presented:
        """Judge whatever proves knowledge of a key, at the price of a try if it is wrong."""
        if self._lock.policy == "never":
            return Presented.RIGHT if is_right() else Presented.WRONG
        return self.tries(key).present(is_right)

    def pin_locked(self, count: int) -> None:
        """Take notice of the `count`-th lock of the PIN, which may lock the remote key; twice is the same as once."""
        remote = self.tries(REMOTE)
        if remote.left and self._locks_with_pin(count):
            remote.block()

    def _locks_with_pin(self, count: int) -> bool:
        policy, probability, after = self._lock
        if policy == "probability":  # drawn of card and lock, so that pulling the card draws no second time
            drawn = hashlib.blake2b(count.to_bytes(DRAW_LENGTH, "big"), key=self._card.factor, digest_size=DRAW_LENGTH)
            return int.from_bytes(drawn.digest(), "big") < probability * (1 << 8 * DRAW_LENGTH)
        return policy == "on_pin_lock" and count >= after
