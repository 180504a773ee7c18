"""The rows of a card's making: the application with its log, what was collected, units, codes and copies."""

from typing import ClassVar, Final

import msgspec
from msgspec import Struct

from settlement.engine.ledger.state import Record

OPEN: Final = "OPEN"
WITHDRAWN: Final = "WITHDRAWN"
ISSUED: Final = "ISSUED"
"""States of an application."""

DONE: Final = "DONE"
FAILED: Final = "FAILED"
HELD: Final = "HELD"
CURED: Final = "CURED"
"""What an event says of a step: it has ended, it cannot end, it does not end by itself, or what stopped it is mended
and the person may apply again."""


class Event(Struct, frozen=True, array_like=True):
    """Something that happened to a step, as told from outside; what nobody tells goes by the plan."""

    step: str
    outcome: str
    at_ms: int
    cause: str = ""


EVENTS: Final = msgspec.msgpack.Decoder(tuple[Event, ...]).decode
_encode: Final = msgspec.msgpack.Encoder().encode


def log_of(events: tuple[Event, ...]) -> bytes:
    """Return events as an application keeps them."""
    return _encode(events)


class CardApplication(Record, frozen=True, array_like=True):
    """A person's last application for a card. Where it stands is never stored: it follows from its moments."""

    KEY: ClassVar[int] = 2
    city: str
    psn_no: str
    number: int
    """Counts from 1; each application of a person takes the place of the one before."""
    state: str
    status_before: str
    """The card_status before a card was allocated, which a withdrawal restores."""
    mode: str
    """BATCH or INSTANT."""
    channel: str
    unit_no: str
    """The unit that applied, which also collects the card (RJ10); empty where the person applied."""
    bank_code: str
    generation: int
    """Asked for; 0: as the rule of the day has it."""
    guardian_certno: str
    newborn: int
    applied_ms: int
    draw: bytes
    """Chance, drawn once when applying: how long each step takes within the plan."""
    log: bytes
    """What happened (MessagePack of tuple[Event, ...])."""
    collected_ms: int
    """When unit or person took the card over; 0: not yet."""
    ended_ms: int
    """When it was withdrawn or the card handed out; 0: not yet."""

    @property
    def events(self) -> tuple[Event, ...]:
        """Return what happened, in its order."""
        return EVENTS(self.log)

    def told(self, *events: Event) -> "CardApplication":
        """Return the application with more in its log."""
        return msgspec.structs.replace(self, log=log_of((*self.events, *events)))


class CollectedData(Record, frozen=True, array_like=True):
    """What was collected of a person for the making of cards; the picture itself is not kept, its digest is."""

    KEY: ClassVar[int] = 2
    city: str
    psn_no: str
    photo_digest: bytes
    phone: str
    address: str
    collected_ms: int

    @property
    def complete(self) -> bool:
        """Whether nothing but perhaps the picture is missing."""
        return bool(self.phone and self.address)


class Unit(Record, frozen=True, array_like=True):
    """A unit that applied for its people, and the bank that it chose."""

    KEY: ClassVar[int] = 2
    city: str
    unit_no: str
    bank_code: str
    chosen_ms: int


class EcardFault(Record, frozen=True, array_like=True):
    """Somebody's e-card that the back office must repair before it can be bound."""

    KEY: ClassVar[int] = 2
    city: str
    psn_no: str
    told_ms: int
    repaired_ms: int
    """0: not yet."""


class CertificateCopy(Record, frozen=True, array_like=True):
    """A copy of an electronic certificate: bytes that nobody here looks into."""

    KEY: ClassVar[int] = 3
    city: str
    psn_no: str
    kind: str
    content: bytes
    kept_ms: int


class PhoneCode(Record, frozen=True, array_like=True):
    """The last code that a phone received for one purpose. The code itself is not kept: it follows from `draw`."""

    KEY: ClassVar[int] = 3
    city: str
    psn_no: str
    purpose: str
    draw: bytes
    sent_ms: int
    tries_left: int
    """Of the day on which it was sent, whichever code of that day is tried."""
    used_ms: int
    """When it was used; 0: not yet."""
    sends_left: int
    """Codes that may still be sent on that day."""
