"""What journals tell of a run: which settlements stand, which are unknown, over more than one journal."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from loadtests.evidence.history import HistoryError, ended, read_history
from terminals.journal import FileJournal
from terminals.kernel.entries import Fate, Intent, PurchaseIntent, Resolution

Write = Callable[..., Path]
SALE = Intent("M1", "2102", "N1", "370100", 1000)
DONE = Resolution("M1", Fate.DONE, "T1")
REVOKE = Intent("R1", "2103", "N1", "370100", -1000, "T1", "V1")


@pytest.mark.parametrize(("settles", "revokes"), [("2102", "2103"), ("2207", "2208"), ("2304", "2305")])
def test_a_settlement_stands_until_another_journal_tells_of_its_revoke(
    journal: Write, settles: str, revokes: str
) -> None:
    run = journal("load-0.jsonl", replace(SALE, infno=settles), DONE)
    assert [deed.msgid for deed in read_history([run]).standing()] == ["M1"]
    undo = journal("undo.jsonl", replace(REVOKE, infno=revokes), Resolution("R1", Fate.DONE, "T2"))
    history = read_history([run, undo])
    assert (history.standing(), [deed.msgid for deed in history.revoked()]) == ([], ["R1"])


def test_an_intent_of_one_journal_is_resolved_in_another(journal: Write) -> None:
    run = journal("load-0.jsonl", SALE)
    assert [deed.msgid for deed in read_history([run]).open()] == ["M1"]
    history = read_history([run, journal("undo.jsonl", Resolution("M1", Fate.REVERSED, undone_by="U1"))])
    assert (history.open(), [deed.msgid for deed in history.reversed()]) == ([], ["M1"])


def test_a_refused_revoke_undoes_nothing(journal: Write) -> None:
    run = journal("load-0.jsonl", SALE, DONE, REVOKE, Resolution("R1", Fate.REFUSED, refusal="E3302"))
    assert len(read_history([run]).standing()) == 1


@pytest.mark.parametrize(("fate", "stands"), [(Fate.DONE, True), (Fate.REVERSED, False), (None, False)])
def test_the_purchase_that_paid_for_a_settlement_is_known_while_it_stands(
    journal: Write, fate: Fate | None, *, stands: bool
) -> None:
    purchase = PurchaseIntent("B1", "370100", "62999", 500, 1, 1, "T1")
    told = (Resolution("B1", fate, "T1"),) if fate else ()
    history = read_history([journal("load-0.jsonl", SALE, DONE, purchase, *told)])
    assert history.purchase_of("T1") == (purchase if stands else None)
    assert history.purchase_of("T2") is None


def test_a_journal_that_is_still_written_has_not_ended(journal: Write) -> None:
    path = journal("load-0.jsonl", SALE)
    writing = FileJournal(path, "buffered")
    assert not ended(path)
    writing.close()
    assert ended(path)


def test_a_torn_last_line_was_never_answered_for(journal: Write) -> None:
    assert len(read_history([journal("load-0.jsonl", SALE, torn=b'{"dev_no"')]).deeds) == 1


def test_damage_anywhere_else_is_refused_with_its_line(journal: Write) -> None:
    path = journal("load-0.jsonl", SALE, torn=b"nonsense\n{}")
    with pytest.raises(HistoryError, match="is damaged at line 2"):
        read_history([path])


def test_a_journal_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="cannot be read: No such file"):
        read_history([tmp_path / "none.jsonl"])
