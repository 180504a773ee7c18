"""A log is folded beside its writer, begins anew, and keeps what it holds whatever comes between."""

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from settlement.stores import folding
from settlement.stores.folding import Folding

FOLD_AT, AGAIN = 40, 10


class Ledger:
    """A writer of one page a commit, whose folding is told of each."""

    def __init__(self, path: Path) -> None:
        self.connection = apsw.Connection(str(path))
        self.connection.pragma("journal_mode", "WAL")
        self.connection.execute("CREATE TABLE row (value)")
        self.folding = Folding(path)
        self.connection.set_wal_hook(self._committed)
        self.pages = 0
        self.rows = 0

    def _committed(self, writer: apsw.Connection, name: str, pages: int) -> int:
        self.pages = pages
        return self.folding.committed(writer, name, pages)

    def commit(self) -> None:
        self.connection.execute("INSERT INTO row VALUES (zeroblob(3000))")
        self.rows += 1

    def commit_until(self, pages: int) -> None:
        while self.pages < pages:
            self.commit()

    @property
    def is_folding(self) -> bool:
        return self.folding._folding is not None

    def await_fold(self) -> None:
        assert self.folding._folding is not None
        self.folding._folding.result(5)

    def close(self) -> None:
        self.folding.close()
        self.connection.close()


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.setattr(folding, "FOLD_AT_PAGES", FOLD_AT)
    monkeypatch.setattr(folding, "FOLD_AGAIN_PAGES", AGAIN)
    made = Ledger(tmp_path / "ledger")
    yield made
    made.close()


def test_a_short_log_is_left_alone(ledger: Ledger) -> None:
    ledger.commit_until(FOLD_AT - 3)
    assert not ledger.is_folding


def test_a_long_log_is_folded_beside_the_writer_and_begins_anew(ledger: Ledger, tmp_path: Path) -> None:
    file = tmp_path / "ledger"
    before = file.stat().st_size
    ledger.commit_until(FOLD_AT)
    ledger.await_fold()
    assert file.stat().st_size > before
    ledger.commit()
    assert not ledger.is_folding, "the rest is folded by the writer"
    ledger.commit()
    assert ledger.pages < FOLD_AT


def test_a_log_that_began_anew_is_folded_again_once_it_is_long(ledger: Ledger) -> None:
    for _ in range(3):
        ledger.commit_until(FOLD_AT)
        ledger.await_fold()
        ledger.commit()
        ledger.commit()
        assert ledger.pages < FOLD_AT


def test_a_log_that_a_reader_holds_is_tried_again_after_some_pages_and_begins_anew_without_the_reader(
    ledger: Ledger, tmp_path: Path
) -> None:
    reader = apsw.Connection(str(tmp_path / "ledger"))
    reader.execute("BEGIN")
    reader.execute("SELECT COUNT(*) FROM row").fetchall()
    ledger.commit_until(FOLD_AT)
    ledger.await_fold()
    ledger.commit()
    ledger.commit()
    assert ledger.pages > FOLD_AT
    assert not ledger.is_folding, "not at every commit"
    reader.execute("COMMIT")
    reader.close()
    ledger.commit_until(FOLD_AT + AGAIN)
    ledger.await_fold()
    ledger.commit()
    ledger.commit()
    assert ledger.pages < FOLD_AT


def test_a_fold_that_fails_harms_no_commit(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger.folding, "_path", tmp_path / "nowhere" / "ledger")
    ledger.commit_until(FOLD_AT)
    ledger.await_fold()
    ledger.commit()
    assert ledger.connection.execute("SELECT COUNT(*) FROM row").fetchall() == [(ledger.rows,)]


def test_what_is_closed_in_the_middle_of_a_fold_has_every_row(ledger: Ledger, tmp_path: Path) -> None:
    ledger.commit_until(FOLD_AT)
    ledger.close()
    again = apsw.Connection(str(tmp_path / "ledger"))
    assert again.execute("SELECT COUNT(*) FROM row").fetchall() == [(ledger.rows,)]
    again.close()
    assert not (tmp_path / "ledger-wal").exists()
