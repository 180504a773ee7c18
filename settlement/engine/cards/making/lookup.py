"""Looking a card up by identity number alone (0043), and why none is found: one sentence outside, the cause inside.

Whoever asks from afar has shown no document, so that every cause has the same answer: nobody learns from it whether a
number is somebody's (RI04, RJ13). At a counter the clerk is told the cause, to tell its cure.
"""

from enum import StrEnum
from typing import Final

from settlement.engine.arrival import Arrival
from settlement.engine.card_in_force import AWAY, CANCELLED, ISSUED_UNENABLED, status_of
from settlement.engine.cards.making.eligible import WITHOUT_CARD, open_of
from settlement.engine.cards.opening import closed
from settlement.engine.case import Case, Granted, Refused, Verdict, World
from settlement.engine.judge import Keys
from settlement.engine.ledger.making import CardApplication
from settlement.engine.ledger.state import Person
from settlement.engine.persons import IN_FORCE
from settlement.wire import making_codes
from settlement.wire.making import CardFound, LookUpCard

EMPLOYEE: Final = "310"
CLERKS: Final = frozenset({"COUNTER", "BANK", "HALL", "HOME", "MOBILE_POS"})
"""Channels at which somebody of the outlet reads the answer first."""
BY_VOICE: Final = "PHONE"


class NotFound(StrEnum):
    """Why no card, or no applicant, is found."""

    WRONG_NUMBER = "the identity number is nobody's"
    NEVER_MADE = "no card was made yet"
    NOT_ENABLED = "the card is not enabled"
    CANCELLED = "the card was cancelled"
    CARD_HERE = "there is a card here, or one is being made"
    CARD_ELSEWHERE = "the card is another city's"
    NO_PAYING_EMPLOYEE = "the voice line knows this city's paying employees only"


def look_up(case: Case) -> Verdict:
    """0043: how a card stands, or whether somebody can be applied for."""
    asked = case.arrival.body
    assert isinstance(asked, LookUpCard)
    if refused := closed(case, "lookup", asked.channel):
        return refused
    outlets = case.world.outlets.get(case.home)
    if outlets and asked.insuplc_admdvs == outlets.province_direct:
        return Refused(making_codes.PROVINCE_DIRECT, asked.insuplc_admdvs)
    psn_no = case.world.register.psn_no(asked.certno)
    person = case.person(psn_no) if psn_no else None
    cause = why_not_found(case, asked, person)
    if cause or person is None:
        return Refused(making_codes.NOT_FOUND, cause if cause and asked.channel in CLERKS else "")
    return Granted(CardFound(person.psn_no, public_status(case, person)))


def why_not_found(case: Case, asked: LookUpCard, person: Person | None) -> NotFound | None:
    """Return the cause for which a lookup finds nothing, or None."""
    if person is None:
        return NotFound.WRONG_NUMBER
    if asked.purpose == "APPLICANT":
        return _why_no_applicant(case, person)
    if person.issuing_city or person.card_status == AWAY:
        return NotFound.CARD_ELSEWHERE
    if person.card_status == CANCELLED:
        return NotFound.CANCELLED
    if person.card_status == ISSUED_UNENABLED:
        return NotFound.NOT_ENABLED
    if person.card_status in WITHOUT_CARD:
        return NotFound.NEVER_MADE
    if asked.channel == BY_VOICE and not _pays_here(person):
        return NotFound.NO_PAYING_EMPLOYEE
    return None


def public_status(case: Case, person: Person) -> str:
    """Return a card's status in the words that its city shows (RI06): no city tells one kind of loss from another."""
    status = status_of(case, person)
    return "LOST" if status.startswith("LOST") else status


def looked_up(arrival: Arrival, world: World) -> Keys:
    """Name the rows of whoever a number belongs to."""
    asked = arrival.body
    assert isinstance(asked, LookUpCard)
    psn_no = world.register.psn_no(asked.certno)
    return ((Person, (arrival.home, psn_no)), (CardApplication, (arrival.home, psn_no))) if psn_no else ()


def _why_no_applicant(case: Case, person: Person) -> NotFound | None:
    """Return why a unit's search finds nobody to apply for (RJ12)."""
    if person.issuing_city or person.card_status == AWAY:
        return NotFound.CARD_ELSEWHERE
    if open_of(case, person) or person.card_status not in WITHOUT_CARD:
        return NotFound.CARD_HERE
    return None


def _pays_here(person: Person) -> bool:
    return person.insutype == EMPLOYEE and person.psn_insu_stas == IN_FORCE
