"""What happens to a making under way: told from outside (0080), mended at the bank (0037), begun anew (0042).

A card is begun anew where what was printed on it is another's.
"""

from typing import Final

import msgspec

from settlement.engine.card_in_force import ALLOCATED, ISSUED_UNENABLED, NORMAL
from settlement.engine.cards.making.application import opened
from settlement.engine.cards.making.causes import CAUSES
from settlement.engine.cards.making.collected import collected
from settlement.engine.cards.making.eligible import BATCH, bank_refusal, open_of, pending_refusal
from settlement.engine.cards.making.progress import making_of, progress
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger.making import CURED, DONE, FAILED, CardApplication, Event
from settlement.engine.ledger.state import Person
from settlement.engine.rules.outlets import STEPS
from settlement.wire import codes, making_codes, service_codes
from settlement.wire.making import ApplyForCard, ReportMismatch, TellStep

PRINTED: Final = frozenset({NORMAL, ISSUED_UNENABLED})
"""States of a card that somebody can hold in the hand and read."""


def tell_step(case: Case) -> Verdict:
    """0080, the operator's: what became of a step. Steps keep their order: what is over or not begun cannot end."""
    asked = case.arrival.body
    assert isinstance(asked, TellStep)
    person = case.person(asked.psn_no)
    if person is None:
        return Refused(codes.NO_INSURED_PERSON, asked.psn_no)
    application = open_of(case, person)
    if application is None or application.mode != BATCH:
        return Refused(making_codes.NO_APPLICATION)
    if refused := _order_refusal(case, asked, application):
        return refused
    told = application.told(Event(asked.step, asked.outcome, case.now_ms, asked.cause))
    return Granted(progress(case, person, told), (told,))


def update_bank_data(case: Case, person: Person) -> Verdict:
    """0037: the person brings the bank's data up to date, and may apply again (RH18)."""
    application = open_of(case, person)
    run = making_of(case, application).current(case.now_ms) if application and application.mode == BATCH else None
    if application is None or run is None or run.cause != "BANK_OPENING_FAILED":
        return Refused(making_codes.NO_APPLICATION, "none whose account could not be opened")
    mended = application.told(Event("BANK_OPEN", CURED, case.now_ms, run.cause))
    return Granted(progress(case, person, mended), (mended,))


def report_mismatch(case: Case, person: Person) -> Verdict:
    """0042: a card whose print is not its holder's dies, and the next one is made (RH20)."""
    asked = case.arrival.body
    assert isinstance(asked, ReportMismatch)
    outlets = case.world.outlets.get(case.home)
    if outlets is None:
        return Refused(service_codes.SERVICE_NOT_OFFERED, f"no outlets in {case.home}")
    if person.card_status not in PRINTED:
        return Refused(service_codes.STATE_FORBIDS, person.card_status)
    if refused := pending_refusal(case, person) or bank_refusal(outlets, asked.bank_code, 0):
        return refused
    data = collected(case, person, photo=b"", phone="", address="")
    if asked.field == "photo":
        data = msgspec.structs.replace(data, photo_digest=b"")
    again = ApplyForCard(
        psn_no=person.psn_no,
        channel=asked.channel,
        applicant=asked.applicant,
        certno=person.certno,
        agent_certno=asked.agent_certno,
        psn_name=person.psn_name,
        bank_code=asked.bank_code,
    )
    application = opened(case, person, again, data, outlets)
    dead = msgspec.structs.replace(person, card_status=ALLOCATED, card_status_ms=case.now_ms)
    return Granted(progress(case, dead, application), (dead, application, data))


def _order_refusal(case: Case, asked: TellStep, application: CardApplication) -> Refused | None:
    current = making_of(case, application).current(case.now_ms)
    if current is None:
        return Refused(making_codes.STEP_OUT_OF_ORDER, "all nine are over")
    place, now_at = STEPS.index(asked.step), STEPS.index(current.step)
    if place < now_at or (asked.outcome == DONE and place > now_at):
        return Refused(making_codes.STEP_OUT_OF_ORDER, f"{asked.step} while {current.step} is under way")
    if asked.outcome == FAILED and (asked.cause not in CAUSES or CAUSES[asked.cause].step != asked.step):
        causes = ", ".join(name for name, cause in CAUSES.items() if cause.step == asked.step) or "none"
        return Refused(making_codes.STEP_OUT_OF_ORDER, f"causes of {asked.step}: {causes}")
    return None
