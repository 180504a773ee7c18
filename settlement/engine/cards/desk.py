"""The desk of every card service: what is asked of whoever comes, before the service itself is looked at.

offered -> open -> channel -> applicant -> place -> person -> alive -> documents -> the service. The city of insurance
says what it offers and to whom (rules.card.Offer). A document counts as shown when the request names it and it is the
person's; the card itself is asked for only where somebody comes in person. Every service that was done leaves a row.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from settlement.engine.arrival import Arrival
from settlement.engine.card_in_force import card_sn_of, death_refusal, is_waiting, sn_of_issue
from settlement.engine.cards.opening import closed, stands_for
from settlement.engine.case import Case, Granted, Refused, Verdict, World
from settlement.engine.judge import Judge, Keys
from settlement.engine.ledger.cards import CardEvent
from settlement.engine.ledger.state import Person
from settlement.engine.rules.card import Offer
from settlement.wire import codes, service_codes
from settlement.wire.card_service import ON_SITE, CardService
from settlement.wire.messages import ReissueCard

Act = Callable[[Case, Person], Verdict]
"""Does a service for a person whose desk was passed."""
ACTS_FOR_ANOTHER: Final = frozenset({"PROXY", "GUARDIAN"})
AFTER_DEATH: Final = frozenset({"cancel", "hand-in"})
"""Services that may still come up of somebody who died; questions may be asked of everybody."""


def serving(
    name: str,
    act: Act,
    names: Callable[[Arrival, World], Keys] | None = None,
    follows: tuple[Callable[[Case], Keys], ...] = (),
) -> Judge:
    """Return the judge of a service: the desk first, then `act`; `names` gives rows beside the person's."""

    def named(arrival: Arrival, world: World) -> Keys:
        asked = arrival.body
        assert isinstance(asked, CardService)
        more = names(arrival, world) if names else ()
        return (Person, (arrival.home, asked.psn_no)), *more

    return Judge(partial(_served, name, act), named, follows)


def _served(name: str, act: Act, case: Case) -> Verdict:
    asked = case.arrival.body
    assert isinstance(asked, CardService)
    offer = case.world.cities[case.home].services.get(name)
    if refused := not_offered(case, name, offer, asked):
        return refused
    assert offer
    person = case.person(asked.psn_no)
    if person is None:
        return Refused(codes.NO_INSURED_PERSON, asked.psn_no)
    changes = codes.KINDS[case.arrival.infno].changes
    if changes and name not in AFTER_DEATH and (refused := death_refusal(person)):
        return refused
    if refused := document_missing(case, offer, asked, person):
        return refused
    verdict = act(case, person)
    if isinstance(verdict, Refused) or not changes:
        return verdict
    return verdict._replace(changes=(*verdict.changes, _event(case, name, person, verdict)))


def not_offered(case: Case, name: str, offer: Offer | None, asked: CardService | ReissueCard) -> Refused | None:
    """Return why nobody has a service done here by this channel and applicant, or None."""
    if offer is None:
        return Refused(service_codes.SERVICE_NOT_OFFERED, f"{name} in {case.home}")
    if refused := closed(case, name, asked.channel):
        return refused
    if stands_for(case, asked.channel) not in offer.at:
        return Refused(service_codes.CHANNEL_NOT_ALLOWED, f"{name} by {', '.join(sorted(offer.at))}")
    if asked.applicant not in offer.by:
        return Refused(service_codes.APPLICANT_NOT_ALLOWED, f"{name} by {', '.join(sorted(offer.by))}")
    if not _reaches(case, offer):
        return Refused(service_codes.WRONG_PLACE, f"{name} in the {offer.where.lower()} of {case.home} alone")
    return None


def _reaches(case: Case, offer: Offer) -> bool:
    home, here = case.world.cities[case.home], case.world.cities[case.institution.city]
    return {"CITY": home.code == here.code, "PROVINCE": home.province == here.province, "NATION": True}[offer.where]


def document_missing(case: Case, offer: Offer, asked: CardService, person: Person) -> Refused | None:
    """Return which document was not shown, or is another's; None if all are there (RB16)."""
    if "HOLDER" in offer.documents and asked.certno != person.certno:
        return Refused(service_codes.EVIDENCE_MISSING, "certno: the holder's identity document")
    if asked.certno and asked.certno != person.certno:
        return Refused(service_codes.EVIDENCE_MISSING, "certno is not the holder's")
    if asked.applicant in ACTS_FOR_ANOTHER and asked.agent_certno in {"", person.certno}:
        return Refused(service_codes.EVIDENCE_MISSING, "agent_certno: the document of who acts for the holder")
    if "CARD" in offer.documents and asked.channel in ON_SITE and not _is_theirs(case, person, asked.card_sn):
        return Refused(service_codes.EVIDENCE_MISSING, "card_sn: the card")
    return None


def _is_theirs(case: Case, person: Person, card_sn: str) -> bool:
    also = person.card_also and card_sn == sn_of_issue(case, person, person.card_also)
    return card_sn == card_sn_of(person) or bool(also) or is_waiting(case, person, card_sn)


def _event(case: Case, name: str, person: Person, done: Granted) -> CardEvent:
    asked = case.arrival.body
    assert isinstance(asked, CardService)
    after = next((row for row in done.changes if isinstance(row, Person)), person)
    return CardEvent(
        city=after.city,
        psn_no=after.psn_no,
        fixmedins_code=case.institution.code,
        msgid=case.arrival.request.msgid,
        service=name,
        channel=asked.channel,
        applicant=asked.applicant,
        reason=getattr(asked, "reason", ""),
        card_issue=after.card_issue,
        card_status=after.card_status,
        opter_no=case.opter_no,
        done_ms=case.now_ms,
    )
