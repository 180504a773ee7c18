"""Three witnesses of one town's day: equal as it was, and unequal by exactly what is planted into a copy."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest
from typer.testing import CliRunner

from loadtests.evidence.host import Host, write_host
from settlement.engine.clearing.statement_text import text_of
from settlement.gateways.statement_file import pack
from settlement.stores.sqlite import SqliteStore
from settlement.stores.store import FILE_NAME, Changes, Origin
from shuaka.commands import app
from shuaka.reconciling.own_book import Days, from_journals
from shuaka.rehearsing.order import RUNS
from shuaka.terminals import JOURNAL
from shuaka.town import Town
from terminals.journal import FileJournal
from terminals.kernel.entries import Fate, Intent, PurchaseIntent, Resolution
from terminals.patients import Mix
from tests.statement_rows import cells_of

VISITORS = 60
Ask = Callable[..., tuple[int, Any]]
Plant = Callable[[str], None]


NOT_PAID = "UPDATE settlement SET bank_paid_fen = 0 WHERE setl_id = ?1"
UNPAID_BILL = "SELECT MIN(rowid) FROM settlement WHERE setl_id NOT IN (SELECT setl_id FROM banktrade)"
CLAIM = "SELECT MIN(rowid) FROM transfer WHERE credit GLOB 'CLR:*' AND debit GLOB 'ACCT:*'"
PLANTED = {
    "amount differs": ("UPDATE settlement SET acct_pay_fen = acct_pay_fen + 1 WHERE setl_id = ?1",),
    "only institution": (f"DELETE FROM settlement WHERE rowid = ({UNPAID_BILL})",),  # noqa: S608 - as it stands above
    "unpaid": ("UPDATE settlement SET bank_paid_fen = bank_paid_fen + 100 WHERE setl_id = ?1",),
    "purchase differs": ("UPDATE banktrade SET setl_id = '' WHERE setl_id = ?1", NOT_PAID),
    "only terminal": ("DELETE FROM banktrade WHERE setl_id = ?1", NOT_PAID),
    "pair of cities": (f"UPDATE transfer SET amount_fen = amount_fen + 1 WHERE rowid = ({CLAIM})",),  # noqa: S608 - as above
}
"""By the kind of difference: what is planted, ?1 being a settlement whose rest the bank paid."""


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory after a day: its ledger, and the journal of its terminals."""
    import asyncio  # noqa: PLC0415 - the town itself has no loop

    place = tmp_path_factory.mktemp("day")
    town = Town(mix=Mix(remote=0.3, bank=0.6, tap=0.2))
    journal = FileJournal(place / JOURNAL, "buffered")
    for terminal in town._terminals.values():
        terminal._journal = journal
    for index in range(VISITORS):
        town.visit(index)
    journal.close()
    store = SqliteStore(place, Origin(1, 100, ""))
    rows, transfers = tuple(town.ledger._rows.values()), tuple(town.ledger._transfers.values())
    asyncio.run(store.save(Changes(rows, transfers)))
    asyncio.run(store.close())
    return place


@pytest.fixture
def copy(day: Path, tmp_path: Path) -> Path:
    """A copy of it, to plant something in."""
    return Path(shutil.copytree(day, tmp_path / "copy"))


@pytest.fixture
def ledger(copy: Path) -> Iterator[apsw.Connection]:
    connection = apsw.Connection(str(copy / FILE_NAME))
    yield connection
    connection.close()


@pytest.fixture
def told(copy: Path) -> Ask:
    """Reconcile the copy; return the exit code and what is said as JSON."""

    def ask(*options: str) -> tuple[int, Any]:
        ran = CliRunner().invoke(app, ["reconcile", "--data", str(copy), "--json", *options])
        return ran.exit_code, json.loads(ran.output)

    return ask


def kinds(told: Any) -> list[str]:
    return [one["kind"] for one in told["differences"]]


def paid(ledger: apsw.Connection) -> tuple[str, str, str]:
    """The settlement, institution and msgid of a purchase that paid a rest."""
    found: tuple[str, str, str] = ledger.execute(
        "SELECT setl_id, fixmedins_code, msgid FROM banktrade WHERE state = 'SETTLED' AND setl_id <> '' LIMIT 1"
    ).fetchone()
    return found


def test_a_day_as_it_was_has_no_difference(told: Ask) -> None:
    code, found = told()
    assert (code, kinds(found)) == (0, [])
    assert found["own_rows"] == found["engine_rows"] > VISITORS / 3
    assert found["own_purchases"] == found["bank_purchases"] > 0
    assert found["pairs"] > 0


def test_a_readable_report_says_so(copy: Path) -> None:
    ran = CliRunner().invoke(app, ["reconcile", "--data", str(copy)])
    assert ran.exit_code == 0
    assert ran.output.splitlines()[-1] == "nothing differs"


@pytest.mark.parametrize(("kind", "plant"), PLANTED.items())
def test_one_planted_difference_of_a_kind_is_found_and_nothing_else(
    told: Ask, ledger: apsw.Connection, kind: str, plant: tuple[str, ...]
) -> None:
    setl_id, _, _ = paid(ledger)
    for statement in plant:
        ledger.execute(statement, (setl_id,) if "?1" in statement else ())
    code, found = told()
    assert (code, kinds(found)) == (1, [kind])
    assert found["differences"][0]["said"]


