import os

from loadtests.running.owner import LOOK_S, OWNER, end_with, owned_by, parent_wanted


def test_a_process_ends_once_its_parent_is_another_and_looks_once_a_second_until_then() -> None:
    parents, slept, ended = iter([7, 7, 1]), list[float](), list[str]()
    end_with(7, slept.append, lambda: next(parents), lambda: ended.append("ended"))
    assert (slept, ended) == ([LOOK_S, LOOK_S], ["ended"])


def test_a_process_whose_parent_went_before_it_looked_ends_at_once() -> None:
    ended = list[str]()
    end_with(7, lambda _: None, lambda: 1, lambda: ended.append("ended"))
    assert ended == ["ended"]


def test_a_child_is_told_whose_it_is_and_keeps_its_environment() -> None:
    assert owned_by(7, {"HOME": "/"}) == {"HOME": "/", OWNER: "7"}


def test_a_child_ends_with_its_command_and_a_forked_worker_with_its_master() -> None:
    assert parent_wanted({OWNER: "7"}, forked=False) == 7
    assert parent_wanted({OWNER: "7"}, forked=True) == os.getppid()


def test_a_locust_that_was_started_by_hand_ends_with_nobody() -> None:
    assert parent_wanted({}, forked=False) == parent_wanted({}, forked=True) == 0
