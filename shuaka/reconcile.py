"""`shuaka reconcile`: the institution's own book, the engine's ledger and the bank, held against each other.

The ledger is read from its file, beside an engine that may run on it. Exit codes: 0 nothing differs, 1 something does,
or a book cannot be read, 2 the command line is wrong.
"""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import apsw
import msgspec
import typer
from msgspec import Struct

from settlement.engine.clearing import pairs
from settlement.engine.clearing.reconcile import day_bounds
from settlement.engine.clearing.statement_text import yuan
from settlement.engine.clearing.three_ways import (
    Difference,
    Kind,
    engine_and_bank,
    institution_and_bank,
    institution_and_engine,
)
from settlement.engine.ledger.state import SETTLED, BankTrade
from settlement.engine.ledger.statement import Period
from settlement.stores.positions import read_pairs
from settlement.stores.sqlite import FILE_NAME
from settlement.stores.three_ways import Held, institutions, read_held
from shuaka import compose
from shuaka.desk.own_book import MSGID_DAY, BookError, Days, OwnBook, from_file, from_journal
from shuaka.terminals import JOURNAL

FAILED: Final = 1
EVER_MS: Final = 1 << 62
BUSY_TIMEOUT_MS: Final = 5_000
PRINTED_MAX: Final = 200


class Reconciled(Struct, frozen=True):
    """What was held against each other, and what differs; counts are of rows (institution, engine) and purchases."""

    first: str
    last: str
    institutions: int
    own_rows: int
    engine_rows: int
    own_purchases: int
    bank_purchases: int
    pairs: int
    differences: tuple[Difference, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def reconcile(
    data: Annotated[Path, typer.Option(help="Data directory whose ledger is read.")] = compose.DEFAULT_DATA,
    institution: Annotated[str, typer.Option(help="One institution only; --file needs it.")] = "",
    file: Annotated[Path | None, typer.Option(help="The institution's own rows: text or ZIP of 3202.")] = None,
    journal: Annotated[Path | None, typer.Option(help="Journal of its terminals; by default the directory's.")] = None,
    first: Annotated[str, typer.Option("--from", help="First day, yyyy-MM-dd; none: since ever.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last day, yyyy-MM-dd.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For a machine to read.")] = False,
) -> None:
    """Compare institution, engine and bank, and both sides of every claim between cities."""
    if file is not None and not institution:
        raise typer.BadParameter("whose rows are these? name it with --institution", param_hint="--file")
    days = Days(_day(first, "--from"), _day(last, "--to"))
    try:
        books = _books(data, file, journal, institution, days)
        found = _reconciled(data / FILE_NAME, books, institution, days)
    except BookError as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(FAILED) from None
    print(msgspec.json.format(msgspec.json.encode(found)).decode() if as_json else "\n".join(_lines(found)))
    raise typer.Exit(0 if found.ok else FAILED)


def _day(text: str, option: str) -> str:
    try:
        return date.fromisoformat(text).strftime("%Y%m%d") if text else ""
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day (yyyy-MM-dd)", param_hint=option) from None


def _books(data: Path, file: Path | None, journal: Path | None, institution: str, days: Days) -> dict[str, OwnBook]:
    """Return the own books, by institution; none where there is neither file nor journal."""
    if file is not None:
        return {institution: from_file(file)}
    path = journal or data / JOURNAL
    if journal is None and not path.exists():
        return {}
    books = from_journal(path, days)
    return {code: book for code, book in books.items() if institution in ("", code)}


def _reconciled(ledger: Path, books: dict[str, OwnBook], institution: str, days: Days) -> Reconciled:
    from_ms = day_bounds(days.first)[0] if days.first else 0
    to_ms = day_bounds(days.last)[1] if days.last else EVER_MS
    try:
        connection = apsw.Connection(str(ledger), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            connection.set_busy_timeout(BUSY_TIMEOUT_MS)
            told = {code for code, book in books.items() if book.rows or book.purchases or book.open}
            there = {institution} if institution else {*institutions(connection, from_ms, to_ms), *told}
            held = {code: read_held(connection, Period(code, from_ms, to_ms)) for code in sorted(there)}
            between = read_pairs(connection, from_ms, to_ms)
        finally:
            connection.close()
    except apsw.Error as error:
        raise BookError(f"{ledger} cannot be read as a ledger: {error}") from None
    found = [one for code, rows in held.items() for one in _differences(code, books.get(code), rows, days)]
    found += [_between(pair) for pair in pairs.differences(between)]
    return Reconciled(
        first=days.first,
        last=days.last,
        institutions=len(held),
        own_rows=sum(len(book.rows) for book in books.values()),
        engine_rows=sum(len(rows.rows) for rows in held.values()),
        own_purchases=sum(len(book.purchases or ()) for book in books.values()),
        bank_purchases=sum(trade.state == SETTLED for rows in held.values() for trade in rows.trades),
        pairs=len(pairs.totals(between)),
        differences=tuple(found),
    )


def _differences(code: str, book: OwnBook | None, held: Held, days: Days) -> Iterator[Difference]:
    yield from engine_and_bank(code, held.settlements, held.trades)
    if book is None:
        return
    yield from institution_and_engine(code, book.rows, held.rows)
    if book.purchases is not None:
        yield from institution_and_bank(code, book.purchases, _made(held.trades, days))
    yield from book.open


def _made(trades: tuple[BankTrade, ...], days: Days) -> Iterator[BankTrade]:
    """Return the purchases that a terminal made on these days by its own clock, as its journal counts them."""
    return (trade for trade in trades if days.has(trade.msgid[MSGID_DAY]))


def _between(pair: pairs.PairDifference) -> Difference:
    said = f"{pair.claim}: {pair.kind}, owing {yuan(pair.owing_fen)}, owed {yuan(pair.owed_fen)}"
    return Difference(Kind.PAIR, "", pair.cause, "", pair.owing_fen - pair.owed_fen, said)


def _lines(found: Reconciled) -> Iterator[str]:
    period = f"{found.first or 'the beginning'} to {found.last or 'now'}"
    yield f"{found.institutions} institutions, {period}"
    yield f"  rows        institution {found.own_rows}, engine {found.engine_rows}"
    yield f"  purchases   terminals {found.own_purchases}, bank {found.bank_purchases}"
    yield f"  cities      {found.pairs} claims between two"
    if found.ok:
        yield "nothing differs"
        return
    yield f"{len(found.differences)} differences"
    for one in found.differences[:PRINTED_MAX]:
        where = " ".join(filter(None, (one.fixmedins_code, one.setl_id, one.msgid)))
        yield f"  {one.kind:<17} {where}: {one.said}"
    if len(found.differences) > PRINTED_MAX:
        yield f"  and {len(found.differences) - PRINTED_MAX} more; --json has them all"
