"""The e-card (电子社保卡) of a person as it stands, and whether its holder may show it: here, bound, by its password.

It is opened when a token is asked for; a token that was issued is judged by credential alone. Its password is neither
the card's nor the bank's, and its tries are counted apart (RB20).
"""

from hmac import compare_digest
from typing import Final

import msgspec

from settlement.engine.card_in_force import death_refusal, issuing_city
from settlement.engine.case import Case, Refused
from settlement.engine.ledger.cards import Ecard
from settlement.engine.ledger.state import Key, Person
from settlement.wire import codes, service_codes

TRIES_MAX: Final = 6
"""Wrong passwords of an e-card in a row; no document states it (assumed)."""
FIRST_CHANNEL: Final = "APP"
"""Where the e-card of whoever has a card already is bound (assumed): the population's telephones carry the app."""


def ecard_key(city: str, psn_no: str) -> Key:
    """Name a person's e-card."""
    return Ecard, (city, psn_no)


def ecard_of(case: Case, person: Person) -> Ecard:
    """Return a person's e-card as it stands; of whoever has a card already, bound and with the first password."""
    stored = case.state.get(Ecard, person.city, person.psn_no)
    if stored is not None:
        return stored
    issuer, first = issuing_city(person), case.world.cities[person.city].local_password.default
    bound, check = (FIRST_CHANNEL, check_of(case, person, first)) if person.card_issue else ("", b"")
    return Ecard(person.city, person.psn_no, issuer, person.city, bound, check, TRIES_MAX)


def check_of(case: Case, person: Person, password: str) -> bytes:
    """Return what is kept of an e-card's password."""
    return case.world.key.password_check(f"ecard {person.psn_no}", password)


def locked(ecard: Ecard) -> Refused | None:
    """Return that no password is tried any more, or None."""
    return None if ecard.password_tries_left else Refused(codes.PIN_LOCKED, "e-card: forgotten passwords are set anew")


def tried(case: Case, person: Person, password: str) -> Ecard | Refused:
    """Return the e-card after its password was typed and right, or why it is not; a wrong one is counted."""
    ecard = ecard_of(case, person)
    if refused := locked(ecard):
        return refused
    if not password or not ecard.password_check:
        return Refused(codes.PIN_REQUIRED, "the password of the e-card")
    if compare_digest(check_of(case, person, password), ecard.password_check):
        return msgspec.structs.replace(ecard, password_tries_left=TRIES_MAX)
    left = ecard.password_tries_left - 1
    counted = msgspec.structs.replace(ecard, password_tries_left=left)
    return Refused(codes.PIN_WRONG, f"e-card, {left} left", (counted,))


def opened(case: Case, person: Person, password: str) -> tuple[Ecard, ...] | Refused:
    """Return the rows after the holder opened the e-card to show it in the city of this case, or why it is refused."""
    ecard = ecard_of(case, person)
    if refused := death_refusal(person):
        return refused
    if ecard.insured_city != case.home:
        return Refused(service_codes.WRONG_PLACE, f"the e-card is used in {ecard.insured_city}: switch its place")
    if not ecard.bound:
        return Refused(service_codes.STATE_FORBIDS, "the e-card is bound nowhere")
    after = tried(case, person, password)
    if isinstance(after, Refused):
        return after
    return (after,) if after != ecard else ()
