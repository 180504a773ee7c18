"""The local password, which belongs to the city's host: asked, tried, counted, locked.

A try is counted in the same commit as its answer, once a msgid. The remote PIN is not here: it belongs to the chip, and
the host is told only that the chip accepted it. The HTTP door has neither pin pad nor chip: that the front end asked
for the local password or had the chip verify the remote PIN is the institution's word there, given by its signature.
That a password is locked the host knows by itself, at every door. A token needs neither: the telephone has asked its
holder for a secret of its own (000: card, bank and e-card have three separate ones).
"""

from typing import NamedTuple

import msgspec

from settlement.engine.arrival import Door, Password
from settlement.engine.case import Case, Refused
from settlement.engine.credential import TOKENS
from settlement.engine.ledger.state import Person
from settlement.wire import codes, service_codes
from settlement.wire.hospital import SettleStay
from settlement.wire.messages import SettleDrugSale, SettleOutpatient


class Tried(NamedTuple):
    """A person whose password does not stand in the way: the try counter as it stands now, and what was asked."""

    person: Person
    password: Password


def checked(case: Case, person: Person, sale: SettleDrugSale | SettleOutpatient | SettleStay) -> Tried | Refused:
    """Return the person after this sale's password, or why it is refused."""
    if sale.mdtrt_cert_type in TOKENS:
        return Tried(person, Password.NOT_ASKED)
    front_end = case.arrival.door is Door.HTTP
    if case.remote:
        if not (front_end or sale.chip_pin_verified):
            return Refused(codes.PIN_REQUIRED, "remote PIN, VERIFY on the chip")
        return Tried(person, Password.NOT_ASKED)
    rule = case.world.cities[case.home].local_password
    if case.institution.kind_name not in rule.asked_at:
        return Tried(person, Password.NOT_ASKED)
    if person.password_tries_left == 0:
        return Refused(codes.PIN_LOCKED, password=Password.LOCKED)
    if person.password_reset and not case.world.cities[case.home].card.reset_password_settles:
        return Refused(service_codes.PIN_MUST_CHANGE, "the local password was reset")
    if front_end:
        return Tried(person, Password.NOT_ASKED)
    if not sale.pin_block:
        return Refused(codes.PIN_REQUIRED, "local password")
    keys = case.world.key.session(case.arrival.request.dev_no, case.arrival.request.sign_no)
    password = keys.pin(sale.pin_block, person.bank_card_no)
    if password is None:
        return Refused(codes.PIN_UNREADABLE)
    if case.world.key.password_check(person.psn_no, password) == person.password_check:
        return Tried(msgspec.structs.replace(person, password_tries_left=rule.tries_max), Password.RIGHT)
    return _wrong(person)


def _wrong(person: Person) -> Refused:
    left = person.password_tries_left - 1
    counted = msgspec.structs.replace(person, password_tries_left=left)
    return Refused(codes.PIN_WRONG, f"{left} left", (counted,), Password.WRONG)
