"""A data directory: whose engine it is, its secrets, and where its running engine is found.

network.key       the network's key, 32 hex digits       admin.token     who may ask the admin door
institution.json  an institution's credentials at the    engine.lock     held by the running engine
                  HTTP door                              endpoints.json  its addresses, gone when it stops
journal.key       hashes identities in the journal       journal.jsonl   what came to the doors (settlement.journal)
journal.scope     whose calls it keeps

Secrets are made once, readable by their owner alone (0600), and never shown. Every way in which a directory can be
unusable ends in DirectoryError, whose text says what is wrong and where.
"""

import fcntl
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final, TypeVar

import msgspec
from msgspec import Struct

from settlement.wire.keys import KEY_SIZE

NETWORK_KEY: Final = "network.key"
ADMIN_TOKEN: Final = "admin.token"  # noqa: S105 - a file's name
INSTITUTION: Final = "institution.json"
JOURNAL_KEY: Final = "journal.key"
LOCK: Final = "engine.lock"
ENDPOINTS: Final = "endpoints.json"


T = TypeVar("T")


class DirectoryError(Exception):
    """A data directory that cannot be used; the text says why and where."""


class Address(Struct, frozen=True):
    """Where something listens."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return host:port as a URL has it, an IPv6 address in brackets (RFC 3986, 3.2.2).

        >>> str(Address("::1", 7370))
        '[::1]:7370'
        """
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Endpoints(Struct, frozen=True):
    """Where a running engine is found, and whose people it knows (SEED:SIZE)."""

    pid: int
    people: str
    tcp: Address
    http: Address
    admin: Address
    metrics: Address


class InstitutionKey(Struct, frozen=True):
    """The credentials of one institution at the HTTP door (AK/SK signature)."""

    access_key: str
    secret_key: str
    fixmedins_code: str


def prepare(directory: Path) -> None:
    """Make the directory, and see that files can be made in it."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        probe = directory / f".writable.{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise DirectoryError(f"the data directory {directory} cannot be written: {error.strerror}") from None


def lock(directory: Path) -> IO[bytes]:
    """Take the directory for this process, until the returned file is closed or the process ends."""
    held = _try("opened", directory / LOCK, lambda path: path.open("ab"))
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise DirectoryError(f"an engine runs on {directory}; stop it or use another --data") from None
    return held


def network_key(directory: Path) -> bytes:
    """Return the network's key."""
    path = directory / NETWORK_KEY
    if not path.exists():
        raise DirectoryError(f"{directory} has no network key; make one with: shuaka keys --data {directory}")
    text = _read(path)
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_SIZE:
        raise DirectoryError(f"{path} holds no network key: {2 * KEY_SIZE} hex digits are expected")
    return key


def make_network_key(directory: Path, *, replace: bool = False) -> bool:
    """Make a network key; return False, and change nothing, if there is one and it is not to be replaced."""
    return _make_secret(directory / NETWORK_KEY, secrets.token_hex(KEY_SIZE) + "\n", replace=replace)


def admin_token(directory: Path) -> str:
    """Return the token of the admin door."""
    return _read(directory / ADMIN_TOKEN)


def make_admin_token(directory: Path) -> bool:
    """Make the token of the admin door, if there is none."""
    return _make_secret(directory / ADMIN_TOKEN, secrets.token_urlsafe(32) + "\n")


def journal_key(directory: Path) -> bytes:
    """Return the key under which the journal hashes identities; made at its first use."""
    _make_secret(directory / JOURNAL_KEY, secrets.token_hex(KEY_SIZE) + "\n")
    return bytes.fromhex(_read(directory / JOURNAL_KEY))


def institution_key(directory: Path) -> InstitutionKey:
    """Return the institution's credentials at the HTTP door."""
    path = directory / INSTITUTION
    try:
        return msgspec.json.decode(_read(path), type=InstitutionKey)
    except msgspec.MsgspecError as error:
        raise DirectoryError(f"{path}: {error}") from None


def make_institution_key(directory: Path, fixmedins_code: str) -> bool:
    """Make an institution's credentials, if there are none."""
    made = InstitutionKey(f"AK{secrets.token_hex(8)}", secrets.token_urlsafe(32), fixmedins_code)
    return _make_secret(directory / INSTITUTION, msgspec.json.encode(made).decode() + "\n")


def announce(directory: Path, endpoints: Endpoints) -> None:
    """Say where the engine is, all at once."""
    beside = directory / f".{ENDPOINTS}.{os.getpid()}"
    content = msgspec.json.format(msgspec.json.encode(endpoints))
    _try("written", beside, lambda path: path.write_bytes(content + b"\n"))
    beside.replace(directory / ENDPOINTS)


def withdraw(directory: Path) -> None:
    """Say that no engine runs here any more."""
    (directory / ENDPOINTS).unlink(missing_ok=True)


def endpoints(directory: Path) -> Endpoints:
    """Return where the running engine is found."""
    path = directory / ENDPOINTS
    if not path.exists():
        raise DirectoryError(f"no engine runs on {directory}; start one with: shuaka serve --data {directory}")
    try:
        return msgspec.json.decode(_read(path), type=Endpoints)
    except msgspec.MsgspecError as error:
        raise DirectoryError(f"{path}: {error}") from None


def _make_secret(path: Path, text: str, *, replace: bool = False) -> bool:
    def write(_: Path) -> bool:
        flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if replace else os.O_EXCL)
        try:
            descriptor = os.open(path, flags, 0o600)
        except FileExistsError:
            return False
        with os.fdopen(descriptor, "w") as file:
            os.fchmod(descriptor, 0o600)
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        return True

    return _try("written", path, write)


def _read(path: Path) -> str:
    return _try("read", path, lambda file: file.read_text()).strip()


def _try(done: str, path: Path, work: Callable[[Path], T]) -> T:
    try:
        return work(path)
    except OSError as error:
        raise DirectoryError(f"{path} cannot be {done}: {error.strerror}") from None
