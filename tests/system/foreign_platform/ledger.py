"""The store of a stand-in platform: people, and one row for each settlement and each undo of one. SQLite, one lock.

Written apart from the project, from the interface's text alone, so that both can be wrong only separately.
"""

import sqlite3
import threading
from typing import Any, NamedTuple

SCHEMA = """
CREATE TABLE person (psn_no TEXT PRIMARY KEY, certno TEXT UNIQUE, name TEXT, card TEXT, place TEXT, balance INTEGER);
CREATE TABLE entry (
    setl_id TEXT PRIMARY KEY, mdtrt_id TEXT, psn_no TEXT, msgid TEXT, shop TEXT, refd INTEGER, total INTEGER,
    fund INTEGER, acct INTEGER, cash INTEGER, at TEXT, undone INTEGER DEFAULT 0
);
"""


class Entry(NamedTuple):
    """A settlement, or with negative amounts the undo of one; in fen."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    msgid: str
    shop: str
    refd: int
    total: int
    fund: int
    acct: int
    cash: int
    at: str
    undone: int = 0


class Ledger:
    """Everything that the platform remembers."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._rows = sqlite3.connect(":memory:", check_same_thread=False)
        self._rows.executescript(SCHEMA)
        self._serial = 0

    def serial(self) -> int:
        with self.lock:
            self._serial += 1
            return self._serial

    def admit(self, number: int, person: dict[str, str], balance: int) -> None:
        given = (
            f"N{number:09d}", person["certno"], person["psn_name"], person["card_number"], person["insuplc_admdvs"],
            balance,
        )  # fmt: skip
        self._write("INSERT INTO person VALUES (?, ?, ?, ?, ?, ?)", given)

    def person(self, *, certno: str = "", psn_no: str = "") -> tuple[Any, ...] | None:
        found = self._read("SELECT * FROM person WHERE certno = ? OR psn_no = ?", (certno, psn_no))
        return found[0] if found else None

    def keep(self, entry: Entry) -> None:
        with self.lock:
            self._write(f"INSERT INTO entry VALUES ({','.join('?' * len(entry))})", entry)  # noqa: S608 - marks only
            self._write("UPDATE person SET balance = balance - ? WHERE psn_no = ?", (entry.acct, entry.psn_no))

    def mark_undone(self, setl_id: str) -> None:
        self._write("UPDATE entry SET undone = 1 WHERE setl_id = ?", (setl_id,))

    def change(self, setl_id: str, fen: int) -> None:
        self._write("UPDATE entry SET total = total + ?, cash = cash + ? WHERE setl_id = ?", (fen, fen, setl_id))

    def find(self, *, setl_id: str = "", msgid: str = "") -> Entry | None:
        found = self._read("SELECT * FROM entry WHERE setl_id = ? OR msgid = ? ORDER BY at", (setl_id, msgid))
        return Entry(*found[0]) if found else None

    def standing(self, msgid: str) -> Entry | None:
        found = self._read("SELECT * FROM entry WHERE msgid = ? AND NOT refd AND NOT undone ORDER BY at", (msgid,))
        return Entry(*found[0]) if found else None

    def between(self, shop: str, first: str, last: str) -> list[Entry]:
        where = "shop = ? AND substr(at, 1, 10) BETWEEN ? AND ?"
        found = self._read(f"SELECT * FROM entry WHERE {where} ORDER BY at, setl_id", (shop, first, last))  # noqa: S608
        return [Entry(*row) for row in found]

    def _read(self, query: str, given: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self.lock:
            return self._rows.execute(query, given).fetchall()

    def _write(self, query: str, given: tuple[Any, ...]) -> None:
        with self.lock:
            self._rows.execute(query, given)
            self._rows.commit()
