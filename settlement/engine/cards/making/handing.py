"""From the bank's counter to its holder's hands: collection (0035), handing out (0036), and a card made at once (0040).

A dead card is replaced by the new one, which waits to be enabled; one that was only lost stays so until then.
A card of a batch is collected by whoever applied for it: the unit, also for people who have left it since (RJ10), or
the person. A person who collects has the card; a unit has some days to hand it out (RH16).
"""

from typing import Final

import msgspec

from cardsim.issuing.population import ISSUES_MAX
from settlement.engine.card_in_force import ISSUED_UNENABLED, LOST_FORMAL, NONE
from settlement.engine.cards.elsewhere import known_elsewhere, one_a_province
from settlement.engine.cards.fees import fee_of
from settlement.engine.cards.issue import issued
from settlement.engine.cards.making.eligible import BATCH, INSTANT, WITHOUT_CARD, open_of
from settlement.engine.cards.making.progress import generation_of, making_of, progress
from settlement.engine.cards.replacing import LOST
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.enabling import in_force
from settlement.engine.ledger.making import ISSUED, CardApplication
from settlement.engine.ledger.state import BankAccount, Person, Record, Reissue
from settlement.wire import codes, making_codes
from settlement.wire.making import CardMade, CollectCard, HandOutCard

FIRST_ISSUE: Final = 1


def collect_card(case: Case, person: Person) -> Verdict:
    """0035: the card is taken over at the bank."""
    asked = case.arrival.body
    assert isinstance(asked, CollectCard)
    application = open_of(case, person)
    if application is None or application.mode != BATCH:
        return Refused(making_codes.NO_APPLICATION)
    if not making_of(case, application).reached("AT_BANK", case.now_ms):
        return Refused(making_codes.NOT_READY)
    if asked.unit_no != application.unit_no:
        return Refused(making_codes.OTHER_UNIT, application.unit_no or "the person applied")
    taken = msgspec.structs.replace(application, collected_ms=application.collected_ms or case.now_ms)
    if application.unit_no:
        return Granted(progress(case, person, taken), (taken,))
    return _issued(case, person, taken, instant=False)


def hand_out(case: Case, person: Person) -> Verdict:
    """0036: the unit hands the card to its holder."""
    asked = case.arrival.body
    assert isinstance(asked, HandOutCard)
    application = open_of(case, person)
    if application is None or not application.collected_ms:
        return Refused(making_codes.NOT_READY, "nobody has collected it")
    if asked.unit_no != application.unit_no:
        return Refused(making_codes.OTHER_UNIT, application.unit_no)
    return _issued(case, person, application, instant=False)


def make_instantly(case: Case, person: Person) -> Verdict:
    """0040: the card that was applied for as INSTANT, with both zones on (RA07)."""
    application = open_of(case, person)
    if application is None:
        return Refused(making_codes.NO_APPLICATION)
    if application.mode != INSTANT:
        return Refused(making_codes.APPLICATION_PENDING, f"{application.mode} at {application.bank_code}")
    return _issued(case, person, application, instant=True)


def _issued(case: Case, person: Person, application: CardApplication, *, instant: bool) -> Verdict:
    """Return the card in its holder's hands; personal account and bank account stay as they are.

    The card that takes a lost one's place costs what a reissue of a lost card costs (RA44).
    """
    if refused := one_a_province(case, person):
        return refused
    issue = _next_issue(case, person, application)
    if issue > ISSUES_MAX:
        return Refused(codes.REISSUE_REFUSED, f"{ISSUES_MAX} cards were issued")
    person = msgspec.structs.replace(person, issuing_city="")
    how = Reissue(
        city=person.city,
        psn_no=person.psn_no,
        card_issue=issue,
        given_back="",
        fixmedins_code=case.institution.code,
        opter_no=case.opter_no,
        issued_ms=case.now_ms,
        reason=LOST if person.card_status == LOST_FORMAL else "",
        generation=generation_of(making_of(case, application)),
        bank_code=application.bank_code,
    )
    rows = issued(case, person, how, instant=instant)
    if not instant and person.card_status in WITHOUT_CARD:
        waiting = msgspec.structs.replace(in_force(case, person, how), card_status=ISSUED_UNENABLED)
        rows = (waiting, *rows[1:])
    ended = msgspec.structs.replace(application, state=ISSUED, ended_ms=case.now_ms)
    return Granted(_made(case, how, rows), (*rows, ended), fee_of(case, how))


def _next_issue(case: Case, person: Person, application: CardApplication) -> int:
    """Return the number of the next card: no two cards of a person are alike, whichever city made them."""
    others = [known.card_issue for known in known_elsewhere(case, person.psn_no)]
    here = 0 if application.status_before == NONE else person.card_issue
    return max((here, *others)) + FIRST_ISSUE


def _made(case: Case, how: Reissue, rows: tuple[Record, ...]) -> CardMade:
    holder = next(row for row in rows if isinstance(row, Person))
    account = next((row for row in rows if isinstance(row, BankAccount)), case.account(holder.psn_no))
    card = case.world.register.card(holder.city, holder.psn_no, how.card_issue)
    return CardMade(
        psn_no=holder.psn_no,
        card_number=card.card_number,
        card_sn=card.card_id.hex().upper(),
        card_issue=how.card_issue,
        bank_card_no=card.bank_card_no,
        generation=how.generation,
        card_status=ISSUED_UNENABLED if holder.card_pending else holder.card_status,
        bank_status=account.status if account else "",
    )
