"""The bank's own PIN: online, under the session's PIN key (DE 52), with a try counter and a lock of the bank's.

Neither the local password nor the remote PIN is meant, and none of the three locks another. A tap pays up to the
bank's limit without it (小额免密), and several taps together up to another; the PIN begins their count anew.
"""

import msgspec

from settlement.engine.case import Case, Refused
from settlement.engine.ledger.state import BankAccount
from settlement.engine.rules.bank import Bank
from settlement.wire import bank_codes, codes
from settlement.wire.bank import CONTACTLESS, CardRequest


def tried(case: Case, asked: CardRequest, account: BankAccount) -> BankAccount | Refused:
    """Return the account with its try counter as it stands after this PIN, or why it is refused."""
    rules = case.world.cities[case.home].bank
    if not asked.pin_block:
        return _without_a_pin(asked, account, rules) or account
    if account.pin_tries_left == 0:
        return Refused(codes.BANK_PIN_LOCKED)
    request = case.arrival.request
    pin = case.world.key.session(request.dev_no, request.sign_no).pin(asked.pin_block, asked.pan)
    if pin is None:
        return Refused(codes.BANK_PIN_UNREADABLE)
    return known(case, account, pin)


def known(case: Case, account: BankAccount, pin: str) -> BankAccount | Refused:
    """Return the account after a PIN of it was typed, or that it is wrong."""
    if account.pin_tries_left == 0:
        return Refused(codes.BANK_PIN_LOCKED)
    if case.world.key.password_check(account.bank_card_no, pin) == account.pin_check:
        tries = case.world.cities[account.city].bank.pin_tries_max
        return msgspec.structs.replace(account, pin_tries_left=tries, tapped_fen=0, taps=0)
    left = account.pin_tries_left - 1
    return Refused(codes.BANK_PIN_WRONG, f"{left} left", (msgspec.structs.replace(account, pin_tries_left=left),))


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
