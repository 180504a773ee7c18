"""Stays in hospital from desk to till, at a third-level hospital of Jinan (deductible 1000, 500, 0; 85 and 88 %)."""

import itertools
from datetime import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.engine.ledger.state import Accumulator
from settlement.engine.ledger.stays import Admissions
from settlement.wire import codes, hospital_codes
from settlement.wire.hospital import (
    Discharge,
    PayDeposit,
    PresettleStay,
    RevokeStay,
    SettleStay,
    UndoAdmission,
    UndoDischarge,
    UploadCharges,
    VisitChanged,
)
from settlement.wire.messages import Reverse, Reversed
from settlement.wire.names import CHINA, institution_code
from settlement.wire.refusal import Refusal

DAY_MS = 24 * 3600 * 1000
JUNE_30_2026 = 1_782_792_000_000
CHANGES_IN_JULY = "XX99XXA014A001010100001"


# Admission.


@pytest.mark.rule("RC02")
def test_another_persons_card_admits_nobody(host: Any, ward: Any, worker: Any) -> None:
    other = next(person for person in host.people(insutype="310") if person.psn_no != worker.psn_no)
    shown = {"mdtrt_cert_no": other.card_number, "card_sn": other.card_id.hex().upper()}
    assert ward.teller.ask(ward.admission(worker, **shown)).refusal == hospital_codes.IDENTITY_MISMATCH.code
    assert ward.teller.ask(ward.admission(worker)).approved


@pytest.mark.rule("RC02")
def test_another_persons_identity_card_admits_nobody(host: Any, ward: Any, worker: Any) -> None:
    other = next(person for person in host.people(insutype="310") if person.psn_no != worker.psn_no)
    shown = {"mdtrt_cert_type": "02", "mdtrt_cert_no": other.certno, "card_sn": ""}
    assert ward.teller.ask(ward.admission(worker, **shown)).refusal == hospital_codes.IDENTITY_MISMATCH.code
    assert ward.teller.ask(ward.admission(worker, certno=other.certno)).refusal == (
        hospital_codes.IDENTITY_MISMATCH.code
    )


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"psn_no": "3701009999999999"}, codes.NO_INSURED_PERSON),
        ({"mdtrt_cert_no": "X12345678"}, codes.CARD_UNKNOWN),
        ({"insutype": "390"}, codes.NO_INSURED_PERSON),
        ({"med_type": "11"}, codes.NO_BENEFIT),
        ({"med_type": "52"}, codes.NO_BENEFIT),
    ],
)
def test_an_admission_that_cannot_be_is_refused(
    ward: Any, worker: Any, change: dict[str, str], refusal: Refusal
) -> None:
    assert ward.teller.ask(ward.admission(worker, **change)).refusal == refusal.code


def test_nobody_is_discharged_before_the_admission_of_the_hospitals_books(ward: Any, worker: Any) -> None:
    mdtrt_id = ward.admitted(worker, begntime="2026-11-18 09:00:00")
    leave = Discharge(worker.psn_no, mdtrt_id, worker.insutype, "A03", "1")
    early = ward.teller.ask(msgspec.structs.replace(leave, endtime="2026-11-18 08:59:59"))
    assert early.refusal == hospital_codes.DISCHARGE_BEFORE_ADMISSION.code
    assert ward.teller.ask(msgspec.structs.replace(leave, endtime="2026-11-18 09:00:00")).approved
    assert ward.stay(worker, mdtrt_id).endtime == "2026-11-18 09:00:00"


def test_where_the_books_say_no_admission_time_the_hosts_counts(ward: Any, worker: Any) -> None:
    leave = Discharge(worker.psn_no, ward.admitted(worker), worker.insutype, "A03", "1", (), "2026-11-20 00:00:00")
    assert ward.teller.ask(leave).refusal == hospital_codes.DISCHARGE_BEFORE_ADMISSION.code


