"""Folding a ledger's log into its file beside the writer (a checkpoint, as SQLite calls it).

Left to itself SQLite folds at a commit, and that commit and all behind it wait for thousands of pages. Here a thread
folds them over a connection of its own, without the interpreter's lock, while the writer goes on. What the writer adds
meanwhile is little: the writer folds that itself, because only a log that is folded whole begins anew.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

import apsw

FOLD_AT_PAGES: Final = 20_000
"""80 MB of log: pages that many commits change are folded once; the default of 1000 folds them far too often."""
FOLD_AGAIN_PAGES: Final = 5_000
"""By how much a log that a reader kept from beginning anew grows before the next attempt."""


class Folding:
    """Folds the log of one ledger; `committed` is the wal_hook of its writer.

    What fails is tried again: nothing is lost while it stands in the log, and a commit that finds no room says so.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, "fold")
        self._folding: Future[None] | None = None
        self._due_pages = FOLD_AT_PAGES

    def committed(self, writer: apsw.Connection, _: str, pages: int) -> int:
        """Take note of a commit that left so many pages in the log."""
        if self._folding is None:
            self._begin(pages)
        elif self._folding.done():
            self._folding = None
            with suppress(apsw.Error):
                writer.wal_checkpoint()
        return apsw.SQLITE_OK

    def close(self) -> None:
        """Return once nothing is folded any more."""
        self._thread.shutdown()

    def _begin(self, pages: int) -> None:
        if pages < FOLD_AT_PAGES:
            self._due_pages = FOLD_AT_PAGES
        elif pages >= self._due_pages:
            self._due_pages = pages + FOLD_AGAIN_PAGES
            self._folding = self._thread.submit(self._fold)

    def _fold(self) -> None:
        with suppress(apsw.Error), closing(self._opened()) as connection:
            connection.pragma("schema_version")  # a connection that has read nothing knows of no log
            connection.wal_checkpoint()
            connection.wal_checkpoint()  # what came in during the first: some tens of pages are left

    def _opened(self) -> apsw.Connection:
        return apsw.Connection(str(self._path), flags=apsw.SQLITE_OPEN_READWRITE)
