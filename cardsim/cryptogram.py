"""Message authentication with the keys of the card's issuer."""

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

BLOCK = 8
MAC_LENGTH = 4


class RetailMac:
    """ISO/IEC 9797-1 MAC algorithm 3 with padding method 2 under a 16-byte DES key, cut to its left four bytes."""

    def __init__(self, key: bytes) -> None:
        left = key[:BLOCK]
        # ECB keeps no state between blocks, so one encryptor serves every message; a single DES is k, k, k
        self._des = Cipher(TripleDES(left * 3), modes.ECB()).encryptor()  # noqa: S305  a block at a time, chained below
        self._triple_des = Cipher(TripleDES(key + left), modes.ECB()).encryptor()  # noqa: S305  as above

    def compute(self, message: bytes) -> bytes:
        """Return the MAC of `message`."""
        padded = message + b"\x80"
        padded = padded.ljust(-(-len(padded) // BLOCK) * BLOCK, b"\0")
        chained = bytes(BLOCK)
        for start in range(0, len(padded) - BLOCK, BLOCK):
            chained = self._des.update(_xor(chained, padded[start : start + BLOCK]))
        return self._triple_des.update(_xor(chained, padded[-BLOCK:]))[:MAC_LENGTH]


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(BLOCK, "big")
