"""What is told of a card's holder or by its finder: a new phone, a new name, a card that was picked up."""

import msgspec

from settlement.engine.arrival import Arrival
from settlement.engine.card_in_force import CANCELLED, status_of
from settlement.engine.cards.state import told
from settlement.engine.case import Case, Granted, Refused, Verdict, World
from settlement.engine.judge import Keys
from settlement.engine.ledger.making import CollectedData
from settlement.engine.ledger.state import Person
from settlement.wire import service_codes
from settlement.wire.card_service import CardService
from settlement.wire.services import ChangeName, ChangePhone


def change_phone(case: Case, person: Person) -> Verdict:
    """0015: no new card is needed for it (RA41)."""
    asked = case.arrival.body
    assert isinstance(asked, ChangePhone)
    before = case.state.get(CollectedData, person.city, person.psn_no) or CollectedData(
        person.city, person.psn_no, b"", "", "", case.now_ms
    )
    return Granted(told(case, person), (msgspec.structs.replace(before, phone=asked.phone),))


def change_name(case: Case, person: Person) -> Verdict:
    """0016: the name stands on the card, which is cancelled before and made anew afterwards (RA42)."""
    asked = case.arrival.body
    assert isinstance(asked, ChangeName)
    if status_of(case, person) != CANCELLED:
        return Refused(service_codes.STATE_FORBIDS, "cancel the card first, then have it made anew")
    renamed = msgspec.structs.replace(person, psn_name=asked.new_psn_name)
    return Granted(told(case, renamed), (renamed,))


def hand_in(case: Case, person: Person) -> Verdict:
    """0017: the finder's word changes nothing: what the holder reported stands (RA45)."""
    return Granted(told(case, person))


def collected_keys(arrival: Arrival, _world: World) -> Keys:
    """Name what is known of how the holder is reached."""
    asked = arrival.body
    assert isinstance(asked, CardService)
    return ((CollectedData, (arrival.home, asked.psn_no)),)
