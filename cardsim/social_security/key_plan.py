"""The keys of the social security application as data: identifiers, versions and test master keys.

Identifiers on the card and in the PSAM are those that personalisation tools in the field use (LD/T 32.4 and 33); the
ones marked so are ours, where no public source has one. The master keys are test keys with names: no card of any city,
and no PSAM, has them.
"""

import hashlib
from typing import NamedTuple

from cardsim.files import cell

SSSE, DF01, DF04 = 0xDDF1, 0xDF01, 0xDF04
TRIES_MAX = 3  # answers 63C2, 63C1, 63C0: the terminal library's codes -25538 to -25536
KEY_FILE = 0x0001
LOCAL = 0x80  # identifiers from here on belong to the current DF (ISO 7816-4, 7.5.1)


class Key(NamedTuple):
    """One key of the card: EXTERNAL AUTHENTICATE names it by `identifier` in its directory."""

    name: str
    directory: int
    identifier: int
    psam_identifier: int | None  # None: no PSAM of a terminal holds it
    word: str
    versions: tuple[int, ...] = (1,)

    @property
    def reference(self) -> int:
        """The key's number on the card, which is also the right that it gives."""
        return self.directory << 8 | self.identifier

    @property
    def tries_cell(self) -> int:
        """Where its try counter lies."""
        return cell(self.directory, KEY_FILE, self.identifier)


MASTER = Key("MK", SSSE, 0x00, None, "卡主控密钥")
UPDATE_SSSE = Key("UKSSSE", SSSE, 0x04, 0x12, "社保环境更新密钥")
UNBLOCK_PIN = Key("PUK", SSSE, 0x06, 0x10, "PIN解锁重装密钥")
READ_SSSE = Key("RKSSSE", SSSE, 0x0A, 0x0A, "社保环境读密钥")
READ_DF01 = Key("RK1 DF01", DF01, 0x88, 0x2E, "公共应用读密钥")
UPDATE_DF01 = Key("UK DF01", DF01, 0x89, 0x42, "公共应用更新密钥")  # its identifier on the card is ours
READ_DF04 = Key("RK1 DF04", DF04, 0x84, 0x2D, "医保应用读密钥")
UPDATE_DF04 = Key("UK DF04", DF04, 0x85, 0x43, "医保应用更新密钥")  # both identifiers are ours

KEYS = (  # those of EXTERNAL AUTHENTICATE, each with its try counter
    MASTER,
    UPDATE_SSSE,
    UNBLOCK_PIN,
    READ_SSSE,
    READ_DF01,
    UPDATE_DF01,
    READ_DF04,
    UPDATE_DF04,
)
INTERNAL = Key("IRK", SSSE, 0x00, None, "内部认证密钥", (1, 2, 3))  # of INTERNAL AUTHENTICATE alone
BY_REFERENCE = {key.reference: key for key in KEYS}
REMOTE = READ_DF04  # what a terminal of another city authenticates with, and misuse locks

TEST_ROOT = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")  # the key of every published worked example
ROOT_KEYS = {READ_SSSE.name, INTERNAL.name}  # our vectors, and the MAC in the card identifier, are under it


def master_key(name: str, version: int = 1) -> bytes:
    """Return the test master key of a key's name and version."""
    if name in ROOT_KEYS and version == 1:
        return TEST_ROOT
    return hashlib.blake2b(f"test master key {name} version {version}".encode(), digest_size=16).digest()


MASTER_KEYS = {
    (key.name, version): master_key(key.name, version) for key in (*KEYS, INTERNAL) for version in key.versions
}
