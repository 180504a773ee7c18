"""The local password and the bank's, changed and reset; the remote PIN is the chip's, and the host only lets it be.

Three passwords know nothing of each other (RB01), unless a city has one for both accounts (RB02). A wrong old password
counts as a try (RB15); a reset gives the tries back and leaves the first password, which the city may want changed
before it settles (RB12).
"""

from hmac import compare_digest

import msgspec

from settlement.engine import enabling
from settlement.engine.arrival import Password
from settlement.engine.card_in_force import ISSUED_UNENABLED, card_refusal, status_of
from settlement.engine.cards.life import waiting
from settlement.engine.cards.state import told
from settlement.engine.cards.typed import Typed, typed
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.judge import Keys
from settlement.engine.ledger.state import BankAccount, Person, Record
from settlement.wire import codes, service_codes
from settlement.wire.card_service import CardService
from settlement.wire.services import ChangePassword


def change(case: Case, person: Person) -> Verdict:
    """0009: a new local password for the old one; at a pharmacy it may enable the card as well (RA05)."""
    asked = case.arrival.body
    assert isinstance(asked, ChangePassword)
    if refused := _not_at_the_hall(case, person) or _blocked(case, person):
        return refused
    if person.password_tries_left == 0:
        return Refused(codes.PIN_LOCKED, password=Password.LOCKED)
    digits = typed(case, person, asked)
    if isinstance(digits, Refused):
        return digits
    if not compare_digest(case.world.key.password_check(person.psn_no, digits.old), person.password_check):
        return _wrong(person)
    return _changed(case, person, digits)


def reset(case: Case, person: Person) -> Verdict:
    """0010: the first local password again, with all its tries."""
    if refused := _not_at_the_hall(case, person) or _blocked(case, person):
        return refused
    rules = case.world.cities[case.home].local_password
    after = _with_password(case, person, rules.default, reset=1)
    return Granted(told(case, after), (after, *_shared(case, person, rules.default, must_change=1)))


def reset_bank(case: Case, person: Person) -> Verdict:
    """0011: the bank's first password again, to be changed before the next debit; the local one is another (RB14).

    Where a city has one for both, both are reset, and it is the local one that says whether a reset one settles.
    """
    account = case.account(person.psn_no)
    if account is None:
        return Refused(service_codes.NO_CARD_HERE, "no bank account")
    rules = case.world.cities[case.home]
    after = _with_pin(case, account, rules.bank.pin_default, must_change=1)
    if not rules.card.shared_password:
        return Granted(told(case, person, bank_status=after.status), (after,))
    both = _with_password(case, person, rules.bank.pin_default, reset=1)
    return Granted(told(case, both, bank_status=after.status), (both, after))


def unlock_pin(case: Case, person: Person) -> Verdict:
    """0012: the terminal may reset the remote PIN on this chip; a locked key is the chip's too, and stays (RB11)."""
    return _blocked(case, person) or Granted(told(case, person))


def account_keys(case: Case) -> Keys:
    """Name the bank account, whose password may be the same one, and the card that a change may enable."""
    asked = case.arrival.body
    assert isinstance(asked, CardService)
    account = BankAccount, (case.home, asked.psn_no)
    return account, *(key for key in waiting(case) if key != account)


def _changed(case: Case, person: Person, digits: Typed) -> Granted:
    asked = case.arrival.body
    assert isinstance(asked, ChangePassword)
    after = _with_password(case, person, digits.new, reset=0)
    enabled: tuple[Record, ...] = ()
    if asked.channel == "PHARMACY" and enabling.enables(case, after, "PASSWORD_CHANGE", asked.card_sn):
        enabled = enabling.enabled(case, after)
    last = next((row for row in enabled if isinstance(row, Person)), after)
    others = tuple(row for row in enabled if not isinstance(row, Person))
    return Granted(
        told(case, last), (last, *others, *_shared(case, person, digits.new, must_change=0)), password=Password.RIGHT
    )


def _wrong(person: Person) -> Refused:
    left = person.password_tries_left - 1
    counted = msgspec.structs.replace(person, password_tries_left=left)
    return Refused(codes.PIN_WRONG, f"{left} left", (counted,), Password.WRONG)


def _blocked(case: Case, person: Person) -> Refused | None:
    """Return why the card is no card to set a password of; one that is not enabled yet may have its first."""
    return None if status_of(case, person) == ISSUED_UNENABLED else card_refusal(case, person)


def _not_at_the_hall(case: Case, person: Person) -> Refused | None:
    """Return why an old card is sent to the hall, or None (RB23)."""
    asked = case.arrival.body
    assert isinstance(asked, CardService)
    if (
        asked.channel == "COUNTER"
        or person.card_generation > case.world.cities[case.home].card.hall_only_generation_max
    ):
        return None
    return Refused(service_codes.CHANNEL_NOT_ALLOWED, f"generation {person.card_generation}: at the counter alone")


def _with_password(case: Case, person: Person, password: str, *, reset: int) -> Person:
    return msgspec.structs.replace(
        person,
        password_check=case.world.key.password_check(person.psn_no, password),
        password_tries_left=case.world.cities[case.home].local_password.tries_max,
        password_reset=reset,
    )


def _with_pin(case: Case, account: BankAccount, pin: str, *, must_change: int) -> BankAccount:
    return msgspec.structs.replace(
        account,
        pin_check=case.world.key.password_check(account.bank_card_no, pin),
        pin_tries_left=case.world.cities[case.home].bank.pin_tries_max,
        pin_must_change=must_change,
    )


def _shared(case: Case, person: Person, password: str, *, must_change: int) -> tuple[BankAccount, ...]:
    """Return the bank account with the same password, where the city has one for both."""
    account = case.account(person.psn_no)
    if account is None or not case.world.cities[case.home].card.shared_password:
        return ()
    return (_with_pin(case, account, password, must_change=must_change),)
