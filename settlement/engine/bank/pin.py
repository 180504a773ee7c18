"""The bank's own PIN: online, under the session's PIN key (DE 52), with a try counter and a lock of the bank's.

Neither the local password nor the remote PIN is meant, and none of the three locks another. A tap pays up to the
bank's limit without it (小额免密).
"""

import msgspec

from settlement.engine.case import Case, Refused
from settlement.engine.ledger.state import BankAccount
from settlement.engine.rules.city import Bank
from settlement.wire import codes
from settlement.wire.bank import CONTACTLESS, Purchase


def tried(case: Case, asked: Purchase, account: BankAccount) -> BankAccount | Refused:
    """Return the account with its try counter as it stands after this PIN, or why it is refused."""
    rules = case.world.cities[case.home].bank
    if not asked.pin_block:
        return _without_a_pin(asked, rules) or account
    if account.pin_tries_left == 0:
        return Refused(codes.BANK_PIN_LOCKED)
    request = case.arrival.request
    pin = case.world.key.session(request.dev_no, request.sign_no).pin(asked.pin_block, asked.pan)
    if pin is None:
        return Refused(codes.BANK_PIN_UNREADABLE)
    if case.world.key.password_check(asked.pan, pin) == account.pin_check:
        return msgspec.structs.replace(account, pin_tries_left=rules.pin_tries_max)
    left = account.pin_tries_left - 1
    return Refused(codes.BANK_PIN_WRONG, f"{left} left", (msgspec.structs.replace(account, pin_tries_left=left),))


def _without_a_pin(asked: Purchase, rules: Bank) -> Refused | None:
    if not asked.entry_mode.startswith(CONTACTLESS):
        return Refused(codes.BANK_PIN_REQUIRED)
    if asked.amount_fen > rules.small_amount_max_fen:
        return Refused(codes.BANK_SMALL_AMOUNT_EXCEEDED, f"{rules.small_amount_max_fen} fen")
    return None
