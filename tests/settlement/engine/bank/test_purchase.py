"""The bank leg's purchase: who pays, what refuses it, what is booked."""

from collections.abc import Iterator
from typing import Any

import pytest

from cardsim import pboc, tlv
from settlement.engine.ledger.identity import setl_id_of
from settlement.engine.ledger.state import BankTrade, Settlement, Transfer
from settlement.wire import bank_codes, codes
from settlement.wire.bank import PurchaseAnswered
from settlement.wire.envelope import decode_output
from settlement.wire.messages import Reverse, RevokeDrugSale
from settlement.wire.names import fingerprint, institution_code


def booked(host: Any) -> Iterator[tuple[str, str, str, int]]:
    """What stands in the books of bank and institution, openings aside."""
    for row in host.store._transfers.values():
        assert isinstance(row, Transfer)
        if row.cause.endswith("OPENING") or row.books.startswith("AGENCY"):
            continue
        yield row.books, row.debit, row.credit, row.amount_fen


def declined(teller: Any, asked: Any, **how: str) -> tuple[str, PurchaseAnswered]:
    reply = teller.ask(asked, **how)
    assert not reply.approved
    answered = decode_output(reply)
    assert isinstance(answered, PurchaseAnswered)
    return reply.refusal, answered


def test_a_purchase_debits_the_bank_account_and_no_other(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any
) -> None:
    answered = pharmacy.told(visits.purchase(pharmacy, card, 8_750))
    assert (answered.response_code, answered.amount_fen, len(answered.authorization_code)) == ("00", 8_750, 6)
    assert host.account(worker.psn_no).balance_fen == 2_000_000 - 8_750
    assert host.person(worker.psn_no).balance_fen == worker.balance_fen
    assert not host.broken_laws()


@pytest.mark.parametrize("algorithm", pboc.Algorithm)
def test_the_card_can_tell_its_banks_answer_from_any_other(
    pharmacy: Any, visits: Any, worker: Any, debit_card: Any, algorithm: pboc.Algorithm
) -> None:
    card = debit_card(worker, algorithm=algorithm)
    answered = pharmacy.told(visits.purchase(pharmacy, card, 100))
    [(tag, authentication)] = tlv.parse_ber(answered.chip_data)
    assert tag == 0x91
    assert authentication[8:] == b"00"
    assert card.session().answered(card.arqc, authentication)


def test_a_decline_is_answered_to_the_card_under_its_own_response_code(pharmacy: Any, visits: Any, card: Any) -> None:
    refusal, answered = declined(pharmacy, visits.purchase(pharmacy, card, 100, pin="999999"))
    [(_, authentication)] = tlv.parse_ber(answered.chip_data)
    assert (refusal, answered.response_code, authentication[8:]) == (codes.BANK_PIN_WRONG.code, "55", b"55")
    assert card.session().answered(card.arqc, authentication)
    assert not answered.authorization_code


def test_the_same_purchase_repeated_debits_once_and_is_answered_alike(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any
) -> None:
    asked, msgid = visits.purchase(pharmacy, card, 100), pharmacy.next_msgid()
    assert pharmacy.ask(asked, msgid=msgid) == pharmacy.ask(asked, msgid=msgid)
    assert host.account(worker.psn_no).balance_fen == 2_000_000 - 100


def test_a_purchase_repeated_under_a_new_session_is_the_same_although_its_pin_block_differs(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any
) -> None:
    chip_data, msgid = card.chip_data(100), pharmacy.next_msgid()
    first = pharmacy.ask(visits.purchase(pharmacy, card, 100, chip_data=chip_data), msgid=msgid)
    host.now_ms += 1
    pharmacy.sign_in()
    assert pharmacy.ask(visits.purchase(pharmacy, card, 100, chip_data=chip_data), msgid=msgid) == first
    assert host.account(worker.psn_no).balance_fen == 2_000_000 - 100


@pytest.mark.parametrize("amount_fen", [100, 250])
def test_the_same_batch_and_trace_under_another_msgid_are_a_duplicate_and_debit_nothing(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any, amount_fen: int
) -> None:
    pharmacy.told(visits.purchase(pharmacy, card, 100, batch=3, trace=5))
    refusal, answered = declined(pharmacy, visits.purchase(pharmacy, card, amount_fen, batch=3, trace=5))
    assert (refusal, answered.response_code) == (bank_codes.BANK_DUPLICATE.code, "94")
    assert host.account(worker.psn_no).balance_fen == 2_000_000 - 100
    assert host.account(worker.psn_no).counter == card.counter  # a captured message is of no use
    pharmacy.told(visits.purchase(pharmacy, card, 100, batch=4, trace=5))
    pharmacy.told(visits.purchase(pharmacy, card, 100, batch=3, trace=6))


