"""A stay's charges: lines, refund lines and their cancellation."""

from typing import Any

import pytest
from msgspec.structs import replace

from settlement.wire import codes, hospital_codes
from settlement.wire.hospital import ALL_LINES, CancelCharges, Charge, UploadCharges
from settlement.wire.refusal import Refusal


@pytest.fixture
def stay(ward: Any, worker: Any) -> str:
    return str(ward.admitted(worker))


def refund(of: Charge, number: str, cnt_e4: int, fen: int, **fields: Any) -> Charge:
    return replace(
        of, feedetl_sn=number, init_feedetl_sn=of.feedetl_sn, cnt_e4=cnt_e4, det_item_fee_sumamt_fen=fen, **fields
    )


def asked(ward: Any, worker: Any, stay: str, *rows: Charge) -> str:
    return str(ward.teller.ask(UploadCharges(worker.psn_no, stay, rows)).refusal)


def open_fen(ward: Any, worker: Any, stay: str, fen: int) -> bool:
    """Whether this is what is open of a stay."""
    body = ward.settlement(worker, stay, fen, mid_setl_flag="1")
    return bool(ward.teller.ask(body).approved)


def test_an_upload_answers_the_cut_of_each_line(ward: Any, worker: Any, stay: str) -> None:
    rows = ward.charges("10", "20.50")
    cuts = ward.teller.told(UploadCharges(worker.psn_no, stay, rows)).result
    assert [(cut.feedetl_sn, cut.inscp_scp_amt_fen) for cut in cuts] == [
        (rows[0].feedetl_sn, 1_000),
        (rows[1].feedetl_sn, 2_050),
    ]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"pric_e6": 0}, codes.AMOUNT_OUT_OF_RANGE),
        ({"cnt_e4": -10_000}, codes.AMOUNT_OUT_OF_RANGE),
        ({"det_item_fee_sumamt_fen": 1_002}, codes.LINE_ROUNDING),
        ({"feedetl_sn": ALL_LINES}, codes.AMOUNT_MISMATCH),
        ({"init_feedetl_sn": "7"}, hospital_codes.REFUND_UNMATCHED),
        ({"med_list_codg": "NONE"}, codes.UNKNOWN_ITEM),
    ],
)
def test_a_line_that_cannot_be_true_is_refused_with_all_others(
    ward: Any, worker: Any, stay: str, change: dict[str, Any], refusal: Refusal
) -> None:
    good, bad = ward.charges("10", "10")
    assert asked(ward, worker, stay, good, replace(bad, **change)) == refusal.code
    assert asked(ward, worker, stay, good) == ""


def test_a_line_stands_once_in_a_stay(ward: Any, worker: Any, stay: str) -> None:
    [row] = ward.charged(worker, stay, "10")
    assert asked(ward, worker, stay, row) == codes.AMOUNT_MISMATCH.code


@pytest.mark.parametrize("apart", [False, True])
def test_a_refund_takes_its_line_back_in_the_same_upload_or_later(
    ward: Any, worker: Any, stay: str, *, apart: bool
) -> None:
    [row, other] = ward.charges("10", "5")
    back = refund(row, "R1", -10_000, -1_000)
    if apart:
        assert asked(ward, worker, stay, row, other) == ""
        assert asked(ward, worker, stay, back) == ""
    else:
        assert asked(ward, worker, stay, row, other, back) == ""
    assert open_fen(ward, worker, stay, 500)


def test_a_part_of_a_line_is_given_back(ward: Any, worker: Any, stay: str) -> None:
    [row] = ward.charges("30")
    whole = replace(row, pric_e6=10_000_000, cnt_e4=30_000)
    assert asked(ward, worker, stay, whole, refund(whole, "R1", -10_000, -1_000)) == ""
    assert open_fen(ward, worker, stay, 2_000)


