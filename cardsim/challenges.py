"""The chance inside a chip: random bytes that differ every time, and are the same for the same seed.

A generator of the standard library would cost each card more memory than everything else it has.
"""

import hashlib


class Challenges:
    """Random bytes from a seed; a power-off does not start them again."""

    __slots__ = ("_count", "_seed")

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._count = 0

    def __call__(self, length: int) -> bytes:
        """Return the next `length` bytes, at most 64."""
        self._count += 1
        return hashlib.blake2b(self._count.to_bytes(8, "big"), key=self._seed, digest_size=length).digest()
