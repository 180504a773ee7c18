"""A new card for an old one (补换卡, 0001): the cure of a locked key, at a terminal of the city of insurance.

The old card says what anybody may read of it, and that is enough: no key is proven, so that every lock is cured here.
It is dead from the host's answer on; account, password and what was settled belong to the person and stay. Whose answer
was lost, or who did not get hold of the new card, comes again with the old one: the host then names the same new card.
"""

from typing import Final

from settlement.wire.messages import CardReissued, ReissueCard
from terminals.kernel.card_dialogue import read_issued
from terminals.kernel.effects import NextMsgid, NoReply, Record, Show, Slot, Steps, TakeCard
from terminals.kernel.entries import Fate, ReissueIntent, Resolution
from terminals.kernel.exchange import UNJUDGED, exchange, output_of
from terminals.kernel.outcome import Event, Outcome, Result
from terminals.kernel.site import AT_ONCE, Pace, Site
from terminals.kernel.terminal_codes import NO_CARD_ANSWERS, TerminalCode
from terminals.kernel.transaction import Transaction, card_refused, declined, pause

REISSUE: Final = "0001"


def reissue(site: Site, pace: Pace = AT_ONCE, *, slot: Slot = Slot.LOCAL) -> Steps[Outcome]:
    """Replace the card in a slot by its holder's next one; DONE with the new one in its place."""
    transaction = Transaction("reissue", site, pace, slot)
    yield from pause(pace.card_s, "card")
    card = yield from read_issued(slot)
    if isinstance(card, TerminalCode):
        return (yield from card_refused(transaction, card))
    intent = ReissueIntent((yield NextMsgid()), card.city, card.card_id.hex().upper())
    yield Record(intent)
    given = yield from issue(transaction, intent)
    if isinstance(given, Outcome):
        return given
    yield Show("旧卡已失效，请取新卡", "the old card is dead, take the new one")
    if not (yield TakeCard(given.card_issue)):
        return (yield from card_refused(transaction, NO_CARD_ANSWERS))
    transaction.events.append(Event.REISSUED)
    return transaction.ended(Result.DONE)


def issue(transaction: Transaction, intent: ReissueIntent) -> Steps[CardReissued | Outcome]:
    """Ask for a new card, for the first time or once more: the same message under the same msgid."""
    asked = ReissueCard("", "", "", intent.card_sn)
    reply = yield from exchange(transaction, asked, intent.insuplc_admdvs, msgid=intent.msgid)
    given = output_of(reply, CardReissued)
    if given is not None:
        yield Record(Resolution(intent.msgid, Fate.DONE))
        return given
    if isinstance(reply, NoReply) or reply.approved or reply.refusal in UNJUDGED:
        yield Show("补换卡结果未知，请稍后持旧卡再来", "the reissue is not confirmed yet, come again with the old card")
        return transaction.ended(Result.IN_DOUBT)
    yield Record(Resolution(intent.msgid, Fate.REFUSED, refusal=reply.refusal))
    return (yield from declined(transaction, reply.refusal))
