"""How the bank zone of a card stands, and what that stops.

It is the bank's, and apart from the social zone: neither a lost nor a cancelled social function is looked at here, and
nothing here stops a personal account.
"""

from typing import Final

from settlement.engine.case import Case, Refused
from settlement.engine.ledger import bank_zone
from settlement.engine.ledger.state import BankAccount, Person
from settlement.engine.rules.bank import Expired, IssuingBank
from settlement.wire import bank_codes as codes
from settlement.wire.names import day_of
from settlement.wire.refusal import Refusal

STOPPED: Final[dict[str, Refusal]] = {
    bank_zone.CLOSED: codes.BANK_CLOSED,
    bank_zone.KYC_INCOMPLETE: codes.BANK_KYC_INCOMPLETE,
    bank_zone.FROZEN: codes.BANK_FROZEN,
    bank_zone.LOST: codes.BANK_LOST,
    bank_zone.STOLEN: codes.BANK_STOLEN,
    bank_zone.UNACTIVATED: codes.BANK_NOT_ACTIVATED,
}
"""What a card is refused with, by the status of its account."""


def zone_refusal(case: Case, person: Person, account: BankAccount, *, debit: bool = True) -> Refused | None:
    """Return why the bank zone refuses what its card asks, or None; `debit` is what takes money from it."""
    if account.status in STOPPED:
        return Refused(STOPPED[account.status])
    effect = expiry_of(case, person)
    if effect == "DEAD" or (effect == "LIMITED" and debit):
        return Refused(codes.CARD_EXPIRED_BANK)
    if account.pin_must_change and debit:
        return Refused(codes.BANK_PIN_MUST_CHANGE)
    return None


def expiry_of(case: Case, person: Person) -> Expired:
    """Return what expiry does to a card's bank zone now; CONTINUE while the card is in its days."""
    last_day = case.world.register.valid_until(person.city, person.psn_no, person.card_issue)
    if day_of(case.now_ms) <= int(last_day):
        return "CONTINUE"
    rules = case.world.cities[person.city].bank
    return rules.expired_by_issuer.get(person.issuing_city, rules.expired)


def bank_of(case: Case, account: BankAccount) -> tuple[str, IssuingBank]:
    """Return an account's bank, by its short name and profile."""
    city = case.world.cities[account.city]
    code = account.bank_code or city.bank.code
    return code, city.banks[code]
