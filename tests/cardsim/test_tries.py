from cardsim.memory import Memory
from cardsim.tries import Presented, TryCounter


def counter() -> TryCounter:
    return TryCounter(Memory({1: b"\x03"}), 1, 3)


def test_a_try_is_gone_before_the_secret_is_looked_at() -> None:
    tries = counter()
    seen: list[int] = []
    tries.present(lambda: bool(seen.append(tries.left)))
    assert seen == [2]


def test_a_right_secret_gives_all_tries_back() -> None:
    tries = counter()
    assert [tries.present(lambda: False), tries.present(lambda: True)] == [Presented.WRONG, Presented.RIGHT]
    assert tries.left == 3


def test_without_a_try_the_secret_is_not_looked_at() -> None:
    tries = counter()
    tries.block()
    assert tries.present(lambda: 1 // 0 == 0) is Presented.BLOCKED


def test_what_stands_behind_the_count_is_left_alone() -> None:
    memory = Memory({1: b"\x03\x2a"})
    TryCounter(memory, 1, 3).present(lambda: False)
    assert memory.read(1) == b"\x02\x2a"


def test_a_count_above_the_most_is_none_of_this_card() -> None:
    assert not TryCounter(Memory({1: b"\x04"}), 1, 3).sound
