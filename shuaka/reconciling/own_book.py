"""An institution's own book for its reconciliation: its file in the form of 3202, or the journal of its terminals.

A file is the text of the interface, or a ZIP of it. A journal also knows purchases, what is in doubt and what is stuck;
the terminals of a fleet and of every load stand in the same institutions, so that all their journals are one book. Days
are those that each row names itself: setl_time, or the day in the msgid.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from loadtests.evidence.comparison import claims_of
from loadtests.evidence.history import Deed, History, HistoryError, read_history
from loadtests.evidence.host import FILE as HOST
from loadtests.evidence.host import read_host
from loadtests.evidence.proof import Claim
from loadtests.foreign.order import journals
from settlement.engine.clearing.statement_text import FileRow, LineError, read_rows
from settlement.engine.clearing.three_ways import Difference, Kind, OwnPurchase
from settlement.gateways.statement_file import ZipError, unzipped
from terminals.kernel.entries import Fate, Intent, PurchaseIntent

MSGID_DAY: Final = slice(12, 20)
ZIP_BEGINS: Final = b"PK"


class BookError(Exception):
    """A book that cannot be read; one sentence for the user."""


class Days(Struct, frozen=True):
    """From a day to a day, yyyymmdd, both included; empty is no bound."""

    first: str = ""
    last: str = ""

    def has(self, day: str) -> bool:
        """Whether a day lies in them."""
        return (not self.first or self.first <= day) and (not self.last or day <= self.last)


class OwnBook(Struct, frozen=True):
    """What one institution holds; `purchases` None where its book does not tell of any."""

    rows: tuple[FileRow, ...] = ()
    purchases: tuple[OwnPurchase, ...] | None = ()
    open: tuple[Difference, ...] = ()


def from_file(path: Path) -> OwnBook:
    """Return the book that a file is; raise BookError."""
    try:
        content = path.read_bytes()
        return OwnBook(read_rows(unzipped(content) if content.startswith(ZIP_BEGINS) else content), None)
    except OSError as error:
        raise BookError(f"{path} cannot be read: {error.strerror}") from None
    except (LineError, ZipError) as error:
        raise BookError(f"{path}: {error}") from None


def journals_of(fleet: Path, runs: Path) -> tuple[Path, ...]:
    """Return the journals of a data directory: its fleet's, and of the runs there were at its own engine."""
    try:
        ours = [host.parent for host in sorted(runs.glob(f"*/{HOST}")) if read_host(host.parent).ours]
    except HistoryError as error:
        raise BookError(str(error)) from None
    return (*([fleet] if fleet.exists() else ()), *(journal for run in ours for journal in journals(run)))


def from_journals(paths: Iterable[Path], days: Days) -> dict[str, OwnBook]:
    """Return the books of every institution whose terminals wrote a journal; raise BookError."""
    try:
        history = read_history(paths)
    except HistoryError as error:
        raise BookError(str(error)) from None
    deeds: defaultdict[str, list[Deed]] = defaultdict(list)
    for deed in history.deeds:
        deeds[deed.fixmedins_code].append(deed)
    return {code: _book(code, History(tuple(own)), days) for code, own in deeds.items()}


def _book(code: str, history: History, days: Days) -> OwnBook:
    claims = [claim for claim in claims_of(history) if days.has(claim.setl_time[:10].replace("-", ""))]
    today = [deed for deed in history.deeds if days.has(deed.msgid[MSGID_DAY])]
    return OwnBook(tuple(map(_row, claims)), tuple(_purchases(today)), tuple(_open(code, today)))


def _row(claim: Claim) -> FileRow:
    amounts = claim.amounts
    return FileRow(
        claim.setl_id,
        claim.mdtrt_id,
        claim.psn_no,
        amounts.medfee_sumamt_fen,
        amounts.fund_pay_sumamt_fen,
        amounts.acct_pay_fen,
        claim.refd,
    )


def _purchases(deeds: list[Deed]) -> Iterator[OwnPurchase]:
    for deed in deeds:
        if isinstance(deed.intent, PurchaseIntent) and deed.fate is Fate.DONE:
            yield OwnPurchase(deed.msgid, deed.intent.setl_id, deed.intent.amount_fen)


def _open(code: str, deeds: list[Deed]) -> Iterator[Difference]:
    for deed in deeds:
        if deed.fate not in (None, Fate.STUCK):
            continue
        kind = Kind.STUCK if deed.fate is Fate.STUCK else Kind.IN_DOUBT
        said = f"{deed.resolution.refusal or 'no answer'}" if deed.resolution else "its terminal has no outcome yet"
        intent = deed.intent
        fen = intent.amount_fen if isinstance(intent, Intent | PurchaseIntent) else 0
        yield Difference(kind, code, getattr(intent, "setl_id", ""), deed.msgid, fen, said)