@pytest.mark.parametrize(
    "wrong",
    [
        {"cnt_e4": -20_000, "fen": -2_000},
        {"cnt_e4": -10_000, "fen": -1_000, "pric_e6": 10_001_000},
        {"cnt_e4": -10_000, "fen": -1_000, "init_feedetl_sn": "none"},
        {"cnt_e4": -10_000, "fen": -1_000, "init_feedetl_sn": ""},
    ],
)
def test_a_refund_gives_back_no_more_of_nothing_else(ward: Any, worker: Any, stay: str, wrong: dict[str, Any]) -> None:
    [row] = ward.charged(worker, stay, "10")
    changed = dict(wrong)
    back = refund(row, "R1", changed.pop("cnt_e4"), changed.pop("fen"))
    assert asked(ward, worker, stay, replace(back, **changed)) == hospital_codes.REFUND_UNMATCHED.code


def test_what_is_settled_is_not_given_back_by_a_line(ward: Any, worker: Any, stay: str) -> None:
    [row] = ward.charged(worker, stay, "10")
    ward.settled(worker, stay, 1_000, mid_setl_flag="1")
    assert asked(ward, worker, stay, refund(row, "R1", -10_000, -1_000)) == hospital_codes.REFUND_UNMATCHED.code


def test_a_line_is_cancelled_with_its_refunds(ward: Any, worker: Any, stay: str) -> None:
    row, other = ward.charged(worker, stay, "10", "5")
    assert asked(ward, worker, stay, refund(row, "R1", -10_000, -1_000)) == ""
    ward.teller.told(CancelCharges(worker.psn_no, stay, row.feedetl_sn))
    assert open_fen(ward, worker, stay, other.det_item_fee_sumamt_fen)


def test_a_cancelled_refund_lets_its_line_stand_again(ward: Any, worker: Any, stay: str) -> None:
    [row] = ward.charged(worker, stay, "10")
    assert asked(ward, worker, stay, refund(row, "R1", -10_000, -1_000)) == ""
    ward.teller.told(CancelCharges(worker.psn_no, stay, "R1"))
    assert open_fen(ward, worker, stay, 1_000)


def test_four_zeros_cancel_what_is_not_settled(ward: Any, worker: Any, stay: str) -> None:
    [first] = ward.charged(worker, stay, "10")
    info = ward.settled(worker, stay, 1_000, mid_setl_flag="1")
    ward.charged(worker, stay, "20", "30")
    ward.teller.told(CancelCharges(worker.psn_no, stay, ALL_LINES))
    assert not open_fen(ward, worker, stay, 5_000)
    reply = ward.teller.ask(CancelCharges(worker.psn_no, stay, first.feedetl_sn))
    assert reply.refusal == codes.LINES_SETTLED.code
    assert info.setl_id in reply.err_msg


def test_an_unknown_line_is_not_cancelled(ward: Any, worker: Any, stay: str) -> None:
    assert ward.teller.ask(CancelCharges(worker.psn_no, stay, "77")).refusal == codes.VISIT_UNKNOWN.code


def test_a_refund_of_all_that_is_left_takes_the_whole_amount(ward: Any, worker: Any, stay: str) -> None:
    """3 at 0.3333 are 1.00; given back one by one at 0.33 a fen would be left of nothing."""
    line = Charge("L", ward.item, 333_300, 30_000, 100)
    assert asked(ward, worker, stay, line, refund(line, "1", -10_000, -33), refund(line, "2", -10_000, -33)) == ""
    refused = hospital_codes.REFUND_UNMATCHED.code
    assert asked(ward, worker, stay, refund(line, "3", -10_000, -33)) == refused
    assert asked(ward, worker, stay, refund(line, "3", -10_000, -34)) == ""
    assert not open_fen(ward, worker, stay, 1)


def test_what_a_refund_leaves_is_price_times_count_to_a_fen(ward: Any, worker: Any, stay: str) -> None:
    """100 at 0.0149 are 1.49; one given back at 0.01 again and again would leave too much."""
    line = Charge("L", ward.item, 14_900, 1_000_000, 149)
    assert asked(ward, worker, stay, line) == ""
    answers = [asked(ward, worker, stay, refund(line, str(number), -10_000, -1)) for number in range(1, 5)]
    assert answers == ["", "", "", hospital_codes.REFUND_UNMATCHED.code]
    assert asked(ward, worker, stay, refund(line, "5", -10_000, -2)) == ""