def test_before_the_discharge_a_trial_is_an_estimate_where_the_city_has_it_so(
    teller: Any, a_ward: Any, ward: Any, worker: Any, host: Any
) -> None:
    other = next(person for person in host.people("370800", insutype="310", psn_type="11"))
    jining = a_ward(host, teller(institution_code("H", "370800", 1)).sign_in(), ward.item)
    refusals = []
    for where, person in ((ward, worker), (jining, other)):
        mdtrt_id = where.admitted(person)
        where.charged(person, mdtrt_id, "2000")
        tried = where.sale(person, mdtrt_id, 2000_00)
        refusals.append(where.teller.ask(PresettleStay(**tried)).refusal)
        assert where.teller.ask(SettleStay(**tried)).refusal == hospital_codes.NOT_DISCHARGED.code
    assert refusals == [codes.APPROVED, hospital_codes.NOT_DISCHARGED.code]


def test_a_pharmacy_admits_nobody(pharmacy: Any, ward: Any, worker: Any) -> None:
    assert pharmacy.ask(ward.admission(worker)).refusal == codes.WRONG_KIND_OF_INSTITUTION.code


def test_nobody_is_in_two_hospitals_at_a_time(teller: Any, ward: Any, worker: Any) -> None:
    first = ward.admitted(worker)
    elsewhere = teller(institution_code("H", "370100", 91)).sign_in()
    assert elsewhere.ask(ward.admission(worker)).refusal == hospital_codes.ALREADY_ADMITTED.code
    ward.discharged(worker, first)
    assert elsewhere.ask(ward.admission(worker)).approved


@pytest.mark.parametrize(("place", "deductible"), [(1, 100_000), (2, 50_000), (3, 0), (4, 0)])
def test_the_deductible_falls_with_each_admission_of_a_year(
    ward: Any, worker: Any, place: int, deductible: int
) -> None:
    for _ in range(place):
        info = ward.whole_stay(worker, "5000")
    assert info.amounts.act_pay_dedc_fen == deductible
    assert info.amounts.hifp_pay_fen == (500_000 - deductible) * 85 // 100


def test_a_new_year_begins_with_the_first_admission(host: Any, ward: Any, worker: Any) -> None:
    ward.whole_stay(worker, "5000")
    host.now_ms += 60 * DAY_MS
    assert ward.whole_stay(worker, "5000").amounts.act_pay_dedc_fen == 100_000


def test_an_admission_that_was_undone_was_none(ward: Any, worker: Any) -> None:
    first = ward.admitted(worker)
    assert ward.teller.told(UndoAdmission(worker.psn_no, first)) == VisitChanged()
    assert ward.teller.ask(UndoAdmission(worker.psn_no, first)).refusal == hospital_codes.VISIT_CANCELLED.code
    assert ward.whole_stay(worker, "5000").amounts.act_pay_dedc_fen == 100_000


def test_an_admission_with_charges_or_a_deposit_is_not_undone(ward: Any, worker: Any) -> None:
    mdtrt_id = ward.admitted(worker)
    undo = UndoAdmission(worker.psn_no, mdtrt_id)
    ward.paid_in_advance(worker, mdtrt_id, 10_000)
    assert ward.teller.ask(undo).refusal == hospital_codes.VISIT_NOT_EMPTY.code
    ward.paid_in_advance(worker, mdtrt_id, -10_000)
    ward.charged(worker, mdtrt_id, "10")
    assert ward.teller.ask(undo).refusal == hospital_codes.VISIT_NOT_EMPTY.code


def test_a_reversal_undoes_an_admission_once(ward: Any, worker: Any) -> None:
    msgid = ward.teller.next_msgid()
    ward.teller.told(ward.admission(worker), msgid=msgid)
    reversal = Reverse(worker.psn_no, msgid, "2401")
    assert ward.teller.told(reversal) == ward.teller.told(reversal) == Reversed()
    assert ward.teller.ask(ward.admission(worker)).approved


def test_a_reversal_of_an_admission_that_has_charges_is_refused(ward: Any, worker: Any) -> None:
    msgid = ward.teller.next_msgid()
    mdtrt_id = ward.teller.told(ward.admission(worker), msgid=msgid).mdtrt_id
    ward.charged(worker, mdtrt_id, "10")
    assert ward.teller.ask(Reverse(worker.psn_no, msgid, "2401")).refusal == hospital_codes.VISIT_NOT_EMPTY.code


