"""The undo of a purchase (0400): whatever became of it, nothing of it is owed afterwards.

Repeated under its own msgid until it is answered, and in the journal until then. A purchase that the bank never saw, or
declined, is answered alike. What the bank refuses to undo is stuck: another 0400 would be refused as well.
"""

from settlement.wire.bank import PurchaseReversal, PurchaseReversed
from terminals.kernel.bank_numbers import numbers_of
from terminals.kernel.effects import NextMsgid, NoReply, Record, Steps
from terminals.kernel.entries import Fate, PurchaseIntent, Resolution
from terminals.kernel.exchange import UNJUDGED, exchange, output_of
from terminals.kernel.outcome import Event, Result
from terminals.kernel.transaction import Transaction


def reverse_purchase(transaction: Transaction, purchase: PurchaseIntent) -> Steps[Result]:
    """Undo a purchase (0400): REVERSED; IN_DOUBT where that could not be delivered, and the journal keeps it; STUCK."""
    msgid: str = yield NextMsgid()
    batch, trace = numbers_of(msgid, transaction.site.bank_batch)
    body = PurchaseReversal(
        purchase.pan,
        trace,
        batch,
        purchase.amount_fen,
        purchase.msgid,
        purchase.trace,
        purchase.batch,
    )
    reply = yield from exchange(transaction, body, purchase.insuplc_admdvs, msgid=msgid)
    if output_of(reply, PurchaseReversed) is not None:
        transaction.events.append(Event.BANK_REVERSED)
        yield Record(Resolution(purchase.msgid, Fate.REVERSED, purchase.setl_id, undone_by=msgid))
        return Result.REVERSED
    if isinstance(reply, NoReply) or reply.approved or reply.refusal in UNJUDGED:
        transaction.events.append(Event.BANK_IN_DOUBT)
        return Result.IN_DOUBT
    transaction.events.append(Event.BANK_STUCK)
    yield Record(Resolution(purchase.msgid, Fate.STUCK, purchase.setl_id, reply.refusal))
    return Result.STUCK
