"""The cryptograms of the PBOC debit application, for both who make them: the card and the bank that issued it.

Pure: keys and bytes in, bytes out. A card key comes from the issuer's master key, a session key from the card key and
the application transaction counter (JR/T 0025.7; it is not EMV's common session key), the application cryptogram from
37 bytes in a fixed order. SM4 does the same with blocks of 16 bytes (JR/T 0025.17). How an SM4 card forms its ARPC is
not public in detail: padding the 8 bytes with zeros on the right is our stand-in. What a command looks like is `debit`.
"""

from collections.abc import Callable, Mapping
from enum import IntEnum
from functools import lru_cache
from hmac import compare_digest
from typing import NamedTuple

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm, Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

CRYPTOGRAM_LENGTH = 8
ARC_LENGTH = 2
PAN_DIGITS = 16  # the rightmost of PAN and sequence number together

AIP, CRYPTOGRAM, CRYPTOGRAM_KIND, COUNTER, ISSUER_DATA = 0x82, 0x9F26, 0x9F27, 0x9F36, 0x9F10

Elements = Mapping[int, bytes]  # data elements by tag, as DE 55 carries them
Encrypt = Callable[[bytes], bytes]

# What the terminal says, in the order of the cryptogram's input: tag and length. It is CDOL1 as well.
TERMINAL_ELEMENTS = (
    (0x9F02, 6),  # amount, authorised
    (0x9F03, 6),  # amount, other
    (0x9F1A, 2),  # terminal's country
    (0x95, 5),  # terminal verification results
    (0x5F2A, 2),  # currency
    (0x9A, 3),  # date
    (0x9C, 1),  # transaction type
    (0x9F37, 4),  # unpredictable number
)
CARD_ELEMENTS = ((AIP, 2), (COUNTER, 2))  # they follow; the CVR of 9F10 ends the input
REQUEST_ELEMENTS = (*TERMINAL_ELEMENTS, *CARD_ELEMENTS, (CRYPTOGRAM, CRYPTOGRAM_LENGTH), (CRYPTOGRAM_KIND, 1))


class Algorithm(IntEnum):
    """The block cipher, by its number at the end of 9F10."""

    TRIPLE_DES = 0x01
    SM4 = 0x04


# Test keys: no bank has them.
TEST_MASTER_KEYS: Mapping[Algorithm, bytes] = {
    Algorithm.TRIPLE_DES: bytes.fromhex("0F1E2D3C4B5A69788796A5B4C3D2E1F0"),
    Algorithm.SM4: bytes.fromhex("F0E1D2C3B4A5968778695A4B3C2D1E0F"),
}
KEY_INDEX, CRYPTOGRAM_VERSION = 0x00, 0x01


class IssuerData(NamedTuple):
    """9F10, issuer application data: 07, key index, cryptogram version, CVR, algorithm."""

    key_index: int
    version: int
    cvr: bytes
    algorithm: Algorithm

    def encode(self) -> bytes:
        """Return the 8 bytes of the value."""
        return bytes((ISSUER_DATA_LENGTH, self.key_index, self.version, *self.cvr, self.algorithm))


ISSUER_DATA_LENGTH = 7  # without its own length byte, and without the issuer's discretionary data behind it


def parse_issuer_data(value: bytes) -> IssuerData | None:
    """Read a 9F10; None if it is no such value or names an algorithm that we lack."""
    if len(value) <= ISSUER_DATA_LENGTH or value[0] != ISSUER_DATA_LENGTH or value[7] not in KNOWN_ALGORITHMS:
        return None
    return IssuerData(value[1], value[2], value[3:7], Algorithm(value[7]))


KNOWN_ALGORITHMS = frozenset(Algorithm)


class Request(NamedTuple):
    """What a card put before its bank: the cryptogram, what it was made over, and with which key."""

    cryptogram: bytes
    kind: int  # 9F27: 80 ARQC, 40 TC, 00 AAC
    counter: int
    issuer_data: IssuerData
    message: bytes


def parse_request(elements: Elements) -> Request | None:
    """Gather a request from DE 55; None if an element is missing, has another length or makes no sense."""
    if any(len(elements.get(tag, b"")) != length for tag, length in REQUEST_ELEMENTS):
        return None
    issuer_data = parse_issuer_data(elements.get(ISSUER_DATA, b""))
    if issuer_data is None:
        return None
    return Request(
        elements[CRYPTOGRAM],
        elements[CRYPTOGRAM_KIND][0],
        int.from_bytes(elements[COUNTER], "big"),
        issuer_data,
        b"".join(elements[tag] for tag, _ in (*TERMINAL_ELEMENTS, *CARD_ELEMENTS)) + issuer_data.cvr,
    )