def test_an_admission_that_was_reversed_before_it_came_is_refused(ward: Any, worker: Any) -> None:
    msgid = ward.teller.next_msgid()
    ward.teller.told(Reverse(worker.psn_no, msgid, "2401"))
    assert ward.teller.ask(ward.admission(worker), msgid=msgid).refusal == codes.REVERSED_BEFORE_ARRIVAL.code


# Discharge.


def test_a_stay_ends_once_and_goes_on_again_where_the_discharge_is_undone(ward: Any, worker: Any) -> None:
    mdtrt_id = ward.admitted(worker)
    leave = Discharge(worker.psn_no, mdtrt_id, worker.insutype, "A03", "1")
    back = UndoDischarge(worker.psn_no, mdtrt_id)
    assert ward.teller.ask(back).refusal == hospital_codes.NOT_DISCHARGED.code
    ward.teller.told(leave)
    assert ward.teller.ask(leave).refusal == hospital_codes.STAY_OVER.code
    ward.teller.told(back)
    ward.teller.told(leave)


def test_a_discharge_is_not_undone_once_the_last_settlement_stands(ward: Any, worker: Any) -> None:
    info = ward.whole_stay(worker, "5000")
    back = UndoDischarge(worker.psn_no, info.mdtrt_id)
    assert ward.teller.ask(back).refusal == hospital_codes.STAY_OVER.code
    ward.teller.told(RevokeStay(info.setl_id, info.mdtrt_id, worker.psn_no))
    assert ward.teller.ask(back).approved


def test_a_discharge_is_not_undone_while_the_person_is_in_hospital_again(ward: Any, worker: Any) -> None:
    first = ward.admitted(worker)
    ward.discharged(worker, first)
    ward.admitted(worker)
    assert ward.teller.ask(UndoDischarge(worker.psn_no, first)).refusal == hospital_codes.ALREADY_ADMITTED.code


def test_another_hospital_has_no_hand_in_a_stay(teller: Any, ward: Any, worker: Any) -> None:
    mdtrt_id = ward.admitted(worker)
    other = teller(institution_code("H", "370100", 91)).sign_in()
    for body in (UndoAdmission(worker.psn_no, mdtrt_id), PayDeposit(worker.psn_no, mdtrt_id, 100)):
        assert other.ask(body).refusal == codes.NOT_OWNER.code


# Settlement.


def test_a_stay_is_settled_in_the_segments_of_its_policy(host: Any, ward: Any, worker: Any) -> None:
    amounts = ward.whole_stay(worker, "30000").amounts
    assert amounts.act_pay_dedc_fen == 100_000
    assert amounts.hifp_pay_fen == 850_000 + 1_672_000  # 85 % of 10000, 88 % of 19000
    assert amounts.psn_part_amt_fen == amounts.psn_cash_pay_fen == 3_000_000 - amounts.hifp_pay_fen
    assert not host.broken_laws()


@pytest.mark.parametrize("shares", [("12000", "18000"), ("500", "700", "28800"), ("29999.99", "0.01")])
def test_settled_in_between_a_stay_is_paid_as_if_settled_once(
    host: Any, ward: Any, worker: Any, shares: tuple[str, ...]
) -> None:
    mdtrt_id = ward.admitted(worker)
    paid = 0
    for number, share in enumerate(shares, start=1):
        [row] = ward.charged(worker, mdtrt_id, share)
        last = number == len(shares)
        if last:
            ward.discharged(worker, mdtrt_id)
        flag = "0" if last else "1"
        info = ward.settled(worker, mdtrt_id, row.det_item_fee_sumamt_fen, mid_setl_flag=flag)
        paid += info.amounts.hifp_pay_fen
    assert paid == 850_000 + 1_672_000
    assert not host.broken_laws()


