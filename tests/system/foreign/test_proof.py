"""What was settled at a platform that is not ours is proved by its statement; each planted loss is found."""

from typing import Any

import pytest

from loadtests.evidence.proof import Kind, Proof
from loadtests.evidence.proved import gate_of
from loadtests.openload import histograms
from terminals.kernel.outcome import Event
from terminals.kernel.outcome import Result as End


def kinds(proof: Proof) -> list[Kind]:
    return sorted(finding.kind for finding in proof.findings)


def test_what_was_settled_is_in_the_statement_row_by_row_and_in_its_totals(trip: Any) -> None:
    outcomes = trip.sell(8)
    proof = trip.prove()
    assert {outcome.result for outcome in outcomes} == {End.SETTLED}
    assert (proof.rows, proof.equal, proof.findings, proof.foreign, proof.not_proved) == (8, 8, (), (), ())
    assert [total.equal for total in proof.totals] == [True] * 4
    assert proof.net.medfee_sumamt_fen == sum(outcome.amounts.medfee_sumamt_fen for outcome in outcomes)


LOSSES = [
    ({"not_stored": [3]}, [Kind.ONLY_OURS]),
    ({"twice": [2]}, [Kind.DOUBLE]),
    ({"changed": [5]}, [Kind.DIFFERS]),
    ({"stated_twice": [1]}, [Kind.DOUBLE] * 2),
    ({"other_person": [6]}, [Kind.OTHERS]),
    ({"refuse_done_2102": [2], "lost_reversal": [1]}, [Kind.REVERSAL_LOST]),
    ({"counts_one_more": True}, [Kind.TOTALS] * 2),
    ({"lose_reply_2102": [4], "lost_reversal": [1]}, [Kind.REVERSAL_LOST]),
    (
        {"not_stored": [1], "twice": [2], "changed": [3], "lose_reply_2102": [4], "lost_reversal": [1]},
        [Kind.DIFFERS, Kind.DOUBLE, Kind.ONLY_OURS, Kind.REVERSAL_LOST],
    ),
]


@pytest.mark.parametrize(("planted", "found"), LOSSES, ids=lambda row: "-".join(map(str, row)))
@pytest.mark.parametrize("foreign_rows", [0, 2])
def test_each_planted_loss_is_found_and_nothing_else(
    platform: Any, trip: Any, planted: dict[str, Any], found: list[Kind], foreign_rows: int
) -> None:
    platform.plant(**planted, foreign_rows=foreign_rows)
    trip.sell(6)
    proof = trip.prove()
    assert kinds(proof) == sorted(found)
    assert len(proof.foreign) == foreign_rows
    assert gate_of(proof, unknown=0).complaints


def test_rows_that_are_not_ours_are_listed_as_foreign_and_are_no_failure(platform: Any, trip: Any) -> None:
    platform.plant(foreign_rows=3)
    trip.sell(4)
    proof = trip.prove()
    assert [row.msgid for row in proof.foreign] == ["OTHER-0", "OTHER-1", "OTHER-2"]
    assert proof.findings == ()
    assert all(total.equal for total in proof.totals)  # 3201 is asked with what the rows showed to be somebody else's


@pytest.mark.parametrize("planted", ["lose_reply_2102", "lose_request_2102"])
def test_an_unknown_outcome_ends_by_reversal_where_the_platform_finds_nothing_by_msgid(
    platform: Any, trip: Any, planted: str
) -> None:
    platform.plant(**{planted: [2]})
    second = trip.sell(2)[1]
    assert (second.result, second.events) == (End.REVERSED, (Event.UNDONE_BY_REVERSAL,))
    assert platform.seen.get("5203", 0) == 0
    assert platform.seen["2102"] == 2, "a 2102 is never repeated where a repeat may settle twice"
    assert trip.prove().ok


def test_an_unknown_outcome_ends_by_query_where_the_platform_finds_it(platform: Any, go: Any) -> None:
    platform.aim(first="query_by_msgid = true")
    platform.plant(lose_reply_2102=[1], queries_by_msgid=True)
    trip = go()
    [outcome] = trip.sell(1)
    assert (outcome.result, outcome.events) == (End.SETTLED, (Event.FOUND_BY_QUERY,))
    assert trip.prove().equal == 1


def test_a_platform_that_knows_repeats_is_asked_again_and_settles_once(platform: Any, go: Any) -> None:
    platform.aim(first="repeats_msgid = true")
    platform.plant(lose_reply_2102=[1], knows_repeats=True)
    trip = go()
    [outcome] = trip.sell(1)
    assert (outcome.result, outcome.events) == (End.SETTLED, (Event.RETRIED,))
    assert trip.prove().equal == 1


def test_a_statement_that_is_not_offered_is_not_proved_and_no_result_stands_on_it(platform: Any, trip: Any) -> None:
    platform.plant(not_offered=["3201", "3202"])
    trip.sell(2)
    proof = trip.prove()
    assert (proof.findings, proof.net) == ((), None)
    assert [said.partition(":")[0] for said in proof.not_proved] == ["row by row", "totals"]
    assert "未开通" in proof.not_proved[0]
    failed = sorted(row.name for row in gate_of(proof, unknown=0).rows if not row.ok)
    assert failed == ["proof P37010000011", "proof P37010000012"]


def test_a_statement_that_nobody_can_read_is_a_finding(platform: Any, trip: Any) -> None:
    platform.plant(unreadable=True)
    trip.sell(2)
    proof = trip.prove()
    assert (kinds(proof), proof.net) == ([Kind.UNREADABLE] * 2, None)
    assert gate_of(proof, unknown=0).complaints


@pytest.mark.parametrize(("missing", "left"), [("3201", "totals"), ("3202", "row by row")])
def test_one_of_the_two_statements_is_a_count_and_what_the_other_would_say_is_not_proved(
    platform: Any, trip: Any, missing: str, left: str
) -> None:
    platform.plant(not_offered=[missing])
    trip.sell(2)
    proof = trip.prove()
    assert [said.partition(":")[0] for said in proof.not_proved] == [left]
    assert gate_of(proof, unknown=0).ok


def test_a_row_that_is_equal_on_the_platforms_bare_word_is_not_proved(platform: Any, trip: Any) -> None:
    platform.plant(bare=[1])
    trip.sell(4)
    proof = trip.prove()
    assert (proof.rows, proof.equal, proof.findings) == (4, 2, ())
    assert len(proof.not_proved) == 2
    assert not any(one.by_rows for one in proof.institutions)


def test_a_settlement_that_was_refused_without_a_reason_and_carried_out_is_reversed(platform: Any, trip: Any) -> None:
    platform.plant(refuse_done_2102=[1])
    [outcome] = trip.sell(1)
    assert (outcome.result, platform.stored_fen()) == (End.REVERSED, 0)
    assert trip.prove().ok


def test_the_platforms_own_time_is_told_from_the_networks(platform: Any, trip: Any) -> None:
    platform.plant(latency_ms=20)
    trip.sell(1)
    times = {one.infno: one for one in trip.times.encoded()}
    assert times.keys() == {"1101", "2101", "2102"}
    assert 19_000 <= histograms.maximum(histograms.decode(times["2102"].platform)) <= 60_000
