"""What is handed over is kept in order, masked, bounded, and never at the cost of who hands it over."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from settlement.engine.ledger.state import Transfer
from settlement.journal import writer
from settlement.journal.entry import BODY_KEPT_MAX, Noted, entry_of
from settlement.journal.files import NEW, OLD, Follower, JournalFiles, last_number, read
from settlement.journal.masking import Mask
from settlement.journal.refusal_rules import RULES
from settlement.journal.writer import Journal
from settlement.rulebook import read_rules
from settlement.wire.codes import REFUSALS
from settlement.wire.envelope import Reply, Request, raw
from settlement.wire.messages import SignedIn, SignIn

MASK = Mask(b"k" * 16)
NOON_MS = 1_795_233_600_123
REFERENCE = "370100" + "0" * 24


def reply(refusal: str = "", err_msg: str = "") -> Reply:
    output = None if refusal else SignedIn("S", "now")
    return Reply("M1", "2102", refusal, err_msg, REFERENCE, "20261121120000123", raw(output))


def noted(**given: Any) -> Noted:
    return Noted("national", NOON_MS, 0.0015, **({"infno": "2102", "reply": reply()} | given))


def test_an_approval_is_kept_with_its_split_and_its_postings() -> None:
    booked = Transfer("370100", "P1", "S1", 0, 0, "AGENCY:370100", "ACCT:370100:P1", "INST_MI:370100:X", 3680, NOON_MS)
    entry = entry_of(
        noted(content=b'{"input": {"psn_no": "P1"}}', transfers=(booked,)),
        1,
        MASK,
    )
    assert (entry.verdict, entry.at, entry.ms) == ("approved", "2026-11-21 12:00:00.123", 1.5)
    assert msgspec.json.decode(entry.answered) == {"sign_no": "S", "sign_time": "now"}
    assert entry.postings[0].amount_fen == 3680
    assert entry.postings[0].debit == f"ACCT:370100:{MASK.token('P1')}"


@pytest.mark.parametrize("kind", ["ACCT", "ACCT_FROZEN", "BANK"])
def test_whose_account_is_debited_is_hidden_also_where_no_body_names_him(kind: str) -> None:
    authoriser = "3701000000000007"
    booked = Transfer("370100", "P1", "S1", 0, 0, "B", f"{kind}:370100:{authoriser}", "CASH:c", 1, NOON_MS)
    [posting] = entry_of(noted(content=b"{}", transfers=(booked,)), 1, MASK).postings
    assert (posting.debit, posting.credit) == (f"{kind}:370100:{MASK.token(authoriser)}", "CASH:c")


def test_an_operator_who_is_named_by_an_identity_number_is_hidden_wherever_he_stands() -> None:
    number = "11010119900307751X"
    request = Request("M1", "P37010000001", number, "370100", "370100", "", 0, "", raw(SignIn("clerk")))
    booked = Transfer("370100", "P1", "S1", 0, 0, "INST:X", f"CASH:{number}", "INST_REV:X", 1, NOON_MS)
    entry = entry_of(noted(request=request, transfers=(booked,)), 1, MASK)
    assert (entry.opter, entry.postings[0].debit) == (MASK.token(number), f"CASH:{MASK.token(number)}")


def test_a_refusal_that_names_another_person_than_the_one_asked_about_hides_him_too() -> None:
    said = "[E2011] 3701000000000007 and 3701000000000008"
    entry = entry_of(noted(content=b'{"psn_no": "3701000000000007"}', reply=reply("E2011", said)), 1, MASK)
    assert entry.err_msg == f"[E2011] {MASK.token('3701000000000007')} and {MASK.token('3701000000000008')}"


def test_a_refusal_is_kept_with_field_owner_basis_and_the_rules_that_it_carries_out() -> None:
    said = REFUSALS["E1004"].text("input.druginfo.psn_no: required")
    entry = entry_of(noted(reply=reply("E1004", said)), 1, MASK)
    assert (entry.verdict, entry.field, entry.basis) == ("refused", "input.druginfo.psn_no", "spec")
    lost = entry_of(noted(reply=reply("E2002", "[E2002] x")), 1, MASK)
    assert (lost.owner, lost.rules) == ("HRSS", ("RA16", "RA21"))


def test_a_repeat_and_the_gateways_own_refusal_are_told_apart() -> None:
    assert entry_of(noted(replayed=True), 1, MASK).verdict == "replayed"
    away = entry_of(Noted("national", NOON_MS, 0.0, status=401, message="expired"), 1, MASK)
    assert (away.verdict, away.refusal, away.basis, away.err_msg) == ("turned away", "401", "observed", "expired")


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[" * 200_000, b" " * (BODY_KEPT_MAX + 1)])
def test_of_what_is_no_json_or_too_long_the_length_is_kept(content: bytes) -> None:
    kept = msgspec.json.decode(entry_of(noted(content=content), 1, MASK).asked)
    assert kept == {"bytes": len(content)}


def test_what_comes_without_a_body_is_told_by_the_names_of_its_fields() -> None:
    assert msgspec.json.decode(entry_of(noted(body=SignIn("clerk")), 1, MASK).asked) == {"opter_no": "clerk"}


def test_the_rules_are_rules_that_are_proved_and_of_refusals_that_there_are() -> None:
    proved = {rule.id for rule in read_rules() if rule.state == "done"}
    assert RULES.keys() <= REFUSALS.keys()
    assert {rule for rules in RULES.values() for rule in rules} <= proved


@pytest.mark.parametrize(
    ("refusal", "rules"),
    [
        ("E2101", ("RB09",)),
        ("E2103", ("RB03", "RB04", "RB07")),
        ("E2030", ("RE04",)),
        ("E2040", ("RE10", "RE11")),
        ("E2095", ("RA47",)),
    ],
)
def test_a_refusal_names_the_rule_whose_words_it_carries_out(refusal: str, rules: tuple[str, ...]) -> None:
    assert RULES[refusal] == rules


def test_the_files_take_turns_and_never_grow_beyond_their_bound(tmp_path: Path) -> None:
    files = JournalFiles(tmp_path, file_max=2_000)
    for number in range(1, 101):
        files.write([entry_of(noted(), number, MASK)])
    files.close()
    assert all((tmp_path / name).stat().st_size < 3_000 for name in (NEW, OLD))
    kept = [entry.number for entry in read(tmp_path, 1_000)]
    assert kept == list(range(kept[0], 101))
    assert last_number(tmp_path) == 100
    assert (tmp_path / NEW).stat().st_mode & 0o777 == 0o600


def test_a_line_that_a_crash_cut_off_is_left_out(tmp_path: Path) -> None:
    files = JournalFiles(tmp_path)
    files.write([entry_of(noted(), 1, MASK)])
    files.close()
    with (tmp_path / NEW).open("ab") as file:
        file.write(b'not json\n{"number":2')
    assert [entry.number for entry in read(tmp_path, 10)] == [1]


def test_a_follower_reads_on_also_into_the_next_file(tmp_path: Path) -> None:
    files = JournalFiles(tmp_path, file_max=1_000)
    follower = Follower(tmp_path)
    seen = []
    for number in range(1, 30):
        files.write([entry_of(noted(), number, MASK)])
        seen += [entry.number for entry in follower.fresh()]
    files.close()
    assert seen[0] == 1
    assert seen == sorted(set(seen))
    assert len(seen) > 15  # what fills a file up is read before it goes, or not at all


def test_a_journal_keeps_what_its_scope_says_and_numbers_on_after_a_restart(tmp_path: Path) -> None:
    for _ in range(2):
        journal = Journal(tmp_path, b"k", "http")
        assert (journal.keeps("national"), journal.keeps("tcp")) == (True, False)
        journal.note(noted())
        journal.close()
    assert [entry.number for entry in read(tmp_path, 10)] == [1, 2]
    everything = Journal(tmp_path, b"k", "all")
    assert everything.keeps("tcp")
    everything.close()


def test_calls_that_come_faster_than_they_are_written_are_lost_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "WAITING_MAX", 0)
    journal = Journal(tmp_path, b"k")
    journal.note(noted())
    monkeypatch.setattr(writer, "WAITING_MAX", 10)
    journal.note(noted())
    journal.close()
    assert [entry.dropped for entry in read(tmp_path, 10)] == [1]


def test_a_disk_that_is_full_costs_the_journal_and_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(JournalFiles, "write", full)
    journal = Journal(tmp_path, b"k")
    journal.note(noted())
    journal.close()
    assert "the journal was not written" in caplog.text
