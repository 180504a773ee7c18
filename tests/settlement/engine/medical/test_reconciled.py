"""Whatever can be settled can be reconciled under the clr_type that its answer says: totals (3201) and rows (3202)."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from settlement.batch import drive_now, judge_of, settle_batch
from settlement.engine.clearing.reconcile import period_of
from settlement.engine.clearing.statement_text import text_of
from settlement.engine.ledger.state import Person
from settlement.engine.rules.money import yuan
from settlement.wire.envelope import decode_output
from settlement.wire.hospital import DescribeVisit, Discharge
from settlement.wire.messages import PresettleOutpatient, SettlementInfo, SettleOutpatient, UploadFees
from settlement.wire.national_fields import CODES
from settlement.wire.reconciliation import (
    EQUAL,
    DetailStatement,
    DownloadFile,
    TotalStatement,
    UploadFile,
)

DAY = "2026-11-21"
Settled = Callable[[str], tuple[Any, SettlementInfo]]
SETTLED_TYPES = {"41": "41", "11": "11", "13": "13", "14": "14", "21": "21", "2101": "21", "28": "28"}
"""What Jinan's policy settles, and what it is cleared as."""


@pytest.fixture
def settled(pharmacy: Any, ward: Any, visits: Any, worker: Person, drugs: Any) -> Settled:
    """Settle something of a med_type; return who asked, and the answer."""

    def at_till() -> tuple[Any, SettlementInfo]:
        return pharmacy, pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))

    def at_desk(med_type: str) -> tuple[Any, SettlementInfo]:
        visit = ward.teller.told(visits.registration(worker))
        ward.teller.told(DescribeVisit(worker.psn_no, visit.mdtrt_id, med_type, "M03900"))
        ward.teller.told(UploadFees(worker.psn_no, visit.mdtrt_id, "B1", drugs))
        total = sum(line.det_item_fee_sumamt_fen for line in drugs)
        asked = worker.psn_no, visit.mdtrt_id, "B1", worker.insutype, med_type, "1", total
        cut = ward.teller.told(PresettleOutpatient(*asked)).amounts
        parts = cut.fulamt_ownpay_amt_fen, cut.overlmt_selfpay_fen, cut.preselfpay_amt_fen, cut.inscp_scp_amt_fen
        return ward.teller, ward.teller.told(SettleOutpatient(*asked, *parts))

    def in_hospital(med_type: str) -> tuple[Any, SettlementInfo]:
        mdtrt_id = ward.admitted(worker, med_type=med_type)
        ward.charged(worker, mdtrt_id, "2000")
        ward.teller.told(Discharge(worker.psn_no, mdtrt_id, worker.insutype, "A03", "1"))
        return ward.teller, ward.settled(worker, mdtrt_id, 2000_00)

    def settle(med_type: str) -> tuple[Any, SettlementInfo]:
        if med_type == "41":
            return at_till()
        return at_desk(med_type) if med_type in ("11", "13", "14") else in_hospital(med_type)

    return settle


def answered(teller: Any, body: Any) -> Any:
    """Ask as the service does: with the rows of the days that are asked for."""
    host = teller.host
    arrival = host.arrival(teller.request(body), body, teller.door)
    if period := period_of(body, teller.code):
        arrival = replace(arrival, statement=host.store.statement_now(period))
    [decision] = drive_now(settle_batch([arrival], judge_of(host.world)), host.store, host.faults.append)
    assert decision.reply.approved, decision.reply.err_msg
    return decode_output(decision.reply)


def stated(info: SettlementInfo) -> dict[str, Any]:
    return {
        "clr_type": info.clr_type,
        "setl_optins": "370100",
        "stmt_begndate": DAY,
        "stmt_enddate": DAY,
        "medfee_sumamt_fen": info.amounts.medfee_sumamt_fen,
        "fund_pay_sumamt_fen": info.amounts.fund_pay_sumamt_fen,
        "fixmedins_setl_cnt": 1,
    }


def test_the_table_below_is_what_jinan_settles(host: Any) -> None:
    policy = host.world.policies[host.world.cities["370100"].policy]
    assert {row.med_type for row in policy.rows} == SETTLED_TYPES.keys()


@pytest.mark.parametrize(("med_type", "clr_type"), SETTLED_TYPES.items())
def test_totals_and_rows_of_every_settled_med_type_are_equal(settled: Settled, med_type: str, clr_type: str) -> None:
    teller, info = settled(med_type)
    assert info.clr_type == clr_type
    assert clr_type in CODES["clr_type"].codes
    total = answered(
        teller, TotalStatement(**stated(info), insutype=info.insutype, acct_pay_fen=info.amounts.acct_pay_fen)
    )
    assert (total.stmt_rslt, total.stmt_rslt_dscr[:15]) == (EQUAL, "equal: count 1,")
    amounts = (
        yuan(fen)
        for fen in (info.amounts.medfee_sumamt_fen, info.amounts.fund_pay_sumamt_fen, info.amounts.acct_pay_fen)
    )
    own = text_of([(info.setl_id, info.mdtrt_id, info.psn_no, *amounts, "0")])
    number = answered(teller, UploadFile("own.zip", own)).file_qury_no
    answer = answered(teller, DetailStatement(**stated(info), file_qury_no=number, cash_payamt_fen=0))
    [row] = answered(teller, DownloadFile(answer.file_qury_no, answer.filename)).content.decode().splitlines()
    assert row.split("\t")[4] == EQUAL
