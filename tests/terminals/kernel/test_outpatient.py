from collections.abc import Callable
from typing import Any

from settlement.wire.messages import Line
from terminals.kernel.outcome import Event, Result
from terminals.kernel.outpatient import treat
from terminals.kernel.site import Site


def test_an_outpatient_is_settled_in_five_messages_without_a_password(
    booth: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...]
) -> None:
    at = booth(site("H"), passwords=())
    outcome = at.run(treat(at.site, basket))
    assert outcome.result is Result.SETTLED
    assert [infno for infno, _ in outcome.messages] == ["1101", "2201", "2204", "2206", "2207"]
    assert at.host.ledger["2207"].medfee_sumamt_fen == outcome.amounts.medfee_sumamt_fen


def test_replies_lost_at_every_step_cost_repeats_and_nothing_else(
    booth: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...]
) -> None:
    at = booth(site("H"))
    at.lose = {1: "reply", 3: "request", 5: "reply", 7: "reply", 9: "reply"}
    outcome = at.run(treat(at.site, basket))
    assert (outcome.result, outcome.events) == (Result.SETTLED, (Event.RETRIED,) * 5)
    assert at.host.ledger["2207"].settled == 1


def test_a_host_that_does_not_answer_before_money_moves_ends_the_visit(
    booth: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...]
) -> None:
    at = booth(site("H"))
    at.lose = dict.fromkeys(range(2, 99), "reply")
    outcome = at.run(treat(at.site, basket))
    assert outcome.result is Result.NO_ANSWER
    assert at.journal.pending(at.site.dev_no) == ()


def test_the_hospitals_own_numbers_are_never_alike(
    booth: Callable[..., Any], site: Callable[..., Site], basket: tuple[Line, ...]
) -> None:
    at = booth(site("H"))
    assert at.run(treat(at.site, basket)).result is Result.SETTLED
    assert at.run(treat(at.site, basket)).result is Result.SETTLED
    assert at.host.ledger["2207"].settled == 2
