"""A city's rules of the card, as data: its states, how it is enabled and replaced, and who may ask for which service.

What the users' documents differ in stands here as a value; the machine of states and the services only read it.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta

from settlement.engine.rules.profile import Fen, Named, Row
from settlement.wire.card_service import Applicant, Channel, ReissueReason

PublicStatus = Literal["NORMAL", "LOST", "SEALED", "CANCELLED"]
Event = Literal["READ", "PASSWORD_CHANGE"]
Document = Literal["HOLDER", "CARD"]
"""The holder's identity document, the card itself."""
Place = Literal["CITY", "PROVINCE", "NATION"]
SEALED: Final = "SEALED"
SEAL: Final = "seal"


class Offer(Row, frozen=True):
    """By which channels a service is done, by whom, on which documents and how far from home.

    Who acts for a holder always shows a document of their own as well.
    """

    at: frozenset[Channel]
    by: frozenset[Applicant] = frozenset({"HOLDER"})
    documents: frozenset[Document] = frozenset({"HOLDER"})
    where: Place = "CITY"


class Reissuing(Row, frozen=True):
    """How a card is replaced."""

    mode: Literal["INSTANT", "WAITING"]
    """INSTANT: handed over at once with both zones on; WAITING: each zone is switched on by its own."""
    formal_loss_first: bool
    """Whether a lost card must have been lost formally before (RJ01); else the visit does both."""
    renewal_days: Annotated[int, Meta(ge=0, le=3_650)]
    """How long before its last valid day a card may be renewed."""
    fees: dict[ReissueReason, Fen]
    """What a reissue costs by its reason; nothing for a reason that is not named."""


class CardRules(Row, frozen=True):
    """The rules of the cards of one city."""

    statuses: frozenset[PublicStatus]
    """What the city calls a card: not every city has a sealed one."""
    temporary_loss_days: Annotated[int, Meta(ge=1, le=365)]
    enabled_by: frozenset[Event]
    """What enables a new card without asking: its first read at an institution, the first change of its password."""
    transition: Literal["AT_ONCE", "BATCH"]
    """Whether the card before it dies when a new one is enabled, or both are good for a long time (RA32)."""
    both_zones_from_generation: Annotated[int, Meta(ge=1, le=4)]
    """From this generation on a new card replaces the old one only once both its zones are on (RA34); 4: never."""
    hall_only_generation_max: Annotated[int, Meta(ge=0, le=3)]
    """Cards up to this generation have their password changed and reset at the counter alone (RB23)."""
    shared_password: bool
    """Whether one password serves both accounts on the card (RB02)."""
    reset_password_settles: bool
    """Whether a password may be used as a reset leaves it, or must be changed before (RB12)."""
    foreign_psn_types: frozenset[Named]
    """Who may have a card of another city enabled here (psn_type)."""
    reissue: Reissuing


def seal_problem(rules: CardRules, services: dict[str, Offer]) -> str:
    """Return what is wrong with a city that seals cards although it knows no sealed one; empty if nothing is."""
    if SEAL in services and SEALED not in rules.statuses:
        return f"services.{SEAL} is offered, but card.statuses has no {SEALED}"
    return ""
