import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from terminals.journal import FileJournal, JournalError
from terminals.kernel.entries import Entry, Fate, Intent, PurchaseIntent, ReissueIntent, Resolution

REAL_WRITE = os.write
ONE = Intent("M1", "2102", "P1", "370100", 100)
TWO = Intent("M2", "2102", "P2", "370100", 200)
BOUGHT = PurchaseIntent("M3", "370100", "6299990000000000004", 300, 120000, 1121, "S1")
REVOKED = Intent("M4", "2103", "P1", "370100", -500, "S1", "V1", BOUGHT)
REISSUED = ReissueIntent("M5", "370100", "370100D15600000501000001" + "0" * 8)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def written(path: Path, *entries: Entry) -> None:
    journal = FileJournal(path, "buffered")
    for entry in entries:
        journal.append("T1", entry)
    journal.close()


def test_what_is_pending_survives_the_process(path: Path) -> None:
    written(path, ONE, TWO, Resolution("M1", Fate.DONE, "S1"))
    assert FileJournal(path, "fsync").pending("T1") == (TWO,)


def test_a_revoke_of_both_legs_and_a_reissue_are_read_back_whole(path: Path) -> None:
    written(path, REVOKED, REISSUED)
    assert FileJournal(path, "buffered").pending("T1") == (REVOKED, REISSUED)


def test_a_purchase_is_pending_like_any_other_intent(path: Path) -> None:
    written(path, ONE, BOUGHT, Resolution("M1", Fate.DONE, "S1"))
    journal = FileJournal(path, "buffered")
    assert journal.pending("T1") == (BOUGHT,)
    journal.append("T1", Resolution("M3", Fate.REVERSED, "S1"))
    assert journal.pending("T1") == ()


def test_an_entry_is_one_line_that_people_can_read(path: Path) -> None:
    written(path, ONE)
    (line,) = path.read_text().splitlines()
    assert json.loads(line)["entry"] == {
        "type": "intent",
        "msgid": "M1",
        "infno": "2102",
        "psn_no": "P1",
        "insuplc_admdvs": "370100",
        "amount_fen": 100,
    }


def test_only_the_owner_may_read_it(path: Path) -> None:
    written(path)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("torn", [b"{", b'{"dev_no":"T1","entry":{"type":"inte'])
def test_a_torn_last_line_is_cut_off_and_reported(path: Path, torn: bytes) -> None:
    written(path, ONE)
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    journal = FileJournal(path, "buffered")
    assert journal.torn == torn
    journal.append("T1", TWO)
    assert journal.pending("T1") == (ONE, TWO)
    journal.close()
    assert FileJournal(path, "buffered").torn == b""
    assert path.read_bytes().startswith(whole)


def test_every_cut_of_the_file_is_read_or_torn(path: Path) -> None:
    written(path, ONE, TWO)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        journal = FileJournal(path, "buffered")
        assert len(journal.pending("T1")) == content[:length].count(b"\n")
        journal.close()


def test_damage_in_the_middle_is_refused_with_its_line(path: Path) -> None:
    written(path, ONE, TWO)
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + b"rubbish\n" + second)
    with pytest.raises(JournalError, match="damaged at line 2"):
        FileJournal(path, "buffered")


def test_a_path_below_a_file_is_refused_in_one_sentence(path: Path) -> None:
    written(path)
    with pytest.raises(JournalError, match="cannot be opened: Not a directory"):
        FileJournal(path / "below", "fsync")


def test_a_full_disk_is_an_error_and_not_an_entry(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    journal = FileJournal(path, "buffered")
    monkeypatch.setattr("terminals.journal.os.write", lambda _file, _line: 3)
    with pytest.raises(JournalError, match="is full"):
        journal.append("T1", ONE)
    assert journal.pending("T1") == ()


def halfway(file: int, line: bytes) -> int:
    """What a disk does that fills up in the middle of a line."""
    return REAL_WRITE(file, line[:9])


def unwritable(_file: int, _: object = None) -> int:
    raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize(("call", "failing"), [("write", halfway), ("write", unwritable), ("fdatasync", unwritable)])
def test_a_failed_append_leaves_nothing_that_would_damage_the_next(
    monkeypatch: pytest.MonkeyPatch, path: Path, call: str, failing: Callable[..., int]
) -> None:
    written(path, ONE)
    whole = path.read_bytes()
    journal = FileJournal(path, "fsync")
    with monkeypatch.context() as full:
        full.setattr(f"terminals.journal.os.{call}", failing)
        with pytest.raises(JournalError):
            journal.append("T1", TWO)
    assert path.read_bytes() == whole
    journal.append("T1", TWO)
    journal.close()
    assert FileJournal(path, "buffered").pending("T1") == (ONE, TWO)


def test_after_half_a_line_that_cannot_be_taken_back_nobody_appends(
    monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    written(path, ONE)
    journal = FileJournal(path, "buffered")
    with monkeypatch.context() as full:
        full.setattr("terminals.journal.os.write", halfway)
        full.setattr("terminals.journal.os.ftruncate", unwritable)
        with pytest.raises(JournalError, match="is full"):
            journal.append("T1", TWO)
    with pytest.raises(JournalError, match="ends in half an entry"):
        journal.append("T1", TWO)
    journal.close()
    reopened = FileJournal(path, "buffered")
    assert len(reopened.torn) == 9
    assert reopened.pending("T1") == (ONE,)


def test_a_journal_has_one_owner_at_a_time(path: Path) -> None:
    journal = FileJournal(path, "buffered")
    with pytest.raises(JournalError, match="is in use by other terminals"):
        FileJournal(path, "buffered")
    journal.close()
    FileJournal(path, "buffered").close()