class Session:
    """The session key of one transaction counter, and what is computed with it."""

    def __init__(self, algorithm: Algorithm, card_key: bytes, counter: int) -> None:
        self._algorithm = algorithm
        self.key = _session_key(algorithm, card_key, counter)
        self._encrypt = _encryptor(algorithm, self.key)

    def cryptogram(self, message: bytes) -> bytes:
        """Return the application cryptogram (9F26) over the message; 8 bytes.

        3DES: ISO/IEC 9797-1 MAC algorithm 3; SM4: CBC-MAC, its left half. Both with padding method 2.
        """
        block = CIPHERS[self._algorithm].block
        padded = message + b"\x80"
        padded = padded.ljust(-(-len(padded) // block) * block, b"\0")
        chained = _chain(self._algorithm, self.key, padded[:-block])
        return self._encrypt(_xor(chained, padded[-block:]))[:CRYPTOGRAM_LENGTH]

    def response(self, cryptogram: bytes, arc: bytes) -> bytes:
        """Return the ARPC, method 1 of EMV Book 2, 8.2.1, to a cryptogram and a response code (8A); 8 bytes."""
        answered = _xor(cryptogram, arc.ljust(CRYPTOGRAM_LENGTH, b"\0"))
        return self._encrypt(answered.ljust(CIPHERS[self._algorithm].block, b"\0"))[:CRYPTOGRAM_LENGTH]

    def made(self, request: Request) -> bool:
        """Tell whether this session's key made the request's cryptogram."""
        return compare_digest(self.cryptogram(request.message), request.cryptogram)

    def answered(self, cryptogram: bytes, issuer_authentication_data: bytes) -> bool:
        """Tell whether tag 91 (ARPC and response code) is the issuer's answer to a cryptogram."""
        if len(issuer_authentication_data) != CRYPTOGRAM_LENGTH + ARC_LENGTH:
            return False
        response, arc = issuer_authentication_data[:CRYPTOGRAM_LENGTH], issuer_authentication_data[CRYPTOGRAM_LENGTH:]
        return compare_digest(self.response(cryptogram, arc), response)


def card_key(algorithm: Algorithm, master_key: bytes, pan: str, psn: str) -> bytes:
    """Return the card's key for cryptograms (UDK), 16 bytes, from its number and two-digit sequence number."""
    factor = bytes.fromhex((pan + psn)[-PAN_DIGITS:].rjust(PAN_DIGITS, "0"))
    return _master(algorithm, master_key)(factor + _inverted(factor))


def session_of(request: Request, master_keys: Mapping[Algorithm, bytes], pan: str, psn: str) -> Session:
    """Return the session that a card of this number would have made the request in."""
    algorithm = request.issuer_data.algorithm
    return Session(algorithm, card_key(algorithm, master_keys[algorithm], pan, psn), request.counter)


def _session_key(algorithm: Algorithm, key: bytes, counter: int) -> bytes:
    count = counter.to_bytes(2, "big")
    return _encryptor(algorithm, key)(bytes(6) + count + bytes(6) + _inverted(count))


class BlockCipher(NamedTuple):
    """A block cipher under a 16-byte key: whole, and as it links the blocks of a cryptogram but for the last."""

    block: int
    whole: Callable[[bytes], BlockCipherAlgorithm]
    chaining: Callable[[bytes], BlockCipherAlgorithm]


CIPHERS = {  # a 16-byte DES key is given as k1 k2 k1, a single DES one as k1 k1 k1
    Algorithm.TRIPLE_DES: BlockCipher(8, lambda key: TripleDES(key + key[:8]), lambda key: TripleDES(key[:8] * 3)),
    Algorithm.SM4: BlockCipher(16, SM4, SM4),
}


def _encryptor(algorithm: Algorithm, key: bytes) -> Encrypt:
    return Cipher(CIPHERS[algorithm].whole(key), modes.ECB()).encryptor().update  # noqa: S305  single blocks


# An issuer has few master keys and uses them all day; ECB keeps no state between calls
_master = lru_cache(maxsize=16)(_encryptor)


def _chain(algorithm: Algorithm, key: bytes, blocks: bytes) -> bytes:
    """Return the last block of a CBC encryption from a zero vector, which is that vector for no blocks."""
    cipher = CIPHERS[algorithm]
    if not blocks:
        return bytes(cipher.block)
    return Cipher(cipher.chaining(key), modes.CBC(bytes(cipher.block))).encryptor().update(blocks)[-cipher.block :]


def _inverted(value: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in value)


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")