def test_an_interim_settlement_is_of_a_stay_that_goes_on_and_the_last_of_one_that_is_over(
    ward: Any, worker: Any
) -> None:
    mdtrt_id = ward.admitted(worker)
    ward.charged(worker, mdtrt_id, "100")
    final = ward.settlement(worker, mdtrt_id, 10_000)
    interim = ward.settlement(worker, mdtrt_id, 10_000, mid_setl_flag="1")
    assert ward.teller.ask(final).refusal == hospital_codes.NOT_DISCHARGED.code
    ward.discharged(worker, mdtrt_id)
    assert ward.teller.ask(interim).refusal == hospital_codes.DISCHARGED.code
    assert ward.teller.ask(final).approved


def test_what_is_settled_is_not_settled_again_and_says_by_what(ward: Any, worker: Any) -> None:
    info = ward.whole_stay(worker, "5000")
    reply = ward.teller.ask(ward.settlement(worker, info.mdtrt_id, 500_000))
    assert reply.refusal == codes.ALREADY_SETTLED.code
    assert info.setl_id in reply.err_msg


def test_the_total_must_be_that_of_the_open_charges(ward: Any, worker: Any) -> None:
    mdtrt_id = ward.admitted(worker)
    ward.charged(worker, mdtrt_id, "100", "50")
    ward.discharged(worker, mdtrt_id)
    assert ward.teller.ask(ward.settlement(worker, mdtrt_id, 14_999)).refusal == codes.AMOUNT_MISMATCH.code


@pytest.mark.parametrize(
    "name", ["fulamt_ownpay_amt_fen", "overlmt_selfpay_fen", "preselfpay_amt_fen", "inscp_scp_amt_fen"]
)
def test_parts_that_are_sent_back_must_be_those_of_now(ward: Any, worker: Any, name: str) -> None:
    mdtrt_id = ward.admitted(worker)
    ward.charged(worker, mdtrt_id, "100")
    ward.discharged(worker, mdtrt_id)
    true = getattr(ward.tried(worker, mdtrt_id, 10_000).amounts, name)
    assert ward.teller.ask(ward.settlement(worker, mdtrt_id, 10_000, **{name: true + 1})).refusal == (
        codes.AMOUNT_MISMATCH.code
    )
    assert ward.teller.ask(ward.settlement(worker, mdtrt_id, 10_000, **{name: true})).approved


def test_a_trial_says_what_the_settlement_will_be_and_posts_nothing(host: Any, ward: Any, worker: Any) -> None:
    mdtrt_id = ward.admitted(worker)
    ward.charged(worker, mdtrt_id, "20000")
    ward.discharged(worker, mdtrt_id)
    tried = ward.tried(worker, mdtrt_id, 2_000_000)
    assert tried.setl_id == ""
    assert not [row for row in host.store._rows.values() if isinstance(row, Accumulator)]
    settled = ward.settled(worker, mdtrt_id, 2_000_000)
    assert (settled.amounts, settled.setldetail) == (tried.amounts, tried.setldetail)


def test_a_stay_that_was_settled_in_between_to_the_last_line_ends_with_a_settlement_of_nothing(
    host: Any, ward: Any, worker: Any
) -> None:
    mdtrt_id = ward.admitted(worker)
    ward.paid_in_advance(worker, mdtrt_id, 300_000)
    ward.charged(worker, mdtrt_id, "5000")
    interim = ward.settled(worker, mdtrt_id, 500_000, mid_setl_flag="1")
    assert ward.teller.ask(ward.settlement(worker, mdtrt_id, 0, mid_setl_flag="1")).refusal == (
        codes.ALREADY_SETTLED.code
    )
    assert ward.teller.ask(ward.settlement(worker, mdtrt_id, 0)).refusal == hospital_codes.NOT_DISCHARGED.code
    ward.discharged(worker, mdtrt_id)
    assert ward.teller.ask(ward.settlement(worker, mdtrt_id, 1)).refusal == codes.AMOUNT_MISMATCH.code
    before = ward.stay(worker, mdtrt_id)
    tried, last = ward.tried(worker, mdtrt_id, 0), ward.settled(worker, mdtrt_id, 0)
    assert tried.amounts == last.amounts
    assert (last.amounts.medfee_sumamt_fen, last.amounts.fund_pay_sumamt_fen) == (0, 0)
    assert (last.deposit_refund_fen, ward.stay(worker, mdtrt_id).deposit_fen) == (140_000, 0)
    assert ward.teller.ask(ward.settlement(worker, mdtrt_id, 0)).refusal == codes.ALREADY_SETTLED.code
    assert ward.teller.ask(UndoDischarge(worker.psn_no, mdtrt_id)).refusal == hospital_codes.STAY_OVER.code
    assert not host.broken_laws()
    early = ward.teller.ask(RevokeStay(interim.setl_id, mdtrt_id, worker.psn_no))
    assert early.refusal == hospital_codes.LATER_SETTLEMENT.code
    ward.teller.told(RevokeStay(last.setl_id, mdtrt_id, worker.psn_no))
    assert ward.stay(worker, mdtrt_id) == before
    assert not host.broken_laws()


