import contextlib
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from settlement.wire import codes
from settlement.wire.envelope import Reply
from settlement.wire.messages import Line, RevokeDrugSale, SettlementInfo
from terminals.kernel.effects import Record, Request
from terminals.kernel.entries import PurchaseIntent
from terminals.kernel.exchange import output_of
from terminals.kernel.outcome import Event, Result, Tender
from terminals.kernel.outpatient import treat
from terminals.kernel.pharmacy import sell
from terminals.kernel.recover import recover
from terminals.kernel.revoke import revoke
from terminals.kernel.site import Site

FLOWS = {"P": sell, "H": treat}


class PowerCutError(Exception):
    """The terminal dies here."""


def bank(at: Any) -> Any:
    """The bank's side of the ledger, after every law was found to hold."""
    audit = at.host.store.audit_now()
    assert [law.name for law in audit.invariants if not law.ok] == []
    return audit.bank


@pytest.fixture
def paid_by_bank(booth: Callable[..., Any], dear: tuple[Line, ...]) -> Callable[[], Any]:
    """A booth whose patient's bank paid a rest, what the host said to the settlement, and the purchase."""

    def settle() -> tuple[Any, SettlementInfo, PurchaseIntent]:
        at = booth(bank_pins=("111111",))
        perform, infos, purchases = at.perform, [], []

        def noted(effect: Any) -> Any:
            answer = perform(effect)
            if isinstance(effect, Request):
                infos.extend(filter(None, [output_of(answer, SettlementInfo)]))
            elif isinstance(effect, Record) and isinstance(effect.entry, PurchaseIntent):
                purchases.append(effect.entry)
            return answer

        at.perform = noted
        assert at.run(sell(at.site, dear, tender=Tender.BANK)).response_code == "00"
        at.perform, at.requests = perform, 0
        at.host.now_ms += 1000
        return at, infos[-1], purchases[-1]

    return settle


@pytest.fixture
def settled(booth: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...]) -> Callable[..., Any]:
    """A booth whose patient has settled, and what the host said to it."""

    def settle(kind: str) -> tuple[Any, SettlementInfo]:
        at = booth(site(kind))
        replies: list[SettlementInfo] = []
        exchange = at.exchange

        def noted(request: Request) -> Any:
            reply = exchange(request)
            replies.extend(filter(None, [output_of(reply, SettlementInfo)]))
            return reply

        at.exchange = noted
        assert at.run(FLOWS[kind](at.site, basket)).result is Result.SETTLED
        at.requests = 0
        return at, replies[-1]

    return settle


@pytest.mark.parametrize(("kind", "infno", "settles"), [("P", "2103", "2102"), ("H", "2208", "2207")])
def test_a_settlement_is_revoked_with_its_exact_negatives(
    settled: Callable[..., Any], kind: str, infno: str, settles: str
) -> None:
    at, info = settled(kind)
    outcome = at.run(revoke(at.site, info, "370100"))
    assert (outcome.result, outcome.infno, outcome.messages) == (Result.REVOKED, infno, ((infno, "approved"),))
    assert outcome.amounts.medfee_sumamt_fen == -info.amounts.medfee_sumamt_fen
    assert (at.host.ledger[settles].settled, at.host.ledger[settles].voided) == (0, 1)
    assert at.journal.pending(at.site.dev_no) == ()


def test_a_second_revoke_is_declined(settled: Callable[..., Any]) -> None:
    at, info = settled("P")
    at.run(revoke(at.site, info, "370100"))
    outcome = at.run(revoke(at.site, info, "370100"))
    assert (outcome.result, outcome.refusal) == (Result.DECLINED, "E3302")


def test_a_revoke_whose_reply_is_lost_happens_once(settled: Callable[..., Any]) -> None:
    at, info = settled("P")
    at.lose = {1: "reply", 2: "reply"}
    assert at.run(revoke(at.site, info, "370100")).result is Result.REVOKED
    assert at.host.ledger["2102"].voided == 1


