from hypothesis import given
from hypothesis import strategies as st

from loadtests.openload.clock import Arrival, Schedule


def test_nothing_is_due_before_its_time() -> None:
    schedule = Schedule([1.0, 2.0])
    assert schedule.due(0.5) == []
    assert schedule.wait_s(0.5) == 0.5


def test_everything_overdue_comes_at_once() -> None:
    schedule = Schedule([1.0, 2.0, 3.0])
    assert schedule.due(2.5) == [Arrival(0, 1.0), Arrival(1, 2.0)]
    assert schedule.wait_s(4.0) == 0


def test_the_end_is_told_apart_from_a_wait() -> None:
    schedule = Schedule([1.0])
    schedule.due(1.0)
    assert schedule.wait_s(1.0) is None


def test_a_plan_lasts_until_its_end_although_nobody_comes_any_more() -> None:
    schedule = Schedule([1.0], 5.0)
    schedule.due(1.0)
    assert schedule.wait_s(2.0) == 3.0
    assert schedule.due(3.0) == []
    assert schedule.wait_s(5.0) is None


@given(st.lists(st.floats(0, 100)).map(sorted), st.integers(1, 7))
def test_processes_share_the_arrivals_without_overlap_or_gap(times: list[float], parts: int) -> None:
    shares = [Schedule(times, part=part, parts=parts).due(1000) for part in range(parts)]
    assert all(arrival.number % parts == part for part, share in enumerate(shares) for arrival in share)
    assert sorted(arrival for share in shares for arrival in share) == [Arrival(*pair) for pair in enumerate(times)]
