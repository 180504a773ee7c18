"""Users in a closed loop: their pace, who they wait for, and when they stay away."""

from hypothesis import given
from hypothesis import strategies as st

from loadtests.openload.clock import Arrival
from loadtests.openload.closed import ClosedLoop


def run(loop: ClosedLoop, service_s: float) -> list[Arrival]:
    """Serve everybody at once, `service_s` each, in virtual time."""
    now_s, served, under_way = 0.0, [], []
    while (wait_s := loop.wait_s(now_s)) is not None:
        now_s = min([now_s + wait_s, *(end_s for end_s, _ in under_way)])
        for ended in [one for one in under_way if one[0] <= now_s]:
            under_way.remove(ended)
            loop.ended(ended[1], now_s)
        came = loop.due(now_s)
        served += came
        under_way += [(now_s + service_s, arrival) for arrival in came]
    return served


def test_users_who_are_served_at_once_come_at_their_pace() -> None:
    assert [arrival.due_s for arrival in run(ClosedLoop(2, 1.0, 3.0), 0.0)] == [0, 0.5, 1, 1.5, 2, 2.5]


def test_a_user_who_is_served_slowly_comes_when_served() -> None:
    assert [arrival.due_s for arrival in run(ClosedLoop(1, 1.0, 9.0), 3.0)] == [0, 3, 6]


def test_nobody_comes_while_every_user_is_served() -> None:
    loop = ClosedLoop(1, 0.1, 60.0)
    (first,) = loop.due(0)
    assert loop.due(59) == []
    assert loop.ended(first, 59)
    assert [arrival.due_s for arrival in loop.due(59)] == [59]


def test_who_ended_early_is_not_due_at_once() -> None:
    loop = ClosedLoop(1, 1.0, 60.0)
    (first,) = loop.due(0)
    assert not loop.ended(first, 0.2)
    assert loop.wait_s(0.2) == 0.8


def test_nobody_comes_after_the_last_second() -> None:
    loop = ClosedLoop(1, 1.0, 1.0)
    (first,) = loop.due(0)
    loop.ended(first, 0.5)
    assert loop.due(1) == []
    assert loop.wait_s(1) is None


def test_processes_come_in_between_each_other_under_numbers_of_their_own() -> None:
    one, other = (run(ClosedLoop(1, 1.0, 3.0, part=part, parts=2), 0.0) for part in (0, 1))
    assert one == [(0, 0.0), (2, 1.0), (4, 2.0)]
    assert other == [(1, 0.5), (3, 1.5), (5, 2.5)]


@given(st.integers(1, 20), st.integers(7, 128), st.integers(0, 192))
def test_no_more_come_than_their_pace_allows(users: int, period: int, service: int) -> None:
    period_s, service_s = period / 64, service / 64  # floats whose sums are exact
    came = run(ClosedLoop(users, period_s, 10.0), service_s)
    assert len(came) <= users * (10 / max(period_s, service_s) + 1)
