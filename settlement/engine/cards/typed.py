"""Six digits that somebody typed for a card service, and whether they are the password that is kept.

A terminal sends a PIN block under its session's key. The signed HTTP door has no pin pad: it sends the digits.
"""

from typing import NamedTuple

from settlement.engine.arrival import Door
from settlement.engine.case import Case, Refused
from settlement.engine.ledger.state import Person
from settlement.wire import codes, service_codes
from settlement.wire.services import ChangeEcardPassword, ChangePassword

Change = ChangePassword | ChangeEcardPassword


class Typed(NamedTuple):
    """The old and the new digits."""

    old: str
    new: str


def typed(case: Case, person: Person, asked: Change, *, old_needed: bool = True) -> Typed | Refused:
    """Return what was typed, or what is missing of it; the new digits are not the old ones."""
    old, new = _digits(case, person, asked)
    if old is None or new is None:
        return Refused(codes.PIN_UNREADABLE)
    if (old_needed and not old) or not new:
        return Refused(codes.PIN_REQUIRED, "the old and the new password" if old_needed else "the new password")
    if old == new:
        return Refused(service_codes.PASSWORD_UNUSABLE, "it is the old one")
    return Typed(old, new)


def _digits(case: Case, person: Person, asked: Change) -> tuple[str | None, str | None]:
    if case.arrival.door is Door.HTTP:
        return asked.password, asked.new_password
    return _deciphered(case, person, asked.pin_block), _deciphered(case, person, asked.new_pin_block)


def _deciphered(case: Case, person: Person, block: bytes) -> str | None:
    """Return the digits in a PIN block, empty where there is no block; None if it cannot be deciphered."""
    if not block:
        return ""
    keys = case.world.key.session(case.arrival.request.dev_no, case.arrival.request.sign_no)
    return keys.pin(block, person.bank_card_no)
