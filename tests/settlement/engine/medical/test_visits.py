"""An outpatient's way before the till: what can be taken back until it is settled, and what a visit may be."""

from typing import Any

import msgspec
import pytest

from settlement.wire import codes, hospital_codes
from settlement.wire.envelope import MalformedError, decode_body
from settlement.wire.hospital import ALL_LINES, CancelFees, CancelRegistration, DescribeVisit, Diagnosis
from settlement.wire.messages import PresettleOutpatient, SettlementInfo, SettleOutpatient, UploadFees
from settlement.wire.names import institution_code
from settlement.wire.national_fields import CODES

MED_TYPES = sorted({*CODES["med_type"].codes, "21", "24"})
NOT_OUTPATIENT = ["21", "2101", "2102", "2105", "2106", "2107", "2109", "21303", "22", "24", "28", "41", "52"]
COVERED = ["11", "13"]


@pytest.fixture
def visit(hospital: Any, visits: Any, worker: Any) -> str:
    return str(hospital.told(visits.registration(worker)).mdtrt_id)


@pytest.fixture
def charged(hospital: Any, worker: Any, visit: str, drugs: Any) -> str:
    hospital.told(UploadFees(worker.psn_no, visit, "B1", drugs))
    return visit


def trial(person: Any, mdtrt_id: str, batch: str, fen: int, med_type: str = "11") -> PresettleOutpatient:
    return PresettleOutpatient(person.psn_no, mdtrt_id, batch, person.insutype, med_type, "1", fen)


def total(lines: Any) -> int:
    return sum(line.det_item_fee_sumamt_fen for line in lines)


def parts_of(info: SettlementInfo) -> tuple[int, int, int, int]:
    due = info.amounts
    return due.fulamt_ownpay_amt_fen, due.overlmt_selfpay_fen, due.preselfpay_amt_fen, due.inscp_scp_amt_fen


# 2201.


@pytest.mark.parametrize("name", ["certno", "psn_name", "psn_type"])
def test_a_registration_is_of_the_insured_person_whom_it_names(
    hospital: Any, visits: Any, worker: Any, name: str
) -> None:
    reply = hospital.ask(visits.registration(worker, **{name: "9"}))
    assert (reply.refusal, name in reply.err_msg) == (codes.NO_INSURED_PERSON.code, True)
    assert hospital.ask(visits.registration(worker, **{name: getattr(worker, name)})).approved


# 2206, 2207.


@pytest.mark.parametrize("name", ["certno", "psn_name", "psn_type"])
def test_an_outpatient_trial_is_of_the_insured_person_whom_it_names(
    hospital: Any, worker: Any, charged: str, drugs: Any, name: str
) -> None:
    asked = trial(worker, charged, "B1", total(drugs))
    reply = hospital.ask(msgspec.structs.replace(asked, **{name: "9"}))
    assert (reply.refusal, name in reply.err_msg) == (codes.NO_INSURED_PERSON.code, True)
    assert hospital.ask(msgspec.structs.replace(asked, **{name: getattr(worker, name)})).approved


def test_an_outpatient_settlement_is_of_the_insured_person_whom_it_names(
    hospital: Any, visits: Any, worker: Any, drugs: Any
) -> None:
    sale = visits.outpatient(hospital, worker, drugs)
    reply = hospital.ask(msgspec.structs.replace(sale, certno="9"))
    assert (reply.refusal, "certno" in reply.err_msg) == (codes.NO_INSURED_PERSON.code, True)
    assert hospital.ask(msgspec.structs.replace(sale, certno=worker.certno)).approved


# 2202, 2203.


def test_a_registration_without_charges_is_taken_back_once(hospital: Any, worker: Any, visit: str) -> None:
    back = CancelRegistration(worker.psn_no, visit, "OP1")
    assert hospital.ask(back).approved
    assert hospital.ask(back).refusal == hospital_codes.VISIT_CANCELLED.code


def test_a_registration_with_charges_stays_until_they_are_gone(hospital: Any, worker: Any, charged: str) -> None:
    back = CancelRegistration(worker.psn_no, charged, "OP1")
    assert hospital.ask(back).refusal == hospital_codes.VISIT_NOT_EMPTY.code
    hospital.told(CancelFees(worker.psn_no, charged, ALL_LINES))
    assert hospital.ask(back).approved


def test_a_cancelled_visit_takes_no_charges_and_settles_none(
    hospital: Any, worker: Any, visit: str, drugs: Any
) -> None:
    hospital.told(CancelRegistration(worker.psn_no, visit, "OP1"))
    assert hospital.ask(UploadFees(worker.psn_no, visit, "B1", drugs)).refusal == hospital_codes.VISIT_CANCELLED.code
    assert hospital.ask(trial(worker, visit, "B1", total(drugs))).refusal == codes.VISIT_UNKNOWN.code


def test_another_hospital_or_number_takes_nothing_back(teller: Any, hospital: Any, worker: Any, visit: str) -> None:
    other = teller(institution_code("H", "370100", 2)).sign_in()
    assert other.ask(CancelRegistration(worker.psn_no, visit, "OP1")).refusal == codes.NOT_OWNER.code
    assert hospital.ask(CancelRegistration(worker.psn_no, visit, "OP2")).refusal == codes.VISIT_UNKNOWN.code
    assert hospital.ask(CancelRegistration(worker.psn_no, "none", "OP1")).refusal == codes.VISIT_UNKNOWN.code