def test_a_declined_purchase_may_be_asked_again_by_its_batch_and_trace(pharmacy: Any, visits: Any, card: Any) -> None:
    declined(pharmacy, visits.purchase(pharmacy, card, 100, trace=5, pin="999999"))
    pharmacy.told(visits.purchase(pharmacy, card, 100, trace=5))


def test_the_bank_pays_what_a_settlement_left_and_the_drawer_gives_it_up_for_a_claim(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any, drugs: Any
) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs, acct_used_flag="0"))
    rest_fen = settled.amounts.psn_cash_pay_fen
    assert rest_fen
    pharmacy.told(visits.purchase(pharmacy, card, rest_fen, setl_id=settled.setl_id))
    claim, drawer = f"INST_BANK:370100:{pharmacy.code}", f"CASH:{pharmacy.dev_no}"
    assert set(booked(host)) == {
        (f"INST:{pharmacy.code}", drawer, f"INST_REV:{pharmacy.code}", rest_fen),
        ("BANK:370100", f"BANK:370100:{worker.psn_no}", claim, rest_fen),
        (f"INST:{pharmacy.code}", claim, drawer, rest_fen),
    }
    [settlement] = [row for row in host.store._rows.values() if isinstance(row, Settlement)]
    assert settlement.bank_paid_fen == rest_fen
    assert not host.broken_laws()


def test_a_purchase_that_names_no_settlement_is_income_outside_insurance(
    host: Any, pharmacy: Any, visits: Any, card: Any
) -> None:
    pharmacy.told(visits.purchase(pharmacy, card, 100))
    claim = f"INST_BANK:370100:{pharmacy.code}"
    assert (f"INST:{pharmacy.code}", claim, f"INST_SALES:{pharmacy.code}", 100) in set(booked(host))
    assert not host.broken_laws()


def test_two_purchases_may_share_a_rest_and_together_never_pay_more(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any, drugs: Any
) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs, acct_used_flag="0"))
    rest_fen = settled.amounts.psn_cash_pay_fen
    pharmacy.told(visits.purchase(pharmacy, card, rest_fen - 1, setl_id=settled.setl_id))
    refusal, answered = declined(pharmacy, visits.purchase(pharmacy, card, 2, setl_id=settled.setl_id))
    assert (refusal, answered.response_code) == (codes.BANK_AMOUNT_INVALID.code, "13")
    pharmacy.told(visits.purchase(pharmacy, card, 1, setl_id=settled.setl_id))
    assert not host.broken_laws()


def test_a_settlement_that_was_undone_is_paid_no_more(
    pharmacy: Any, visits: Any, worker: Any, card: Any, drugs: Any
) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs, acct_used_flag="0"))
    pharmacy.told(Reverse(worker.psn_no, settled.medins_setl_id, "2102"))
    refusal, answered = declined(pharmacy, visits.purchase(pharmacy, card, 1, setl_id=settled.setl_id))
    assert (refusal, answered.response_code) == (codes.ALREADY_UNDONE.code, "22")


def test_another_institutions_settlement_is_not_paid_here(
    teller: Any, pharmacy: Any, visits: Any, worker: Any, card: Any, drugs: Any
) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs, acct_used_flag="0"))
    other = teller(institution_code("P", "370100", 2)).sign_in()
    assert declined(other, visits.purchase(other, card, 1, setl_id=settled.setl_id))[0] == codes.NOT_OWNER.code


def test_a_settlement_that_there_is_not_is_not_paid(pharmacy: Any, visits: Any, card: Any) -> None:
    refusal, answered = declined(pharmacy, visits.purchase(pharmacy, card, 1, setl_id="none"))
    assert (refusal, answered.response_code) == (codes.ORIGINAL_UNKNOWN.code, "25")


@pytest.mark.parametrize("how", ["revoke", "reverse"])
def test_a_settlement_is_undone_after_its_bank_leg_and_not_before(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any, drugs: Any, how: str
) -> None:
    settled = pharmacy.told(visits.drug_sale(pharmacy, worker, drugs, acct_used_flag="0"))
    revoke = RevokeDrugSale(settled.setl_id, settled.mdtrt_id, worker.psn_no)
    undo = revoke if how == "revoke" else Reverse(worker.psn_no, settled.medins_setl_id, "2102")
    bought = visits.purchase(pharmacy, card, 100, setl_id=settled.setl_id)
    pharmacy.told(bought)
    omsgid = pharmacy.last.msgid
    refused = pharmacy.ask(undo)
    assert refused.refusal == codes.BANK_PURCHASE_STANDS.code
    assert codes.BANK_PURCHASE_STANDS.en in refused.err_msg
    assert host.store.audit_now().ledger["2102"].settled == 1
    pharmacy.told(visits.reversal(bought, omsgid))
    pharmacy.told(undo)
    assert host.store.audit_now().ledger["2102"].settled == 0
    assert not host.broken_laws()


