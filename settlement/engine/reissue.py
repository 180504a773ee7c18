"""Reissue (0001, our own): a new card for a person, the old one superseded, everything else as it was.

No public interface has this message and the four users' documents tell four ways of it (assumed). Whoever acts for
HRSS sends it: here any signed-in terminal of an institution of the city of insurance stands for an outlet of it.
Personal account, password, accumulators and bank account belong to the person and outlive every card; the new card's
key lock is open and its counters start anew, because it is another chip.
"""

import msgspec

from cardsim.issuing.population import ISSUES_MAX
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.entitlement import not_the_card
from settlement.wire import codes
from settlement.wire.messages import CardReissued, ReissueCard


def reissue(case: Case) -> Verdict:
    """0001: make the person's next card the only one that is good."""
    asked = case.arrival.body
    assert isinstance(asked, ReissueCard)
    if case.remote:
        return Refused(codes.REISSUE_REFUSED, f"only in {case.home}")
    person = case.person(asked.psn_no)
    if person is None or (asked.certno, asked.psn_name) != (person.certno, person.psn_name):
        return Refused(codes.NO_INSURED_PERSON, asked.psn_no)
    if asked.card_sn and asked.card_sn != person.card_id.hex().upper():
        return not_the_card(case, person, asked.card_sn)
    if person.card_issue == ISSUES_MAX:
        return Refused(codes.REISSUE_REFUSED, f"{ISSUES_MAX} cards were issued")
    issue = person.card_issue + 1
    card = case.world.register.card(person.city, person.psn_no, issue)
    output = CardReissued(person.psn_no, card.card_number, card.card_id.hex().upper(), issue, card.bank_card_no)
    return Granted(output, (msgspec.structs.replace(person, card_issue=issue, **card._asdict()),))
