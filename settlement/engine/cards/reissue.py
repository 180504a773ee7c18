"""Reissue (0001, our own): a new card for a person, everything else as it was.

No public interface has this message and the four users' documents tell four ways of it: what differs is the city's
(rules.card). Personal account, password, accumulators and bank account belong to the person and outlive every card; the
new card's key lock is open and its counters start anew, because it is another chip.

The card that is good now is given back, or said to be lost, which is believed once a day and makes it lost for good:
nobody is issued a row of cards. A machine takes a card back that shows no more than its number, unless it was reported
lost or is sealed; everywhere else its holder is named whole.

Where the card before it is given back, to the operator who took it back once already, it is the current card that is
told again: the reply was lost, the old card is dead and the new one was never handed over, so without this its holder
would have none, and under a new msgid the first reply is out of reach.
"""

from typing import Final

import msgspec

from settlement.engine.arrival import Arrival
from settlement.engine.card_in_force import LOST_FORMAL, card_sn_of, death_refusal, not_the_card, status_of
from settlement.engine.cards import desk
from settlement.engine.cards.elsewhere import names_of
from settlement.engine.cards.fees import fee_of
from settlement.engine.cards.issue import issued, issued_keys
from settlement.engine.cards.replacing import IN_HAND, reason_of, refusal
from settlement.engine.case import Case, Granted, Refused, Verdict, World
from settlement.engine.judge import Keys
from settlement.engine.ledger.making import CardApplication
from settlement.engine.ledger.state import Person, Reissue
from settlement.engine.persons import Register
from settlement.wire import codes
from settlement.wire.card_service import ON_SITE
from settlement.wire.messages import CardReissued, ReissueCard
from settlement.wire.names import day_of

SERVICE: Final = "reissue"
MACHINE: Final = "KIOSK"


def reissue(case: Case) -> Verdict:
    """0001: make the person's next card; instant, it is the only one that is good at once."""
    asked = case.arrival.body
    assert isinstance(asked, ReissueCard)
    offer = case.world.cities[case.home].services.get(SERVICE)
    if refused := desk.not_offered(case, SERVICE, offer, asked):
        return refused
    person = case.person(holder_of(asked, case.world.register))
    if person is None or not _is_named(asked, person):
        return Refused(codes.NO_INSURED_PERSON, asked.psn_no)
    if refused := death_refusal(person):
        return refused
    last = case.state.get(Reissue, person.city, person.psn_no)
    if last and _is_unfinished(case, asked, last):
        return Granted(_told(case, person, last.card_issue))
    return _doubted(case, asked, person, last) or refusal(case, asked, person) or _issued(case, asked, person)


def holder_of(asked: ReissueCard, register: Register) -> str:
    """Return whose card is asked for, by name or by the card that is given back; empty if it is nobody's."""
    return asked.psn_no or register.bearer(asked.card_sn) or ""


def about(arrival: Arrival, world: World) -> str:
    """Return whom a request for a new card is about."""
    asked = arrival.body
    assert isinstance(asked, ReissueCard)
    return holder_of(asked, world.register)


def reissue_keys(arrival: Arrival, world: World) -> Keys:
    """Name the person, here and in the other cities of the province, and what handing a card out reads."""
    asked = arrival.body
    assert isinstance(asked, ReissueCard)
    holder = arrival.home, holder_of(asked, world.register)
    application = CardApplication, holder
    return (Person, holder), *names_of(arrival, holder[1], world), application, *issued_keys(*holder)


def _is_named(asked: ReissueCard, person: Person) -> bool:
    stated = asked.psn_no, asked.certno, asked.psn_name
    if asked.channel == MACHINE and asked.card_sn and not any(stated):
        return True
    return stated == (person.psn_no, person.certno, person.psn_name)


def _is_unfinished(case: Case, asked: ReissueCard, last: Reissue) -> bool:
    """Tell whether the same operator gives the same card back once more."""
    if asked.lost or not asked.card_sn:
        return False
    asks = asked.card_sn, case.institution.code, case.opter_no
    return asks == (last.given_back, last.fixmedins_code, last.opter_no)


def _doubted(case: Case, asked: ReissueCard, person: Person, last: Reissue | None) -> Refused | None:
    """Return why what is said of the old card is not believed, or None."""
    if bool(asked.card_sn) == asked.lost:
        return Refused(codes.REISSUE_REFUSED, "the card is given back (card_sn) or lost")
    if asked.card_sn and asked.card_sn != card_sn_of(person):
        return not_the_card(case, person, asked.card_sn)
    if asked.lost and last and day_of(last.issued_ms) == day_of(case.now_ms):
        return Refused(codes.REISSUE_REFUSED, "a card was issued today, and is not lost as well")
    return None


def _issued(case: Case, asked: ReissueCard, person: Person) -> Granted:
    how = Reissue(
        city=person.city,
        psn_no=person.psn_no,
        card_issue=person.card_issue + 1,
        given_back=asked.card_sn,
        fixmedins_code=case.institution.code,
        opter_no=case.opter_no,
        issued_ms=case.now_ms,
        reason=reason_of(asked),
        generation=asked.generation,
        bank_code=asked.bank_code if asked.reason == "CHANGE_BANK" else "",
    )
    if asked.lost and status_of(case, person) in IN_HAND:
        person = msgspec.structs.replace(person, card_status=LOST_FORMAL, card_status_ms=case.now_ms)
    mode = asked.mode or case.world.cities[person.city].card.reissue.mode
    rows = issued(case, person, how, instant=mode == "INSTANT" and asked.channel in ON_SITE)
    return Granted(_told(case, person, how.card_issue), rows, fee_of(case, how))


def _told(case: Case, person: Person, issue: int) -> CardReissued:
    card = case.world.register.card(person.city, person.psn_no, issue)
    return CardReissued(person.psn_no, card.card_number, card.card_id.hex().upper(), issue, card.bank_card_no)
