"""An undo brings everything to nothing at a platform that is not ours, whatever is lost on the way."""

from typing import Any

import pytest

from loadtests.evidence.proof import NOTHING, Kind, Proof
from loadtests.foreign.undo import undo
from shuaka.rehearsing.undoing import ForeignUndoing
from terminals.kernel.outcome import Result as End


def kinds(proof: Proof) -> list[Kind]:
    return sorted(finding.kind for finding in proof.findings)


def test_an_undo_brings_everything_to_nothing_and_proves_it(platform: Any, trip: Any) -> None:
    platform.plant(lose_reply_2102=[3])
    trip.sell(6)
    assert platform.stored_fen() > 0
    desk = trip.desk()
    steps = list(undo(desk.history, desk.clerks))
    proof = desk.prove()
    desk.close()
    assert [step.result for step in steps] == [End.REVOKED] * 5  # the sixth was reversed while it was sold
    assert platform.stored_fen() == 0
    assert (proof.net, proof.findings, proof.rows, proof.equal) == (NOTHING, (), 10, 10)


def test_an_undo_that_was_killed_goes_on_where_it_was(platform: Any, trip: Any) -> None:
    trip.sell(5)
    desk = trip.desk()
    first = undo(desk.history, desk.clerks)
    assert [next(first).ok, next(first).ok] == [True, True]
    desk.close()
    again = trip.desk()
    assert len(list(undo(again.history, again.clerks))) == 3
    assert again.prove().net == NOTHING
    again.close()
    assert platform.seen["2103"] == 5


@pytest.mark.parametrize("planted", ["lose_reply_2103", "lose_request_2103"])
def test_a_revoke_whose_reply_was_lost_is_looked_up_and_never_made_twice(
    platform: Any, trip: Any, planted: str
) -> None:
    platform.plant(**{planted: [1]})
    trip.sell(2)
    desk = trip.desk()
    assert [step.ok for step in undo(desk.history, desk.clerks)] == [False, True]
    assert all(step.ok for step in undo(desk.history, desk.clerks))
    proof = desk.prove()
    desk.close()
    assert platform.stored_fen() == 0
    assert (proof.net, proof.findings) == (NOTHING, ())


REMAINDERS = [
    {"twice": [2]},
    {"twice": [2], "names_its_own": True},
    {"lose_reply_2102": [3], "lost_reversal": [1]},
    {"lose_reply_2102": [3], "lost_reversal": [1], "names_its_own": True, "twice": [1, 2]},
]


@pytest.mark.parametrize("planted", REMAINDERS)
def test_what_only_the_platform_has_of_a_run_is_undone_by_its_rows(
    platform: Any, trip: Any, planted: dict[str, Any]
) -> None:
    platform.plant(**planted, foreign_rows=1)
    trip.sell(4)
    with ForeignUndoing(trip.order, trip.place) as desk:
        assert all(step.ok for step in desk.undo())
        said, proved = desk.proved()
    assert platform.stored_fen() == 700, "the row that is not ours is still there"
    assert (proved, said[0].startswith("net      0.00, 0.00, 0.00 yuan")) == (True, True), said


def test_a_net_is_what_the_platform_holds_and_not_what_we_claim(platform: Any, trip: Any) -> None:
    platform.plant(lost_revoke=[1])
    [outcome] = trip.sell(1)
    with ForeignUndoing(trip.order, trip.place) as desk:
        list(desk.undo())
        said, proved = desk.proved()
    assert proved is False
    fen = outcome.amounts.medfee_sumamt_fen
    assert any(line.startswith(f"net      {fen // 100}.{fen % 100:02d}, ") for line in said), said


def test_an_undo_that_the_platform_tells_no_rows_of_states_no_net(platform: Any, trip: Any) -> None:
    platform.plant(not_offered=["3202"])
    trip.sell(1)
    with ForeignUndoing(trip.order, trip.place) as desk:
        list(desk.undo())
        said, proved = desk.proved()
    assert (proved, "net      not stated: the platform tells no rows" in said) == (None, True)


def test_a_revoke_that_the_platform_forgot_is_found(platform: Any, trip: Any) -> None:
    platform.plant(lost_revoke=[1])
    trip.sell(3)
    desk = trip.desk()
    assert all(step.ok for step in undo(desk.history, desk.clerks))
    proof = desk.prove()
    desk.close()
    assert kinds(proof) == [Kind.REVERSAL_LOST]
