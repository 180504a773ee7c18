"""The bank leg's undo, in any order with its original."""

from typing import Any

import pytest

from settlement.wire import codes
from settlement.wire.bank import PurchaseReversed
from settlement.wire.messages import Reverse
from settlement.wire.names import institution_code
from settlement.wire.refusal import Refusal


def test_a_reversal_gives_the_money_back(host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any) -> None:
    bought = visits.purchase(pharmacy, card, 100)
    pharmacy.told(bought)
    answered = pharmacy.told(visits.reversal(bought, pharmacy.last.msgid))
    assert answered == PurchaseReversed("00", bought.trace + 1, bought.batch)
    assert host.account(worker.psn_no).balance_fen == 2_000_000
    assert not host.broken_laws()


def test_three_reversals_give_it_back_once(host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any) -> None:
    bought = visits.purchase(pharmacy, card, 100)
    pharmacy.told(bought)
    omsgid = pharmacy.last.msgid
    assert {pharmacy.told(visits.reversal(bought, omsgid)).response_code for _ in range(3)} == {"00"}
    assert host.account(worker.psn_no).balance_fen == 2_000_000
    assert not host.broken_laws()


def test_a_reversal_before_its_original_leaves_a_tombstone_and_the_late_original_is_refused(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any
) -> None:
    bought, msgid = visits.purchase(pharmacy, card, 100), pharmacy.next_msgid()
    for _ in range(2):
        assert pharmacy.told(visits.reversal(bought, msgid)).response_code == "25"
    assert (host.store.audit_now("tester").tombstones, host.store.audit_now("another").tombstones) == (1, 0)
    assert pharmacy.ask(bought, msgid=msgid).refusal == codes.REVERSED_BEFORE_ARRIVAL.code
    assert host.account(worker.psn_no).balance_fen == 2_000_000
    assert not host.broken_laws()


def test_of_a_declined_purchase_there_is_nothing_to_reverse(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any
) -> None:
    bought = visits.purchase(pharmacy, card, 100, pin="999999")
    pharmacy.ask(bought)
    assert pharmacy.told(visits.reversal(bought, pharmacy.last.msgid)).response_code == "00"
    assert host.account(worker.psn_no).balance_fen == 2_000_000


def test_a_reversed_bank_leg_may_be_paid_anew(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any, drugs: Any
) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs, acct_used_flag="0"))
    rest_fen = settled.amounts.psn_cash_pay_fen
    bought = visits.purchase(pharmacy, card, rest_fen, setl_id=settled.setl_id)
    pharmacy.told(bought)
    pharmacy.told(visits.reversal(bought, pharmacy.last.msgid))
    pharmacy.told(visits.purchase(pharmacy, card, rest_fen, setl_id=settled.setl_id))
    assert not host.broken_laws()


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"pan": "6299990000000000000"}, codes.NOT_OWNER),
        ({"amount_fen": 99}, codes.BANK_AMOUNT_INVALID),
        ({"original_trace": 77}, codes.ORIGINAL_UNKNOWN),
        ({"original_batch": 77}, codes.ORIGINAL_UNKNOWN),
    ],
)
def test_a_reversal_must_name_its_original_truly(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any, change: dict[str, Any], refusal: Refusal
) -> None:
    bought = visits.purchase(pharmacy, card, 100)
    pharmacy.told(bought)
    assert pharmacy.ask(visits.reversal(bought, pharmacy.last.msgid, **change)).refusal == refusal.code
    assert host.account(worker.psn_no).balance_fen == 2_000_000 - 100


def test_another_institutions_reversal_reaches_nothing(
    host: Any, teller: Any, pharmacy: Any, visits: Any, worker: Any, card: Any
) -> None:
    bought = visits.purchase(pharmacy, card, 100)
    pharmacy.told(bought)
    other = teller(institution_code("P", "370100", 2)).sign_in()
    assert other.told(visits.reversal(bought, pharmacy.last.msgid)).response_code == "25"
    assert host.account(worker.psn_no).balance_fen == 2_000_000 - 100


def test_a_bank_reversal_undoes_no_settlement_and_an_insurance_reversal_no_purchase(
    pharmacy: Any, visits: Any, worker: Any, card: Any, drugs: Any
) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs))
    bought = visits.purchase(pharmacy, card, 100)
    undo = visits.reversal(bought, settled.medins_setl_id)
    assert pharmacy.ask(undo).refusal == codes.ORIGINAL_UNKNOWN.code
    pharmacy.told(bought)
    for oinfno, refusal in (("0200", codes.NOT_REVERSIBLE), ("2102", codes.ORIGINAL_UNKNOWN)):
        pharmacy.told(bought := visits.purchase(pharmacy, card, 100))
        assert pharmacy.ask(Reverse(worker.psn_no, pharmacy.last.msgid, oinfno)).refusal == refusal.code


def test_an_unknown_card_may_leave_a_tombstone_too(host: Any, pharmacy: Any, visits: Any, card: Any) -> None:
    stranger = visits.purchase(pharmacy, card, 100, pan="6222020200000000000")
    msgid = pharmacy.next_msgid()
    assert pharmacy.told(visits.reversal(stranger, msgid)).response_code == "25"
    assert pharmacy.ask(stranger, msgid=msgid).refusal == codes.REVERSED_BEFORE_ARRIVAL.code
    assert not host.broken_laws()
