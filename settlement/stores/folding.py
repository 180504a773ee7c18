"""The log of a SQLite ledger is folded into its file beside the commits, by a thread and connection of its own.

SQLite's own checkpoint runs in the commit that finds the log long, and everybody waits for it: every other second at
the rate of a peak, 7 ms at first and 14 ms half a minute later, since a larger ledger has more pages. A PASSIVE one
stops no writer, so a thread that takes only what CPU is left does nearly all of it; the commit after that folds what
came meanwhile, some pages, and so lets the log begin anew.
"""

import logging
import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Final

import apsw

FOLD_AT_PAGES: Final = 20_000
"""80 MB of log."""
NICE: Final = 10
"""Linux keeps a priority for each thread."""
BUSY_TIMEOUT_MS: Final = 5_000

log = logging.getLogger(__name__)


class Folding:
    """Watches the commits of one connection."""

    def __init__(self, path: Path, connection: apsw.Connection, fold_at_pages: int = FOLD_AT_PAGES) -> None:
        self._path = path
        self._every = self._due = fold_at_pages
        self._thread = ThreadPoolExecutor(1, "folding", _yield_to_commits)
        self._beside: Future[None] | None = None
        self._connection = connection
        connection.set_wal_hook(self._committed)  # in the place of SQLite's own, which its autocheckpoint is

    def _committed(self, _connection: apsw.Connection, _schema: str, pages: int) -> int:
        """Begin to fold, or end it; SQLite calls this after each commit, whose writer lock it holds no more."""
        if self._beside is None:
            if pages >= self._due:
                self._beside = self._thread.submit(self._fold_beside)
        elif self._beside.done():
            self._beside = None
            self._fold_the_rest(pages)
        return apsw.SQLITE_OK

    def close(self) -> None:
        """Wait for a folding that is under way."""
        self._connection.set_wal_hook(None)
        self._thread.shutdown()

    def _fold_beside(self) -> None:
        try:
            with closing(apsw.Connection(str(self._path))) as connection:
                connection.set_busy_timeout(BUSY_TIMEOUT_MS)
                connection.pragma("user_version")  # a connection that has read nothing yet knows of no log
                connection.wal_checkpoint()
                connection.wal_checkpoint()  # what was committed during the first, so that little is left
        except apsw.Error as error:
            log.warning("%s: the log was not folded, it grows on: %s", self._path, error)

    def _fold_the_rest(self, pages: int) -> None:
        """Fold what is left; a reader in the middle of its look keeps some of it back until the next time."""
        try:
            in_log, folded = self._connection.wal_checkpoint()
        except apsw.Error as error:
            log.warning("%s: the log was not folded to its end, it grows on: %s", self._path, error)
            in_log, folded = pages, 0
        self._due = self._every if folded == in_log else pages + self._every


def _yield_to_commits() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
