"""The e-card (电子社保卡): it comes with the card, is bound and unbound by channel, and is never cancelled (RF05).

It does not follow the card's life: lost, expired or sealed, the e-card goes on (RF03, RF04); only its holder's death
ends it. The issuing place is the card's and stays, the place where it is used may be switched (RF06).
"""

import msgspec

from settlement.engine.arrival import Arrival
from settlement.engine.cards import elsewhere
from settlement.engine.cards.typed import typed
from settlement.engine.case import Case, Granted, Refused, Verdict, World
from settlement.engine.ecard_in_force import TRIES_MAX, check_of, ecard_key, ecard_of, locked, tried
from settlement.engine.judge import Keys
from settlement.engine.ledger.cards import Ecard
from settlement.engine.ledger.state import Person
from settlement.wire import codes, service_codes
from settlement.wire.card_service import CardService
from settlement.wire.services import BindEcard, ChangeEcardPassword, EcardState, SwitchEcardPlace, UnbindEcard


def ecard_keys(arrival: Arrival, _world: World) -> Keys:
    """Name the e-card."""
    asked = arrival.body
    assert isinstance(asked, CardService)
    return (ecard_key(arrival.home, asked.psn_no),)


def place_keys(arrival: Arrival, world: World) -> Keys:
    """Name the e-card and the person in every city of the province."""
    people = elsewhere.names(arrival, world)
    return *ecard_keys(arrival, world), *people, *((Ecard, key) for _, key in people)


def bind(case: Case, person: Person) -> Verdict:
    """0018: at one channel more."""
    asked = case.arrival.body
    assert isinstance(asked, BindEcard)
    ecard = ecard_of(case, person)
    return _done(ecard, bound=" ".join(sorted({*ecard.bound.split(), asked.ecard_channel})))


def unbind(case: Case, person: Person) -> Verdict:
    """0019: at one channel less; the others stay."""
    asked = case.arrival.body
    assert isinstance(asked, UnbindEcard)
    ecard = ecard_of(case, person)
    if asked.ecard_channel not in ecard.bound.split():
        return Refused(service_codes.STATE_FORBIDS, f"not bound at {asked.ecard_channel}")
    return _done(ecard, bound=" ".join(sorted({*ecard.bound.split()} - {asked.ecard_channel})))


def switch_place(case: Case, person: Person) -> Verdict:
    """0020: used in another city of the province where its holder is or was insured (RJ20)."""
    asked = case.arrival.body
    assert isinstance(asked, SwitchEcardPlace)
    if asked.issuing_admdvs:
        return Refused(service_codes.NOT_CHANGEABLE, "issuing_admdvs: the issuing place is the card's")
    if not _insured_in(case, person, asked.insuplc_admdvs):
        return Refused(codes.NO_INSURED_PERSON, f"in {asked.insuplc_admdvs or 'no city'}")
    here = msgspec.structs.replace(ecard_of(case, person), insured_city=asked.insuplc_admdvs)
    return Granted(_told(here), (here, *_in_other_cities(case, here)))


def change_password(case: Case, person: Person) -> Verdict:
    """0021: with the old password, or without where it was forgotten; the card's counters are others (RB20)."""
    asked = case.arrival.body
    assert isinstance(asked, ChangeEcardPassword)
    ecard = ecard_of(case, person)
    known = bool(ecard.password_check) and not asked.forgotten
    if known and (refused := locked(ecard)):
        return refused
    digits = typed(case, person, asked, old_needed=known)
    if isinstance(digits, Refused):
        return digits
    if known and isinstance(right := tried(case, person, digits.old), Refused):
        return right
    return _done(ecard, password_check=check_of(case, person, digits.new), password_tries_left=TRIES_MAX)


def _insured_in(case: Case, person: Person, city: str) -> bool:
    if city == person.city:
        return True
    if city not in elsewhere.neighbours(case.world, person.city):
        return False
    there = case.state.get(Person, city, person.psn_no) or case.world.register.newcomer(city, person.psn_no)
    return there is not None


def _in_other_cities(case: Case, here: Ecard) -> tuple[Ecard, ...]:
    """Return the one e-card as each other city keeps it that it goes to or has been in."""
    cities = elsewhere.neighbours(case.world, here.city)
    kept = (city for city in cities if city == here.insured_city or case.state.get(Ecard, city, here.psn_no))
    return tuple(msgspec.structs.replace(here, city=city) for city in kept)


def _done(ecard: Ecard, **changed: str | bytes | int) -> Granted:
    after = msgspec.structs.replace(ecard, **changed)
    return Granted(_told(after), (after,))


def _told(ecard: Ecard) -> EcardState:
    return EcardState(ecard.psn_no, ecard.issuing_city, ecard.insured_city, tuple(ecard.bound.split()))
