"""Who the patient is to the insurance, and what it pays here: the refusals that do not depend on the bill."""

from typing import Final, NamedTuple

from settlement.engine.case import Case, Refused
from settlement.engine.credential import credential_refusal, identity_refusal
from settlement.engine.ledger.state import Accumulator, Key, Person
from settlement.engine.medical.counters import counter_keys, counter_of, used_of
from settlement.engine.medical.family import FAMILY_ACCOUNT_USED, bound
from settlement.engine.medical.stages import Used
from settlement.engine.medical.standing import known, standing_refusal, usable_fen
from settlement.engine.route import route_of
from settlement.engine.rules.policy import Benefit, Tier
from settlement.wire import codes
from settlement.wire.entitlement_codes import NO_FAMILY_ACCOUNT
from settlement.wire.hospital import StaySale
from settlement.wire.messages import DrugSale, OutpatientSale
from settlement.wire.names import day_of
from settlement.wire.refusal import Basis

RESIDENT: Final = "390"

FAMILY_ALONE: Final = Benefit(
    name="family",
    fund_pay_type="",
    deductible_fen=0,
    tiers=(Tier(None, 0),),
    cap_fen=None,
    account_allowed=True,
    basis=Basis.ASSUMED,
    source="ours: where no benefit covers somebody (a resident at a pharmacy), the family's accounts may still pay",
)
"""What a visit is paid from that no benefit covers, where the family pays."""

Sale = DrugSale | OutpatientSale | StaySale
"""The messages that a benefit pays."""


class Entitled(NamedTuple):
    """A patient whom a benefit covers, with what was used of it this year."""

    person: Person
    benefit: Benefit
    accumulator: Accumulator
    used: Used
    """Of deductible and cap, this year."""

    @property
    def usable_fen(self) -> int:
        """Return what the own account can pay."""
        return usable_fen(self.person)


def entitled(case: Case, sale: Sale, med_type: str) -> Entitled | Refused:
    """Return the benefit that covers a sale, or why none does; a stay has its med_type from its admission."""
    person = known(case, sale.psn_no)
    if isinstance(person, Refused):
        return person
    shown = None if isinstance(sale, OutpatientSale) else credential_refusal(case, sale, person, _mdtrt_id(sale))
    if refused := shown or identity_refusal(sale, person):
        return refused
    if sale.insutype != person.insutype:
        return Refused(codes.NO_INSURED_PERSON, f"insutype {sale.insutype}, insured as {person.insutype}")
    family_pays = sale.acct_used_flag == FAMILY_ACCOUNT_USED
    if family_pays and not bound(case, person.psn_no):
        return Refused(NO_FAMILY_ACCOUNT)
    benefit = benefit_of(case, person, med_type) or (FAMILY_ALONE if family_pays else None)
    if benefit is None:
        pharmacy_resident = med_type == codes.PHARMACY_MED_TYPE and person.insutype == RESIDENT
        return Refused(codes.PHARMACY_NOT_ALLOWED if pharmacy_resident else codes.NO_BENEFIT, f"med_type {med_type}")
    if refused := standing_refusal(person, benefit, sale.acct_used_flag):
        return refused
    return Entitled(person, benefit, counter_of(case, person, benefit), used_of(case, person, benefit))


def benefit_of(case: Case, person: Person, med_type: str) -> Benefit | None:
    """Return the benefit of the place of insurance: its policy, for the level and route of treatment."""
    return case.world.policy(case.home).benefit(
        insutype=person.insutype,
        psn_type=person.psn_type,
        med_type=med_type,
        level=case.institution.level,
        route=route_of(case, person.psn_no, med_type),
        day=day_of(case.now_ms),
    )


def accumulator_keys(case: Case) -> tuple[Key, ...]:
    """Name the counters that judging a sale reads, once the person is known."""
    asked = case.arrival.body
    assert isinstance(asked, DrugSale | OutpatientSale)
    person = case.person(asked.psn_no)
    benefit = benefit_of(case, person, asked.med_type) if person else None
    return counter_keys(case, person, benefit) if person and benefit else ()


def _mdtrt_id(sale: DrugSale | StaySale) -> str:
    """Return the visit that a token may have been shown for already."""
    return sale.mdtrt_id if isinstance(sale, StaySale) else ""
