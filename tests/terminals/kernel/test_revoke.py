from collections.abc import Callable
from typing import Any

import pytest

from settlement.wire.messages import Line, SettlementInfo
from terminals.kernel.effects import Request
from terminals.kernel.exchange import output_of
from terminals.kernel.outcome import Result
from terminals.kernel.outpatient import treat
from terminals.kernel.pharmacy import sell
from terminals.kernel.revoke import revoke
from terminals.kernel.site import Site

FLOWS = {"P": sell, "H": treat}


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
