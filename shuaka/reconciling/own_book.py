"""An institution's own book for its reconciliation: its file in the form of 3202, or the journal of its terminals.

A file is the text of the interface, or a ZIP of it. A journal also knows purchases, what is in doubt and what is stuck.
Days are those that each row names itself: setl_time, or the day in the msgid.
"""

import io
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from loadtests.evidence.comparison import claims_of
from loadtests.evidence.history import Deed, History, HistoryError, read_history
from loadtests.evidence.proof import Claim
from settlement.engine.clearing.statement_text import FileRow, LineError, read_rows
from settlement.engine.clearing.three_ways import Difference, Kind, OwnPurchase
from settlement.wire.reconciliation import FILE_TEXT_MAX
from terminals.kernel.entries import Fate, Intent, PurchaseIntent

MSGID_DAY: Final = slice(12, 20)
ZIP_BEGINS: Final = b"PK"
BAD_ZIP: Final = (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, EOFError)


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
        return OwnBook(read_rows(_unzipped(content) if content.startswith(ZIP_BEGINS) else content), None)
    except OSError as error:
        raise BookError(f"{path} cannot be read: {error.strerror}") from None
    except LineError as error:
        raise BookError(f"{path}: {error}") from None
    except BAD_ZIP:
        raise BookError(f"{path} is no ZIP of one text of at most {FILE_TEXT_MAX} bytes") from None


def from_journal(path: Path, days: Days) -> dict[str, OwnBook]:
    """Return the books of every institution whose terminals wrote a journal; raise BookError."""
    try:
        history = read_history([path])
    except HistoryError as error:
        raise BookError(str(error)) from None
    deeds: defaultdict[str, list[Deed]] = defaultdict(list)
    for deed in history.deeds:
        deeds[deed.fixmedins_code].append(deed)
    return {code: _book(code, History(tuple(own)), days) for code, own in deeds.items()}


def _unzipped(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        [entry] = archive.infolist()
        with archive.open(entry) as file:
            text = file.read(FILE_TEXT_MAX + 1)
    if len(text) > FILE_TEXT_MAX:
        raise ValueError(FILE_TEXT_MAX)
    return text


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
