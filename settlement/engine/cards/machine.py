"""The life of the card in force as a table: which event leads from which status to which, and nothing else.

A status that an event does not find here refuses it. CANCELLED is left by no event, and reached by one that somebody
asks for: nothing is ever cancelled by itself (RA24, RA29). What replaces a card is a reissue, which makes another card;
the end of a temporary loss is no event but a moment (card_in_force.status_of).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from settlement.engine.card_in_force import (
    CANCELLED,
    ISSUED_UNENABLED,
    LOST_FORMAL,
    LOST_TEMP,
    NORMAL,
    REFUSALS,
    SEALED,
)
from settlement.engine.case import Refused
from settlement.wire import service_codes


class Event(StrEnum):
    """What happens to a card because somebody asks for it."""

    LOSE = "lose"
    LOSE_FORMALLY = "lose-formally"
    RELEASE = "release"
    ENABLE = "enable"
    SEAL = "seal"
    CANCEL = "cancel"


TRANSITIONS: Final[Mapping[tuple[str, Event], str]] = {
    (ISSUED_UNENABLED, Event.ENABLE): NORMAL,
    (ISSUED_UNENABLED, Event.CANCEL): CANCELLED,
    (NORMAL, Event.LOSE): LOST_TEMP,
    (NORMAL, Event.LOSE_FORMALLY): LOST_FORMAL,
    (NORMAL, Event.SEAL): SEALED,
    (NORMAL, Event.CANCEL): CANCELLED,
    (LOST_TEMP, Event.LOSE_FORMALLY): LOST_FORMAL,
    (LOST_TEMP, Event.RELEASE): NORMAL,
    (LOST_TEMP, Event.CANCEL): CANCELLED,
    (LOST_FORMAL, Event.RELEASE): NORMAL,
    (LOST_FORMAL, Event.CANCEL): CANCELLED,
    (SEALED, Event.ENABLE): NORMAL,
    (SEALED, Event.CANCEL): CANCELLED,
}


def after(status: str, event: Event) -> str | Refused:
    """Return the status that an event leads to, or why it is refused.

    >>> after("NORMAL", Event.LOSE)
    'LOST_TEMP'
    >>> after("CANCELLED", Event.RELEASE).refusal.name
    'CARD_CANCELLED'
    """
    reached = TRANSITIONS.get((status, event))
    if reached is not None:
        return reached
    return Refused(REFUSALS.get(status, service_codes.STATE_FORBIDS), f"{event} of a card that is {status}")
