"""What is collected of a person for a card (0032): photo, telephone, address, and the steps that waited for them."""

from hashlib import sha256

from settlement.engine.cards.making.causes import CAUSES
from settlement.engine.cards.making.eligible import open_of, photo_refusal
from settlement.engine.case import Case, Granted, Verdict
from settlement.engine.ledger.making import DONE, FAILED, CardApplication, CollectedData, Event
from settlement.engine.ledger.state import Person, Record
from settlement.wire.making import CollectData, DataCollected


def collect(case: Case, person: Person) -> Verdict:
    """0032: what is missing for a card; a step that waited for it ends now."""
    asked = case.arrival.body
    assert isinstance(asked, CollectData)
    if refused := photo_refusal(asked.photo):
        return refused
    data = collected(case, person, photo=asked.photo, phone=asked.phone, address=asked.address)
    changes: tuple[Record, ...] = (data,)
    application = open_of(case, person)
    cured = _cured(case, application, data) if application else ()
    if application and cured:
        changes = (data, application.told(*cured))
    told = DataCollected(person.psn_no, bool(data.photo_digest), bool(data.phone), bool(data.address))
    return Granted(told, changes)


def collected(case: Case, person: Person, *, photo: bytes, phone: str, address: str) -> CollectedData:
    """Return what is there with what is handed in now; what is empty leaves what was there."""
    before = case.state.get(CollectedData, person.city, person.psn_no)
    digest = sha256(photo).digest() if photo else b""
    return CollectedData(
        city=person.city,
        psn_no=person.psn_no,
        photo_digest=digest or (before.photo_digest if before else b""),
        phone=phone or (before.phone if before else ""),
        address=address or (before.address if before else ""),
        collected_ms=case.now_ms,
    )


def stopped_by(application: CardApplication) -> tuple[str, ...]:
    """Return the causes in a log that no later event of the same step has cured."""
    last = {event.step: event for event in application.events}
    return tuple(event.cause for event in last.values() if event.outcome == FAILED)


def _cured(case: Case, application: CardApplication, data: CollectedData) -> tuple[Event, ...]:
    there = {"NO_PHOTO": bool(data.photo_digest), "DATA_INCOMPLETE": data.complete}
    return tuple(
        Event(CAUSES[cause].step, DONE, case.now_ms) for cause in stopped_by(application) if there.get(cause, False)
    )