def test_the_audit_names_what_stands_by_the_terminals_own_msgids(
    host: Any, pharmacy: Any, visits: Any, card: Any
) -> None:
    msgids = [pharmacy.next_msgid() for _ in range(2)]
    for msgid in msgids:
        pharmacy.told(visits.purchase(pharmacy, card, 100), msgid=msgid)
    both = sum(map(fingerprint, msgids)) % (1 << 64)
    assert host.store.audit_now("tester").bank.fingerprint == f"{both:016x}"


@pytest.mark.parametrize(("amount_fen", "approved"), [(0, False), (1, True), (5_000_000, True), (5_000_001, False)])
def test_a_purchase_is_at_least_a_fen_and_at_most_what_the_bank_takes(
    host: Any, pharmacy: Any, visits: Any, card: Any, amount_fen: int, approved: object
) -> None:
    reply = pharmacy.ask(visits.purchase(pharmacy, card, amount_fen))
    within = {"": "00", codes.BANK_INSUFFICIENT_FUNDS.code: "51"}
    assert (reply.refusal in within) == approved
    assert approved or reply.refusal == codes.BANK_AMOUNT_INVALID.code
    assert not host.broken_laws()


def test_an_account_pays_to_its_last_fen_and_no_further(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any
) -> None:
    pharmacy.told(visits.purchase(pharmacy, card, 2_000_000))
    refusal, answered = declined(pharmacy, visits.purchase(pharmacy, card, 1))
    assert (refusal, answered.response_code) == (codes.BANK_INSUFFICIENT_FUNDS.code, "51")
    assert host.account(worker.psn_no).balance_fen == 0
    assert not host.broken_laws()


def test_a_guest_pays_from_an_account_in_the_city_that_insures(
    host: Any, pharmacy: Any, visits: Any, guest: Any, debit_card: Any, drugs: Any
) -> None:
    sale = visits.drug_sale(pharmacy, guest, drugs, acct_used_flag="0", chip_pin_verified=True)
    settled = pharmacy.told(sale, insured=guest.city)
    asked = visits.purchase(pharmacy, debit_card(guest), 100, setl_id=settled.setl_id)
    pharmacy.told(asked, insured=guest.city)
    assert ("BANK:379900", f"BANK:379900:{guest.psn_no}", f"INST_BANK:379900:{pharmacy.code}", 100) in set(booked(host))
    assert not host.broken_laws()


def test_settlement_and_bank_leg_in_one_batch_are_judged_in_order(
    host: Any, pharmacy: Any, visits: Any, worker: Any, card: Any, drugs: Any
) -> None:
    sale = visits.drug_sale(pharmacy, worker, drugs, acct_used_flag="0")
    settle = pharmacy.request(sale)
    paying = visits.purchase(pharmacy, card, 100, setl_id=setl_id_of("370100", pharmacy.code, settle.msgid))
    pay = pharmacy.request(paying)
    undoing = visits.reversal(paying, pay.msgid)
    arrivals = [
        host.arrival(request, body)
        for request, body in ((settle, sale), (pay, paying), (pharmacy.request(undoing), undoing))
    ]
    assert [decision.reply.refusal for decision in host.decide(*arrivals)] == ["", "", ""]
    assert host.store.audit_now().bank.reversed == 1
    assert not host.broken_laws()


def test_the_audit_adds_up_what_one_operator_sold_by_card(host: Any, pharmacy: Any, visits: Any, card: Any) -> None:
    pharmacy.told(visits.purchase(pharmacy, card, 100))
    bought = visits.purchase(pharmacy, card, 250)
    pharmacy.told(bought)
    pharmacy.told(visits.reversal(bought, pharmacy.last.msgid))
    sums = host.store.audit_now("tester").bank
    assert (sums.settled, sums.reversed, sums.amount_fen) == (1, 1, 100)
    assert host.store.audit_now("another").bank.settled == 0


def test_a_refused_purchase_leaves_no_trade(host: Any, pharmacy: Any, visits: Any, card: Any) -> None:
    declined(pharmacy, visits.purchase(pharmacy, card, 100, pin="999999"))
    assert not [row for row in host.store._rows.values() if isinstance(row, BankTrade)]
    assert not host.broken_laws()