def test_nothing_is_charged_to_a_stay_that_is_settled(ward: Any, worker: Any) -> None:
    info = ward.whole_stay(worker, "5000")
    with pytest.raises(AssertionError, match="E3112"):
        ward.charged(worker, info.mdtrt_id, "1")


# Undo.


@pytest.mark.parametrize("how", ["revoke", "reverse"])
def test_an_undone_stay_settlement_leaves_the_stay_as_it_was(host: Any, ward: Any, worker: Any, how: str) -> None:
    mdtrt_id = ward.admitted(worker)
    ward.charged(worker, mdtrt_id, "5000")
    ward.paid_in_advance(worker, mdtrt_id, 200_000)
    ward.discharged(worker, mdtrt_id)
    before = ward.stay(worker, mdtrt_id)
    info = ward.settled(worker, mdtrt_id, 500_000)
    undo = {
        "revoke": RevokeStay(info.setl_id, mdtrt_id, worker.psn_no),
        "reverse": Reverse(worker.psn_no, info.medins_setl_id, "2304"),
    }[how]
    ward.teller.told(undo)
    assert ward.stay(worker, mdtrt_id) == before
    counters = [row for row in host.store._rows.values() if isinstance(row, Accumulator)]
    assert {(row.deductible_used_fen, row.fund_used_fen, row.base_used_fen) for row in counters} == {(0, 0, 0)}
    assert not host.broken_laws()
    assert ward.settled(worker, mdtrt_id, 500_000).amounts == info.amounts


def test_of_a_stays_settlements_the_last_is_revoked_first(host: Any, ward: Any, worker: Any) -> None:
    mdtrt_id = ward.admitted(worker)
    ward.charged(worker, mdtrt_id, "100")
    first = ward.settled(worker, mdtrt_id, 10_000, mid_setl_flag="1")
    ward.charged(worker, mdtrt_id, "200")
    second = ward.settled(worker, mdtrt_id, 20_000, mid_setl_flag="1")
    early = RevokeStay(first.setl_id, mdtrt_id, worker.psn_no)
    assert ward.teller.ask(early).refusal == hospital_codes.LATER_SETTLEMENT.code
    ward.teller.told(RevokeStay(second.setl_id, mdtrt_id, worker.psn_no))
    ward.teller.told(early)
    assert ward.tried(worker, mdtrt_id, 30_000, mid_setl_flag="1").amounts.act_pay_dedc_fen == 30_000
    assert not host.broken_laws()


def test_a_revoke_answers_the_exact_negatives_also_of_the_deposit(ward: Any, worker: Any) -> None:
    mdtrt_id = ward.admitted(worker)
    ward.charged(worker, mdtrt_id, "5000")
    ward.paid_in_advance(worker, mdtrt_id, 200_000)
    ward.discharged(worker, mdtrt_id)
    info = ward.settled(worker, mdtrt_id, 500_000)
    revoked = ward.teller.told(RevokeStay(info.setl_id, mdtrt_id, worker.psn_no))
    negated = [-getattr(info.amounts, name) for name in ("medfee_sumamt_fen", "hifp_pay_fen", "psn_cash_pay_fen")]
    assert [
        getattr(revoked.amounts, name) for name in ("medfee_sumamt_fen", "hifp_pay_fen", "psn_cash_pay_fen")
    ] == negated
    assert (revoked.deposit_used_fen, revoked.deposit_refund_fen) == (-info.deposit_used_fen, -info.deposit_refund_fen)


