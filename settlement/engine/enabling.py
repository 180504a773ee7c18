"""A card comes into force: its social zone is enabled (启用), and the card before it is dead or good for a while more.

The one before is good beside it only if it was good itself: a card that was lost never is again.

All of it is one decision: there is no moment with two cards or none. The personal account is the person's, so that its
balance is reached by the card in force without being moved (RA30). From a generation that the city names, a new card
comes into force only once its bank zone is on too (RA34); until then the old one goes on.
"""

from typing import Final

import msgspec

from settlement.engine.card_in_force import ISSUED_UNENABLED, NORMAL, is_waiting, issuing_city
from settlement.engine.case import Case
from settlement.engine.ledger.state import BankAccount, Key, Person, Record, Reissue
from settlement.engine.rules.card import Event
from settlement.wire.messages import QueryPerson

ENABLED: Final = "ENABLED"
"""The social zone of a new card that still waits for its bank zone."""
ACTIVE: Final = "ACTIVE"


def waiting_keys(case: Case) -> tuple[Key, ...]:
    """Name what enabling by a first read needs; nothing where no card waits."""
    asked = case.arrival.body
    assert isinstance(asked, QueryPerson)
    psn_no = case.world.register.psn_no(asked.certno)
    person = case.person(psn_no) if psn_no else None
    return enabling_keys(person) if person and person.card_pending else ()


def enabling_keys(person: Person) -> tuple[Key, ...]:
    """Name the rows of the card that waits."""
    holder = person.city, person.psn_no
    return (Reissue, holder), (BankAccount, holder)


def enables(case: Case, person: Person, event: Event, card_sn: str) -> bool:
    """Tell whether what happens here with a card enables it without asking, by the city's rule (RA05, RA06)."""
    if event not in case.world.cities[person.city].card.enabled_by or case.remote or person.died_ms:
        return False
    if person.card_pending:
        return is_waiting(case, person, card_sn)
    return person.card_status == ISSUED_UNENABLED and card_sn == person.card_id.hex().upper()


def enabled(case: Case, person: Person) -> tuple[Record, ...]:
    """Return the rows after the social zone of the card that waits, or of the only one, was enabled."""
    if not person.card_pending:
        return (msgspec.structs.replace(person, card_status=NORMAL, card_status_ms=case.now_ms),)
    how = case.state.get(Reissue, person.city, person.psn_no)
    assert how, "a card that waits was issued"
    if _needs_both(case, person, how) and not _bank_zone_is_on(case, person):
        return (msgspec.structs.replace(how, social_zone=ENABLED),)
    return (in_force(case, person, how),)


def after_activation(case: Case, person: Person) -> tuple[Record, ...]:
    """Return the rows after the bank zone was activated: a card that waited only for that comes into force."""
    how = case.state.get(Reissue, person.city, person.psn_no)
    if how is None or how.card_issue != person.card_pending or how.social_zone != ENABLED or person.died_ms:
        return ()
    return (in_force(case, person, how),)


def in_force(case: Case, person: Person, how: Reissue) -> Person:
    """Return the person with the card of this issue in force; the one before is dead, or good beside it."""
    card = case.world.register.card(issuing_city(person), person.psn_no, how.card_issue)
    both_good = case.world.cities[person.city].card.transition == "BATCH" and person.card_status == NORMAL
    return msgspec.structs.replace(
        person,
        card_status=NORMAL,
        card_status_ms=case.now_ms,
        card_issue=how.card_issue,
        card_generation=how.generation or person.card_generation,
        card_pending=0,
        card_also=person.card_issue if both_good else 0,
        card_reason="",
        **card._asdict(),
    )


def _needs_both(case: Case, person: Person, how: Reissue) -> bool:
    newer = how.generation > person.card_generation
    return newer and how.generation >= case.world.cities[person.city].card.both_zones_from_generation


def _bank_zone_is_on(case: Case, person: Person) -> bool:
    account = case.account(person.psn_no)
    return account is not None and account.status == ACTIVE
