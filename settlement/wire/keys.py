"""Keys, MACs and PIN blocks: who may speak, and what the pin pad says to the host alone.

One network key is made by `shuaka keys`; a terminal's key is CMAC(network key, terminal id). A session's keys are
CMAC(terminal key, label | sign_no): an SM4 key for MACs and an AES key for PIN blocks (ISO 9564-1 format 4). So any
engine can check any terminal, and no key travels. CMAC is SM4-CMAC (GB/T 15852.1, GB/T 32907).
"""

from collections.abc import Callable
from functools import lru_cache
from hmac import compare_digest
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from psec import pinblock

KEY_SIZE: Final = 16
BLOCK_SIZE: Final = 16
SESSIONS_REMEMBERED: Final = 16_384
"""Derived keys held at a time; an evicted one is derived anew."""

MAC_LABEL: Final = b"shuaka mac|"
PIN_LABEL: Final = b"shuaka pin|"
PASSWORD_LABEL: Final = b"shuaka password|"
TOKEN_LABEL: Final = b"shuaka token|"
TOKEN_MASK_LABEL: Final = b"mask|"

INSTITUTION_LABEL: Final = b"shuaka institution|"
ACCESS_KEY_PREFIX: Final = "AK-"

REQUEST: Final = b"\x01"
REPLY: Final = b"\x02"
"""The direction is part of what is MACed, so that no frame can be sent back to its sender."""


@lru_cache(SESSIONS_REMEMBERED)
def _keyed(key: bytes) -> CMAC:
    """Return a CMAC that has taken its key and no data; taking the key costs as much as MACing a message."""
    return CMAC(algorithms.SM4(key))


def cmac(key: bytes, data: bytes) -> bytes:
    """Return the 16-byte SM4-CMAC of data."""
    code = _keyed(key).copy()
    code.update(data)
    return code.finalize()


@lru_cache(SESSIONS_REMEMBERED)
def _deciphering(key: bytes) -> Callable[[bytes], bytes]:
    """Return AES deciphering of whole blocks under a key; taking the key costs more than any block does."""
    return Cipher(algorithms.AES(key), modes.ECB()).decryptor().update  # noqa: S305 - ISO 9564-1 is of single blocks


@lru_cache(SESSIONS_REMEMBERED)
def _enciphering(key: bytes) -> Callable[[bytes], bytes]:
    """Return AES enciphering of whole blocks under a key."""
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update  # noqa: S305 - as above


def _bound(block: bytes, bank_card_no: str) -> bytes:
    """Bind a block to a card: add the PAN field of ISO 9564-1 format 4."""
    card = int.from_bytes(pinblock.encode_pan_field_iso_4(bank_card_no), "big")
    return (int.from_bytes(block, "big") ^ card).to_bytes(BLOCK_SIZE, "big")


class SessionKeys(NamedTuple):
    """The keys of one signed-in terminal; before signing in the terminal key stands for the first."""

    mac_key: bytes
    pin_key: bytes

    def mac(self, direction: bytes, counter: int, message: bytes) -> bytes:
        """Return the MAC of a message: 16 bytes over direction, counter (8 bytes) and message."""
        return cmac(self.mac_key, direction + counter.to_bytes(8, "big") + message)

    def authentic(self, direction: bytes, counter: int, message: bytes, mac: bytes) -> bool:
        """Whether a MAC fits, in constant time."""
        return compare_digest(self.mac(direction, counter, message), mac)

    def pin_block(self, pin: str, bank_card_no: str) -> bytes:
        """Encipher digits typed at the pin pad (ISO 9564-1 format 4)."""
        encipher = _enciphering(self.pin_key)
        return encipher(_bound(encipher(pinblock.encode_pin_field_iso_4(pin)), bank_card_no))

    def pin(self, pin_block: bytes, bank_card_no: str) -> str | None:
        """Decipher a PIN block; None if it is not one under this key and card (ISO 9564-1 format 4)."""
        if len(pin_block) != BLOCK_SIZE:
            return None
        try:
            decipher = _deciphering(self.pin_key)
            pin: str = pinblock.decode_pin_field_iso_4(decipher(_bound(decipher(pin_block), bank_card_no)))
        except ValueError:
            return None
        return pin


def session_keys(terminal_key: bytes, sign_no: str) -> SessionKeys:
    """Derive the keys of a session; an empty sign_no is the conversation that signs in."""
    if not sign_no:
        return SessionKeys(terminal_key, b"")
    name = sign_no.encode()
    return SessionKeys(cmac(terminal_key, MAC_LABEL + name), cmac(terminal_key, PIN_LABEL + name))


class NetworkKey:
    """The key of the whole network, as the host holds it."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_SIZE:
            raise ValueError(f"a network key has {KEY_SIZE} bytes, not {len(key)}")
        self._key = key
        self._password_key = cmac(key, PASSWORD_LABEL)
        self._token_key = cmac(key, TOKEN_LABEL)
        self.session = lru_cache(SESSIONS_REMEMBERED)(self._session)

    @property
    def check_value(self) -> str:
        """Return what tells this key from another and gives nothing of it away: CMAC of zeros, 3 bytes in hex.

        The form of a key check value in ANSI X9.24-1.
        """
        return cmac(self._key, bytes(BLOCK_SIZE))[:3].hex().upper()

    def terminal_key(self, dev_no: str) -> bytes:
        """Return the key that this terminal is delivered with."""
        return cmac(self._key, dev_no.encode())

    def institution_key(self, fixmedins_code: str) -> tuple[str, str]:
        """Return the access key and the secret key of an institution at the HTTP door."""
        return ACCESS_KEY_PREFIX + fixmedins_code, cmac(self._key, INSTITUTION_LABEL + fixmedins_code.encode()).hex()

    def _session(self, dev_no: str, sign_no: str) -> SessionKeys:
        return session_keys(self.terminal_key(dev_no), sign_no)

    def password_check(self, psn_no: str, password: str) -> bytes:
        """Return what the host keeps of a local password: 8 bytes that only this key can compare."""
        return cmac(self._password_key, f"{psn_no}|{password}".encode())[:8]

    def token_check(self, text: str) -> bytes:
        """Return what makes a token of this text: 10 bytes that only this key can make."""
        return cmac(self._token_key, text.encode())[:10]

    def token_mask(self, check: bytes) -> bytes:
        """Return what hides the facts of a token with this check: 16 bytes."""
        return cmac(self._token_key, TOKEN_MASK_LABEL + check)

    def __repr__(self) -> str:
        return "NetworkKey(...)"
