"""What outlives a crash: intents before they are sent, outcomes when they are known. Append-only, one JSON line each.

An intent without an outcome is pending; its terminal resolves it at its next sign-on. `fsync` survives a power cut,
`buffered` the end of the process. A torn last line is an entry that was never answered for: its request did not go
out. It is cut off and reported; damage anywhere else is refused.
"""

import fcntl
import os
from contextlib import nullcontext
from pathlib import Path
from threading import Lock
from typing import Final, Literal, Protocol

import msgspec
from msgspec import Struct

from terminals.kernel.entries import Entry, Fate, OpenIntent, Resolution

Mode = Literal["fsync", "buffered"]

LINE_MAX: Final = 4096


class JournalError(Exception):
    """The journal cannot be opened, read or written; one sentence for the user."""


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry and the terminal that made it."""

    dev_no: str
    entry: Entry


class Journal(Protocol):
    """Where entries go, for one terminal or many."""

    durable: bool
    """Whether `append` waits for a disk: call it from a thread then."""

    def append(self, dev_no: str, entry: Entry) -> None:
        """Write an entry; it is as durable as the journal's mode says when this returns. Raise JournalError."""

    def pending(self, dev_no: str) -> tuple[OpenIntent, ...]:
        """Return the intents of a terminal whose outcome is unknown, oldest first."""

    def open_intents(self) -> int:
        """Return how many intents of all terminals have no outcome yet."""

    def stuck_intents(self) -> int:
        """Return how many of them no terminal can undo: for a person."""


class Pending:
    """The intents without an outcome, kept while entries pass."""

    def __init__(self) -> None:
        self._open: dict[str, dict[str, OpenIntent]] = {}
        self.stuck: set[tuple[str, str]] = set()
        """(terminal, msgid) of what no terminal can undo, until a person has."""

    def note(self, dev_no: str, entry: Entry) -> None:
        """Open an intent, or close it."""
        mine = self._open.setdefault(dev_no, {})
        if isinstance(entry, Resolution):
            mine.pop(entry.msgid, None)
            (self.stuck.add if entry.fate is Fate.STUCK else self.stuck.discard)((dev_no, entry.msgid))
        else:
            mine[entry.msgid] = entry

    def __len__(self) -> int:
        """Return how many there are, whoever's."""
        return sum(map(len, list(self._open.values())))

    def of(self, dev_no: str) -> tuple[OpenIntent, ...]:
        """Return a terminal's, oldest first."""
        return tuple(self._open.get(dev_no, {}).values())


class MemoryJournal:
    """A journal that forgets with its process: for tests and virtual time."""

    durable = False

    def __init__(self) -> None:
        self._pending = Pending()

    def append(self, dev_no: str, entry: Entry) -> None:
        """Keep an entry."""
        self._pending.note(dev_no, entry)

    def pending(self, dev_no: str) -> tuple[OpenIntent, ...]:
        """Return a terminal's open intents."""
        return self._pending.of(dev_no)

    def open_intents(self) -> int:
        """Return how many there are."""
        return len(self._pending)

    def stuck_intents(self) -> int:
        """Return how many are stuck."""
        return len(self._pending.stuck)


class FileJournal:
    """A journal in a file, which one process holds open; durable, it is safe from several threads.

    `torn` is what was cut off the end when it was opened, empty as a rule.
    """

    def __init__(self, path: Path, mode: Mode) -> None:
        self.durable = mode == "fsync"
        self._path = path
        self._lock = Lock() if self.durable else nullcontext()  # only who waits for a disk does so in a thread
        self._broken = False
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            content = path.read_bytes()
            self.torn, self._pending = self._replayed(content)
            self._length = len(content) - len(self.torn)
        except BlockingIOError:
            os.close(self._file)
            raise JournalError(f"the journal {path} is in use by other terminals; stop them first") from None
        except OSError as error:
            raise JournalError(f"the journal {path} cannot be opened: {error.strerror}") from None

    def append(self, dev_no: str, entry: Entry) -> None:
        """Write an entry in one write, and wait for the disk where the mode is fsync; all of it or nothing."""
        line = msgspec.json.encode(Line(dev_no, entry)) + b"\n"
        assert len(line) <= LINE_MAX, len(line)
        with self._lock:
            if self._broken:
                raise JournalError(f"the journal {self._path} ends in half an entry: nothing is written after it")
            try:
                whole = os.write(self._file, line) == len(line)
                if whole and self.durable:
                    os.fdatasync(self._file)
            except OSError as error:
                self._take_back()
                raise JournalError(f"the journal {self._path} cannot be written: {error.strerror}") from None
            if not whole:
                self._take_back()
                raise JournalError(f"the journal {self._path} is full")
            self._length += len(line)
            self._pending.note(dev_no, entry)

    def _take_back(self) -> None:
        """Cut off what a failed append left: half a line at the end is torn, in the middle it is damage."""
        try:
            os.ftruncate(self._file, self._length)
        except OSError:
            self._broken = True

    def pending(self, dev_no: str) -> tuple[OpenIntent, ...]:
        """Return a terminal's open intents."""
        with self._lock:
            return self._pending.of(dev_no)

    def open_intents(self) -> int:
        """Return how many there are."""
        return len(self._pending)

    def stuck_intents(self) -> int:
        """Return how many are stuck."""
        return len(self._pending.stuck)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _replayed(self, content: bytes) -> tuple[bytes, Pending]:
        """Return the torn end, cut off, and what is pending after the whole lines."""
        pending = Pending()
        *lines, torn = content.split(b"\n")
        for number, line in enumerate(lines, 1):
            try:
                read = msgspec.json.decode(line, type=Line)
            except msgspec.MsgspecError as error:
                os.close(self._file)
                raise JournalError(f"the journal {self._path} is damaged at line {number}: {error}") from None
            pending.note(read.dev_no, read.entry)
        if torn:
            os.ftruncate(self._file, len(content) - len(torn))
        return torn, pending