def test_a_revoke_that_is_never_answered_stays_in_the_journal(settled: Callable[..., Any]) -> None:
    at, info = settled("P")
    at.lose = dict.fromkeys(range(1, 9), "reply")
    assert at.run(revoke(at.site, info, "370100")).result is Result.IN_DOUBT
    assert [intent.infno for intent in at.journal.pending(at.site.dev_no)] == ["2103"]


@pytest.mark.parametrize("lost", ["", "request", "reply"])
def test_a_sale_with_a_bank_leg_is_revoked_purchase_first(paid_by_bank: Callable[[], Any], lost: str) -> None:
    at, info, purchase = paid_by_bank()
    at.lose = {1: lost, 3: lost}
    outcome = at.run(revoke(at.site, info, "370100", purchase))
    assert outcome.result is Result.REVOKED
    assert [infno for infno, end in outcome.messages if end == "approved"] == ["0400", "2103"]
    assert (bank(at).settled, bank(at).reversed, at.host.ledger["2102"].voided) == (0, 1, 1)


def test_a_sale_whose_purchase_cannot_be_undone_now_is_not_revoked(paid_by_bank: Callable[[], Any]) -> None:
    at, info, purchase = paid_by_bank()
    at.lose = dict.fromkeys(range(1, 99), "request")
    outcome = at.run(revoke(at.site, info, "370100", purchase))
    assert (outcome.result, outcome.events[-1]) == (Result.IN_DOUBT, Event.BANK_IN_DOUBT)
    assert [intent.purchase for intent in at.journal.pending(at.site.dev_no)] == [purchase]
    assert at.host.ledger["2102"].voided == 0


@pytest.mark.parametrize("dies_at", range(1, 9))
def test_a_revoke_of_both_legs_that_dies_anywhere_is_finished_by_recovery(
    paid_by_bank: Callable[[], Any], dies_at: int
) -> None:
    at, info, purchase = paid_by_bank()
    perform, effects = at.perform, iter(range(1, 99))

    def performed(effect: Any) -> Any:
        if next(effects) == dies_at:
            raise PowerCutError
        return perform(effect)

    at.perform = performed
    with contextlib.suppress(PowerCutError):
        at.run(revoke(at.site, info, "370100", purchase))
    at.perform = perform
    at.host.now_ms += 1000
    begun = at.journal.pending(at.site.dev_no)
    assert bool(begun) == (3 <= dies_at < 8)  # a msgid and the entry come before all, its resolution last
    for intent in begun:
        assert at.run(recover(at.site, intent)).result is Result.REVOKED
    undone = dies_at > 2
    assert (bank(at).settled, at.host.ledger["2102"].voided) == ((0, 1) if undone else (1, 0))
    assert at.journal.pending(at.site.dev_no) == ()


def test_who_owes_the_rest_after_half_a_revoke_is_told(paid_by_bank: Callable[[], Any]) -> None:
    at, info, purchase = paid_by_bank()
    exchange = at.exchange
    refused = Reply("M", "2103", codes.NOT_OWNER.code, "", "", "")
    at.exchange = lambda request: refused if isinstance(request.body, RevokeDrugSale) else exchange(request)
    outcome = at.run(revoke(at.site, info, "370100", purchase))
    assert (outcome.result, outcome.refusal) == (Result.DECLINED, "E3305")
    assert outcome.events == (Event.BANK_REVERSED, Event.CASH_OWED)
    assert at.shown[-2] == f"{purchase.amount_fen / 100:.2f} yuan in cash, please"
    assert at.journal.pending(at.site.dev_no) == ()


def test_a_purchase_of_another_settlement_is_not_undone_with_this_one(paid_by_bank: Callable[[], Any]) -> None:
    at, info, purchase = paid_by_bank()
    with pytest.raises(ValueError, match="paid for another, not for"):
        at.run(revoke(at.site, info, "370100", msgspec.structs.replace(purchase, setl_id="another")))
    assert bank(at).settled == 1
