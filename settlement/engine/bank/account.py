"""What a card asks of its bank beside a purchase: balance, withdrawal, deposit, transfer, with the card and its PIN.

The financial account is an ordinary debit card (001 RC06): nothing of insurance is seen or moved here. Cash goes in and
out at the bank's own machine, which no social-security POS is.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from settlement.engine.arrival import Door
from settlement.engine.bank.answer import answered, authorization_code, declined, declined_to
from settlement.engine.bank.batch import batch_refusal, duplicate, traced
from settlement.engine.bank.card import Presented, Stranger, presented
from settlement.engine.bank.pin import counted_again, tried
from settlement.engine.bank.zone import bank_of, zone_refusal
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger.bank_books import moving
from settlement.engine.ledger.bank_zone import CLOSED, BankMovement
from settlement.engine.ledger.identity import trade_id_of
from settlement.engine.ledger.state import BankAccount, Record, Transfer
from settlement.wire import bank_codes, codes
from settlement.wire.bank import BANK_APPROVED, BankTransfer, CardRequest, Withdrawal
from settlement.wire.names import day_of

Moved = tuple[tuple[Record, ...], BankMovement]
WITHDRAWAL: Final = "WITHDRAWAL"
DEPOSIT: Final = "DEPOSIT"
TRANSFER: Final = "TRANSFER"
A_MONTH: Final = 100
"""yyyymmdd // 100 is yyyymm."""


def balance(case: Case) -> Verdict:
    """0200:31: what the account holds."""
    return _served(case, lambda _asked, known: known, debit=False)


def withdraw(case: Case) -> Verdict:
    """0200:01: cash out, free of charge at the own bank's machines and the first times a month elsewhere."""
    return _served(case, lambda asked, known: _machine(case) or _withdrawn(case, asked, known))


def deposit(case: Case) -> Verdict:
    """0200:21: cash in."""

    def deposited(asked: CardRequest, known: BankAccount) -> Moved | Refused:
        after = msgspec.structs.replace(known, balance_fen=known.balance_fen + asked.amount_fen)
        return (after,), movement(case, known, DEPOSIT, asked.amount_fen, debit_fen=-asked.amount_fen)

    return _served(
        case, lambda asked, known: _machine(case) or _amount(case, asked) or deposited(asked, known), debit=False
    )


def transfer(case: Case) -> Verdict:
    """0200:40: to another card's account."""
    return _served(case, lambda asked, known: _sent(case, asked, known))


def movement(
    case: Case, account: BankAccount, kind: str, amount_fen: int, *, debit_fen: int, fee_fen: int = 0, to: str = ""
) -> BankMovement:
    """Return the row of what moves an account by this request."""
    request, place = case.arrival.request, case.institution
    return BankMovement(
        city=account.city,
        psn_no=account.psn_no,
        movement_id=trade_id_of(place.city, place.code, request.msgid),
        kind=kind,
        treatment_city=place.city,
        fixmedins_code=place.code,
        dev_no=request.dev_no,
        opter_no=case.opter_no,
        msgid=request.msgid,
        amount_fen=amount_fen,
        fee_fen=fee_fen,
        debit_fen=debit_fen,
        to_psn_no=to,
        moved_ms=case.now_ms,
    )


def _served(
    case: Case, serve: Callable[[CardRequest, BankAccount], BankAccount | Moved | Refused], *, debit: bool = True
) -> Verdict:
    """Hold a card to its proof, its zone and its PIN; then do what it asks, or answer why not."""
    asked = case.arrival.body
    assert isinstance(asked, CardRequest)
    differs = batch_refusal(case, asked.batch)
    if differs:
        return declined(case, asked, differs)
    card = presented(case, asked)
    if isinstance(card, Stranger):
        return declined(case, asked, card.refused, card.chip_data)
    known = (
        duplicate(case, asked, card.account.psn_no)
        or zone_refusal(case, card.person, card.account, debit=debit)
        or tried(case, asked, card.account)
    )
    if isinstance(known, Refused):
        return declined_to(case, asked, card, known)
    again = counted_again(case, asked, known)
    done = serve(asked, known)
    if isinstance(done, Refused):
        return declined_to(case, asked, card, done._replace(changes=(known, *again)))
    granted = _done(case, asked, card, done)
    return granted._replace(changes=(*granted.changes, *again))


def _done(case: Case, asked: CardRequest, card: Presented, done: BankAccount | Moved) -> Granted:
    if isinstance(done, BankAccount):
        rows: tuple[Record, ...] = (done,)
        transfers: tuple[Transfer, ...] = ()
    else:
        changed, moved = done
        rows, transfers = (*changed, moved, traced(case, asked, moved.psn_no)), moving(moved)
    after = rows[0]
    assert isinstance(after, BankAccount)
    output = answered(
        case, asked, BANK_APPROVED, card.answer(BANK_APPROVED), authorization_code(case), after.balance_fen
    )
    return Granted(output, rows, transfers)


def _machine(case: Case) -> Refused | None:
    arrival = case.arrival
    if arrival.door is not Door.TERMINAL or case.world.directory.is_social(arrival.request.dev_no):
        return Refused(bank_codes.BANK_TERMINAL_NOT_PERMITTED, "cash is the bank's own machine's")
    return None


def _amount(case: Case, asked: CardRequest) -> Refused | None:
    most_fen = case.world.cities[case.home].bank.amount_max_fen
    return None if 0 < asked.amount_fen <= most_fen else Refused(codes.BANK_AMOUNT_INVALID, f"1 to {most_fen} fen")


def _withdrawn(case: Case, asked: CardRequest, known: BankAccount) -> Moved | Refused:
    assert isinstance(asked, Withdrawal)
    wrong = _amount(case, asked)
    if wrong:
        return wrong
    code, bank = bank_of(case, known)
    elsewhere, month = asked.acquirer != code, day_of(case.now_ms) // A_MONTH
    before = known.withdrawals if known.month == month else 0
    fee_fen = int(bank.withdrawal_fee_fen) if elsewhere and before >= bank.free_withdrawals else 0
    out_fen = asked.amount_fen + fee_fen
    if known.balance_fen < out_fen:
        return Refused(codes.BANK_INSUFFICIENT_FUNDS)
    after = msgspec.structs.replace(
        known, balance_fen=known.balance_fen - out_fen, month=month, withdrawals=before + int(elsewhere)
    )
    return (after,), movement(case, known, WITHDRAWAL, asked.amount_fen, debit_fen=out_fen, fee_fen=fee_fen)


def _sent(case: Case, asked: CardRequest, known: BankAccount) -> Moved | Refused:
    assert isinstance(asked, BankTransfer)
    wrong = _amount(case, asked)
    if wrong:
        return wrong
    to = case.world.register.holder(asked.to_pan)
    if to is None or to[:6] != case.home or to == known.psn_no:
        return Refused(codes.BANK_CARD_INVALID, f"to_pan is no other card of {case.home}")
    receiver = case.account(to)
    assert receiver is not None, "a holder has an account"
    if receiver.status == CLOSED:
        return Refused(bank_codes.BANK_CLOSED, "to_pan")
    if known.balance_fen < asked.amount_fen:
        return Refused(codes.BANK_INSUFFICIENT_FUNDS)
    after = msgspec.structs.replace(known, balance_fen=known.balance_fen - asked.amount_fen)
    received = msgspec.structs.replace(receiver, balance_fen=receiver.balance_fen + asked.amount_fen)
    return (after, received), movement(case, known, TRANSFER, asked.amount_fen, debit_fen=0, to=to)
