"""What surrounds the cards of a city, as data: its card banks, service points, applications and the making of a card.

A file of its own beside the city's: whoever runs outlets is not whoever runs insurance. Where the users' documents
disagree the difference is a value here, with source and basis as in a city file. Days are working days unless a field
says otherwise.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta

from settlement.engine.rules.calendar import WEEKEND, WORKING
from settlement.engine.rules.profile import Day, Fact, Named, ProfileError, Row, convert, parse, take_facts
from settlement.wire.card_service import Channel

Generation = Literal[1, 2, 3]
Days = Annotated[int, Meta(ge=0, le=366)]
Age = Annotated[int, Meta(ge=0, le=150)]
Range = tuple[Days, Days]
"""The least and the most."""
CertificateType = Annotated[str, Meta(pattern="^[0-9]{2,6}$")]
Push = Literal["always", "on_request", "no"]

STEPS: Final = (
    "PHOTO",
    "COLLECT",
    "PREINIT",
    "BANK_OPEN",
    "PROV_BATCH",
    "VENDOR_DATA",
    "MAKING",
    "SENT",
    "AT_BANK",
)
"""The nine steps of a card made in a batch, in their order (users' document 003)."""
StepName = Literal["PHOTO", "COLLECT", "PREINIT", "BANK_OPEN", "PROV_BATCH", "VENDOR_DATA", "MAKING", "SENT", "AT_BANK"]


class CardBank(Row, frozen=True):
    """A bank that makes cards for a city."""

    code: Named
    generations: frozenset[Generation]
    ecard_push: Push
    """Whether an e-card is signed in the bank's own app together with the card, or when its holder asks for it."""


class Application(Row, frozen=True):
    """Who gets a card made, and on what evidence."""

    photo_free_below_age: Age
    guardian_below_age: Age
    unit_certificates: frozenset[CertificateType]
    """psn_cert_type (interface code table) that a unit may put into its table."""
    personal_certificates: frozenset[CertificateType]
    """psn_cert_type with which a person applies in person."""
    without_unit: bool
    """Whether people without a unit apply themselves for a card of a batch."""
    unit_bank_fixed: bool
    """Whether the bank that a unit once chose stays its bank."""
    generation3_from: Day
    """From the bank's opening of the account on this day on, a card of a batch is of generation 3."""
    newborn_below_days: Days
    """How young an applicant is whose card waits for the registers (calendar days since birth)."""


class Plan(Row, frozen=True):
    """How long each step of a batch takes: between two numbers of working days, and SENT of calendar days."""

    PHOTO: Range
    COLLECT: Range
    PREINIT: Range
    BANK_OPEN: Range
    PROV_BATCH: Range
    VENDOR_DATA: Range
    MAKING: Range
    SENT: Range
    AT_BANK: Range
    newborn: Range
    """What a newborn's first step takes: enrolment and contribution come before it."""

    def of(self, step: str, *, newborn: bool) -> Range:
        """Return the least and the most of a step."""
        if newborn and step == STEPS[0]:
            return self.newborn
        days: Range = getattr(self, step)
        return days


class Limits(Row, frozen=True):
    """When a step that has not ended is somebody's business."""

    bank_open: Days
    sent_calendar: Days
    """Calendar days from the centre's sending to the bank."""
    at_bank: Days
    escalate_calendar: Days
    """Calendar days after sending without arrival, after which the centre is asked."""
    ask_bank: Days
    """Working days after sending without a card, after which the bank is asked."""
    hand_out_calendar: Days
    """Calendar days in which a unit hands a card out."""


class Opening(Row, frozen=True):
    """A channel that does not do everything every day: what it still does on weekends and on holidays."""

    weekend: frozenset[Named]
    holiday: frozenset[Named]

    def does(self, service: str, kind_of_day: str) -> bool:
        """Return whether a service is done on a kind of day (calendar.kind_of)."""
        return kind_of_day == WORKING or service in (self.weekend if kind_of_day == WEEKEND else self.holiday)


class Acceptance(Row, frozen=True):
    """Which cards the terminals of the city's institutions take."""

    contactless_from_generation: Generation
    """From this generation on a card can be tapped."""
    older_terminals_from: Annotated[int, Meta(ge=1, le=99_999)]
    """Institutions from this serial on have terminals of before the third generation."""
    older_terminals_take: Generation
    """The newest generation that those take."""


class Verification(Row, frozen=True):
    """The code that a phone receives before something is done from afar."""

    valid_seconds: Annotated[int, Meta(ge=1, le=86_400)]
    tries_max: Annotated[int, Meta(ge=1, le=15)]
    """Wrong codes of a person in a day, however many were sent."""
    sends_max: Annotated[int, Meta(ge=1, le=99)] = 5
    """Codes that are sent to a person in a day."""


class Outlets(Row, frozen=True):
    """Everything of a city that surrounds its cards."""

    city: Annotated[str, Meta(pattern="^[0-9]{6}$")]
    calendar: Named
    province_direct: Annotated[str, Meta(pattern="^[0-9]{6}$")]
    """The division of the province's own scheme (省直), whose people ask there."""
    banks: tuple[CardBank, ...]
    application: Application
    plan: Plan
    limits: Limits
    stands_for: dict[Channel, Channel]
    """Clerks who come to somebody count as the window that sent them, and a bank's window elsewhere as the bank."""
    opening: dict[Channel, Opening]
    """Channels that are not named here are open every day."""
    verification: Verification
    acceptance: Acceptance

    def bank(self, code: str) -> CardBank | None:
        """Return a card bank by its code, or None if it makes no cards here."""
        return next((bank for bank in self.banks if bank.code == code), None)


def read_outlets(text: str, file: str) -> tuple[Outlets, dict[str, Fact]]:
    """Read an outlets file; raise ProfileError for an unknown key, a missing one, or a range that runs backwards."""
    values, facts = take_facts(parse(text, file), file)
    outlets = convert(values, Outlets, file)
    for name in Plan.__struct_fields__:
        least, most = getattr(outlets.plan, name)
        if least > most:
            raise ProfileError(file, f"plan.{name}", f"[{least}, {most}] runs backwards; write the smaller one first")
    return outlets, facts
