"""Loss, release, enabling, sealing and cancelling: the services that move the card in force (machine.TRANSITIONS)."""

import msgspec

from settlement.engine import enabling
from settlement.engine.card_in_force import CANCELLED, DEATH, death_refusal, status_of
from settlement.engine.cards.elsewhere import known_elsewhere, one_a_province
from settlement.engine.cards.machine import Event, after
from settlement.engine.cards.state import told
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.judge import Keys
from settlement.engine.ledger.state import Person
from settlement.wire import service_codes
from settlement.wire.card_service import CardService
from settlement.wire.services import CancelCard


def lose(case: Case, person: Person) -> Verdict:
    """0002: a temporary loss, which ends by itself; it is not begun anew while it lasts."""
    return _moved(case, person, Event.LOSE)


def lose_formally(case: Case, person: Person) -> Verdict:
    """0003: a formal loss, which ends with a release or a reissue."""
    return _moved(case, person, Event.LOSE_FORMALLY)


def release(case: Case, person: Person) -> Verdict:
    """0004: the card was found; no more once a new one was applied for (RA23)."""
    if person.card_pending:
        return Refused(service_codes.REISSUE_IN_PROGRESS, f"issue {person.card_pending}")
    return _moved(case, person, Event.RELEASE)


def enable(case: Case, person: Person) -> Verdict:
    """0005: the card that waits comes into force, else the first or the sealed one does; one a province (RA01)."""
    if refused := one_a_province(case, person):
        return refused
    if not person.card_pending:
        return _moved(case, person, Event.ENABLE)
    changes = enabling.enabled(case, person)
    return Granted(told(case, _person_in(changes, person)), changes)


def seal(case: Case, person: Person) -> Verdict:
    """0006: the card stands still."""
    return _moved(case, person, Event.SEAL)


def cancel(case: Case, person: Person) -> Verdict:
    """0007: the card ends for good; the personal account does not (RC22). A death is told of whoever has none, too."""
    asked = case.arrival.body
    assert isinstance(asked, CancelCard)
    return _died(case, person) if asked.reason == DEATH else cancelled(case, person, asked.reason)


def cancelled(case: Case, person: Person, reason: str) -> Verdict:
    """Return the card's end, however it was asked for."""
    return _moved(case, person, Event.CANCEL, reason)


def waiting(case: Case) -> Keys:
    """Name the rows of a card that waits to be enabled."""
    asked = case.arrival.body
    assert isinstance(asked, CardService)
    person = case.person(asked.psn_no)
    return enabling.enabling_keys(person) if person and person.card_pending else ()


def _died(case: Case, person: Person) -> Verdict:
    """Return the end of everything that a person could show, in every city of the province that knows them (RA26)."""
    if refused := death_refusal(person):
        return refused
    dead = {"card_status": CANCELLED, "card_status_ms": case.now_ms, "card_reason": DEATH, "died_ms": case.now_ms}
    here, *others = (
        msgspec.structs.replace(known, **dead) for known in (person, *known_elsewhere(case, person.psn_no))
    )
    return Granted(told(case, here), (here, *others))


def _moved(case: Case, person: Person, event: Event, reason: str = "") -> Verdict:
    reached = after(status_of(case, person), event)
    if isinstance(reached, Refused):
        return reached
    moved = msgspec.structs.replace(person, card_status=reached, card_status_ms=case.now_ms, card_reason=reason)
    return Granted(told(case, moved), (moved,))


def _person_in(changes: tuple[object, ...], before: Person) -> Person:
    return next((row for row in changes if isinstance(row, Person)), before)
