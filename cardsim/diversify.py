"""What the keys of a card are made of and prove: diversification, session keys, authentication values, MACs.

The card and the PSAM compute the same things here. Triple DES as personalisation tools and terminals in the field have
it (LD/T 32.4). For SM4 the lengths of challenge and answer are not public: what stands here is our own stand-in with
the same framing, a value of eight bytes filled up with its complement, and is called so wherever it is shown.
"""

from functools import lru_cache
from typing import Literal, Protocol

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4 as SM4Cipher  # noqa: N811  an acronym, not a constant

AlgorithmName = Literal["3des", "sm4"]

FACTOR_LENGTH = 8
MAC_LENGTH = 4
AUTHENTICATOR_LENGTH = 8
CITY_KEYS_KEPT = 1024  # a process meets few cities and few keys


class Algorithm(Protocol):
    """One of the two ciphers with the rules of its cards; keys have 16 bytes, factors and challenges eight."""

    block: int
    identifier: bytes
    """How the FCI of a generation 3 card announces it (tag 86 in 9F0C)."""
    note: str
    """What has to be said wherever its values are shown; empty where they are the field's."""

    def diversify(self, key: bytes, factor: bytes) -> bytes:
        """Return the key one level down."""

    def session_key(self, key: bytes, challenge: bytes) -> bytes:
        """Return the key that one challenge of the other side makes of a card key."""

    def authenticator(self, session_key: bytes, data: bytes) -> bytes:
        """Return the eight bytes that prove knowledge of the key over eight bytes of data."""

    def encipher(self, session_key: bytes, data: bytes) -> bytes:
        """Encipher whole blocks, each for itself."""

    def decipher(self, session_key: bytes, data: bytes) -> bytes:
        """Take that back."""

    def mac(self, session_key: bytes, message: bytes) -> bytes:
        """Return the left four bytes of the CBC-MAC over a message that fills whole blocks."""


class _TripleDes:
    """Session keys have eight bytes and work as single DES."""

    block = 8
    identifier = b"\x01"
    note = ""

    def diversify(self, key: bytes, factor: bytes) -> bytes:
        return self.encipher(key, factor + complement(factor))

    def session_key(self, key: bytes, challenge: bytes) -> bytes:
        return self.encipher(key, challenge)

    def authenticator(self, session_key: bytes, data: bytes) -> bytes:
        return self.encipher(session_key, data)

    def encipher(self, session_key: bytes, data: bytes) -> bytes:
        return Cipher(_des(session_key), modes.ECB()).encryptor().update(data)  # noqa: S305  blocks of their own

    def decipher(self, session_key: bytes, data: bytes) -> bytes:
        return Cipher(_des(session_key), modes.ECB()).decryptor().update(data)  # noqa: S305  as above

    def mac(self, session_key: bytes, message: bytes) -> bytes:
        chained = Cipher(_des(session_key), modes.CBC(bytes(self.block))).encryptor().update(message)
        return chained[-self.block :][:MAC_LENGTH]


class _Sm4:
    """Our own stand-in: see the top of the file."""

    block = 16
    identifier = b"\x03"
    note = "our own stand-in: the layout of SM4 authentication is not public"

    def diversify(self, key: bytes, factor: bytes) -> bytes:
        return self.encipher(key, factor + complement(factor))

    def session_key(self, key: bytes, challenge: bytes) -> bytes:
        return self.encipher(key, challenge + complement(challenge))

    def authenticator(self, session_key: bytes, data: bytes) -> bytes:
        return self.encipher(session_key, data + complement(data))[:AUTHENTICATOR_LENGTH]

    def encipher(self, session_key: bytes, data: bytes) -> bytes:
        return Cipher(SM4Cipher(session_key), modes.ECB()).encryptor().update(data)  # noqa: S305  as above

    def decipher(self, session_key: bytes, data: bytes) -> bytes:
        return Cipher(SM4Cipher(session_key), modes.ECB()).decryptor().update(data)  # noqa: S305  as above

    def mac(self, session_key: bytes, message: bytes) -> bytes:
        chained = Cipher(SM4Cipher(session_key), modes.CBC(bytes(self.block))).encryptor().update(message)
        return chained[-self.block :][:MAC_LENGTH]


ALGORITHMS: dict[AlgorithmName, Algorithm] = {"3des": _TripleDes(), "sm4": _Sm4()}


def province_factor(city: str) -> bytes:
    """Return the factor of the level of a province.

    >>> province_factor("370100")
    b'370000sh'
    """
    return f"{city[:2]}0000sh".encode()


def city_factor(city: str) -> bytes:
    """Return the factor of the level of a city.

    >>> city_factor("370100")
    b'370100sx'
    """
    return f"{city}sx".encode()


@lru_cache(CITY_KEYS_KEPT)
def city_key(algorithm: AlgorithmName, master_key: bytes, city: str) -> bytes:
    """Return the key of a city: two levels below the master key."""
    cipher = ALGORITHMS[algorithm]
    return cipher.diversify(cipher.diversify(master_key, province_factor(city)), city_factor(city))


def padded(message: bytes, block: int) -> bytes:
    """Fill up with 80 00 ... (ISO/IEC 9797-1, padding method 2)."""
    return (message + b"\x80").ljust((len(message) // block + 1) * block, b"\0")


def complement(data: bytes) -> bytes:
    """Turn every bit over."""
    return bytes(byte ^ 0xFF for byte in data)


def _des(key: bytes) -> TripleDES:
    """Return the cipher of a key of one or two halves, at the three that the library wants."""
    return TripleDES(key * 3 if len(key) == FACTOR_LENGTH else key + key[:FACTOR_LENGTH])
