"""The three witnesses: what an institution's own book, the engine's ledger and the bank say of the same days.

The ledger is read from its file, beside an engine that may run on it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import apsw
from msgspec import Struct

from settlement.engine.clearing import pairs
from settlement.engine.clearing.reconcile import day_bounds
from settlement.engine.clearing.three_ways import (
    Difference,
    Kind,
    engine_and_bank,
    institution_and_bank,
    institution_and_engine,
)
from settlement.engine.ledger.state import SETTLED, BankTrade
from settlement.engine.ledger.statement import Period
from settlement.engine.rules.money import yuan
from settlement.stores.positions import read_pairs
from settlement.stores.three_ways import Held, institutions, read_held
from shuaka.reconciling.own_book import MSGID_DAY, BookError, Days, OwnBook

EVER_MS: Final = 1 << 62
BUSY_TIMEOUT_MS: Final = 5_000


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


def reconciled(ledger: Path, books: dict[str, OwnBook], institution: str, days: Days) -> Reconciled:
    """Return what differs, at one institution or, if none is named, at all; raise BookError."""
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
