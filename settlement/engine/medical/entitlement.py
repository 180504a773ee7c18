"""Who the patient is to the insurance, and what it pays here: the refusals that do not depend on the bill."""

from typing import Final, NamedTuple

from settlement.engine.case import Case, Refused
from settlement.engine.credential import credential_refusal, identity_refusal
from settlement.engine.ledger.state import Accumulator, Key, Person
from settlement.engine.medical.split import Used
from settlement.engine.persons import IN_FORCE
from settlement.engine.rules.policy import LOCAL, REMOTE, Benefit, pays_nothing
from settlement.wire import codes
from settlement.wire.messages import DrugSale, OutpatientSale
from settlement.wire.names import day_of

RESIDENT: Final = "390"

Sale = DrugSale | OutpatientSale
"""The messages that a benefit pays."""


class Entitled(NamedTuple):
    """A patient whom a benefit covers, with what was used of it this year."""

    person: Person
    benefit: Benefit
    accumulator: Accumulator

    @property
    def used(self) -> Used:
        """Return what was used of deductible and cap."""
        return Used(self.accumulator.deductible_used_fen, self.accumulator.fund_used_fen)


def insured(case: Case, psn_no: str) -> Person | Refused:
    """Return a person whose insurance is in force and, on the remote route, who may use it here."""
    person = case.person(psn_no)
    if person is None:
        return Refused(codes.NO_INSURED_PERSON, psn_no)
    if person.psn_insu_stas != IN_FORCE:
        return Refused(codes.INSURANCE_PAUSED, f"psn_insu_stas {person.psn_insu_stas}")
    return (_remote_refusal(case, person) if case.remote else None) or person


def entitled(case: Case, sale: Sale) -> Entitled | Refused:
    """Return the benefit that covers a sale, or why none does."""
    person = insured(case, sale.psn_no)
    if isinstance(person, Refused):
        return person
    if isinstance(sale, DrugSale) and (
        refused := credential_refusal(case, sale, person) or identity_refusal(sale, person)
    ):
        return refused
    if sale.insutype != person.insutype:
        return Refused(codes.NO_INSURED_PERSON, f"insutype {sale.insutype}, insured as {person.insutype}")
    benefit = benefit_of(case, person, sale.med_type)
    if benefit is None:
        pharmacy_resident = sale.med_type == codes.PHARMACY_MED_TYPE and person.insutype == RESIDENT
        return Refused(
            codes.PHARMACY_NOT_ALLOWED if pharmacy_resident else codes.NO_BENEFIT, f"med_type {sale.med_type}"
        )
    return Entitled(person, benefit, accumulator_of(case, person, benefit))


def benefit_of(case: Case, person: Person, med_type: str) -> Benefit | None:
    """Return the benefit of the place of insurance: its policy, for the level and route of treatment."""
    return case.world.policy(case.home).benefit(
        insutype=person.insutype,
        psn_type=person.psn_type,
        med_type=med_type,
        level=case.institution.level,
        route=REMOTE if case.remote else LOCAL,
        day=day_of(case.now_ms),
    )


def accumulator_of(case: Case, person: Person, benefit: Benefit) -> Accumulator:
    """Return what was used of a benefit this year; nothing, at its first use."""
    key = accumulator_key(case, person, benefit)[1]
    stored = None if pays_nothing(benefit) else case.state.get(Accumulator, *key)
    return stored or Accumulator(person.city, person.psn_no, year_of(case.now_ms), benefit.name, 0, 0)


def accumulator_key(case: Case, person: Person, benefit: Benefit) -> Key:
    """Name the row that counts a benefit this year."""
    return Accumulator, (person.city, person.psn_no, year_of(case.now_ms), benefit.name)


def accumulator_keys(case: Case) -> tuple[Key, ...]:
    """Name the accumulator that judging a sale reads, once the person is known; what pays nothing counts nothing."""
    asked = case.arrival.body
    assert isinstance(asked, Sale)
    person = case.person(asked.psn_no)
    benefit = benefit_of(case, person, asked.med_type) if person else None
    return (accumulator_key(case, person, benefit),) if person and benefit and not pays_nothing(benefit) else ()


def year_of(now_ms: int) -> int:
    """Return the benefit year: the calendar year of China Standard Time."""
    return day_of(now_ms) // 10_000


def _remote_refusal(case: Case, person: Person) -> Refused | None:
    home, there = case.world.cities[case.home], case.world.cities[case.institution.city]
    if not (home.remote.offered and there.remote.offered):
        return Refused(codes.REMOTE_NOT_OFFERED, f"{case.home} at {case.institution.city}")
    if home.province != there.province:
        return Refused(codes.REMOTE_NOT_OFFERED, "another province")
    if there.remote.pilots_only and not case.institution.pilot:
        return Refused(codes.REMOTE_NOT_OFFERED, "this institution is no pilot")
    if person.card_generation < home.remote.generation_min:
        return Refused(codes.CARD_GENERATION_NOT_REMOTE, f"generation {person.card_generation}")
    return None
