"""Applying for a card (0030) and taking an application back (0033).

What makes an application impossible is refused (eligible); what only stops the making goes into the application's log
as a failed step, which the progress query shows with its cure. A failed application is replaced by the next (RH18).
"""

from typing import Final

import msgspec

from settlement.engine.card_in_force import ALLOCATED
from settlement.engine.cards.elsewhere import card_elsewhere
from settlement.engine.cards.making.causes import CAUSES
from settlement.engine.cards.making.collected import collected, stopped_by
from settlement.engine.cards.making.eligible import (
    BATCH,
    INSTANT,
    WITHOUT_CARD,
    bank_refusal,
    open_of,
    refusal,
    unit_refusal,
)
from settlement.engine.cards.making.identity import age, days_old, real_name
from settlement.engine.cards.making.progress import making_of, progress
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger.making import FAILED, OPEN, WITHDRAWN, CardApplication, CollectedData, Event, Unit, log_of
from settlement.engine.ledger.state import Person, Record
from settlement.engine.rules.outlets import Outlets
from settlement.wire import making_codes, service_codes
from settlement.wire.making import ApplyForCard, WithdrawApplication

CARRIED_OVER: Final = frozenset({"BANK_OPENING_FAILED"})
"""Causes that applying again does not cure: somebody must have done something in between (RH18)."""


def apply(case: Case, person: Person) -> Verdict:
    """0030: a card for one person."""
    asked = case.arrival.body
    assert isinstance(asked, ApplyForCard)
    outlets = case.world.outlets.get(case.home)
    if outlets is None:
        return Refused(service_codes.SERVICE_NOT_OFFERED, f"no outlets in {case.home}")
    refused = (
        refusal(case, asked, person, outlets)
        or bank_refusal(outlets, asked.bank_code, asked.generation)
        or unit_refusal(case, outlets, asked.unit_no, asked.bank_code, approval="")
    )
    if refused:
        return refused
    data = collected(case, person, photo=asked.photo, phone=asked.phone, address=asked.address)
    application = opened(case, person, asked, data, outlets)
    stopped = stopped_by(application)
    if asked.mode == INSTANT and stopped:
        return Refused(making_codes.NOT_READY, f"{CAUSES[stopped[0]].zh}: {CAUSES[stopped[0]].cure}")
    person = allocated(case, person)
    changes: tuple[Record, ...] = (person, application, data)
    if asked.unit_no:
        changes = (*changes, chosen_bank(case, asked.unit_no, asked.bank_code))
    return Granted(progress(case, person, application), changes)


def withdraw(case: Case, person: Person) -> Verdict:
    """0033: one of a batch until the bank has opened the account (RH12), an instant one by its own channel (RJ06)."""
    asked = case.arrival.body
    assert isinstance(asked, WithdrawApplication)
    application = open_of(case, person)
    if application is None:
        return Refused(making_codes.NO_APPLICATION)
    if application.mode == INSTANT and asked.channel != application.channel:
        return Refused(service_codes.CHANNEL_NOT_ALLOWED, f"applied for by {application.channel}: withdraw there")
    if application.mode == BATCH and making_of(case, application).reached("BANK_OPEN", case.now_ms):
        return Refused(making_codes.WITHDRAW_TOO_LATE)
    withdrawn = msgspec.structs.replace(application, state=WITHDRAWN, ended_ms=case.now_ms)
    if person.card_status == ALLOCATED:
        person = msgspec.structs.replace(person, card_status=application.status_before, card_status_ms=case.now_ms)
    return Granted(progress(case, person, withdrawn), (withdrawn, person))


def opened(case: Case, person: Person, asked: ApplyForCard, data: CollectedData, outlets: Outlets) -> CardApplication:
    """Return a new application, with the steps in its log that what was handed in already stops."""
    before = case.state.get(CardApplication, person.city, person.psn_no)
    causes = (*_causes(case, person, asked, data, outlets), *_carried(before))
    return CardApplication(
        city=person.city,
        psn_no=person.psn_no,
        number=before.number + 1 if before else 1,
        state=OPEN,
        status_before=before.status_before if before and person.card_status == ALLOCATED else person.card_status,
        mode=asked.mode,
        channel=asked.channel,
        unit_no=asked.unit_no,
        bank_code=asked.bank_code,
        generation=asked.generation,
        guardian_certno=asked.agent_certno if asked.applicant == "GUARDIAN" else "",
        newborn=int(days_old(person, case.now_ms) < outlets.application.newborn_below_days),
        applied_ms=case.now_ms,
        draw=case.arrival.nonce,
        log=log_of(tuple(Event(CAUSES[cause].step, FAILED, case.now_ms, cause) for cause in causes)),
        collected_ms=0,
        ended_ms=0,
    )


def allocated(case: Case, person: Person) -> Person:
    """Return a person with an application: whoever has no card has one allocated (放号, RH13)."""
    if person.card_status not in WITHOUT_CARD or person.card_status == ALLOCATED:
        return person
    return msgspec.structs.replace(person, card_status=ALLOCATED, card_status_ms=case.now_ms)


def chosen_bank(case: Case, unit_no: str, bank_code: str) -> Unit:
    """Return a unit with the bank that it has chosen."""
    unit = case.state.get(Unit, case.home, unit_no)
    return unit if unit and unit.bank_code == bank_code else Unit(case.home, unit_no, bank_code, case.now_ms)


def _causes(case: Case, person: Person, asked: ApplyForCard, data: CollectedData, outlets: Outlets) -> tuple[str, ...]:
    """Return what in the application itself stops its making."""
    needs_photo = age(person, case.now_ms) >= outlets.application.photo_free_below_age
    holds = {
        "NO_PHOTO": needs_photo and not data.photo_digest,
        "DATA_INCOMPLETE": not data.complete,
        "REAL_NAME_MISMATCH": not real_name(person, asked.certno, asked.psn_name),
        "OTHER_CITY_CARD": _has_card_elsewhere(case, person),
    }
    return tuple(cause for cause, stops in holds.items() if stops)


def _has_card_elsewhere(case: Case, person: Person) -> bool:
    """Return whether another city of the province made the card in force here, or knows one in use (RA01, RH03)."""
    enabled_here = bool(person.issuing_city) and person.card_status not in WITHOUT_CARD
    return enabled_here or card_elsewhere(case, person.psn_no) is not None


def _carried(before: CardApplication | None) -> tuple[str, ...]:
    if before is None or before.state == WITHDRAWN:
        return ()
    return tuple(sorted(CARRIED_OVER.intersection(stopped_by(before))))
