"""Why a card may be replaced, and when: the guards of a reissue by its reason, flat and in order of precedence."""

from datetime import date, timedelta
from typing import Final

from cardsim.issuing.population import ISSUES_MAX, dates
from settlement.engine.card_in_force import (
    CANCELLED,
    ISSUED_UNENABLED,
    LOST_FORMAL,
    LOST_TEMP,
    NORMAL,
    REFUSALS,
    SEALED,
    status_of,
)
from settlement.engine.cards.elsewhere import one_a_province
from settlement.engine.cards.making.eligible import RETIRED_CADRE, WITHOUT_CARD, pending_refusal
from settlement.engine.case import Case, Refused
from settlement.engine.ledger.state import Person
from settlement.wire import codes, service_codes
from settlement.wire.messages import ReissueCard
from settlement.wire.names import day_of

LOST: Final = "LOST"
DAMAGED: Final = "DAMAGED"
WRONG_ON_THE_CARD: Final = frozenset({"INFORMATION", "PHOTO"})
"""What is printed is changed only after the card was cancelled (RA42, RJ11)."""
IN_HAND: Final = frozenset({ISSUED_UNENABLED, NORMAL, LOST_TEMP, SEALED})
"""States of a card that being lost makes lost for good."""
NEVER_GIVEN_BACK: Final = frozenset({LOST_TEMP, LOST_FORMAL, SEALED})
"""States of a card that nobody who is its holder hands in for another: found or sealed, it is released or enabled."""
NOT_INSURED_HERE: Final = frozenset({"0", "4"})
"""psn_insu_stas: not insured, ended."""


def reason_of(asked: ReissueCard) -> str:
    """Return why a card is replaced."""
    return asked.reason or (LOST if asked.lost else DAMAGED)


def refusal(case: Case, asked: ReissueCard, person: Person) -> Refused | None:
    """Return why this card is not replaced here, for this reason and now; None if it is."""
    reason, rules = reason_of(asked), case.world.cities[person.city].card.reissue
    if refused := pending_refusal(case, person) or _has_none(case, asked, person):
        return refused
    if person.issuing_city:
        return Refused(service_codes.WRONG_PLACE, f"the card is of {person.issuing_city}, and replaced there")
    if person.psn_insu_stas in NOT_INSURED_HERE:
        return Refused(service_codes.NOT_ENTITLED_HERE, "cancel the card, then apply where you are insured")
    if person.card_pending:
        return Refused(service_codes.REISSUE_IN_PROGRESS, f"issue {person.card_pending}")
    if refused := one_a_province(case, person):
        return refused
    if (reason == LOST) != asked.lost and reason not in WRONG_ON_THE_CARD:
        return Refused(codes.REISSUE_REFUSED, f"reason {reason} of a card that is {'' if asked.lost else 'not '}lost")
    if refused := _wrong_bank(case, asked, person):
        return refused
    if reason == LOST and rules.formal_loss_first and status_of(case, person) != LOST_FORMAL:
        return Refused(service_codes.STATE_FORBIDS, "report the loss formally first")
    if reason in WRONG_ON_THE_CARD and status_of(case, person) != CANCELLED:
        return Refused(service_codes.STATE_FORBIDS, "cancel the card first")
    if reason == "RENEWAL" and (first := renewal_from(person, rules.renewal_days)) > day_of(case.now_ms):
        return Refused(service_codes.STATE_FORBIDS, f"to be renewed from {first} on")
    if person.card_issue == ISSUES_MAX:
        return Refused(codes.REISSUE_REFUSED, f"{ISSUES_MAX} cards were issued")
    return None


def _has_none(case: Case, asked: ReissueCard, person: Person) -> Refused | None:
    """Return why there is no card of this person that a reissue replaces, or None: a first one is applied for."""
    status = status_of(case, person)
    if person.psn_type.startswith(RETIRED_CADRE):
        return Refused(service_codes.NOT_ENTITLED_HERE, "retired cadres have no card")
    if status in WITHOUT_CARD - {CANCELLED}:
        return Refused(REFUSALS[status], "apply for a card")
    if asked.card_sn and status in NEVER_GIVEN_BACK:
        return Refused(REFUSALS[status], "it is not given back for another")
    return None


def renewal_from(person: Person, days: int) -> int:
    """Return the first day (yyyymmdd) on which the card in force may be renewed (RA38)."""
    last = date.fromisoformat(dates(person.card_generation, person.card_issue)[1])
    return int((last - timedelta(days=days)).strftime("%Y%m%d"))


def _wrong_bank(case: Case, asked: ReissueCard, person: Person) -> Refused | None:
    """Return why this bank does not replace the card: another one does so only for a change of bank (RE04, RE05)."""
    account, city = case.account(person.psn_no), case.world.cities[person.city]
    theirs = (account.bank_code if account else "") or city.bank.code
    if asked.reason == "CHANGE_BANK":
        new = asked.bank_code in city.banks and asked.bank_code != theirs
        return None if new else Refused(service_codes.WRONG_BANK, "bank_code: another bank of the city")
    if asked.bank_code in {"", theirs}:
        return None
    return Refused(service_codes.WRONG_BANK, f"the card is of {theirs}")
