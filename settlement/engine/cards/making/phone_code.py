"""Cancelling from afar: a code goes to the telephone (0038), and whoever has it cancels the card (0039, RI05).

The code is chance that came with the request; of it only a keyed check is kept. A code is good once, for a while, and
for a few tries. Sent in twice it cancels once: the second time it is told what the first one did.
"""

from typing import Final

import msgspec

from settlement.engine.card_in_force import CANCELLED
from settlement.engine.cards import life
from settlement.engine.cards.state import told
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger.making import PhoneCode
from settlement.engine.ledger.state import Person
from settlement.engine.rules.outlets import Outlets
from settlement.wire import making_codes, service_codes
from settlement.wire.making import CancelByCode, CodeSent, SendCode
from settlement.wire.names import local_time

DIGITS: Final = 6
CANCEL: Final = "CANCEL"


def send(case: Case, person: Person) -> Verdict:
    """0038: a new code; the one before it is worth nothing from now on."""
    asked, outlets = case.arrival.body, case.world.outlets.get(case.home)
    assert isinstance(asked, SendCode)
    if outlets is None:
        return Refused(service_codes.SERVICE_NOT_OFFERED, f"no outlets in {case.home}")
    code = f"{int.from_bytes(case.arrival.nonce, 'big') % 10**DIGITS:0{DIGITS}d}"
    row = PhoneCode(
        city=person.city,
        psn_no=person.psn_no,
        purpose=asked.purpose,
        code_check=case.world.key.password_check(person.psn_no, code),
        sent_ms=case.now_ms,
        tries_left=outlets.verification.tries_max,
        used_ms=0,
    )
    until = local_time(_ends_ms(row, outlets))
    return Granted(CodeSent(person.psn_no, until, f"验证码 {code}, {until} 前有效"), (row,))


def cancel(case: Case, person: Person) -> Verdict:
    """0039: the card ends for good, by the code."""
    asked, outlets = case.arrival.body, case.world.outlets.get(case.home)
    assert isinstance(asked, CancelByCode)
    row = case.state.get(PhoneCode, person.city, person.psn_no, CANCEL)
    if row is None or outlets is None:
        return Refused(making_codes.CODE_EXPIRED, "none was sent")
    right = case.world.key.password_check(person.psn_no, asked.code) == row.code_check
    if row.used_ms and right and person.card_status == CANCELLED:
        return Granted(told(case, person))
    if row.used_ms or case.now_ms > _ends_ms(row, outlets) or not row.tries_left:
        return Refused(making_codes.CODE_EXPIRED)
    if not right:
        counted = msgspec.structs.replace(row, tries_left=row.tries_left - 1)
        return Refused(making_codes.CODE_WRONG, f"{counted.tries_left} tries left", (counted,))
    verdict = life.cancelled(case, person, "OTHER")
    if isinstance(verdict, Refused):
        return verdict
    used = msgspec.structs.replace(row, used_ms=case.now_ms)
    return verdict._replace(changes=(*verdict.changes, used))


def _ends_ms(row: PhoneCode, outlets: Outlets) -> int:
    return row.sent_ms + outlets.verification.valid_seconds * 1000
