"""5206 tells what is counted: after an undo nothing, in another year nothing, and of whom nobody knows nothing."""

from typing import Any

import pytest

from settlement.wire import codes
from settlement.wire.hospital import RevokeStay
from settlement.wire.insurance import AccumulatedRow, QueryAccumulated
from settlement.wire.messages import RevokeOutpatient

DAY_MS = 24 * 3600 * 1000


def counted(teller: Any, psn_no: str, cum_ym: str = "") -> dict[str, int]:
    told = teller.told(QueryAccumulated(psn_no, cum_ym))
    return {row.cum_type_code: row.cum_fen for row in told.cuminfo if row.cum_fen}


def test_a_settlement_is_counted_by_deductible_and_fund_and_its_undo_is_not(ward: Any, worker: Any) -> None:
    assert counted(ward.teller, worker.psn_no) == {}
    info = ward.whole_stay(worker, "5000")
    amounts = info.amounts
    assert counted(ward.teller, worker.psn_no) == {
        "310100D": amounts.act_pay_dedc_fen,
        "310100F": amounts.hifp_pay_fen,
    }
    ward.teller.told(RevokeStay(info.setl_id, info.mdtrt_id, worker.psn_no))
    assert counted(ward.teller, worker.psn_no) == {}


def test_outpatient_and_stay_are_counted_apart(
    hospital: Any, ward: Any, visits: Any, worker: Any, lines_of: Any
) -> None:
    ward.whole_stay(worker, "5000")
    stay = counted(ward.teller, worker.psn_no)
    bill = lines_of((ward.item, "3000", 1))
    info = hospital.told(visits.outpatient(hospital, worker, bill))
    both = counted(hospital, worker.psn_no)
    assert both.items() > stay.items()
    assert both["310102D"] == info.amounts.act_pay_dedc_fen
    hospital.told(RevokeOutpatient(info.setl_id, info.mdtrt_id, worker.psn_no))
    assert counted(hospital, worker.psn_no) == stay


def test_the_state_of_a_year_that_is_over_is_its_last(host: Any, ward: Any, worker: Any) -> None:
    ward.whole_stay(worker, "5000")
    this = counted(ward.teller, worker.psn_no)
    host.now_ms += 60 * DAY_MS
    assert counted(ward.teller, worker.psn_no) == {}
    told = ward.teller.told(QueryAccumulated(worker.psn_no, "202611"))
    assert {(row.year, row.cum_ym) for row in told.cuminfo} == {("2026", "202612")}
    assert counted(ward.teller, worker.psn_no, "202611") == this


def test_this_year_stands_at_this_month_and_a_year_to_come_has_nothing(ward: Any, worker: Any) -> None:
    told = ward.teller.told(QueryAccumulated(worker.psn_no, "202601"))
    assert told.cuminfo[0] == AccumulatedRow(worker.insutype, "2026", "202611", "310100D", 0)
    assert ward.teller.told(QueryAccumulated(worker.psn_no, "202701")).cuminfo == ()


@pytest.mark.parametrize("psn_no", ["3701009999999999"])
def test_nobody_has_no_counters(pharmacy: Any, psn_no: str) -> None:
    assert pharmacy.ask(QueryAccumulated(psn_no)).refusal == codes.NO_INSURED_PERSON.code
