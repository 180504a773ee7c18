"""From the bank's counter to its holder's hands: collection (0035), handing out (0036), and a card made at once (0040).

A card of a batch is collected by whoever applied for it: the unit, also for people who have left it since (RJ10), or
the person. A person who collects has the card; a unit has some days to hand it out (RH16).
"""

from typing import Final

import msgspec

from cardsim.issuing.population import ISSUES_MAX
from settlement.engine.card_in_force import ISSUED_UNENABLED, NONE, NORMAL
from settlement.engine.cards.making.eligible import BATCH, INSTANT, open_of
from settlement.engine.cards.making.progress import generation_of, making_of, progress
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger.bank_zone import ACTIVE, handed_out
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
    return _issued(case, person, taken, ISSUED_UNENABLED)


def hand_out(case: Case, person: Person) -> Verdict:
    """0036: the unit hands the card to its holder."""
    asked = case.arrival.body
    assert isinstance(asked, HandOutCard)
    application = open_of(case, person)
    if application is None or not application.collected_ms:
        return Refused(making_codes.NOT_READY, "nobody has collected it")
    if asked.unit_no != application.unit_no:
        return Refused(making_codes.OTHER_UNIT, application.unit_no)
    return _issued(case, person, application, ISSUED_UNENABLED)


def make_instantly(case: Case, person: Person) -> Verdict:
    """0040: the card that was applied for as INSTANT, with both zones on (RA07)."""
    application = open_of(case, person)
    if application is None:
        return Refused(making_codes.NO_APPLICATION)
    if application.mode != INSTANT:
        return Refused(making_codes.APPLICATION_PENDING, f"{application.mode} at {application.bank_code}")
    return _issued(case, person, application, NORMAL)


def _issued(case: Case, person: Person, application: CardApplication, card_status: str) -> Verdict:
    """Return the card in its holder's hands: what it replaces is dead, and the person's account stays as it is."""
    issue = FIRST_ISSUE if application.status_before == NONE else person.card_issue + 1
    if issue > ISSUES_MAX:
        return Refused(codes.REISSUE_REFUSED, f"{ISSUES_MAX} cards were issued")
    card = case.world.register.card(person.city, person.psn_no, issue)
    holder = msgspec.structs.replace(
        person,
        card_status=card_status,
        card_status_ms=case.now_ms,
        card_issue=issue,
        card_generation=generation_of(making_of(case, application)),
        card_reason="",
        issuing_city="",
        **card._asdict(),
    )
    account = _account(case, application, holder, at_once=card_status == NORMAL)
    ended = msgspec.structs.replace(application, state=ISSUED, ended_ms=case.now_ms)
    changes: tuple[Record, ...] = (holder, account, ended)
    if issue > FIRST_ISSUE:
        changes = (*changes, _how(case, holder))
    told = CardMade(
        psn_no=holder.psn_no,
        card_number=holder.card_number,
        card_sn=holder.card_id.hex().upper(),
        card_issue=issue,
        bank_card_no=holder.bank_card_no,
        generation=holder.card_generation,
        card_status=holder.card_status,
        bank_status=account.status,
    )
    return Granted(told, changes)


def _account(case: Case, application: CardApplication, holder: Person, *, at_once: bool) -> BankAccount:
    """Return the account as its bank hands it out; a card that is made at once comes with an active one."""
    account = case.account(holder.psn_no)
    assert account, "every person of the register has an account"
    city = case.world.cities[holder.city]
    bank = city.banks.get(application.bank_code) or city.banks[city.bank.code]
    account = handed_out(account, application.bank_code, bank)
    return msgspec.structs.replace(account, status=ACTIVE) if at_once else account


def _how(case: Case, holder: Person) -> Reissue:
    return Reissue(
        city=holder.city,
        psn_no=holder.psn_no,
        card_issue=holder.card_issue,
        given_back="",
        fixmedins_code=case.institution.code,
        opter_no=case.opter_no,
        issued_ms=case.now_ms,
    )
