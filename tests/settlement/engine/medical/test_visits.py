"""An outpatient's way before the till: what can be taken back until it is settled, and what a visit may be."""

from typing import Any

import pytest

from settlement.wire import codes, hospital_codes
from settlement.wire.envelope import MalformedError, decode_body
from settlement.wire.hospital import ALL_LINES, CancelFees, CancelRegistration, DescribeVisit, Diagnosis
from settlement.wire.messages import PresettleOutpatient, UploadFees
from settlement.wire.names import institution_code


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
