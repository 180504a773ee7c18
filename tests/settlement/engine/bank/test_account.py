"""An ordinary debit card at the bank's own machine: balance, cash in and out, transfers."""

from typing import Any

import pytest

from settlement.wire import bank_codes, codes
from settlement.wire.bank import BalanceInquiry, BankTransfer, CashDeposit, Purchase, Withdrawal

OWN, OTHER = {"acquirer": "CCB"}, {"acquirer": "ICBC"}


@pytest.mark.rule("RC06")
def test_a_machine_shows_the_bank_balance_and_nothing_of_insurance(
    host: Any, machine: Any, asks: Any, worker: Any, card: Any
) -> None:
    told = machine.told(asks(BalanceInquiry, machine, card, 0))
    assert (told.response_code, told.balance_fen) == ("00", host.account(worker.psn_no).balance_fen)
    assert told.balance_fen != worker.balance_fen


@pytest.mark.rule("RE01")
@pytest.mark.rule("RC06")
def test_cash_goes_in_and_out_and_to_another_card_and_all_postings_come_to_nothing(
    host: Any, machine: Any, asks: Any, worker: Any, card: Any, debit_card: Any
) -> None:
    other = next(person for person in host.people() if person.psn_no != worker.psn_no)
    machine.told(asks(CashDeposit, machine, card, 30_000))
    machine.told(asks(Withdrawal, machine, card, 10_000, OWN))
    machine.told(asks(BankTransfer, machine, card, 5_000, {"to_pan": debit_card(other).pan}))
    machine.told(asks(Purchase, machine, card, 1_000))
    assert host.account(worker.psn_no).balance_fen == 2_000_000 + 30_000 - 10_000 - 5_000 - 1_000
    assert host.account(other.psn_no).balance_fen == 2_005_000
    assert not host.broken_laws()


@pytest.mark.rule("RE08")
def test_the_third_withdrawal_of_a_month_at_other_banks_costs_a_fee(
    host: Any, teller: Any, machine: Any, asks: Any, worker: Any, card: Any
) -> None:
    def drawn(how: dict[str, str]) -> int:
        before = host.account(worker.psn_no).balance_fen
        machine.told(asks(Withdrawal, machine, card, 10_000, how))
        return before - host.account(worker.psn_no).balance_fen - 10_000  # type: ignore[no-any-return]

    assert [drawn(how) for how in (OTHER, OWN, OTHER, OTHER, OWN)] == [0, 0, 0, 200, 0]
    host.now_ms += 10 * 24 * 3_600_000  # the first of December
    machine.sign_in()
    assert drawn(OTHER) == 0
    assert not host.broken_laws()


def test_cash_is_the_banks_own_machines(pharmacy: Any, asks: Any, card: Any, refusal: Any) -> None:
    for kind in (Withdrawal, CashDeposit):
        reply = pharmacy.ask(asks(kind, pharmacy, card, 100))
        assert refusal(reply) == (bank_codes.BANK_TERMINAL_NOT_PERMITTED.code, "58")


@pytest.mark.parametrize(
    ("kind", "amount_fen", "own", "refused"),
    [
        (Withdrawal, 0, OWN, codes.BANK_AMOUNT_INVALID),
        (Withdrawal, 5_000_001, OWN, codes.BANK_AMOUNT_INVALID),
        (Withdrawal, 2_000_001, OWN, codes.BANK_INSUFFICIENT_FUNDS),
        (CashDeposit, 0, {}, codes.BANK_AMOUNT_INVALID),
        (BankTransfer, 2_000_001, {}, codes.BANK_INSUFFICIENT_FUNDS),
        (BankTransfer, 0, {}, codes.BANK_AMOUNT_INVALID),
    ],
)
def test_an_amount_that_cannot_be_moved_moves_nothing(
    host: Any, machine: Any, asks: Any, worker: Any, card: Any, debit_card: Any, kind: Any, amount_fen: int, own: Any,
    refused: Any,
) -> None:  # fmt: skip
    if kind is BankTransfer:
        own = {"to_pan": debit_card(next(one for one in host.people() if one.psn_no != worker.psn_no)).pan}
    reply = machine.ask(asks(kind, machine, card, amount_fen, own))
    assert reply.refusal == refused.code
    assert host.account(worker.psn_no).balance_fen == 2_000_000
    assert host.account(worker.psn_no).counter == card.counter  # a captured message is of no use


@pytest.mark.parametrize(("kind", "own"), [(CashDeposit, {}), (Withdrawal, OWN)])
def test_money_is_not_moved_twice_by_one_batch_and_trace(
    host: Any, machine: Any, asks: Any, worker: Any, card: Any, kind: Any, own: Any
) -> None:
    machine.told(asks(kind, machine, card, 100, own, trace=5))
    before = host.account(worker.psn_no).balance_fen
    assert machine.ask(asks(kind, machine, card, 100, own, trace=5)).refusal == bank_codes.BANK_DUPLICATE.code
    assert host.account(worker.psn_no).balance_fen == before


def test_nobody_transfers_to_the_same_account_or_to_no_card(
    machine: Any, asks: Any, card: Any, debit_card: Any, guest: Any
) -> None:
    for to_pan in (card.pan, debit_card(guest).pan, "6" * 19):
        reply = machine.ask(asks(BankTransfer, machine, card, 100, {"to_pan": to_pan}))
        assert reply.refusal == codes.BANK_CARD_INVALID.code


def test_a_closed_account_takes_no_transfer(
    host: Any, machine: Any, asks: Any, worker: Any, card: Any, debit_card: Any, keep: Any
) -> None:
    other = next(person for person in host.people() if person.psn_no != worker.psn_no)
    keep(other, status="CLOSED")
    reply = machine.ask(asks(BankTransfer, machine, card, 100, {"to_pan": debit_card(other).pan}))
    assert reply.refusal == bank_codes.BANK_CLOSED.code


def test_a_wrong_pin_at_the_machine_counts(host: Any, machine: Any, asks: Any, worker: Any, card: Any) -> None:
    reply = machine.ask(asks(BalanceInquiry, machine, card, 0, pin="999999"))
    assert reply.refusal == codes.BANK_PIN_WRONG.code
    assert host.account(worker.psn_no).pin_tries_left == 2
