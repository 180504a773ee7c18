"""How a person stands with the insurance: known, in force, sealed, merged, and what that leaves to be paid from.

A gap in contributions (断缴) stops the funds and nothing else: the card stays good, and where nothing but the personal
account pays, it goes on paying. A sealed account (封存) stands still whole: it shows and pays 0 until it is opened.
"""

from typing import Final

from settlement.engine.arrival import Door
from settlement.engine.case import Case, Refused
from settlement.engine.ledger.books import FROZEN
from settlement.engine.ledger.state import Person
from settlement.engine.persons import IN_FORCE
from settlement.engine.route import place_refusal
from settlement.engine.rules.policy import Benefit, pays_nothing
from settlement.wire import codes
from settlement.wire.entitlement_codes import ACCOUNT_SEALED, DUPLICATE_ID, TERMINAL_NOT_SOCIAL

NOT_INSURED: Final = "0"
PAUSED: Final = "2"
"""psn_insu_stas (interface code table)."""
ACCOUNT_USED: Final = "1"


def known(case: Case, psn_no: str) -> Person | Refused:
    """Return a person whom insurance knows and who may use it here, also where contributions have a gap."""
    if case.arrival.door is Door.TERMINAL and not case.world.directory.is_social(case.arrival.request.dev_no):
        return Refused(TERMINAL_NOT_SOCIAL, case.arrival.request.dev_no)
    person = case.person(psn_no)
    if person is None or person.psn_insu_stas == NOT_INSURED:
        return Refused(codes.NO_INSURED_PERSON, psn_no)
    if person.duplicate_of:
        return Refused(DUPLICATE_ID, f"{psn_no} and {person.duplicate_of}")
    if person.psn_insu_stas not in (IN_FORCE, PAUSED):
        return Refused(codes.INSURANCE_PAUSED, f"psn_insu_stas {person.psn_insu_stas}")
    return place_refusal(case, person) or person


def insured(case: Case, psn_no: str) -> Person | Refused:
    """Return a person whose insurance is in force and who may use it here."""
    person = known(case, psn_no)
    if isinstance(person, Refused) or person.psn_insu_stas == IN_FORCE:
        return person
    return Refused(codes.INSURANCE_PAUSED, f"psn_insu_stas {person.psn_insu_stas}")


def standing_refusal(person: Person, benefit: Benefit, acct_used_flag: str) -> Refused | None:
    """Return why nothing of a benefit can pay for this person now, or None."""
    account_alone = pays_nothing(benefit)
    if person.psn_insu_stas != IN_FORCE and not account_alone:
        return Refused(codes.INSURANCE_PAUSED, f"psn_insu_stas {person.psn_insu_stas}")
    if person.account_status == FROZEN and account_alone and acct_used_flag == ACCOUNT_USED:
        return Refused(ACCOUNT_SEALED)
    return None


def usable_fen(person: Person) -> int:
    """Return what the personal account can pay: nothing while it is sealed."""
    return 0 if person.account_status == FROZEN else person.balance_fen
