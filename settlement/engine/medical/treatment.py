"""Where and when a settlement's treatment was, as 5203 says it beside the amounts. Reads, changes nothing.

The institutions here have a level but no grade (甲乙丙), and names that their serials make: both codes and names are
ours (`assumed`). Everybody of a population is known by an identity card.
"""

from typing import Final

from settlement.engine.case import Case
from settlement.engine.judge import Keys
from settlement.engine.ledger.state import Settlement, Visit
from settlement.engine.ledger.stays import Stay
from settlement.engine.rules.directory import PHARMACY_LEVEL
from settlement.wire.messages import Treatment
from settlement.wire.names import HOSPITAL, local_time

HOSP_LV: Final = {PHARMACY_LEVEL: "11", 1: "14", 2: "13", 3: "12"}
"""hosp_lv (interface code table): 无等级, 一级无等, 二级无等, 三级无等."""
DEDC_HOSP_LV: Final = {PHARMACY_LEVEL: "9", 1: "1", 2: "2", 3: "3"}
"""dedc_hosp_lv (interface code table): 未定级, 一级及以下, 二级, 三级."""
AT_INSTITUTION: Final = "2"
IN_PROVINCE: Final = "3"
BEYOND: Final = "4"
"""pay_loc (interface code table)."""
INTERIM: Final = "1"
"""mid_setl_flag."""
IDENTITY_CARD: Final = "01"
"""psn_cert_type."""


def visit_keys(case: Case, settlement: Settlement | None) -> Keys:
    """Name the visit or the stay that a settlement is of; a pharmacy has neither."""
    if settlement is None or not (settlement.chrg_bchno or settlement.mid_setl_flag):
        return ()
    table = Stay if settlement.mid_setl_flag else Visit
    return ((table, (case.home, settlement.psn_no, settlement.mdtrt_id)),)


def treatment_of(case: Case, settlement: Settlement) -> Treatment:
    """Return where a settlement's treatment was, and its first and last day."""
    institution = case.institution
    begndate, enddate = _days(case, settlement)
    return Treatment(
        fixmedins_code=institution.code,
        fixmedins_name=_name(case),
        hosp_lv=HOSP_LV[institution.level],
        dedc_hosp_lv=DEDC_HOSP_LV[institution.level],
        pay_loc=_pay_loc(settlement.city, settlement.treatment_city),
        begndate=begndate,
        enddate=enddate,
        psn_cert_type=IDENTITY_CARD,
    )


def _days(case: Case, settlement: Settlement) -> tuple[str, str]:
    """Return the first and the last day: of a stay by the hospital's books where they say so."""
    whose, settled = (case.home, settlement.psn_no, settlement.mdtrt_id), _day(settlement.settled_ms)
    stay = case.state.get(Stay, *whose) if settlement.mid_setl_flag else None
    if stay is None:
        visit = case.state.get(Visit, *whose) if settlement.chrg_bchno else None
        return _day(visit.opened_ms) if visit else settled, settled
    left = stay.endtime[:10] or (_day(stay.discharged_ms) if stay.discharged_ms else settled)
    return stay.begntime[:10] or _day(stay.admitted_ms), settled if settlement.mid_setl_flag == INTERIM else left


def _day(moment_ms: int) -> str:
    return local_time(moment_ms)[:10]


def _name(case: Case) -> str:
    institution = case.institution
    kind = "医院" if institution.kind == HOSPITAL else "药店"
    return f"{case.world.cities[institution.city].name}{kind}{int(institution.code[7:])}"


def _pay_loc(home: str, there: str) -> str:
    if home == there:
        return AT_INSTITUTION
    return IN_PROVINCE if home[:2] == there[:2] else BEYOND
