"""Cancelling from afar: a code goes to the telephone (0038), and whoever has it cancels the card (0039, RI05).

It goes to the telephone that was collected, and never to whoever asks: this network has no telephones, so what one
received is the tester's to look at (0090, --control). The code follows from chance under the network's key; only the
chance is kept. A code is good once, for a while, and for a few tries. A newer one gives no tries back, and a day has an
end of both: they are the person's. Sent in twice it cancels once: the second time it is told what the first one did.
"""

from hmac import compare_digest
from typing import Final

import msgspec

from settlement.engine.card_in_force import CANCELLED
from settlement.engine.cards import life
from settlement.engine.cards.state import told
from settlement.engine.case import Case, Granted, Refused, Verdict, World
from settlement.engine.ledger.making import CollectedData, PhoneCode
from settlement.engine.ledger.state import Person
from settlement.engine.rules.outlets import Outlets
from settlement.wire import making_codes, service_codes
from settlement.wire.making import CancelByCode, CodeSent, PhoneMessage, ReadPhone, SendCode
from settlement.wire.names import day_of, local_time

DIGITS: Final = 6
CANCEL: Final = "CANCEL"
SHOWN: Final = 4
"""The last digits of a telephone's number, by which its holder knows it."""


def send(case: Case, person: Person) -> Verdict:
    """0038: a new code; the one before it is worth nothing from now on."""
    asked, outlets = case.arrival.body, case.world.outlets.get(case.home)
    assert isinstance(asked, SendCode)
    if outlets is None:
        return Refused(service_codes.SERVICE_NOT_OFFERED, f"no outlets in {case.home}")
    collected = case.state.get(CollectedData, person.city, person.psn_no)
    if collected is None or not collected.phone:
        return Refused(making_codes.NO_PHONE, "collect-data takes one in")
    last = case.state.get(PhoneCode, person.city, person.psn_no, asked.purpose)
    today = last if last and day_of(last.sent_ms) == day_of(case.now_ms) else None
    if today and not (today.sends_left and today.tries_left):
        return Refused(making_codes.CODES_SPENT)
    row = PhoneCode(
        city=person.city,
        psn_no=person.psn_no,
        purpose=asked.purpose,
        draw=case.arrival.nonce,
        sent_ms=case.now_ms,
        tries_left=today.tries_left if today else outlets.verification.tries_max,
        used_ms=0,
        sends_left=(today.sends_left if today else outlets.verification.sends_max) - 1,
    )
    phone = collected.phone[-SHOWN:].rjust(len(collected.phone), "*")
    return Granted(CodeSent(person.psn_no, local_time(_ends_ms(row, outlets)), phone), (row,))


def cancel(case: Case, person: Person) -> Verdict:
    """0039: the card ends for good, by the code."""
    asked, outlets = case.arrival.body, case.world.outlets.get(case.home)
    assert isinstance(asked, CancelByCode)
    row = case.state.get(PhoneCode, person.city, person.psn_no, CANCEL)
    if row is None or outlets is None:
        return Refused(making_codes.CODE_EXPIRED, "none was sent")
    right = compare_digest(asked.code, code_of(case.world, row))
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


def read_phone(case: Case) -> Verdict:
    """0090: what somebody's telephone received last."""
    asked, outlets = case.arrival.body, case.world.outlets.get(case.home)
    assert isinstance(asked, ReadPhone)
    row = case.state.get(PhoneCode, case.home, asked.psn_no, asked.purpose)
    collected = case.state.get(CollectedData, case.home, asked.psn_no)
    if row is None or collected is None or outlets is None:
        return Refused(making_codes.CODE_EXPIRED, "none was sent")
    sms = f"验证码 {code_of(case.world, row)}, {local_time(_ends_ms(row, outlets))} 前有效"
    return Granted(PhoneMessage(row.psn_no, collected.phone, sms))


def code_of(world: World, row: PhoneCode) -> str:
    """Return the digits that a telephone received."""
    drawn = world.key.password_check(f"{row.psn_no} {row.purpose}", row.draw.hex())
    return f"{int.from_bytes(drawn, 'big') % 10**DIGITS:0{DIGITS}d}"


def _ends_ms(row: PhoneCode, outlets: Outlets) -> int:
    return row.sent_ms + outlets.verification.valid_seconds * 1000