def test_a_settlement_that_only_the_centre_has_comes_with_its_msgid(told: Ask, ledger: apsw.Connection) -> None:
    columns = [name for _, name, *_ in ledger.execute("PRAGMA table_info(settlement)")]
    other = {"setl_id": "'planted'", "msgid": "'planted-msgid'", "bank_paid_fen": "0"}
    values = ", ".join(other.get(name, name) for name in columns)
    ledger.execute(f"INSERT INTO settlement SELECT {values} FROM settlement LIMIT 1")  # noqa: S608 - its own columns
    code, found = told()
    assert (code, kinds(found)) == (1, ["only centre"])
    assert (found["differences"][0]["setl_id"], found["differences"][0]["msgid"]) == ("planted", "planted-msgid")


def test_a_purchase_that_only_the_bank_has_is_found(told: Ask, ledger: apsw.Connection) -> None:
    columns = [name for _, name, *_ in ledger.execute("PRAGMA table_info(banktrade)")]
    other = {"trade_id": "'planted'", "msgid": "replace(msgid, substr(msgid, -4), 'ZZZZ')", "setl_id": "''"}
    values = ", ".join(other.get(name, name) for name in columns)
    ledger.execute(f"INSERT INTO banktrade SELECT {values} FROM banktrade LIMIT 1")  # noqa: S608 - its own columns
    code, found = told()
    assert (code, kinds(found)) == (1, ["only bank"])


@pytest.mark.parametrize(
    ("fate", "kind"), [(None, "in doubt"), (Resolution("M", Fate.STUCK, refusal="E3305"), "stuck")]
)
def test_what_is_in_doubt_and_what_is_stuck_shows_by_its_msgid(
    told: Ask, copy: Path, ledger: apsw.Connection, fate: Resolution | None, kind: str
) -> None:
    _, code, msgid = paid(ledger)
    journal = FileJournal(copy / JOURNAL, "buffered")
    name = msgid[:-4] + "ZZZZ"
    journal.append(code + "01", PurchaseIntent(name, code[1:7], "6" * 19, 700, 1, 1))
    if fate:
        journal.append(code + "01", Resolution(name, fate.fate, refusal=fate.refusal))
    journal.close()
    exit_code, found = told()
    assert (exit_code, kinds(found)) == (1, [kind])
    assert (found["differences"][0]["msgid"], found["differences"][0]["fen"]) == (name, 700)


def test_an_institutions_own_file_is_held_against_the_engine(told: Ask, copy: Path, tmp_path: Path) -> None:
    books = from_journals([copy / JOURNAL], Days())
    code, book = max(books.items(), key=lambda item: len(item[1].rows))
    text = text_of(map(cells_of, book.rows))
    for name, content in (("own.txt", text), ("own.zip", pack("own", text))):
        (tmp_path / name).write_bytes(content)
        exit_code, found = told("--institution", code, "--file", str(tmp_path / name))
        assert (exit_code, kinds(found), found["own_rows"]) == (0, [], len(book.rows))
    (tmp_path / "short.txt").write_bytes(text_of(map(cells_of, book.rows[1:])))
    exit_code, found = told("--institution", code, "--file", str(tmp_path / "short.txt"))
    assert (exit_code, kinds(found)) == (1, ["only centre"])


@pytest.mark.parametrize("ours", [True, False])
def test_a_load_at_this_engine_is_the_institutions_own_too_and_one_elsewhere_is_not(
    told: Ask, copy: Path, *, ours: bool
) -> None:
    run = copy / RUNS / "load"
    run.mkdir(parents=True)
    (copy / JOURNAL).rename(run / "load-0.jsonl")
    write_host(Host("127.0.0.1:1", ours), run)
    exit_code, found = told()
    assert (exit_code, found["own_rows"] == found["engine_rows"]) == (0 if ours else 1, ours)


def test_institutions_without_a_book_are_not_compared_which_is_no_agreement(copy: Path) -> None:
    (copy / JOURNAL).unlink()
    ran = CliRunner().invoke(app, ["reconcile", "--data", str(copy)])
    assert ran.exit_code == 1
    assert "not compared: institutions have no book here" in ran.output
    assert "nothing differs" not in ran.output


def test_days_are_those_that_are_asked_for(told: Ask) -> None:
    code, found = told("--from", "2001-01-01", "--to", "2001-01-31")
    assert (code, found["engine_rows"], found["own_rows"], found["institutions"]) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("options", "exit_code", "said"),
    [
        (("--file", "own.txt"), 2, "name it with --institution"),
        (("--from", "yesterday"), 2, "is no day"),
        (("--journal", "nowhere"), 2, "cannot be read"),
        (("--institution", "P37010000001", "--file", "nowhere"), 2, "cannot be read"),
    ],
)
def test_what_cannot_be_reconciled_ends_in_one_sentence(
    copy: Path, options: tuple[str, ...], exit_code: int, said: str
) -> None:
    ran = CliRunner().invoke(app, ["reconcile", "--data", str(copy), *options])
    assert ran.exit_code == exit_code
    assert said in " ".join(ran.output.split())


def test_a_directory_without_a_ledger_is_said_to_have_none(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["reconcile", "--data", str(tmp_path)])
    assert ran.exit_code == 2
    assert "cannot be read as a ledger" in ran.output


def test_a_bad_line_of_a_file_is_named(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("a\tb\n")
    options = ["--institution", "P37010000001", "--file", str(tmp_path / "own.txt")]
    ran = CliRunner().invoke(app, ["reconcile", "--data", str(copy), *options])
    assert ran.exit_code == 2
    assert "line 1: 2 cells, 7 expected" in ran.output


def test_a_revoke_is_a_row_of_the_journal_too(day: Path, tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "journal", "buffered")
    journal.append("P3701000000101", Intent("P3701000000120261121120000010A", "2103", "3701000000000001", "370100", -5))
    journal.close()
    book = from_journals([tmp_path / "journal"], Days())["P37010000001"]
    assert (book.rows, [one.kind for one in book.open]) == ((), ["in doubt"])
