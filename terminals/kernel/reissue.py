"""A new card for an old one (补换卡, 0001): the cure of a locked key, at a terminal of the city of insurance.

The old card says whose the new one is. It is dead from the host's answer on, whatever becomes of the new one; account,
password and what was settled belong to the person and stay.
"""

from settlement.wire.messages import CardReissued, ReissueCard
from terminals.kernel.card_dialogue import read_issued
from terminals.kernel.effects import Show, Slot, Steps, TakeCard
from terminals.kernel.exchange import exchange, output_of, unanswered
from terminals.kernel.outcome import Event, Outcome, Result
from terminals.kernel.reception import ask_host, opened
from terminals.kernel.site import AT_ONCE, Pace, Site
from terminals.kernel.terminal_codes import NO_CARD_ANSWERS, TerminalCode
from terminals.kernel.transaction import Transaction, card_refused, pause


def reissue(site: Site, pace: Pace = AT_ONCE, *, slot: Slot = Slot.LOCAL) -> Steps[Outcome]:
    """Replace the card in a slot by its holder's next one; DONE with the new one in its place."""
    transaction = Transaction("reissue", site, pace, slot)
    yield from pause(pace.card_s, "card")
    card = yield from read_issued(slot)
    holder = card if isinstance(card, TerminalCode) else (yield from opened(transaction, card))
    if isinstance(holder, TerminalCode):
        return (yield from card_refused(transaction, holder))
    person = yield from ask_host(transaction, holder)
    if isinstance(person, Outcome):
        return person
    asked = ReissueCard(person.psn_no, holder.certno, holder.psn_name, holder.card_id.hex().upper())
    reply = yield from exchange(transaction, asked, holder.city)
    given = output_of(reply, CardReissued)
    if given is None:
        return (yield from unanswered(transaction, reply))
    yield Show("旧卡已失效，请取新卡", "the old card is dead, take the new one")
    if not (yield TakeCard(given.card_issue)):
        return (yield from card_refused(transaction, NO_CARD_ANSWERS))
    transaction.events.append(Event.REISSUED)
    return transaction.ended(Result.DONE)
