"""A terminal's batch, from sign-in to close, and what undoes a purchase inside it and after it."""

from typing import Any

import msgspec
import pytest

from settlement.stores.store import Changes
from settlement.wire import bank_codes, codes
from settlement.wire.bank import (
    BATCH_EQUAL,
    BATCH_UNEQUAL,
    CLOSE,
    LINE_DIFFERS,
    LINE_EQUAL,
    LINE_UNKNOWN,
    UPLOADED,
    BankSignIn,
    BatchClose,
    BatchLine,
    Purchase,
    PurchaseCancel,
    PurchaseReversal,
    Refund,
)

UNIONPAY = (
    "12", "13", "14", "22", "25", "30", "33", "38", "41", "43", "51", "54", "55", "57", "58", "61", "64", "65", "68",
    "75", "77", "91", "94", "96", "97", "98", "99", "A0",
)  # fmt: skip
"""DE 39 worth simulating: where three public tables agree."""


class Pos:
    """A terminal that keeps a batch, and counts what it believes to be in it."""

    def __init__(self, teller: Any, visits: Any, card: Any) -> None:
        self.teller, self.visits, self.card = teller, visits, card
        self.batch = 0
        self.counts = [0, 0, 0, 0]

    def sign_in(self) -> "Pos":
        self.batch = self.teller.told(BankSignIn(1)).batch
        return self

    def buy(self, amount_fen: int, **fields: Any) -> tuple[Purchase, str]:
        """Buy; return the message and its msgid."""
        bought = self.visits.purchase(self.teller, self.card, amount_fen, **{"batch": self.batch, **fields})
        self.teller.told(bought)
        self.counts[0] += 1
        self.counts[1] += amount_fen
        return bought, self.teller.last.msgid

    def undo(self, kind: Any, bought: tuple[Purchase, str], **fields: Any) -> Any:
        asked = self.visits.reversal(*bought)
        facts = {name: getattr(asked, name) for name in asked.__struct_fields__} | {"batch": self.batch} | fields
        reply = self.teller.ask(kind(**facts))
        if reply.approved and kind is not PurchaseReversal:
            self.counts[2] += 1
            self.counts[3] += bought[0].amount_fen
        return reply

    def close(self, network_code: str = CLOSE, counts: list[int] | None = None) -> Any:
        return self.teller.told(BatchClose(self.batch, network_code, *(counts or self.counts)))


@pytest.fixture
def pos(pharmacy: Any, visits: Any, card: Any) -> Pos:
    return Pos(pharmacy, visits, card).sign_in()


def test_an_equal_batch_is_closed_and_the_next_sign_in_opens_the_next(pos: Pos, host: Any) -> None:
    pos.buy(100)
    pos.buy(250)
    closed = pos.close()
    assert (closed.result, closed.debit_count, closed.debit_fen) == (BATCH_EQUAL, 2, 350)
    refused = pos.teller.ask(pos.visits.purchase(pos.teller, pos.card, 1, batch=pos.batch))
    assert refused.refusal == bank_codes.BANK_BATCH_DIFFERS.code
    assert pos.sign_in().batch == 2
    pos.counts = [0, 0, 0, 0]
    pos.buy(1)
    assert pos.close().result == BATCH_EQUAL


def test_another_batch_number_is_answered_77_and_the_card_is_not_even_looked_at(
    pos: Pos, host: Any, worker: Any, refusal: Any
) -> None:
    reply = pos.teller.ask(pos.visits.purchase(pos.teller, pos.card, 100, batch=pos.batch + 1))
    assert refusal(reply) == (bank_codes.BANK_BATCH_DIFFERS.code, "77")
    assert host.account(worker.psn_no).counter == 0
    assert pos.sign_in().batch == 1  # the open one goes on
    pos.buy(100)


def test_a_reversed_purchase_was_never_in_the_batch(pos: Pos) -> None:
    bought = pos.buy(100)
    pos.buy(50)
    assert pos.undo(PurchaseReversal, bought).approved
    assert pos.close(counts=[1, 50, 0, 0]).result == BATCH_EQUAL


def test_a_cancel_is_a_credit_of_the_open_batch_and_gives_the_money_back(pos: Pos, host: Any, worker: Any) -> None:
    bought = pos.buy(100)
    assert pos.undo(PurchaseCancel, bought).approved
    assert host.account(worker.psn_no).balance_fen == 2_000_000
    assert pos.close(counts=[1, 100, 1, 100]).result == BATCH_EQUAL
    assert not host.broken_laws()


def test_after_the_batch_a_purchase_is_refunded_and_no_longer_cancelled(
    pos: Pos, host: Any, worker: Any, refusal: Any
) -> None:
    bought = pos.buy(100)
    assert refusal(pos.undo(Refund, bought)) == (bank_codes.BANK_BATCH_OPEN.code, "12")
    pos.close()
    pos.sign_in()
    assert refusal(pos.undo(PurchaseCancel, bought)) == (bank_codes.BANK_BATCH_CLOSED.code, "12")
    pos.counts = [0, 0, 0, 0]
    assert pos.undo(Refund, bought).approved
    assert host.account(worker.psn_no).balance_fen == 2_000_000
    assert refusal(pos.undo(Refund, bought)) == (codes.ALREADY_UNDONE.code, "22")
    assert pos.undo(PurchaseReversal, bought).refusal == codes.ALREADY_UNDONE.code
    assert pos.close().result == BATCH_EQUAL
    assert not host.broken_laws()


