"""What a card service tells of a card: its zones and moments, and nothing of who holds it (RA21)."""

from settlement.engine.card_in_force import LOST_TEMP, issuing_city, loss_ends_ms, status_of
from settlement.engine.case import Case
from settlement.engine.ledger.state import Person
from settlement.wire.names import local_time
from settlement.wire.services import CardState


def told(case: Case, person: Person, *, bank_status: str = "", advice: str = "") -> CardState:
    """Return how the card in force stands now."""
    status = status_of(case, person)
    since_ms = person.card_status_ms
    if status != person.card_status:
        since_ms = loss_ends_ms(case, person)
    return CardState(
        psn_no=person.psn_no,
        card_status=status,
        since=local_time(since_ms) if since_ms else "",
        until=local_time(loss_ends_ms(case, person)) if status == LOST_TEMP and not person.card_pending else "",
        card_issue=person.card_issue,
        card_pending=person.card_pending,
        bank_status=bank_status,
        insuplc_admdvs=person.city,
        issuing_admdvs=issuing_city(person),
        advice=advice,
    )
