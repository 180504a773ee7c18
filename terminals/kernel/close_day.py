"""The bank's day at a terminal: sign in for a batch (0800), close it (0500), and tell it line by line where it differs.

Who closes twice is answered twice alike: a repeat goes out under its own msgid. An unequal batch is closed all the
same once its lines were told (0320); what differs is a matter of reconciliation, not of the terminal.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from settlement.wire.bank import (
    BATCH_EQUAL,
    BATCH_UNEQUAL,
    CLOSE,
    LINE_EQUAL,
    UPLOADED,
    BankSignedIn,
    BankSignIn,
    BatchClose,
    BatchClosed,
    BatchLine,
    LineTaken,
)
from terminals.kernel.bank_numbers import numbers_of
from terminals.kernel.effects import NextMsgid, Show, Steps
from terminals.kernel.entries import Fate, OpenIntent, PurchaseIntent, Resolution
from terminals.kernel.exchange import exchange, output_of, unanswered
from terminals.kernel.outcome import Outcome, Result
from terminals.kernel.site import Site
from terminals.kernel.transaction import Transaction


class Opened(Struct, frozen=True):
    """Which batch is open now: DONE; DECLINED or NO_ANSWER with none."""

    outcome: Outcome
    batch: int = 0


class Closed(Struct, frozen=True):
    """How a day was closed: DONE, DECLINED or NO_ANSWER.

    `differs` are the msgids that the bank has otherwise, `bank_has_fen` what its debits are beyond the terminal's.
    """

    outcome: Outcome
    differs: tuple[str, ...] = ()
    bank_has_fen: int = 0


def open_batch(site: Site) -> Steps[Opened]:
    """Sign in at the bank (0800); what was open goes on, else the next batch begins."""
    transaction = Transaction("open_batch", site)
    msgid: str = yield NextMsgid()
    reply = yield from exchange(transaction, BankSignIn(numbers_of(msgid)[1]), "", msgid=msgid)
    opened = output_of(reply, BankSignedIn)
    if opened is None:
        return Opened((yield from unanswered(transaction, reply)))
    return Opened(transaction.ended(Result.DONE), opened.batch)


def standing_of(entries: Iterable[OpenIntent | Resolution], batch: int) -> tuple[PurchaseIntent, ...]:
    """Return the purchases of a batch that a journal's entries tell to stand."""
    made = {entry.msgid: entry for entry in entries if isinstance(entry, PurchaseIntent) and entry.batch == batch}
    ended = {entry.msgid: entry.fate for entry in entries if isinstance(entry, Resolution)}
    return tuple(intent for msgid, intent in made.items() if ended.get(msgid) is Fate.DONE)


def close_day(site: Site, batch: int, purchases: Sequence[PurchaseIntent]) -> Steps[Closed]:
    """Close a batch in which these purchases stand for the terminal."""
    transaction = Transaction("close_day", site)
    closed = yield from _asked(transaction, batch, purchases, CLOSE)
    if isinstance(closed, Outcome):
        return Closed(closed)
    if closed.result == BATCH_EQUAL:
        return Closed(transaction.ended(Result.DONE))
    assert closed.result == BATCH_UNEQUAL
    yield Show("批结算不平", "the batch is not equal")
    differs: list[str] = []
    for purchase in purchases:
        line = BatchLine(batch, purchase.pan, purchase.msgid, purchase.amount_fen)
        reply = yield from exchange(transaction, line, purchase.insuplc_admdvs)
        taken = output_of(reply, LineTaken)
        if taken is None:
            return Closed((yield from unanswered(transaction, reply)))
        if taken.result != LINE_EQUAL:
            differs.append(purchase.msgid)
    ended = yield from _asked(transaction, batch, purchases, UPLOADED)
    if isinstance(ended, Outcome):
        return Closed(ended)
    own_fen = sum(purchase.amount_fen for purchase in purchases)
    return Closed(transaction.ended(Result.DONE), tuple(differs), ended.debit_fen - own_fen)


def _asked(
    transaction: Transaction, batch: int, purchases: Sequence[PurchaseIntent], network_code: str
) -> Steps[BatchClosed | Outcome]:
    body = BatchClose(batch, network_code, len(purchases), sum(one.amount_fen for one in purchases), 0, 0)
    reply = yield from exchange(transaction, body, "")
    closed = output_of(reply, BatchClosed)
    return (yield from unanswered(transaction, reply)) if closed is None else closed
