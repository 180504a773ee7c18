"""The journal's thread: what the doors hand over is masked and written beside the loop, never on a settlement's path.

Handing over is one append to a bounded queue. Where the thread cannot keep up, calls are lost and counted, and the next
entry says how many: a journal that slows a payment down would be worse than one with a gap.
"""

import logging
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from time import sleep
from typing import Final, Literal

from settlement.journal.entry import Entry, Noted, entry_of
from settlement.journal.files import SCOPE, JournalFiles, last_number
from settlement.journal.masking import Mask

Scope = Literal["all", "http", "off"]
"""Whose calls are kept: everybody's, those of software that is not ours, nobody's."""
HTTP_GATEWAYS: Final = frozenset({"national", "services", "admin"})
WAITING_MAX: Final = 4_096
AT_ONCE_MAX: Final = 256
STOP: Final = None

log = logging.getLogger(__name__)


class Journal:
    """Keeps what it is handed, in a thread of its own."""

    def __init__(self, directory: Path, key: bytes, scope: Scope = "http") -> None:
        self._scope = scope
        self._mask = Mask(key)
        (directory / SCOPE).write_text(f"{scope}\n", "utf-8")
        self._files = JournalFiles(directory)
        self._number = last_number(directory)
        self._queue: SimpleQueue[Noted | None] = SimpleQueue()
        self._dropped = 0
        self._thread = Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def keeps(self, gateway: str) -> bool:
        """Whether calls of a gateway are kept."""
        return self._scope == "all" or (self._scope == "http" and gateway in HTTP_GATEWAYS)

    def note(self, noted: Noted) -> None:
        """Take a call; costs its caller an append."""
        if self._queue.qsize() >= WAITING_MAX:
            self._dropped += 1
        else:
            self._queue.put(noted)

    def close(self) -> None:
        """Write what waits, and end."""
        self._queue.put(STOP)
        self._thread.join()
        self._files.close()

    def _run(self) -> None:
        while (first := self._queue.get()) is not STOP:
            waiting = [first]
            while len(waiting) < AT_ONCE_MAX and not self._queue.empty():
                more = self._queue.get()
                if more is STOP:
                    self._queue.put(STOP)
                    break
                waiting.append(more)
            self._written(waiting)

    def _written(self, waiting: list[Noted]) -> None:
        try:
            self._files.write(self._entries(waiting))
        except OSError as error:
            log.warning("the journal was not written: %s", error)
        except Exception:
            log.exception("the journal was not written")

    def _entries(self, waiting: list[Noted]) -> list[Entry]:
        entries = []
        for noted in waiting:
            self._number += 1
            dropped, self._dropped = self._dropped, 0
            entries.append(entry_of(noted, self._number, self._mask, dropped))
            sleep(0)  # lets the loop have the interpreter now, not after a switch interval of 5 ms
        return entries
