from hypothesis import given
from hypothesis import strategies as st

from loadtests.generator.windowed import Windowed
from loadtests.openload.clock import Schedule
from loadtests.openload.closed import ClosedLoop


@given(due_s=st.lists(st.floats(0, 10), max_size=50).map(sorted), warmup_s=st.floats(0, 10))
def test_everybody_due_comes_and_those_who_are_not_measured_are_told_of(due_s: list[float], warmup_s: float) -> None:
    told: list[int] = []
    coming = Windowed(Schedule(due_s, 10.0), lambda at_s: at_s >= warmup_s, told.append)
    arrivals = [arrival for now_s in (2.5, 5.0, 10.0) for arrival in coming.due(now_s)]
    assert [arrival.due_s for arrival in arrivals] == due_s
    assert sum(told) == sum(at_s < warmup_s for at_s in due_s)
    assert coming.wait_s(10.0) is None


def test_a_users_next_visit_in_a_closed_loop_is_told_of_too() -> None:
    told: list[int] = []
    coming = Windowed(ClosedLoop(1, 0.1, 1.0), lambda _: False, told.append)
    [first] = coming.due(0.0)
    assert coming.ended(first, 0.5)
    assert len(coming.due(0.5)) == 1
    assert told == [1, 1]
