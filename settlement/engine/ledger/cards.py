"""The rows of the card services: what was done to a card, and the e-card.

The card in force stands in Person, how it came to be in Reissue (state): settlements read the one, services both.
"""

from typing import ClassVar

from settlement.engine.ledger.state import Record


class CardEvent(Record, frozen=True, array_like=True):
    """One card service that was carried out: by which channel and whom, and how the card stood after it."""

    KEY: ClassVar[int] = 4
    city: str
    psn_no: str
    fixmedins_code: str
    msgid: str
    service: str
    channel: str
    applicant: str
    reason: str
    card_issue: int
    card_status: str
    opter_no: str
    done_ms: int


class Ecard(Record, frozen=True, array_like=True):
    """An e-card (电子社保卡), which comes with the card: where it is used and bound, and its own password."""

    KEY: ClassVar[int] = 2
    city: str
    psn_no: str
    issuing_city: str
    """Never changed."""
    insured_city: str
    """Where the holder lets it be used; may be switched."""
    bound: str
    """The channels it is bound at, divided by spaces."""
    password_check: bytes
    """Empty until a first password is set."""
    password_tries_left: int