# Deposits.


def test_a_deposit_pays_the_patients_rest_and_what_is_left_goes_back(host: Any, ward: Any, worker: Any) -> None:
    mdtrt_id = ward.admitted(worker)
    assert ward.paid_in_advance(worker, mdtrt_id, 300_000) == 300_000
    ward.charged(worker, mdtrt_id, "5000")
    ward.discharged(worker, mdtrt_id)
    info = ward.settled(worker, mdtrt_id, 500_000)
    assert (info.amounts.psn_cash_pay_fen, info.deposit_used_fen, info.deposit_refund_fen) == (
        160_000,
        160_000,
        140_000,
    )
    assert ward.stay(worker, mdtrt_id).deposit_fen == 0
    assert not host.broken_laws()


def test_in_between_a_deposit_pays_and_the_rest_of_it_is_kept(host: Any, ward: Any, worker: Any) -> None:
    mdtrt_id = ward.admitted(worker)
    ward.paid_in_advance(worker, mdtrt_id, 300_000)
    ward.charged(worker, mdtrt_id, "5000")
    info = ward.settled(worker, mdtrt_id, 500_000, mid_setl_flag="1")
    assert (info.deposit_used_fen, info.deposit_refund_fen) == (160_000, 0)
    assert ward.stay(worker, mdtrt_id).deposit_fen == 140_000
    assert not host.broken_laws()


def test_a_deposit_that_is_too_small_leaves_the_rest_in_cash(host: Any, ward: Any, worker: Any) -> None:
    mdtrt_id = ward.admitted(worker)
    ward.paid_in_advance(worker, mdtrt_id, 100_000)
    ward.charged(worker, mdtrt_id, "5000")
    ward.discharged(worker, mdtrt_id)
    info = ward.settled(worker, mdtrt_id, 500_000)
    assert (info.deposit_used_fen, info.deposit_refund_fen) == (100_000, 0)
    assert not host.broken_laws()


@pytest.mark.parametrize(("fen", "refusal"), [(0, codes.AMOUNT_OUT_OF_RANGE), (-10_001, hospital_codes.DEPOSIT_SHORT)])
def test_no_more_is_given_back_than_is_held(ward: Any, worker: Any, fen: int, refusal: Refusal) -> None:
    mdtrt_id = ward.admitted(worker)
    ward.paid_in_advance(worker, mdtrt_id, 10_000)
    assert ward.teller.ask(PayDeposit(worker.psn_no, mdtrt_id, fen)).refusal == refusal.code


@pytest.mark.parametrize("held", [-1, 1])
def test_the_audit_sees_a_deposit_that_is_not_what_was_paid(host: Any, ward: Any, worker: Any, held: int) -> None:
    mdtrt_id = ward.admitted(worker)
    ward.paid_in_advance(worker, mdtrt_id, 10_000)
    assert not host.broken_laws()
    stay = ward.stay(worker, mdtrt_id)
    host.store._rows[type(stay), stay.key] = msgspec.structs.replace(stay, deposit_fen=stay.deposit_fen + held)
    assert host.broken_laws() == ["deposits are held for the stays that they were paid for"]


# Tenders.


@pytest.mark.rule("RC03")
@pytest.mark.parametrize(
    ("tenders", "bill", "flag", "bank_fen"),
    [
        ({"account"}, "5000", "1", 0),
        ({"bank"}, "5000", "0", 160_000),
        ({"cash"}, "5000", "0", 0),
        ({"account", "bank"}, "30000", "1", 178_000),
        ({"account", "cash"}, "30000", "1", 0),
        ({"bank", "cash"}, "5000", "0", 60_000),
        ({"account", "bank", "cash"}, "30000", "1", 78_000),
    ],
)
def test_the_own_share_is_paid_by_account_bank_and_cash_in_every_combination(
    host: Any,
    ward: Any,
    visits: Any,
    worker: Any,
    card: Any,
    tenders: set[str],
    bill: str,
    flag: str,
    bank_fen: int,
) -> None:
    info = ward.whole_stay(worker, bill, acct_used_flag=flag)
    if bank_fen:
        assert ward.teller.ask(visits.purchase(ward.teller, card, bank_fen, setl_id=info.setl_id)).approved
    account = info.amounts.acct_pay_fen
    paid = {"account": account, "bank": bank_fen, "cash": info.amounts.psn_part_amt_fen - account - bank_fen}
    assert {tender for tender, fen in paid.items() if fen} == tenders
    drawer = f"CASH:{ward.teller.dev_no}"
    moved = [row for row in host.store._transfers.values() if drawer in (row.debit, row.credit)]
    booked = sum(row.amount_fen if row.debit == drawer else -row.amount_fen for row in moved)
    assert booked == paid["cash"]
    assert host.person(worker.psn_no).balance_fen == worker.balance_fen - paid["account"]
    opened = host.world.register.account(worker.city, worker.psn_no)
    assert host.account(worker.psn_no).balance_fen == opened.balance_fen - bank_fen
    assert not host.broken_laws()


