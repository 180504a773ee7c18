"""A card goes with its holder: enabled in another city of the province (RD05), or its place of insurance transferred.

The card keeps the city that issued it and is in use in one city. Each city keeps its own account and password: no
balance moves (RD10), and a visit that was opened goes on where it was (RD17).
"""

import msgspec

from settlement.engine.card_in_force import AWAY, NORMAL, card_refusal, card_sn_of, issuing_city
from settlement.engine.cards.elsewhere import active_card, card_elsewhere
from settlement.engine.cards.state import told
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger.state import Person, Record
from settlement.engine.persons import IN_FORCE
from settlement.wire import codes, service_codes
from settlement.wire.services import TransferHome


def enable_foreign(case: Case, person: Person) -> Verdict:
    """0013: a card of another city of the province becomes the card here; its password here is the first one (RD08)."""
    if refused := active_card(person) or _not_entitled(case, person):
        return refused
    there = card_elsewhere(case, person.psn_no)
    if there is None:
        return Refused(codes.CARD_UNKNOWN, f"no card of another city of the province of {case.home}")
    return _stays(case, there) or _moved(case, there, person)


def transfer_home(case: Case, person: Person) -> Verdict:
    """0014: the card is used in the city where its holder is insured now, no more in the one before."""
    asked = case.arrival.body
    assert isinstance(asked, TransferHome)
    if refused := active_card(person):
        return refused
    there = card_elsewhere(case, person.psn_no)
    if there is None or there.city != asked.from_admdvs:
        return Refused(service_codes.NO_CARD_HERE, f"from_admdvs {asked.from_admdvs}")
    if asked.card_sn != card_sn_of(there):
        return Refused(service_codes.EVIDENCE_MISSING, "card_sn: the card that moves")
    return _stays(case, there) or _moved(case, there, person)


def _stays(case: Case, there: Person) -> Refused | None:
    """Return why a card goes nowhere, or None: it is not good, or the next one is being made where it is."""
    if there.card_pending:
        return Refused(service_codes.REISSUE_IN_PROGRESS, f"issue {there.card_pending} in {there.city}")
    return card_refusal(case, there)


def _not_entitled(case: Case, person: Person) -> Refused | None:
    """Return why the insurance here does not carry a card of another city, or None (RD06, RD07)."""
    if person.psn_insu_stas != IN_FORCE:
        return Refused(service_codes.NOT_ENTITLED_HERE, f"psn_insu_stas {person.psn_insu_stas}")
    if person.psn_type not in case.world.cities[case.home].card.foreign_psn_types:
        return Refused(service_codes.NOT_ENTITLED_HERE, f"psn_type {person.psn_type}")
    return None


def _moved(case: Case, there: Person, here: Person) -> Granted:
    rules, issuer = case.world.cities[case.home].local_password, issuing_city(there)
    arrived = msgspec.structs.replace(
        here,
        card_status=NORMAL,
        card_status_ms=case.now_ms,
        card_reason="",
        card_issue=there.card_issue,
        card_generation=there.card_generation,
        card_number=there.card_number,
        card_id=there.card_id,
        bank_card_no=there.bank_card_no,
        issuing_city="" if issuer == here.city else issuer,
        password_check=case.world.key.password_check(here.psn_no, rules.default),
        password_tries_left=rules.tries_max,
        password_reset=0,
    )
    left = msgspec.structs.replace(there, card_status=AWAY, card_status_ms=case.now_ms)
    changes: tuple[Record, ...] = (arrived, left)
    return Granted(told(case, arrived), changes)
