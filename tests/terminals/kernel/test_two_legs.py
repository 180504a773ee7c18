"""A sale of two legs while the line breaks: at every step, on the way there or back, and however often.

Whatever is lost, the next sign-on ends with one of the allowed states: settled once or not at all, debited once or not
at all, and never debited for a sale that does not stand. Nothing is left in the journal, and every law of the books is
kept.
"""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from settlement.engine.ledger.state import SETTLED, BankTrade, Settlement
from settlement.wire.bank import PurchaseReversal
from settlement.wire.envelope import Reply
from settlement.wire.messages import Line, Reverse
from terminals.kernel.effects import Request
from terminals.kernel.entries import Fate, Resolution
from terminals.kernel.outcome import Event, Outcome, Result, Tender
from terminals.kernel.pharmacy import sell
from terminals.kernel.recover import recover
from terminals.kernel.sign_on import sign_on

PERSON, TRIAL, SETTLE, PURCHASE = 1, 2, 3, 4
"""The first request of each step of a sale."""
EVER = 60
"""More requests than any conversation here sends."""
PIN = "111111"
NOT_OURS = Reply("M", "", "E3305", "", "", "")
Sell = Callable[..., tuple[Any, Outcome]]


@pytest.fixture
def sold(booth: Callable[..., Any], dear: tuple[Line, ...]) -> Sell:
    """Sell with a line that loses some requests or replies; return the booth and how the visit ended."""

    def run(lost: str, requests: Iterable[int]) -> tuple[Any, Outcome]:
        at = booth(bank_pins=(PIN,))
        at.lose = dict.fromkeys(requests, lost)
        return at, at.run(sell(at.site, dear, tender=Tender.BANK))

    return run


def signed_on_again(at: Any) -> list[Outcome]:
    """The line is back: sign on, and find out what became of everything."""
    at.lose, at.host.now_ms = {}, at.host.now_ms + 60_000
    assert at.run(sign_on(at.site)).result is Result.DONE
    return [at.run(recover(at.site, intent)) for intent in at.journal.pending(at.site.dev_no)]


def stands(at: Any) -> tuple[int, int]:
    """How many settlements and purchases stand, once all of it is in an allowed state."""
    assert at.journal.pending(at.site.dev_no) == ()
    assert [law.name for law in at.host.store.audit_now().invariants if not law.ok] == []
    rows = at.host.store._rows.values()
    settled = [row for row in rows if isinstance(row, Settlement) and row.state == SETTLED]
    bought = [row for row in rows if isinstance(row, BankTrade) and row.state == SETTLED]
    assert len(settled) <= 1
    assert {row.setl_id for row in bought} <= {row.setl_id for row in settled}
    return len(settled), len(bought)


@pytest.mark.parametrize("lost", ["request", "reply"])
@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("step", [PERSON, TRIAL, SETTLE])
def test_a_step_that_is_lost_a_few_times_is_repeated_and_the_sale_goes_on(
    sold: Sell, step: int, times: int, lost: str
) -> None:
    at, outcome = sold(lost, range(step, step + times))
    assert (outcome.result, outcome.events.count(Event.RETRIED)) == (Result.SETTLED, times)
    assert stands(at) == (1, 1)
    assert at.host.store.audit_now().bank.settled == 1


@pytest.mark.parametrize("lost", ["request", "reply"])
@pytest.mark.parametrize(("step", "allowed"), [(PERSON, {(0, 0)}), (TRIAL, {(0, 0)}), (SETTLE, {(0, 0), (1, 0)})])
def test_a_step_that_stays_lost_moves_nothing_twice(
    sold: Sell, step: int, allowed: set[tuple[int, int]], lost: str
) -> None:
    at, outcome = sold(lost, range(step, EVER))
    assert outcome.result is (Result.IN_DOUBT if step == SETTLE else Result.NO_ANSWER)
    found = signed_on_again(at)
    assert stands(at) in allowed
    if step == SETTLE:
        assert [one.result for one in found] == [Result.REVERSED if lost == "request" else Result.SETTLED]


@pytest.mark.parametrize(("lost", "debited"), [("request", 0), ("reply", 0)])
@pytest.mark.parametrize("times", [4, EVER])
def test_a_purchase_whose_answer_stays_lost_is_reversed_and_the_rest_is_cash(
    sold: Sell, lost: str, debited: int, times: int
) -> None:
    at, outcome = sold(lost, range(PURCHASE, PURCHASE + times))
    assert (outcome.result, outcome.bank_fen) == (Result.SETTLED, 0)
    assert outcome.events[-1] is (Event.BANK_REVERSED if times == 4 else Event.BANK_IN_DOUBT)
    signed_on_again(at)
    assert stands(at) == (1, debited)


@pytest.mark.parametrize("lost", ["request", "reply"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_purchase_that_is_answered_in_the_end_is_debited_once(sold: Sell, lost: str, times: int) -> None:
    at, outcome = sold(lost, range(PURCHASE, PURCHASE + times))
    assert outcome.bank_fen == outcome.amounts.psn_cash_pay_fen > 0
    assert stands(at) == (1, 1)


@pytest.mark.parametrize("lost", ["request", "reply"])
@pytest.mark.parametrize("step", range(1, 30))
def test_one_loss_anywhere_in_a_conversation_full_of_losses_ends_in_an_allowed_state(
    sold: Sell, step: int, lost: str
) -> None:
    at, _ = sold(lost, (*range(SETTLE, SETTLE + 4), step, step + 1, *range(12, 20)))
    signed_on_again(at)
    assert stands(at) in {(0, 0), (1, 0), (1, 1)}


def test_a_reversal_that_the_bank_refuses_is_stuck_and_is_not_tried_again(
    booth: Callable[..., Any], dear: tuple[Line, ...]
) -> None:
    at = booth(bank_pins=(PIN,))
    at.lose = dict.fromkeys(range(PURCHASE, PURCHASE + 4), "reply")
    refuse(at, PurchaseReversal, NOT_OURS)
    outcome = at.run(sell(at.site, dear, tender=Tender.BANK))
    assert (outcome.result, outcome.events[-1]) == (Result.SETTLED, Event.BANK_STUCK)
    assert (at.journal.pending(at.site.dev_no), at.journal.stuck_intents()) == ((), 1)
    assert signed_on_again(at) == []


def test_a_settlement_whose_reversal_is_refused_is_stuck(booth: Callable[..., Any], dear: tuple[Line, ...]) -> None:
    at = booth()
    at.lose = dict.fromkeys(range(SETTLE, SETTLE + 4), "request")
    refuse(at, Reverse, NOT_OURS)
    outcome = at.run(sell(at.site, dear))
    assert (outcome.result, outcome.refusal) == (Result.STUCK, "E3305")
    assert at.journal.stuck_intents() == 1


def test_what_a_person_has_undone_is_stuck_no_longer(booth: Callable[..., Any]) -> None:
    at = booth()
    at.journal.append(at.site.dev_no, Resolution("M1", Fate.STUCK))
    assert at.journal.stuck_intents() == 1
    at.journal.append(at.site.dev_no, Resolution("M1", Fate.REVERSED))
    assert at.journal.stuck_intents() == 0


def refuse(at: Any, kind: type, reply: Any) -> None:
    """From now on answer this message with a refusal."""
    exchange = at.exchange

    def exchanged(request: Request) -> Any:
        return reply if isinstance(request.body, kind) else exchange(request)

    at.exchange = exchanged