def test_one_visit_has_one_med_type(hospital: Any, worker: Any, charged: str, drugs: Any) -> None:
    said = DescribeVisit(worker.psn_no, charged, "11", "", (Diagnosis("1", "J00", "common cold", "1"),))
    assert hospital.ask(said).approved
    assert hospital.ask(said).approved
    other = DescribeVisit(worker.psn_no, charged, "13")
    assert hospital.ask(other).refusal == hospital_codes.MED_TYPE_FIXED.code
    assert hospital.ask(trial(worker, charged, "B1", total(drugs), "13")).refusal == hospital_codes.MED_TYPE_FIXED.code
    assert hospital.ask(trial(worker, charged, "B1", total(drugs))).approved


def test_a_chronic_outpatient_needs_a_disease(hospital: Any, worker: Any, charged: str, drugs: Any) -> None:
    asked = trial(worker, charged, "B1", total(drugs), "14")
    assert hospital.ask(asked).refusal == hospital_codes.DISEASE_REQUIRED.code
    hospital.told(DescribeVisit(worker.psn_no, charged, "14", "M03900"))
    assert hospital.ask(asked).approved


@pytest.mark.parametrize("med_type", MED_TYPES)
def test_a_visit_is_not_described_as_a_stay_or_a_pharmacy_sale(
    hospital: Any, worker: Any, visit: str, med_type: str
) -> None:
    reply = hospital.ask(DescribeVisit(worker.psn_no, visit, med_type))
    assert reply.refusal == (codes.NO_BENEFIT.code if med_type in NOT_OUTPATIENT else codes.APPROVED)


@pytest.mark.parametrize("med_type", MED_TYPES)
@pytest.mark.parametrize("account", ["0", "1"])
def test_an_outpatient_bill_is_not_paid_by_what_pays_a_stay(
    host: Any, hospital: Any, worker: Any, charged: str, drugs: Any, med_type: str, account: str
) -> None:
    asked = msgspec.structs.replace(trial(worker, charged, "B1", total(drugs), med_type), acct_used_flag=account)
    parts = parts_of(hospital.told(trial(worker, charged, "B1", total(drugs))))
    sale = SettleOutpatient(worker.psn_no, charged, "B1", worker.insutype, med_type, account, total(drugs), *parts)
    expected = codes.APPROVED if med_type in COVERED else codes.NO_BENEFIT.code
    if med_type == "14":
        expected = hospital_codes.DISEASE_REQUIRED.code
    assert [hospital.ask(asked).refusal, hospital.ask(sale).refusal] == [expected, expected]
    assert not host.broken_laws()


@pytest.mark.rule("RC21")
@pytest.mark.parametrize(
    ("fen", "refusal"),
    [
        (3_000_000, ""),
        (3_000_001, hospital_codes.BILL_OVER_LIMIT.code),
        (6_000_000, hospital_codes.BILL_OVER_LIMIT.code),
    ],
)
def test_a_bill_above_the_limit_of_its_benefit_is_refused(
    hospital: Any, worker: Any, visit: str, drugs: Any, lines_of: Any, fen: int, refusal: str
) -> None:
    lines = lines_of((drugs[0].med_list_codg, f"{fen / 100:.2f}", 1))
    hospital.told(UploadFees(worker.psn_no, visit, "B1", lines))
    hospital.told(DescribeVisit(worker.psn_no, visit, "14", "M03900"))
    assert hospital.ask(trial(worker, visit, "B1", fen, "14")).refusal == refusal


# 2205.


def test_a_cancelled_batch_is_gone_and_may_come_again(hospital: Any, worker: Any, charged: str, drugs: Any) -> None:
    hospital.told(CancelFees(worker.psn_no, charged, "B1"))
    assert hospital.ask(CancelFees(worker.psn_no, charged, "B1")).refusal == codes.VISIT_UNKNOWN.code
    assert hospital.ask(trial(worker, charged, "B1", total(drugs))).refusal == codes.VISIT_UNKNOWN.code
    hospital.told(UploadFees(worker.psn_no, charged, "B1", drugs[:1]))
    assert hospital.ask(trial(worker, charged, "B1", total(drugs[:1]))).approved


def test_four_zeros_cancel_every_batch_that_is_not_settled(hospital: Any, visits: Any, worker: Any, drugs: Any) -> None:
    sale = visits.outpatient(hospital, worker, drugs)
    hospital.told(sale)
    for number in ("B2", "B3"):
        hospital.told(UploadFees(worker.psn_no, sale.mdtrt_id, number, drugs))
    hospital.told(CancelFees(worker.psn_no, sale.mdtrt_id, ALL_LINES))
    for number in ("B2", "B3"):
        asked = trial(worker, sale.mdtrt_id, number, total(drugs))
        assert hospital.ask(asked).refusal == codes.VISIT_UNKNOWN.code
    assert hospital.ask(trial(worker, sale.mdtrt_id, "B1", total(drugs))).refusal == codes.ALREADY_SETTLED.code


def test_settled_lines_are_not_cancelled(hospital: Any, visits: Any, worker: Any, drugs: Any) -> None:
    sale = visits.outpatient(hospital, worker, drugs)
    info = hospital.told(sale)
    reply = hospital.ask(CancelFees(worker.psn_no, sale.mdtrt_id, "B1"))
    assert reply.refusal == codes.LINES_SETTLED.code
    assert info.setl_id in reply.err_msg


def test_four_zeros_name_no_batch(hospital: Any, worker: Any, visit: str, drugs: Any) -> None:
    assert hospital.ask(UploadFees(worker.psn_no, visit, ALL_LINES, drugs)).refusal == codes.VISIT_UNKNOWN.code


@pytest.mark.parametrize("name", ["A\u2028B", "A\nB", "A B", "\x85", ""])
def test_the_name_of_a_charge_batch_has_no_line_end_in_it(hospital: Any, drugs: Any, name: str) -> None:
    with pytest.raises(MalformedError):
        decode_body(hospital.request(UploadFees("1", "1", name, drugs)))
