"""What every journal does, whatever it survives."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from terminals.journal import FileJournal, Journal, MemoryJournal
from terminals.kernel.entries import Fate, Intent, Resolution

IMPLEMENTATIONS: dict[str, Callable[[Path], Journal]] = {
    "memory": lambda _: MemoryJournal(),
    "buffered": partial(FileJournal, mode="buffered"),
    "fsync": partial(FileJournal, mode="fsync"),
}
ONE = Intent("M1", "2102", "P1", "370100", 100)
TWO = Intent("M2", "2103", "P1", "370100", -100, "S1", "V1")


@pytest.fixture(params=IMPLEMENTATIONS)
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Journal:
    return IMPLEMENTATIONS[request.param](tmp_path / "journal")


def test_an_intent_is_pending_until_its_outcome(journal: Journal) -> None:
    assert journal.pending("T1") == ()
    journal.append("T1", ONE)
    journal.append("T1", TWO)
    assert journal.pending("T1") == (ONE, TWO)
    journal.append("T1", Resolution("M1", Fate.DONE, "S1"))
    assert journal.pending("T1") == (TWO,)


def test_every_terminal_has_its_own(journal: Journal) -> None:
    journal.append("T1", ONE)
    journal.append("T2", Resolution("M1", Fate.DONE, "S1"))
    assert journal.pending("T1") == (ONE,)
    assert journal.pending("T2") == ()


def test_an_outcome_that_is_told_twice_is_harmless(journal: Journal) -> None:
    journal.append("T1", ONE)
    journal.append("T1", Resolution("M1", Fate.REVERSED))
    journal.append("T1", Resolution("M1", Fate.REVERSED))
    assert journal.pending("T1") == ()
