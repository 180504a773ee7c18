"""Reissue (0001, our own): a new card for a person, the old one superseded, everything else as it was.

No public interface has this message and the four users' documents tell four ways of it (assumed). Whoever acts for
HRSS sends it: here any signed-in terminal of an institution of the city of insurance stands for an outlet of it.
Personal account, password, accumulators and bank account belong to the person and outlive every card; the new card's
key lock is open and its counters start anew, because it is another chip.

The card that is good now is given back, or said to be lost, which is believed once a day: nobody is issued a row of
cards. Where the card before it is given back, to the operator who took it back once already, it is the current card
that is told again: the reply was lost, the old card is dead and the new one was never handed over, so without this its
holder would have none, and under a new msgid the first reply is out of reach.
"""

import msgspec

from cardsim.issuing.population import ISSUES_MAX
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.credential import not_the_card
from settlement.engine.ledger.state import Person, Reissue
from settlement.engine.persons import Register
from settlement.wire import codes
from settlement.wire.messages import CardReissued, ReissueCard
from settlement.wire.names import day_of


def reissue(case: Case) -> Verdict:
    """0001: make the person's next card the only one that is good."""
    asked = case.arrival.body
    assert isinstance(asked, ReissueCard)
    if case.remote:
        return Refused(codes.REISSUE_REFUSED, f"only in {case.home}")
    person = case.person(holder_of(asked, case.world.register))
    if person is None or not _is_named(asked, person):
        return Refused(codes.NO_INSURED_PERSON, asked.psn_no)
    last = case.state.get(Reissue, person.city, person.psn_no)
    if last and _is_unfinished(case, asked, last):
        return Granted(_told(person))
    return _refusal(case, asked, person, last) or _issued(case, asked, person)


def holder_of(asked: ReissueCard, register: Register) -> str:
    """Return whose card is asked for, by name or by the card that is given back; empty if it is nobody's."""
    return asked.psn_no or register.bearer(asked.card_sn) or ""


def _is_named(asked: ReissueCard, person: Person) -> bool:
    stated = asked.psn_no, asked.certno, asked.psn_name
    return not any(stated) or stated == (person.psn_no, person.certno, person.psn_name)


def _is_unfinished(case: Case, asked: ReissueCard, last: Reissue) -> bool:
    """Tell whether the same operator gives the same card back once more."""
    if asked.lost or not asked.card_sn:
        return False
    asks = asked.card_sn, case.institution.code, case.opter_no
    return asks == (last.given_back, last.fixmedins_code, last.opter_no)


def _refusal(case: Case, asked: ReissueCard, person: Person, last: Reissue | None) -> Refused | None:
    if bool(asked.card_sn) == asked.lost:
        return Refused(codes.REISSUE_REFUSED, "the card is given back (card_sn) or lost")
    if asked.card_sn and asked.card_sn != person.card_id.hex().upper():
        return not_the_card(case, person, asked.card_sn)
    if asked.lost and last and day_of(last.issued_ms) == day_of(case.now_ms):
        return Refused(codes.REISSUE_REFUSED, "a card was issued today, and is not lost as well")
    if person.card_issue == ISSUES_MAX:
        return Refused(codes.REISSUE_REFUSED, f"{ISSUES_MAX} cards were issued")
    return None


def _issued(case: Case, asked: ReissueCard, person: Person) -> Granted:
    issue = person.card_issue + 1
    card = case.world.register.card(person.city, person.psn_no, issue)
    renewed = msgspec.structs.replace(person, card_issue=issue, **card._asdict())
    how = Reissue(
        city=person.city,
        psn_no=person.psn_no,
        card_issue=issue,
        given_back=asked.card_sn,
        fixmedins_code=case.institution.code,
        opter_no=case.opter_no,
        issued_ms=case.now_ms,
    )
    return Granted(_told(renewed), (renewed, how))


def _told(person: Person) -> CardReissued:
    return CardReissued(
        person.psn_no, person.card_number, person.card_id.hex().upper(), person.card_issue, person.bank_card_no
    )
