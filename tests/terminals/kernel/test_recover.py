"""A lost reply around the money (settlement.md 4.5): settled once or not at all, and never by a new msgid."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settlement.engine.ledger.state import Settlement
from settlement.wire.envelope import Reply
from settlement.wire.messages import Line, QuerySettlement, Reverse, RevokeDrugSale
from terminals.kernel.drive import drive
from terminals.kernel.effects import NextMsgid, NoReply, Pause, Record, Request, Show
from terminals.kernel.entries import Fate, Intent, Resolution
from terminals.kernel.outcome import Event, Outcome, Result
from terminals.kernel.pharmacy import sell
from terminals.kernel.recover import recover
from terminals.kernel.site import Site

INTENT = Intent("M1", "2102", "P1", "370100", 100)
REVOKE = Intent("M2", "2103", "P1", "370100", -100, "S1", "V1")
SETTLE, QUERY = 3, 7
"""Numbers of requests in a pharmacy sale whose replies are lost: 2102 with three repeats, then 5203."""


@pytest.fixture
def refused() -> Callable[..., Reply]:
    return lambda code, infno: Reply("M", infno, code, "", "", "")


def test_a_lost_request_is_repeated_and_settles_once(booth: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = booth()
    at.lose = {SETTLE: "request"}
    outcome = at.run(sell(at.site, basket))
    assert (outcome.result, outcome.events) == (Result.SETTLED, (Event.RETRIED,))
    assert at.host.ledger["2102"].settled == 1


def test_a_lost_reply_is_repeated_and_settles_once(booth: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = booth()
    at.lose = {SETTLE: "reply", SETTLE + 1: "reply"}
    outcome = at.run(sell(at.site, basket))
    assert outcome.result is Result.SETTLED
    assert at.host.ledger["2102"].settled == 1


def test_a_reply_that_stays_lost_is_found_by_query(booth: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = booth()
    at.lose = dict.fromkeys(range(SETTLE, QUERY), "reply")
    outcome = at.run(sell(at.site, basket))
    assert (outcome.result, outcome.events[-1]) == (Result.SETTLED, Event.FOUND_BY_QUERY)
    assert len(outcome.setl_ids) == at.host.ledger["2102"].settled == 1
    assert at.journal.pending(at.site.dev_no) == ()


def test_a_request_that_never_arrives_is_barred_by_a_reversal(booth: Callable[..., Any], basket: Any) -> None:
    at = booth()
    at.lose = dict.fromkeys(range(SETTLE, QUERY), "request")
    outcome = at.run(sell(at.site, basket))
    assert (outcome.result, outcome.events[-1]) == (Result.REVERSED, Event.UNDONE_BY_REVERSAL)
    assert outcome.messages[-2:] == (("5203", "E3301"), ("2601", "approved"))
    assert "2102" not in at.host.ledger or at.host.ledger["2102"].settled == 0
    assert at.journal.pending(at.site.dev_no) == ()


def test_a_line_that_stays_dead_leaves_the_intent_and_the_next_sign_on_resolves_it(
    booth: Callable[..., Any], basket: tuple[Line, ...]
) -> None:
    at = booth()
    at.lose = dict.fromkeys(range(SETTLE, 99), "reply")
    assert at.run(sell(at.site, basket)).result is Result.IN_DOUBT
    (intent,) = at.journal.pending(at.site.dev_no)
    at.lose = {}
    outcome = at.run(recover(at.site, intent))
    assert (outcome.result, outcome.infno) == (Result.SETTLED, "2102")
    assert outcome.amounts.medfee_sumamt_fen == at.host.ledger["2102"].medfee_sumamt_fen
    assert at.journal.pending(at.site.dev_no) == ()


def test_a_password_lost_on_the_way_is_tried_once(booth: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = booth(passwords=("111111", "000000"))
    at.lose = {SETTLE: "reply", SETTLE + 1: "reply"}
    outcome = at.run(sell(at.site, basket))
    assert outcome.result is Result.SETTLED
    assert outcome.events.count(Event.PASSWORD_WRONG) == 1


@pytest.mark.parametrize("fault", ["request", "reply"])
def test_a_session_lost_between_pre_settlement_and_settlement_is_opened_again(
    booth: Callable[..., Any], basket: tuple[Line, ...], fault: str
) -> None:
    at = booth()
    at_exchange = at.exchange

    def exchange(request: Request) -> Any:
        if at.requests == SETTLE - 1:
            type(at)(at.host, at.site).signed_on()  # somebody signs on as this terminal
            at.lose = {SETTLE + 1: fault}
        return at_exchange(request)

    at.exchange = exchange
    outcome = at.run(sell(at.site, basket))
    assert outcome.result is Result.SETTLED
    assert Event.SIGNED_ON_AGAIN in outcome.events
    assert at.host.ledger["2102"].settled == 1


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(losses=st.dictionaries(st.integers(1, 20), st.sampled_from(["request", "reply"]), max_size=20))
def test_whatever_is_lost_the_outcome_is_what_the_ledger_says(
    host: Any, booth: Callable[..., Any], basket: tuple[Line, ...], losses: dict[int, str]
) -> None:
    host.now_ms += 60_000  # other msgids than the example before
    at = booth()
    before = at.host.ledger["2102"].settled if "2102" in at.host.ledger else 0
    at.lose = losses
    outcome = at.run(sell(at.site, basket))
    ledger = at.host.ledger.get("2102")
    made = (ledger.settled if ledger else 0) - before
    open_intents = at.journal.pending(at.site.dev_no)
    if outcome.result is Result.IN_DOUBT:
        assert len(open_intents) == 1
        at.lose = {}
        outcome = at.run(recover(at.site, open_intents[0]))
        assert outcome.result in (Result.SETTLED, Result.REVERSED)
        assert outcome.result is Result.REVERSED or made == 1
    else:
        assert open_intents == ()
        assert made == (outcome.result is Result.SETTLED)


def test_a_settlement_found_undone_is_reported_so(booth: Callable[..., Any], basket: tuple[Line, ...]) -> None:
    at = booth()
    settled = at.run(sell(at.site, basket))
    psn_no = _psn_no(at, settled)
    intent = Intent(at.msgids[-1], "2102", psn_no, "370100", 1)
    at.perform(Request(Reverse(psn_no, intent.msgid, "2102"), "M" * 20, "370100"))
    outcome = at.run(recover(at.site, intent))
    assert (outcome.result, outcome.setl_ids) == (Result.REVERSED, settled.setl_ids)


def _psn_no(at: Any, settled: Outcome) -> str:
    """The insured number of the only settlement of a booth."""
    assert settled.setl_ids
    (row,) = (row for row in at.host.store._rows.values() if isinstance(row, Settlement))
    return row.psn_no


@pytest.mark.parametrize(
    ("answer", "result", "records"),
    [
        ("", Result.REVERSED, [Fate.REVERSED]),
        ("E3302", Result.REVERSED, [Fate.REVERSED]),
        ("E3305", Result.STUCK, [Fate.STUCK]),
        ("E1003", Result.IN_DOUBT, []),
        (None, Result.IN_DOUBT, []),
    ],
)
def test_a_reversal_ends_the_doubt_or_leaves_it_open(
    site: Callable[..., Site], refused: Callable[..., Reply], answer: str | None, result: Result, records: list[Fate]
) -> None:
    seen: list[Fate] = []

    def perform(effect: Any) -> Any:
        match effect:
            case NextMsgid():
                return "M9"
            case Request(body=QuerySettlement()):
                return refused("E3301", "5203")
            case Request(body=Reverse()):
                return NoReply("lost") if answer is None else refused(answer, "2601")
            case Record(entry=Resolution()):
                assert effect.entry.undone_by == "M9", "a statement names the reversal by its own msgid"
                seen.append(effect.entry.fate)
        return None

    assert drive(recover(site(), INTENT), perform).result is result
    assert seen == records


def test_a_revoke_is_repeated_under_its_own_msgid(
    site: Callable[..., Site], refused: Callable[..., Reply], played: Callable[..., Outcome]
) -> None:
    outcome = played(
        recover(site(), REVOKE),
        (Request(RevokeDrugSale("S1", "V1", "P1"), "M2", "370100"), NoReply("lost")),
        (Pause, None),
        (Request(RevokeDrugSale("S1", "V1", "P1"), "M2", "370100"), refused("E3302", "2103")),
        (Record(Resolution("M2", Fate.REFUSED, refusal="E3302")), None),
        (Show, None),
    )
    assert (outcome.result, outcome.refusal) == (Result.DECLINED, "E3302")


def test_a_query_that_is_not_answered_leaves_the_intent_open(
    site: Callable[..., Site], played: Callable[..., Outcome]
) -> None:
    query = Request(QuerySettlement("P1", "", "", "M1"), "M9", "370100")
    lost = [(query, NoReply("lost")), (Pause, None)] * 3
    outcome = played(recover(site(), INTENT), (NextMsgid(), "M9"), *lost, (query, NoReply("lost")))
    assert outcome.result is Result.IN_DOUBT
