"""What became of an intent whose reply was lost: by query, then by reversal, never by settling again.

A settlement (2102, 2207, 2304) is looked for under its msgid (5203, medins_setl_id). Found, it stands; not found, 2601
undoes it or bars its late arrival by a tombstone; so it does an admission (2401). A revoke (2103, 2208, 2305) has no
reversal, and needs none: its message is made again from the intent and repeated under its own msgid, which the host
answers once and for all; so has a reissue. What cannot be decided stays open in the journal, for the next sign-on.
"""

from collections.abc import Callable
from typing import Final

from settlement.wire import codes
from settlement.wire.bank import PURCHASE
from settlement.wire.hospital import RevokeStay
from settlement.wire.messages import (
    QuerySettlement,
    Reverse,
    RevokeDrugSale,
    RevokeOutpatient,
    SettlementInfo,
)
from terminals.kernel.bank_reversal import reverse_purchase
from terminals.kernel.effects import NextMsgid, NoReply, Record, Steps
from terminals.kernel.entries import Fate, Intent, OpenIntent, PurchaseIntent, ReissueIntent, Resolution, standing
from terminals.kernel.exchange import UNJUDGED, exchange, output_of
from terminals.kernel.outcome import Event, Outcome, Result
from terminals.kernel.reissue import REISSUE, issue
from terminals.kernel.site import Site
from terminals.kernel.transaction import Transaction, cash_due, declined

REVOKES: Final[dict[str, Callable[[str, str, str], RevokeDrugSale | RevokeOutpatient | RevokeStay]]] = {
    "2103": RevokeDrugSale,
    "2208": RevokeOutpatient,
    "2305": RevokeStay,
}
UNDONE: Final = "1"
"""refd_setl_flag: revoked or reversed."""


def recover(site: Site, intent: OpenIntent) -> Steps[Outcome]:
    """Find out what became of one open intent of the journal; a purchase is undone, its card being gone."""
    transaction = Transaction("recover", site)
    if isinstance(intent, ReissueIntent):
        given = yield from issue(transaction, intent)
        return given if isinstance(given, Outcome) else transaction.ended(Result.DONE, infno=REISSUE)
    if isinstance(intent, PurchaseIntent):
        undone = yield from reverse_purchase(transaction, intent)
        return transaction.ended(undone, infno=PURCHASE)
    if intent.infno in REVOKES:
        return (yield from revoke_again(transaction, intent))
    return (yield from find_out(transaction, intent))


def find_out(transaction: Transaction, intent: Intent) -> Steps[Outcome]:
    """Return SETTLED, REVERSED, IN_DOUBT or STUCK for a settlement whose reply was lost."""
    query = QuerySettlement(intent.psn_no, "", "", intent.msgid)
    reply = yield from exchange(transaction, query, intent.insuplc_admdvs)
    info = output_of(reply, SettlementInfo)
    if info is not None:
        transaction.events.append(Event.FOUND_BY_QUERY)
        fate = Fate.REVERSED if info.refd_setl_flag == UNDONE else Fate.DONE
        yield Record(Resolution(intent.msgid, fate, info.setl_id, settled=standing(info)))
        return transaction.ended(
            Result.REVERSED if fate is Fate.REVERSED else Result.SETTLED, info=info, infno=intent.infno
        )
    if isinstance(reply, NoReply) or reply.refusal != codes.ORIGINAL_UNKNOWN.code:
        return transaction.ended(Result.IN_DOUBT)
    return (yield from _reverse(transaction, intent))


def revoke_again(transaction: Transaction, intent: Intent) -> Steps[Outcome]:
    """Send a revoke, for the first time or once more: the purchase's undo, then the same message as ever."""
    if intent.purchase:
        undone = yield from reverse_purchase(transaction, intent.purchase)
        if undone is not Result.REVERSED:
            return (yield from _kept_back(transaction, intent, undone))
    body = REVOKES[intent.infno](intent.setl_id, intent.mdtrt_id, intent.psn_no)
    reply = yield from exchange(transaction, body, intent.insuplc_admdvs, msgid=intent.msgid)
    info = output_of(reply, SettlementInfo)
    if info is not None:
        yield Record(Resolution(intent.msgid, Fate.DONE, info.setl_id, settled=standing(info)))
        return transaction.ended(Result.REVOKED, info=info, infno=intent.infno)
    if isinstance(reply, NoReply) or reply.approved or reply.refusal in UNJUDGED:
        return transaction.ended(Result.IN_DOUBT)
    yield Record(Resolution(intent.msgid, Fate.REFUSED, refusal=reply.refusal))
    if intent.purchase:
        transaction.events.append(Event.CASH_OWED)
        yield cash_due(intent.purchase.amount_fen)
    return (yield from declined(transaction, reply.refusal))


def _kept_back(transaction: Transaction, intent: Intent, undone: Result) -> Steps[Outcome]:
    """End a revoke whose purchase stands: the host would refuse it, and what is stuck is so with it."""
    if undone is Result.STUCK:
        yield Record(Resolution(intent.msgid, Fate.STUCK, intent.setl_id))
    return transaction.ended(undone)


def _reverse(transaction: Transaction, intent: Intent) -> Steps[Outcome]:
    msgid: str = yield NextMsgid()
    reversal = Reverse(intent.psn_no, intent.msgid, intent.infno)
    reply = yield from exchange(transaction, reversal, intent.insuplc_admdvs, msgid=msgid)
    if isinstance(reply, NoReply):
        return transaction.ended(Result.IN_DOUBT)
    if not reply.approved and reply.refusal in UNJUDGED:
        return transaction.ended(Result.IN_DOUBT, reply.refusal)
    if not reply.approved and reply.refusal != codes.ALREADY_UNDONE.code:
        yield Record(Resolution(intent.msgid, Fate.STUCK, refusal=reply.refusal, undone_by=msgid))
        return transaction.ended(Result.STUCK, reply.refusal)
    transaction.events.append(Event.UNDONE_BY_REVERSAL)
    yield Record(Resolution(intent.msgid, Fate.REVERSED, undone_by=msgid))
    return transaction.ended(Result.REVERSED)
