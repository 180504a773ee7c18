import logging
from collections.abc import Iterator
from concurrent.futures import wait
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from settlement.stores.folding import Folding

FOLD_AT = 8


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[apsw.Connection]:
    with closing(apsw.Connection(str(tmp_path / "ledger"))) as connection:
        connection.pragma("journal_mode", "WAL")
        connection.execute("CREATE TABLE bill (fen INTEGER)")
        yield connection


class Log:
    """Commits to a ledger, and how long its log is after each, in pages."""

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        self._connection = connection
        self.folding = Folding(path, connection, FOLD_AT)
        self.lengths: list[int] = []
        self._watched = self.folding._committed
        connection.set_wal_hook(self._after)

    def _after(self, connection: apsw.Connection, schema: str, pages: int) -> int:
        self.lengths.append(pages)
        return self._watched(connection, schema, pages)

    def commit(self, count: int) -> None:
        for _ in range(count):
            self._connection.execute("INSERT INTO bill VALUES (1)")
            if self.folding._beside is not None:
                wait((self.folding._beside,))

    @property
    def bills(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM bill").get)


def test_a_log_that_was_folded_begins_anew(ledger: apsw.Connection, tmp_path: Path) -> None:
    log = Log(ledger, tmp_path / "ledger")
    log.commit(100)
    log.folding.close()
    assert log.bills == 100
    assert max(log.lengths) <= FOLD_AT + 1
    assert log.lengths.count(1) >= 10


def test_what_a_reader_still_sees_is_folded_when_it_has_gone(ledger: apsw.Connection, tmp_path: Path) -> None:
    log = Log(ledger, tmp_path / "ledger")
    log.commit(1)
    with closing(apsw.Connection(str(tmp_path / "ledger"))) as reader:
        reader.execute("BEGIN; SELECT count(*) FROM bill").fetchall()
        log.commit(5 * FOLD_AT)
        grown = max(log.lengths)
        assert grown > 5 * FOLD_AT
        reader.execute("COMMIT")
    log.commit(3 * FOLD_AT)
    log.folding.close()
    assert log.bills == 1 + 8 * FOLD_AT
    assert log.lengths[-1] <= FOLD_AT + 1


def test_a_folding_that_fails_is_told_and_stops_no_commit(
    ledger: apsw.Connection, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = Log(ledger, tmp_path / "nowhere" / "ledger")
    with caplog.at_level(logging.WARNING):
        log.commit(FOLD_AT)
        log.folding.close()
    assert log.bills == FOLD_AT
    assert "the log was not folded, it grows on" in caplog.text


def test_a_ledger_that_is_closed_is_folded_to_its_end(ledger: apsw.Connection, tmp_path: Path) -> None:
    log = Log(ledger, tmp_path / "ledger")
    log.commit(FOLD_AT)
    log.folding.close()
    ledger.close()
    assert not (tmp_path / "ledger-wal").exists()