def test_an_undo_names_its_original_truly(pos: Pos, refusal: Any) -> None:
    bought = pos.buy(100)
    for change, wanted in (
        ({"omsgid": "nobody"}, (codes.ORIGINAL_UNKNOWN.code, "25")),
        ({"original_trace": 7}, (codes.ORIGINAL_UNKNOWN.code, "25")),
        ({"amount_fen": 99}, (codes.BANK_AMOUNT_INVALID.code, "13")),
    ):
        assert refusal(pos.undo(PurchaseCancel, bought, **change)) == wanted


def test_a_terminal_without_a_batch_cancels_on_the_day_and_refunds_later(
    host: Any, pharmacy: Any, visits: Any, card: Any
) -> None:
    pos = Pos(pharmacy, visits, card)
    first, second = pos.buy(100, batch=5), pos.buy(200, batch=6)
    assert pos.undo(Refund, first).refusal == bank_codes.BANK_BATCH_OPEN.code
    assert pos.undo(PurchaseCancel, first).approved
    host.now_ms += 24 * 3_600_000
    pharmacy.sign_in()
    assert pos.undo(PurchaseCancel, second).refusal == bank_codes.BANK_BATCH_CLOSED.code
    assert pos.undo(Refund, second).approved
    assert not host.broken_laws()


def test_an_unequal_batch_is_told_line_by_line_and_closed_then(pos: Pos, worker: Any) -> None:
    known, lost = pos.buy(100), pos.buy(50)
    pan = pos.card.pan
    unequal = pos.close(counts=[2, 170, 0, 0])
    assert (unequal.result, unequal.debit_fen) == (BATCH_UNEQUAL, 150)
    lines = [
        pos.teller.told(BatchLine(pos.batch, pan, msgid, fen)).result
        for msgid, fen in ((known[1], 100), (lost[1], 70), ("nobody", 1))
    ]
    assert lines == [LINE_EQUAL, LINE_DIFFERS, LINE_UNKNOWN]
    assert pos.close(UPLOADED, [2, 170, 0, 0]).result == BATCH_UNEQUAL
    assert pos.sign_in().batch == 2


def test_lines_are_taken_only_after_an_unequal_answer(pos: Pos, refusal: Any) -> None:
    _, msgid = pos.buy(100)
    reply = pos.teller.ask(BatchLine(pos.batch, pos.card.pan, msgid, 100))
    assert reply.refusal == bank_codes.BANK_BATCH_DIFFERS.code
    asked = BatchClose(pos.batch, UPLOADED, *pos.counts)
    assert pos.teller.ask(asked).refusal == bank_codes.BANK_BATCH_DIFFERS.code


def test_a_close_that_is_repeated_is_answered_alike(pos: Pos) -> None:
    pos.buy(100)
    asked = BatchClose(pos.batch, CLOSE, *pos.counts)
    first = pos.teller.ask(asked)
    assert pos.teller.ask(asked, msgid=pos.teller.last.msgid) == first


def test_who_never_signed_in_has_no_batch_to_close(pharmacy: Any) -> None:
    assert pharmacy.ask(BatchClose(1, CLOSE, 0, 0, 0, 0)).refusal == bank_codes.BANK_BATCH_DIFFERS.code


NOT_SIMULATED = frozenset({"33", "38", "68", "98"})
"""UnionPay's DE 39 that nothing here answers: 33 and 38 are 54 and 75 for a card that is to be kept, which no terminal
here can; 68 and 98 come from a network between acquirer and issuer, and here the two are one bank."""


def test_every_response_code_of_unionpay_can_happen_here_or_is_named_as_not_simulated() -> None:
    simulated = set(codes.RESPONSE_CODES.values())
    assert {code for code in UNIONPAY if code not in simulated} == NOT_SIMULATED


def test_a_reversal_of_what_an_earlier_batch_of_that_number_held_is_not_counted(
    pharmacy: Any, visits: Any, card: Any, host: Any
) -> None:
    """A terminal that signs in for the first time has batch 1, under which it bought before."""
    before = Pos(pharmacy, visits, card)
    before.batch = 1
    bought = before.buy(5_000)
    host.now_ms += 1
    pos = Pos(pharmacy, visits, card).sign_in()
    assert pos.batch == 1
    assert pos.undo(PurchaseReversal, bought).approved
    assert pos.close().result == BATCH_EQUAL


def test_to_an_account_that_was_closed_nothing_is_refunded_and_a_reversal_still_undoes(
    pos: Pos, host: Any, worker: Any
) -> None:
    first, second = pos.buy(1_000), pos.buy(2_000)
    closed = msgspec.structs.replace(host.account(worker.psn_no), status="CLOSED")
    host.store.save_now(Changes((closed,), ()))
    assert pos.undo(PurchaseCancel, first).refusal == bank_codes.BANK_CLOSED.code
    assert pos.undo(PurchaseReversal, second).approved
    assert host.account(worker.psn_no).balance_fen == closed.balance_fen + 2_000
