"""The benefit check (2001): for a visit of this kind here, which fund pays, and whether the personal account does."""

from collections.abc import Iterator
from typing import Final

from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger.books import FROZEN
from settlement.engine.ledger.state import Person
from settlement.engine.medical.entitlement import benefit_of
from settlement.engine.medical.standing import known
from settlement.engine.persons import IN_FORCE
from settlement.engine.rules.policy import pays_nothing
from settlement.wire import codes
from settlement.wire.insurance import BenefitRow, BenefitsFound, CheckBenefit
from settlement.wire.names import local_time

PERSONAL_ACCOUNT: Final = "310200"
"""fund_pay_type of the personal account (interface code table)."""
ENTITLEMENT: Final = "01"
"""trt_chk_type 基金项检查 (interface code table): the only check that there is here."""


def check(case: Case) -> Verdict:
    """2001: a row for each payer, with the reason where it does not pay."""
    asked = case.arrival.body
    assert isinstance(asked, CheckBenefit)
    person = known(case, asked.psn_no)
    if isinstance(person, Refused):
        return person
    if asked.insutype != person.insutype:
        return Refused(codes.NO_INSURED_PERSON, f"insutype {asked.insutype}, insured as {person.insutype}")
    begins = asked.begntime or local_time(case.now_ms)
    rows = (
        BenefitRow(asked.psn_no, ENTITLEMENT, fund, "0" if reason else "1", begins[:10], trt_chk_rslt=reason)
        for fund, reason in _payers(case, person, asked.med_type)
    )
    return Granted(BenefitsFound(tuple(rows)))


def _payers(case: Case, person: Person, med_type: str) -> Iterator[tuple[str, str]]:
    """Yield each payer and why it does not pay, empty where it does."""
    benefit = benefit_of(case, person, med_type)
    if benefit and not pays_nothing(benefit):
        paused = f"psn_insu_stas {person.psn_insu_stas}" if person.psn_insu_stas != IN_FORCE else ""
        yield benefit.fund_pay_type, paused
    if benefit is None or not benefit.account_allowed:
        yield PERSONAL_ACCOUNT, "no benefit policy covers this"
    else:
        yield PERSONAL_ACCOUNT, "the personal account is sealed" if person.account_status == FROZEN else ""
