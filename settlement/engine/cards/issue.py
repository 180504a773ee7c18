"""A card is handed out: at once in force, or to wait until its social zone is enabled.

Whoever makes cards ends here: a reissue, and the making of a first one. The e-card comes with the card, one a person
(RF02). An instant card has both its zones on (RA07); a card that waits has neither, whatever the one before has (RA11).
"""

from typing import Final

import msgspec

from settlement.engine import enabling
from settlement.engine.case import Case
from settlement.engine.ecard_in_force import ecard_of
from settlement.engine.judge import Keys
from settlement.engine.ledger.bank_zone import ACTIVE, FROZEN, KYC_INCOMPLETE, handed_out
from settlement.engine.ledger.cards import Ecard
from settlement.engine.ledger.state import BankAccount, Person, Record, Reissue

STANDING_STILL: Final = frozenset({FROZEN, KYC_INCOMPLETE})
"""What the bank has against an account is not cured by a new card."""


def issued_keys(city: str, psn_no: str) -> Keys:
    """Name the rows that handing a card out reads and writes, beside the person."""
    return (Reissue, (city, psn_no)), (BankAccount, (city, psn_no)), (Ecard, (city, psn_no))


def issued(case: Case, person: Person, how: Reissue, *, instant: bool) -> tuple[Record, ...]:
    """Return the rows after a card was handed out; the first is the person's."""
    if instant:
        after = enabling.in_force(case, person, how)
    else:
        after = msgspec.structs.replace(person, card_pending=how.card_issue)
    return after, how, *_account(case, person, how, instant=instant), *_ecard(case, person)


def _account(case: Case, person: Person, how: Reissue, *, instant: bool) -> tuple[Record, ...]:
    """Return the bank account if the new card changes it: a bank may hand its cards out active (RB17)."""
    account, city = case.account(person.psn_no), case.world.cities[person.city]
    if account is None:
        return ()
    bank_code = how.bank_code or account.bank_code or city.bank.code
    if account.status in STANDING_STILL:
        after = msgspec.structs.replace(account, bank_code=bank_code)
    elif instant:
        after = msgspec.structs.replace(account, bank_code=bank_code, status=ACTIVE)
    else:
        after = handed_out(account, bank_code, city.banks[bank_code])
    return (after,) if after != account else ()


def _ecard(case: Case, person: Person) -> tuple[Record, ...]:
    there = case.state.get(Ecard, person.city, person.psn_no)
    return () if there else (ecard_of(case, person),)
