"""What becomes of a card that somebody holds in the hand: its status, and what to do about it.

A card is told by its number; that of another person, and what is known of its holder, is told to nobody (RA21).
"""

from typing import Final

import msgspec

from settlement.engine.arrival import Arrival
from settlement.engine.card_in_force import (
    CANCELLED,
    ISSUED_UNENABLED,
    LOST_FORMAL,
    SEALED,
    card_sn_of,
    is_waiting,
    not_the_card,
    sn_of_issue,
    status_of,
)
from settlement.engine.cards.state import told
from settlement.engine.case import Case, Granted, Verdict, World
from settlement.engine.judge import Keys
from settlement.engine.ledger.state import BankAccount, Person
from settlement.engine.persons import IN_FORCE
from settlement.wire import codes
from settlement.wire.card_service import CardService
from settlement.wire.services import QueryCard

SUPERSEDED: Final = "SUPERSEDED"
OF_NO_USE: Final = frozenset({LOST_FORMAL, SEALED, CANCELLED})
CLOSED: Final = "CLOSED"
CLOSE_BANK_ACCOUNT: Final = "CLOSE_BANK_ACCOUNT"
"""A card that is of no use any more still has an account at its bank (RD16, RA46)."""
CHECK_BENEFITS: Final = "CHECK_BENEFITS"
"""Keep the card while it still brings something: an insurance in force, a balance (RD15, RD16)."""
CANCEL_CARD: Final = "CANCEL_CARD"
"""It brings nothing any more, and its holder lives in another province (RD15)."""
TRANSFER_CARD: Final = "TRANSFER_CARD"
"""Its holder moved within the province: the card goes along."""


def status(case: Case, person: Person) -> Verdict:
    """0008: of the card that is shown, else of the one in force."""
    asked = case.arrival.body
    assert isinstance(asked, QueryCard)
    account = case.account(person.psn_no)
    found = told(case, person, bank_status=account.status if account else "")
    if not asked.card_sn or asked.card_sn == card_sn_of(person):
        return Granted(msgspec.structs.replace(found, advice=_advice(case, person, found.bank_status)))
    if is_waiting(case, person, asked.card_sn):
        return Granted(msgspec.structs.replace(found, card_status=ISSUED_UNENABLED, card_issue=person.card_pending))
    if person.card_also and asked.card_sn == sn_of_issue(case, person, person.card_also):
        return Granted(msgspec.structs.replace(found, card_issue=person.card_also))
    stale = not_the_card(case, person, asked.card_sn)
    if stale.refusal is not codes.CARD_SUPERSEDED:
        return stale
    return Granted(msgspec.structs.replace(found, card_status=SUPERSEDED, advice=CLOSE_BANK_ACCOUNT))


def account_key(arrival: Arrival, _world: World) -> Keys:
    """Name the bank account on the card."""
    asked = arrival.body
    assert isinstance(asked, CardService)
    return ((BankAccount, (arrival.home, asked.psn_no)),)


def _advice(case: Case, person: Person, bank_status: str) -> str:
    asked = case.arrival.body
    assert isinstance(asked, QueryCard)
    if status_of(case, person) in OF_NO_USE:
        return "" if bank_status == CLOSED else CLOSE_BANK_ACCOUNT
    moved_to = case.world.cities.get(asked.moved_to)
    if not asked.moved_to or asked.moved_to == person.city:
        return ""
    if moved_to and moved_to.province == case.world.cities[person.city].province:
        return TRANSFER_CARD
    return CHECK_BENEFITS if person.psn_insu_stas == IN_FORCE or person.balance_fen else CANCEL_CARD
