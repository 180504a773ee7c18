"""Where the journal lies: one entry a line, in two files that take turns, so that it never grows beyond a bound."""

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import msgspec

from settlement.journal.entry import Entry

NEW: Final = "journal.jsonl"
OLD: Final = "journal.1.jsonl"
SCOPE: Final = "journal.scope"
"""Whose calls the engine that was started last keeps (writer.Scope)."""
FILE_MAX: Final = 64 * 1024 * 1024
"""Of one file; both together are all that is kept."""

_decode = msgspec.json.Decoder(Entry).decode
_encode = msgspec.json.Encoder().encode


class JournalFiles:
    """Writes entries; one writer a directory, whose engine holds its lock."""

    def __init__(self, directory: Path, file_max: int = FILE_MAX) -> None:
        self._new, self._old, self._max = directory / NEW, directory / OLD, file_max
        self._file = self._opened()

    def write(self, entries: list[Entry]) -> None:
        """Append entries, and let the older file go once the newer one is full."""
        self._file.write(b"".join(_encode(entry) + b"\n" for entry in entries))
        self._file.flush()
        if self._file.tell() > self._max:
            self._file.close()
            self._new.replace(self._old)
            self._file = self._opened()

    def close(self) -> None:
        """End writing."""
        self._file.close()

    def _opened(self) -> IO[bytes]:
        descriptor = os.open(self._new, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "ab")


def read(directory: Path, last: int) -> list[Entry]:
    """Return the last entries, the oldest first; a line that a crash cut off is left out."""
    lines: deque[Entry] = deque(maxlen=last)
    for name in (OLD, NEW):
        if (directory / name).exists():
            with (directory / name).open("rb") as file:
                lines.extend(_entries(file))
    return list(lines)


def last_number(directory: Path) -> int:
    """Return the number of the last entry, 0 if there is none."""
    return next((entry.number for entry in reversed(read(directory, 1))), 0)


def scope_of(directory: Path) -> str:
    """Return whose calls are kept there; empty where no engine has said so."""
    path = directory / SCOPE
    return path.read_text("utf-8").strip() if path.exists() else ""


class Follower:
    """Reads on where it stopped, also into the file that comes after a full one."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / NEW
        self._place: tuple[int, int] = (0, 0)
        self.fresh()

    def fresh(self) -> list[Entry]:
        """Return what was written since the last call."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            inode = os.fstat(file.fileno()).st_ino
            file.seek(self._place[1] if inode == self._place[0] else 0)
            entries = list(_entries(file))
            self._place = inode, file.tell()
        return entries


def _entries(file: IO[bytes]) -> Iterator[Entry]:
    while True:
        before, line = file.tell(), file.readline()
        if not line.endswith(b"\n"):
            file.seek(before)
            return
        try:
            yield _decode(line)
        except msgspec.MsgspecError:
            continue