# Supplements and the hospital's share, through the ledger.


def test_every_supplement_of_a_person_pays_and_the_books_agree(host: Any, ward: Any) -> None:
    servant = next(host.people(insutype="310", psn_type="11", standing="civil-servant"))
    amounts = ward.whole_stay(servant, "600000").amounts
    assert amounts.hifp_pay_fen == 40_000_000
    assert amounts.hifob_pay_fen > 0
    assert amounts.cvlserv_pay_fen > 0
    assert amounts.hifes_pay_fen == amounts.maf_pay_fen == 0
    assert not host.broken_laws()


def test_serious_illness_counts_over_the_stays_of_a_year(host: Any, ward: Any) -> None:
    resident = next(host.people(insutype="390", standing=""))
    paid = [ward.whole_stay(resident, "30000").amounts.hifmi_pay_fen for _ in range(2)]
    own_fen = (3_000_000 - 80_000) * 35 // 100 + 80_000 + (3_000_000 - 40_000) * 35 // 100 + 40_000
    assert paid == [0, (own_fen - 1_400_000) * 60 // 100]
    assert not host.broken_laws()


def test_an_aided_residents_rest_is_paid_by_medical_aid(host: Any, ward: Any) -> None:
    resident = next(host.people(insutype="390", standing="aided"))
    amounts = ward.whole_stay(resident, "5000").amounts
    assert amounts.maf_pay_fen == (500_000 - amounts.hifp_pay_fen) * 70 // 100
    assert not host.broken_laws()


def test_too_much_own_cost_is_borne_by_the_hospital(host: Any, ward: Any, worker: Any, drugs: Any) -> None:
    mdtrt_id = ward.admitted(worker)
    ward.charged(worker, mdtrt_id, "500")
    ward.charged(worker, mdtrt_id, "500", item=drugs[2].med_list_codg)
    ward.discharged(worker, mdtrt_id)
    info = ward.settled(worker, mdtrt_id, 100_000)
    assert info.amounts.hosp_part_amt_fen == 20_000
    assert not host.broken_laws()
    ward.teller.told(RevokeStay(info.setl_id, mdtrt_id, worker.psn_no))
    assert not host.broken_laws()


@pytest.mark.rule("RC20")
def test_a_stay_away_from_home_is_settled_at_once_by_the_policy_of_home(
    host: Any, teller: Any, ward: Any, worker: Any, guest: Any
) -> None:
    pilot = type(ward)(host, teller(institution_code("H", "370100", 1)).sign_in(), ward.item)
    told = pilot.teller.told
    pilot.teller.told = lambda body, **how: told(body, **{"insured": "379900", **how})
    info = pilot.whole_stay(guest, "5000", chip_pin_verified=True, acct_used_flag="1")
    here = ward.whole_stay(worker, "5000", acct_used_flag="1")
    assert info.amounts.fund_pay_sumamt_fen == 0 < here.amounts.fund_pay_sumamt_fen
    for amounts in (info.amounts, here.amounts):
        assert amounts.medfee_sumamt_fen == amounts.fund_pay_sumamt_fen + amounts.psn_part_amt_fen
        assert amounts.psn_part_amt_fen == amounts.acct_pay_fen + amounts.psn_cash_pay_fen
    assert not host.broken_laws()


def test_the_number_of_an_admission_that_was_taken_back_is_the_next_ones(host: Any, ward: Any, worker: Any) -> None:
    """Of three stays of a year, whichever came to be the first, the deductibles are 1000, 500 and nothing."""
    first = ward.admitted(worker)
    ward.discharged(worker, first)
    second = ward.whole_stay(worker, "5000")
    ward.teller.told(UndoDischarge(worker.psn_no, first))
    ward.teller.told(UndoAdmission(worker.psn_no, first))
    stays = [second, ward.whole_stay(worker, "5000"), ward.whole_stay(worker, "5000")]
    assert [stay.amounts.act_pay_dedc_fen for stay in stays] == [50_000, 100_000, 0]
    assert not host.broken_laws()


@given(moves=st.lists(st.integers(0, 5), max_size=12))
def test_numbers_of_admissions_are_the_lowest_that_are_free(moves: list[int]) -> None:
    row, held = Admissions("370100", "p", 2026, 0, ""), list[int]()
    for move in moves:
        if move < len(held):
            row = row.without(held.pop(move))
        assert row.next_number == next(number for number in itertools.count(1) if number not in held)
        held.append(row.next_number)
        row = row.with_one_more("stay")
        assert (row.count, row.open_mdtrt_id) == (len(held), "stay")


def test_a_lines_own_day_says_how_it_is_cut(engine_host: Any, a_teller: Any, a_ward: Any, world: Any) -> None:
    """An item that is listed otherwise from July was billed in June: it is settled as it was taken up."""
    host = engine_host(world)
    host.now_ms = JUNE_30_2026
    ward = a_ward(host, a_teller(host, institution_code("H", "370100", 90)).sign_in(), CHANGES_IN_JULY)
    worker = next(host.people(insutype="310", psn_type="11"))
    mdtrt_id = ward.admitted(worker)
    [june] = ward.teller.told(UploadCharges(worker.psn_no, mdtrt_id, ward.charges("1000"))).result
    host.now_ms += 2 * DAY_MS
    ward.teller.sign_in()
    [july] = ward.teller.told(UploadCharges(worker.psn_no, mdtrt_id, ward.charges("1000"))).result
    assert june.preselfpay_amt_fen != july.preselfpay_amt_fen
    ward.discharged(worker, mdtrt_id)
    settled = ward.settled(worker, mdtrt_id, 200_000)
    assert [cut.preselfpay_amt_fen for cut in settled.detlcutinfo] == [june.preselfpay_amt_fen, july.preselfpay_amt_fen]


def test_an_item_that_left_the_list_is_still_settled_and_given_back(
    engine_host: Any, a_teller: Any, a_ward: Any, world: Any
) -> None:
    items = world.catalogue("370100").items
    last = {row.code: row.to_day for row in sorted(items, key=lambda row: row.to_day)}
    gone = next(row for row in items if last[row.code] == row.to_day < 20280101)
    host = engine_host(world)
    noon = datetime.strptime(f"{gone.to_day} 12", "%Y%m%d %H").replace(tzinfo=CHINA)
    host.now_ms = int(noon.timestamp()) * 1000
    ward = a_ward(host, a_teller(host, institution_code("H", "370100", 90)).sign_in(), gone.code)
    worker = next(host.people(insutype="310", psn_type="11"))
    mdtrt_id = ward.admitted(worker)
    kept, back = ward.charged(worker, mdtrt_id, "100", "50")
    host.now_ms += 2 * DAY_MS
    ward.teller.sign_in()
    facts = {"init_feedetl_sn": back.feedetl_sn, "cnt_e4": -10_000, "det_item_fee_sumamt_fen": -5_000}
    given_back = msgspec.structs.replace(back, feedetl_sn="R", **facts)
    ward.teller.told(UploadCharges(worker.psn_no, mdtrt_id, (given_back,)))
    ward.discharged(worker, mdtrt_id)
    assert ward.settled(worker, mdtrt_id, 10_000).amounts.medfee_sumamt_fen == kept.det_item_fee_sumamt_fen
