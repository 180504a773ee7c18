"""The card in force of a person: how it stands at this moment, and why a card that is shown is refused.

A temporary loss ends by itself: nothing runs for it, its moment is looked at when somebody asks. What becomes of the
card touches neither the personal account, which is the person's, nor the other credentials; only a death ends all.
"""

from collections.abc import Mapping
from typing import Final

from settlement.engine.case import Case, Refused
from settlement.engine.ledger.state import Person
from settlement.wire import codes, service_codes
from settlement.wire.refusal import Refusal

ISSUED_UNENABLED: Final = "ISSUED_UNENABLED"
NORMAL: Final = "NORMAL"
LOST_TEMP: Final = "LOST_TEMP"
LOST_FORMAL: Final = "LOST_FORMAL"
SEALED: Final = "SEALED"
CANCELLED: Final = "CANCELLED"
NONE: Final = "NONE"
"""Insured here, and no card is in use here: none was made yet."""
ALLOCATED: Final = "ALLOCATED"
"""放号: the data for a card are in, the card is not (RH13)."""
AWAY: Final = "AWAY"
"""No card is in use here: it is used in another city."""

DEATH: Final = "DEATH"
DAY_MS: Final = 24 * 60 * 60 * 1000

REFUSALS: Final[Mapping[str, Refusal]] = {
    ISSUED_UNENABLED: service_codes.CARD_NOT_ENABLED,
    LOST_TEMP: service_codes.CARD_LOST,
    LOST_FORMAL: service_codes.CARD_LOST,
    SEALED: service_codes.CARD_SEALED,
    CANCELLED: service_codes.CARD_CANCELLED,
    NONE: service_codes.NO_CARD_HERE,
    ALLOCATED: service_codes.NO_CARD_HERE,
    AWAY: service_codes.NO_CARD_HERE,
}
"""Why a card is refused, by its status; a card that is NORMAL is not."""


def status_of(case: Case, person: Person) -> str:
    """Return the status of the card in force at this moment.

    A temporary loss does not end by itself any more once another card is being made in its place (RA23).
    """
    if person.card_status == LOST_TEMP and not person.card_pending and case.now_ms >= loss_ends_ms(case, person):
        return NORMAL
    return person.card_status


def loss_ends_ms(case: Case, person: Person) -> int:
    """Return when a temporary loss ends by itself (RA17)."""
    return person.card_status_ms + case.world.cities[person.city].card.temporary_loss_days * DAY_MS


def card_refusal(case: Case, person: Person) -> Refused | None:
    """Return why the card in force is refused, or None."""
    if person.card_status == NORMAL:
        return None
    status = status_of(case, person)
    return None if status == NORMAL else Refused(REFUSALS[status])


def shown_refusal(case: Case, person: Person, card_sn: str) -> Refused | None:
    """Return why the card that was read is refused, or None: only the one in force is good.

    In a long transition the one before it is good as well (RA32); a new one that waits to be enabled is not yet.
    """
    if card_sn == card_sn_of(person) or (person.card_also and card_sn == sn_of_issue(case, person, person.card_also)):
        return card_refusal(case, person)
    if is_waiting(case, person, card_sn):
        return Refused(service_codes.CARD_NOT_ENABLED, f"issue {person.card_pending}")
    return not_the_card(case, person, card_sn)


def is_waiting(case: Case, person: Person, card_sn: str) -> bool:
    """Tell whether this is the person's next card, which waits to be enabled."""
    return bool(person.card_pending) and card_sn == sn_of_issue(case, person, person.card_pending)


def death_refusal(person: Person) -> Refused | None:
    """Return why no credential at all is taken, or None: the holder died (RA26)."""
    return Refused(service_codes.CARD_CANCELLED, DEATH) if person.died_ms else None


def not_the_card(case: Case, person: Person, card_sn: str) -> Refused:
    """Return why a card that is not the person's own is refused: it was replaced, or never was theirs."""
    for issue in range(1, person.card_issue):
        if sn_of_issue(case, person, issue) == card_sn:
            return Refused(codes.CARD_SUPERSEDED, f"issue {issue} of {person.card_issue}")
    return Refused(codes.CARD_UNKNOWN, "card_sn")


def card_sn_of(person: Person) -> str:
    """Return the 卡识别码 of the card in force as requests write it."""
    return person.card_id.hex().upper()


def sn_of_issue(case: Case, person: Person, issue: int) -> str:
    """Return the 卡识别码 of a person's card at an issue."""
    return case.world.register.card(issuing_city(person), person.psn_no, issue).card_id.hex().upper()


def issuing_city(person: Person) -> str:
    """Return the city that issued the card in force."""
    return person.issuing_city or person.city
