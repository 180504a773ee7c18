"""The bank's own PIN: online, under the session's PIN key (DE 52), with a try counter and a lock of the bank's.

Neither the local password nor the remote PIN is meant, and none of the three locks another, but where a city has one
password for both accounts (RB02): it and its tries are then the person's, and the account's own stand unused. A tap
pays up to the bank's limit without it (小额免密), and several taps together up to another; the PIN begins their count
anew.
"""

from hmac import compare_digest

import msgspec

from settlement.engine.case import Case, Refused
from settlement.engine.ledger.state import BankAccount, Person
from settlement.engine.rules.bank import Bank
from settlement.wire import bank_codes, codes
from settlement.wire.bank import CONTACTLESS, CardRequest


def tried(case: Case, asked: CardRequest, account: BankAccount) -> BankAccount | Refused:
    """Return the account with its try counter as it stands after this PIN, or why it is refused."""
    rules = case.world.cities[case.home].bank
    if not asked.pin_block:
        return _without_a_pin(asked, account, rules) or account
    if _tries_left(case, account) == 0:
        return Refused(codes.BANK_PIN_LOCKED)
    request = case.arrival.request
    pin = case.world.key.session(request.dev_no, request.sign_no).pin(asked.pin_block, asked.pan)
    if pin is None:
        return Refused(codes.BANK_PIN_UNREADABLE)
    return known(case, account, pin)


def known(case: Case, account: BankAccount, pin: str) -> BankAccount | Refused:
    """Return the account after a PIN of it was typed, or that it is wrong."""
    if _tries_left(case, account) == 0:
        return Refused(codes.BANK_PIN_LOCKED)
    if person := sharer(case, account):
        return _known_to_both(case, person, account, pin)
    if case.world.key.password_check(account.bank_card_no, pin) == account.pin_check:
        tries = case.world.cities[account.city].bank.pin_tries_max
        return msgspec.structs.replace(account, pin_tries_left=tries, tapped_fen=0, taps=0)
    left = account.pin_tries_left - 1
    return Refused(codes.BANK_PIN_WRONG, f"{left} left", (msgspec.structs.replace(account, pin_tries_left=left),))


def sharer(case: Case, account: BankAccount) -> Person | None:
    """Return the person whose one password serves both accounts; None where the bank's is its own."""
    return case.person(account.psn_no) if case.world.cities[account.city].card.shared_password else None


def counted_again(case: Case, asked: CardRequest, account: BankAccount) -> tuple[Person, ...]:
    """Return the person's row after the one password was right, if that gives tries back."""
    if not asked.pin_block:
        return ()
    person, tries = sharer(case, account), case.world.cities[account.city].local_password.tries_max
    if person is None or person.password_tries_left == tries:
        return ()
    return (msgspec.structs.replace(person, password_tries_left=tries),)


def _tries_left(case: Case, account: BankAccount) -> int:
    person = sharer(case, account)
    return person.password_tries_left if person else account.pin_tries_left


def _known_to_both(case: Case, person: Person, account: BankAccount, pin: str) -> BankAccount | Refused:
    if compare_digest(case.world.key.password_check(person.psn_no, pin), person.password_check):
        return msgspec.structs.replace(account, tapped_fen=0, taps=0)
    left = person.password_tries_left - 1
    wrong = account, msgspec.structs.replace(person, password_tries_left=left)
    return Refused(codes.BANK_PIN_WRONG, f"{left} left", wrong)


def tapped(asked: CardRequest, account: BankAccount) -> BankAccount:
    """Return the account with a payment without a PIN counted."""
    if asked.pin_block:
        return account
    return msgspec.structs.replace(account, tapped_fen=account.tapped_fen + asked.amount_fen, taps=account.taps + 1)


def _without_a_pin(asked: CardRequest, account: BankAccount, rules: Bank) -> Refused | None:
    if not asked.entry_mode.startswith(CONTACTLESS):
        return Refused(codes.BANK_PIN_REQUIRED)
    if asked.amount_fen > rules.small_amount_max_fen:
        return Refused(codes.BANK_SMALL_AMOUNT_EXCEEDED, f"{rules.small_amount_max_fen} fen")
    if account.tapped_fen + asked.amount_fen > rules.tapped_max_fen:
        return Refused(codes.BANK_SMALL_AMOUNT_EXCEEDED, f"{rules.tapped_max_fen} fen together")
    if account.taps >= rules.taps_max:
        return Refused(bank_codes.BANK_TAPS_EXCEEDED, f"{rules.taps_max}")
    return None
