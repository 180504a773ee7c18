"""The e-card (电子社保卡): it comes with the card, is bound and unbound by channel, and is never cancelled (RF05).

It does not follow the card's life: lost, expired or sealed, the e-card goes on (RF03, RF04); only its holder's death
ends it. The issuing place is the card's and stays, the place where it is used may be switched (RF06).
"""

from typing import Final

import msgspec

from settlement.engine.arrival import Arrival
from settlement.engine.card_in_force import death_refusal, issuing_city
from settlement.engine.cards import elsewhere
from settlement.engine.cards.typed import typed
from settlement.engine.case import Case, Granted, Refused, Verdict, World
from settlement.engine.judge import Keys
from settlement.engine.ledger.cards import Ecard
from settlement.engine.ledger.state import Person
from settlement.wire import codes, service_codes
from settlement.wire.card_service import CardService
from settlement.wire.services import BindEcard, ChangeEcardPassword, EcardState, SwitchEcardPlace, UnbindEcard

TRIES_MAX: Final = 6
"""Wrong passwords of an e-card in a row; no document states it (assumed)."""


def ecard_of(case: Case, person: Person) -> Ecard:
    """Return a person's e-card as it stands, or as it comes with a card."""
    return case.state.get(Ecard, person.city, person.psn_no) or Ecard(
        person.city, person.psn_no, issuing_city(person), person.city, "", b"", TRIES_MAX
    )


def ecard_keys(arrival: Arrival, _world: World) -> Keys:
    """Name the e-card."""
    asked = arrival.body
    assert isinstance(asked, CardService)
    return ((Ecard, (arrival.home, asked.psn_no)),)


def place_keys(arrival: Arrival, world: World) -> Keys:
    """Name the e-card and the person in every city of the province."""
    return *ecard_keys(arrival, world), *elsewhere.names(arrival, world)


def bind(case: Case, person: Person) -> Verdict:
    """0018: at one channel more."""
    asked = case.arrival.body
    assert isinstance(asked, BindEcard)
    ecard = ecard_of(case, person)
    return _done(person, ecard, bound=" ".join(sorted({*ecard.bound.split(), asked.ecard_channel})))


def unbind(case: Case, person: Person) -> Verdict:
    """0019: at one channel less; the others stay."""
    asked = case.arrival.body
    assert isinstance(asked, UnbindEcard)
    ecard = ecard_of(case, person)
    if asked.ecard_channel not in ecard.bound.split():
        return Refused(service_codes.STATE_FORBIDS, f"not bound at {asked.ecard_channel}")
    return _done(person, ecard, bound=" ".join(sorted({*ecard.bound.split()} - {asked.ecard_channel})))


def switch_place(case: Case, person: Person) -> Verdict:
    """0020: used in another city of the province where its holder is or was insured (RJ20)."""
    asked = case.arrival.body
    assert isinstance(asked, SwitchEcardPlace)
    if asked.issuing_admdvs:
        return Refused(service_codes.NOT_CHANGEABLE, "issuing_admdvs: the issuing place is the card's")
    if not _insured_in(case, person, asked.insuplc_admdvs):
        return Refused(codes.NO_INSURED_PERSON, f"in {asked.insuplc_admdvs or 'no city'}")
    return _done(person, ecard_of(case, person), insured_city=asked.insuplc_admdvs)


def change_password(case: Case, person: Person) -> Verdict:
    """0021: with the old password, or without where it was forgotten; the card's counters are others (RB20)."""
    asked = case.arrival.body
    assert isinstance(asked, ChangeEcardPassword)
    ecard = ecard_of(case, person)
    known = bool(ecard.password_check) and not asked.forgotten
    if known and ecard.password_tries_left == 0:
        return Refused(codes.PIN_LOCKED, "e-card: forgotten passwords are set anew")
    digits = typed(case, person, asked, old_needed=known)
    if isinstance(digits, Refused):
        return digits
    if known and _check(case, person, digits.old) != ecard.password_check:
        left = ecard.password_tries_left - 1
        return Refused(
            codes.PIN_WRONG, f"e-card, {left} left", (msgspec.structs.replace(ecard, password_tries_left=left),)
        )
    return _done(person, ecard, password_check=_check(case, person, digits.new), password_tries_left=TRIES_MAX)


def _check(case: Case, person: Person, password: str) -> bytes:
    return case.world.key.password_check(f"ecard {person.psn_no}", password)


def _insured_in(case: Case, person: Person, city: str) -> bool:
    if city == person.city:
        return True
    if city not in elsewhere.neighbours(case.world, person.city):
        return False
    there = case.state.get(Person, city, person.psn_no) or case.world.register.newcomer(city, person.psn_no)
    return there is not None


def _done(person: Person, ecard: Ecard, **changed: str | bytes | int) -> Verdict:
    if refused := death_refusal(person):
        return refused
    after = msgspec.structs.replace(ecard, **changed)
    told = EcardState(after.psn_no, after.issuing_city, after.insured_city, tuple(after.bound.split()))
    return Granted(told, (after,))
