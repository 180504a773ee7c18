"""By which route somebody is treated, and who may be treated away from home at all.

The list of the place of treatment, the policy of the place of insurance (就医地目录、参保地政策): which figures of that
policy hold is the route's to say. A filing counts where it is for this place and in force; an emergency counts as filed
(医保发〔2022〕22号). That the unfiled have nothing but their personal account is the policy's figure, not a branch.
"""

from typing import Final

from settlement.engine.case import Case, Refused
from settlement.engine.ledger.filings import REFERRED as BY_REFERRAL
from settlement.engine.ledger.filings import Filing
from settlement.engine.ledger.state import Key, Person
from settlement.engine.rules.policy import EMERGENCY, FILED, LOCAL, REFERRED, UNFILED, Route
from settlement.wire import remote_codes
from settlement.wire.codes import (
    CARD_GENERATION_NOT_REMOTE,
    CREDENTIAL_SOCIAL_SECURITY_CARD,
    REMOTE_NOT_OFFERED,
)
from settlement.wire.names import HOSPITAL, PHARMACY, local_time

EMERGENCY_MED_TYPE: Final = "13"
"""急诊 (interface code table)."""


def route_of(case: Case, psn_no: str, med_type: str) -> Route:
    """Return the route of a visit."""
    if not case.remote:
        return LOCAL
    filing = filing_of(case, psn_no)
    if filing and filing.kind != BY_REFERRAL:
        return FILED
    if med_type == EMERGENCY_MED_TYPE:
        return EMERGENCY
    return REFERRED if filing else UNFILED


def filing_of(case: Case, psn_no: str) -> Filing | None:
    """Return the filing that is in force for this place of treatment."""
    filing = case.state.get(Filing, case.home, psn_no)
    return filing if filing and filing.holds(case.institution.city, case.now_ms) else None


def filing_keys(named: tuple[Key, ...]) -> tuple[Key, ...]:
    """Name the filings of the people whose rows a request away from home names."""
    return tuple((Filing, key) for table, key in named if table is Person)


def place_refusal(case: Case, person: Person) -> Refused | None:
    """Return why a person is not treated here, whatever the bill: an own pharmacy while filed elsewhere, or a route."""
    return _remote_refusal(case, person) if case.remote else _local_refusal(case, person)


def _local_refusal(case: Case, person: Person) -> Refused | None:
    if not person.filed_to or case.institution.kind != PHARMACY or case.world.cities[case.home].filing.local_pharmacy:
        return None
    if person.filed_until_ms and person.filed_until_ms <= case.now_ms:
        return None
    return Refused(remote_codes.REMOTE_FILED_PERSON, f"filed to {person.filed_to}")


def _remote_refusal(case: Case, person: Person) -> Refused | None:
    home, there = case.world.cities[case.home], case.world.cities[case.institution.city]
    if not (home.remote.offered and there.remote.offered):
        return Refused(REMOTE_NOT_OFFERED, f"{case.home} at {case.institution.city}")
    if home.province != there.province:
        return Refused(REMOTE_NOT_OFFERED, "another province")
    if _shows_card(case) and person.card_generation < home.remote.generation_min:
        return Refused(CARD_GENERATION_NOT_REMOTE, f"generation {person.card_generation}")
    filing = filing_of(case, person.psn_no)
    if filing and case.now_ms < filing.enabled_ms:
        return Refused(remote_codes.REMOTE_NOT_ENABLED, f"the batch of {local_time(filing.enabled_ms)[:10]} does")
    if there.remote.pilots_only and not case.institution.pilot and not filing and not _maybe_emergency(case):
        return Refused(REMOTE_NOT_OFFERED, "this institution is no pilot")
    return None


def _shows_card(case: Case) -> bool:
    """Whether a card is shown: of what else is shown its generation says nothing, and 2206 shows nothing at all."""
    return getattr(case.arrival.body, "mdtrt_cert_type", "") == CREDENTIAL_SOCIAL_SECURITY_CARD


def _maybe_emergency(case: Case) -> bool:
    """Whether this is an emergency, or may become one: at a hospital's desk nobody has said so yet."""
    med_type = getattr(case.arrival.body, "med_type", "")
    return med_type == EMERGENCY_MED_TYPE or (not med_type and case.institution.kind == HOSPITAL)
