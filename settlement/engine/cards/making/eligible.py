"""Who may have a card made, of which bank and on what evidence: one function a question.

Everybody in the system may have one, whatever the insurance (RJ08), but for one at a time (RA02) and not while another
is being made (RJ05).
"""

from typing import Final

from settlement.engine.card_in_force import ALLOCATED, AWAY, CANCELLED, LOST_FORMAL, NONE, death_refusal
from settlement.engine.cards.making.identity import age
from settlement.engine.cards.making.photo import photo_problem
from settlement.engine.cards.making.progress import making_of
from settlement.engine.case import Case, Refused
from settlement.engine.ledger.making import OPEN, CardApplication, Unit
from settlement.engine.ledger.state import Person
from settlement.engine.rules.outlets import Outlets
from settlement.wire import making_codes, service_codes
from settlement.wire.making import ApplyForCard

BATCH: Final = "BATCH"
INSTANT: Final = "INSTANT"
WITHOUT_CARD: Final = frozenset({NONE, AWAY, CANCELLED, ALLOCATED})
"""States of whoever has no card that could be used, now or later."""
REPLACED: Final = frozenset({LOST_FORMAL})
"""States of a card that another may take the place of; it stays as it is until then."""
RETIRED_CADRE: Final = "13"
"""psn_type 离休: settled by identity, without a card (RA47)."""


def refusal(case: Case, asked: ApplyForCard, person: Person, outlets: Outlets) -> Refused | None:
    """Return why an application is not taken, or None; whether its bank makes the card is asked apart."""
    return (
        _person_refusal(case, person)
        or _applicant_refusal(case, asked, person, outlets)
        or certificate_refusal(outlets, asked.psn_cert_type, asked.unit_no)
        or photo_refusal(asked.photo)
    )


def open_of(case: Case, person: Person) -> CardApplication | None:
    """Return the application that is under way, or None."""
    application = case.state.get(CardApplication, person.city, person.psn_no)
    return application if application and application.state == OPEN else None


def pending_refusal(case: Case, person: Person) -> Refused | None:
    """Return why no other card may be made now: one is being made, and must be withdrawn first (RJ05).

    An application that stands still because a step failed keeps nobody from applying again (RH18).
    """
    application = open_of(case, person)
    if application is None:
        return None
    run = making_of(case, application).current(case.now_ms)
    if application.mode == BATCH and run and run.cause:
        return None
    return Refused(making_codes.APPLICATION_PENDING, f"{application.mode} at {application.bank_code}")


def bank_refusal(outlets: Outlets, code: str, generation: int) -> Refused | None:
    """Return why a bank does not make a card (RE06, RE07), or None."""
    bank = outlets.bank(code)
    if bank is None:
        banks = ", ".join(each.code for each in outlets.banks)
        return Refused(making_codes.BANK_NOT_OFFERED, f"{code or 'no bank'}; there are {banks}")
    if generation and generation not in bank.generations:
        return Refused(making_codes.BANK_NOT_OFFERED, f"{code} makes no generation {generation}")
    return None


def unit_refusal(case: Case, outlets: Outlets, unit_no: str, bank_code: str, *, approval: str) -> Refused | None:
    """Return why a unit's people do not get cards of a bank: the unit has chosen another (RJ07)."""
    unit = case.state.get(Unit, case.home, unit_no) if unit_no else None
    if unit is None or unit.bank_code == bank_code or approval or not outlets.application.unit_bank_fixed:
        return None
    return Refused(making_codes.UNIT_BANK_FIXED, f"{unit.bank_code}; a change needs an approval")


def certificate_refusal(outlets: Outlets, psn_cert_type: str, unit_no: str) -> Refused | None:
    """Return why a certificate is not taken: foreigners come in their unit's batch (RJ09)."""
    rules = outlets.application
    taken = rules.unit_certificates if unit_no else rules.personal_certificates
    if psn_cert_type in taken:
        return None
    return Refused(making_codes.CERTIFICATE_REFUSED, f"{psn_cert_type}; taken: {', '.join(sorted(taken))}")


def photo_refusal(photo: bytes) -> Refused | None:
    """Return why a photo cannot be printed on a card (RH15); none at all is no reason."""
    problem = photo_problem(photo) if photo else ""
    return Refused(making_codes.PHOTO_REFUSED, problem) if problem else None


def _person_refusal(case: Case, person: Person) -> Refused | None:
    if person.psn_type.startswith(RETIRED_CADRE):
        return Refused(service_codes.NOT_ENTITLED_HERE, "retired cadres have no card")
    if refused := death_refusal(person):
        return refused
    if pending := pending_refusal(case, person):
        return pending
    if person.card_pending:
        return Refused(service_codes.REISSUE_IN_PROGRESS, f"issue {person.card_pending}")
    if person.card_status in WITHOUT_CARD | REPLACED or person.issuing_city:
        return None
    return Refused(service_codes.ACTIVE_CARD_EXISTS, person.card_status)


def _applicant_refusal(case: Case, asked: ApplyForCard, person: Person, outlets: Outlets) -> Refused | None:
    rules = outlets.application
    minor = age(person, case.now_ms) < rules.guardian_below_age
    if minor and not (asked.applicant == "GUARDIAN" and asked.agent_certno):
        return Refused(making_codes.GUARDIAN_REQUIRED, f"below {rules.guardian_below_age}: agent_certno")
    if asked.mode == BATCH and not asked.unit_no and not rules.without_unit:
        return Refused(service_codes.APPLICANT_NOT_ALLOWED, "the unit applies for its people")
    return None
