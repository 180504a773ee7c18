"""The cards of a run: each in the state in which the last run left it, and kept for the next.

A card lives in one process, so one drawer is enough. Without a file every card is fresh from its issuer. A drawer that
is open has a mark beside its file: a run that was killed could not put its cards back, and the next one has to know,
since the ledger remembers what those chips have forgotten.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cardsim.card import Card
from cardsim.issuing.population import Population
from shuaka.desk import chips
from shuaka.desk.chips import FIRST_UNTOUCHED, ChipsError, Kept


@contextmanager
def opened(people: Population, file: Path | None) -> Iterator["Drawer"]:
    """Open a drawer, and put the cards back on every way out; raise ChipsError, also where it is or stayed open."""
    if file is None:
        yield Drawer(people, None)
        return
    with _marked(file) as mark:
        drawer = Drawer(people, file)
        os.write(mark, f"{os.getpid()}\n".encode())
        try:
            yield drawer
        finally:
            drawer.put_back()
            os.ftruncate(mark, 0)


@contextmanager
def _marked(file: Path) -> Iterator[int]:
    """Hold the mark of a file open: empty while every card lies in the file, and gone afterwards."""
    path = file.with_name(f"{file.name}.in-use")
    try:
        mark = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ChipsError(f"{path} cannot be made: {error.strerror}") from None
    try:
        if not _taken(mark):
            raise ChipsError(f"the cards of {file} are in use by another run; wait for its end")
        if os.fstat(mark).st_size:
            raise ChipsError(
                f"the run that had the cards of {file} was killed and did not put them back: their counters are behind"
                f" what the ledger knows. Begin a new file with a new data directory, or delete {path} to go on with it"
            )
        try:
            yield mark
        finally:
            if not os.fstat(mark).st_size:
                path.unlink()
    finally:
        os.close(mark)


def _taken(mark: int) -> bool:
    """Lock a mark; False where somebody has it, or had it until a moment ago."""
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return os.fstat(mark).st_nlink > 0


class Drawer:
    """Gives out cards by index, and knows what has become of them.

    Raises ChipsError for a file of others' cards, or of which one card is damaged: before the run, not in it.
    """

    def __init__(self, people: Population, file: Path | None) -> None:
        self._people = people
        self._file = file
        self._kept = {} if file is None else chips.load(file, people.seed, people.size)
        self._given: dict[int, tuple[int, Card]] = {}  # with the issue of each
        for index in self._kept:
            self._restored(index)

    def card(self, index: int, issue: int = 1) -> Card:
        """Return a person's card, the same one each time; a later issue than the last replaces it, for good."""
        last, card = self._given.get(index) or self._restored(index)
        if issue > last:
            last, card = issue, self._people.card(index, issue)
        self._given[index] = last, card
        return card

    def _restored(self, index: int) -> tuple[int, Card]:
        kept = self._kept.get(index, FIRST_UNTOUCHED)
        try:
            card = self._people.card(index, kept.issue)
            if kept.image:
                card.restore(kept.image)
        except (IndexError, ValueError) as error:  # MemoryImageError is one
            raise ChipsError(f"{self._file} is damaged at card {index}: {error}") from None
        return kept.issue, card

    def put_back(self) -> None:
        """Write what has changed to the file, if there is one."""
        if self._file is None:
            return
        touched = {index: Kept(issue, card.image()) for index, (issue, card) in self._given.items()}
        chips.save(self._file, self._people.seed, self._people.size, {**self._kept, **touched})
