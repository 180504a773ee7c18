"""The services of the bank zone (0081-0088): activation, PIN, loss, release, closing, information, the agency's orders.

What the bank wants to see is the same in every city: the card's own bank, and for most the holder with identity
document and card at a counter. A pending activation has no end. The social zone is looked at in one place alone: an
account is closed after the social function was cancelled (002 RA25).
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from settlement.engine import enabling
from settlement.engine.arrival import Arrival, Door
from settlement.engine.bank.account import movement
from settlement.engine.bank.pin import known, sharer
from settlement.engine.bank.zone import bank_of
from settlement.engine.case import Case, Granted, Refused, Verdict, World
from settlement.engine.judge import Judge, Keys
from settlement.engine.ledger.bank_books import moving
from settlement.engine.ledger.bank_zone import ACTIVE, CLOSED, FROZEN, KYC_INCOMPLETE, LOST, STOLEN, UNACTIVATED
from settlement.engine.ledger.state import BankAccount, Person
from settlement.wire import bank_codes, codes
from settlement.wire.bank_services import (
    BankService,
    BankZoneState,
    ChangeBankPin,
    OrderBank,
    ReportBankLoss,
    SetBankStatus,
)

COUNTER: Final = frozenset({"BANK", "HALL", "MOBILE_POS"})
"""Where the bank itself stands before the holder."""
FROM_AFAR: Final = COUNTER | {"PHONE", "APP", "WEB"}
CANCELLED: Final = "CANCELLED"
"""card_status of a social zone that has ended."""


class Customer(msgspec.Struct, frozen=True):
    """Who comes to the bank, and the account that is meant."""

    person: Person
    account: BankAccount


def activate(case: Case) -> Verdict:
    """0081: however long the account has waited."""
    customer = _at_the_bank(case, COUNTER)
    if isinstance(customer, Refused):
        return customer
    if customer.account.status != UNACTIVATED:
        return Refused(bank_codes.BANK_NOTHING_TO_DO, customer.account.status)
    active = msgspec.structs.replace(customer.account, status=ACTIVE)
    # the card in force may wait for this zone alone
    return Granted(_state(case, active), (active, *enabling.after_activation(case, customer.person)))


def change_pin(case: Case) -> Verdict:
    """0082: with the old one; what had to be changed is changed. Where one password serves both, both are."""
    asked = case.arrival.body
    assert isinstance(asked, ChangeBankPin)
    customer = _at_the_bank(case, COUNTER | {"KIOSK"}, card_only=True)
    if isinstance(customer, Refused):
        return customer
    old = _typed(case, customer.account, asked.pin_block, asked.password)
    new = _typed(case, customer.account, asked.new_pin_block, asked.new_password)
    if not old or not new:
        return Refused(codes.BANK_PIN_UNREADABLE)
    if customer.account.status == UNACTIVATED:
        return Refused(bank_codes.BANK_NOT_ACTIVATED)
    right = known(case, customer.account, old)
    if isinstance(right, Refused):
        return right
    check = case.world.key.password_check(right.bank_card_no, new)
    changed = msgspec.structs.replace(right, pin_check=check, pin_must_change=0)
    return Granted(_state(case, changed), (changed, *_local_too(case, changed, new)))


def _local_too(case: Case, account: BankAccount, new: str) -> tuple[Person, ...]:
    """Return the person with the new password, where the city has one for both accounts (RB02)."""
    person = sharer(case, account)
    if person is None:
        return ()
    key, tries = case.world.key, case.world.cities[account.city].local_password.tries_max
    check = key.password_check(person.psn_no, new)
    return (msgspec.structs.replace(person, password_check=check, password_tries_left=tries, password_reset=0),)


def lose(case: Case) -> Verdict:
    """0083: at once, also by telephone."""
    asked = case.arrival.body
    assert isinstance(asked, ReportBankLoss)
    return _moved(case, FROM_AFAR, {ACTIVE, UNACTIVATED, KYC_INCOMPLETE, FROZEN}, STOLEN if asked.stolen else LOST)


def release(case: Case) -> Verdict:
    """0084: a frozen or lost account, in person with identity document and card."""
    return _moved(case, COUNTER, {FROZEN, LOST, STOLEN}, ACTIVE)


def complete(case: Case) -> Verdict:
    """0086: what anti-money-laundering rules want to know is known."""
    return _moved(case, COUNTER, {KYC_INCOMPLETE}, ACTIVE)


def close(case: Case) -> Verdict:
    """0085: no PIN is asked, so that a forgotten or locked one keeps nobody (000 RA27)."""
    asked = case.arrival.body
    assert isinstance(asked, BankService)
    customer = _at_the_bank(case, COUNTER)
    if isinstance(customer, Refused):
        return customer
    account = customer.account
    if customer.person.card_status != CANCELLED:
        return Refused(bank_codes.BANK_SOCIAL_FIRST, customer.person.card_status)
    if account.status == CLOSED:
        return Refused(bank_codes.BANK_NOTHING_TO_DO, CLOSED)
    at = asked.branch_admvs or case.institution.city
    if at != account.city and not bank_of(case, account)[1].nationwide_close:
        return Refused(bank_codes.BANK_CLOSE_AT_HOME, account.city)
    closed = msgspec.structs.replace(account, status=CLOSED, balance_fen=0)
    output = _state(case, closed, account.balance_fen)
    if not account.balance_fen:
        return Granted(output, (closed,))
    paid = movement(case, account, "CLOSING", account.balance_fen, debit_fen=account.balance_fen)
    return Granted(output, (closed, paid), moving(paid))


def order(case: Case) -> Verdict:
    """0087: pay in, or collect."""
    asked = case.arrival.body
    assert isinstance(asked, OrderBank)
    account = case.account(asked.psn_no)
    if account is None:
        return Refused(codes.NO_INSURED_PERSON, f"psn_no {asked.psn_no}")
    if account.status == CLOSED:
        return Refused(bank_codes.BANK_CLOSED)
    debit_fen = asked.amount_fen if asked.order == "COLLECT" else -asked.amount_fen
    if account.balance_fen < debit_fen:
        return Refused(codes.BANK_INSUFFICIENT_FUNDS)
    after = msgspec.structs.replace(account, balance_fen=account.balance_fen - debit_fen)
    moved = movement(case, account, asked.order, asked.amount_fen, debit_fen=debit_fen)
    return Granted(_state(case, after), (after, moved), moving(moved))


def set_status(case: Case) -> Verdict:
    """0088: for tests."""
    asked = case.arrival.body
    assert isinstance(asked, SetBankStatus)
    account = case.account(asked.psn_no)
    if account is None:
        return Refused(codes.NO_INSURED_PERSON, f"psn_no {asked.psn_no}")
    after = msgspec.structs.replace(account, status=asked.status)
    return Granted(_state(case, after), (after,))


def _moved(case: Case, channels: frozenset[str], before: set[str], after: str) -> Verdict:
    customer = _at_the_bank(case, channels)
    if isinstance(customer, Refused):
        return customer
    if customer.account.status not in before:
        return Refused(bank_codes.BANK_NOTHING_TO_DO, customer.account.status)
    moved = msgspec.structs.replace(customer.account, status=after)
    return Granted(_state(case, moved), (moved,))


def _at_the_bank(case: Case, channels: frozenset[str], *, card_only: bool = False) -> Customer | Refused:
    """Return who comes and the account, or why the bank does not serve them so."""
    asked = case.arrival.body
    assert isinstance(asked, BankService)
    person, account = case.person(asked.psn_no), case.account(asked.psn_no)
    if person is None or account is None:
        return Refused(codes.NO_INSURED_PERSON, f"psn_no {asked.psn_no}")
    code, _ = bank_of(case, account)
    if asked.bank_code != code:
        return Refused(bank_codes.BANK_WRONG_BRANCH, f"the card's bank is {code}")
    if asked.channel not in channels:
        return Refused(bank_codes.BANK_IN_PERSON, f"not by {asked.channel}")
    if not card_only and (asked.certno != person.certno or asked.applicant != "HOLDER"):
        return Refused(bank_codes.BANK_IN_PERSON, "certno is not the holder's")
    shown = asked.card_sn or asked.channel not in COUNTER
    if not shown or (asked.card_sn and case.world.register.bearer(asked.card_sn) != person.psn_no):
        return Refused(bank_codes.BANK_IN_PERSON, "card_sn is no card of the holder")
    return Customer(person, account)


def _typed(case: Case, account: BankAccount, block: bytes, clear: str) -> str:
    """Return a PIN as it was typed; empty where none can be read. Only the door without a pin pad says it in clear."""
    if case.arrival.door is not Door.TERMINAL:
        return clear
    request = case.arrival.request
    return (block and case.world.key.session(request.dev_no, request.sign_no).pin(block, account.bank_card_no)) or ""


def _state(case: Case, account: BankAccount, paid_out_fen: int = 0) -> BankZoneState:
    return BankZoneState(account.psn_no, bank_of(case, account)[0], account.status, paid_out_fen)


def _holder(arrival: Arrival, _world: World) -> Keys:
    asked = arrival.body
    assert isinstance(asked, BankService | OrderBank | SetBankStatus)
    holder = arrival.home, asked.psn_no
    return (Person, holder), (BankAccount, holder)


def _waiting(case: Case) -> Keys:
    asked = case.arrival.body
    assert isinstance(asked, BankService)
    person = case.person(asked.psn_no)
    return enabling.enabling_keys(person) if person else ()


JUDGES: Final[Mapping[str, Judge]] = {
    "0081": Judge(activate, _holder, (_waiting,)),
    "0082": Judge(change_pin, _holder),
    "0083": Judge(lose, _holder),
    "0084": Judge(release, _holder),
    "0085": Judge(close, _holder),
    "0086": Judge(complete, _holder),
    "0087": Judge(order, _holder),
    "0088": Judge(set_status, _holder),
}
