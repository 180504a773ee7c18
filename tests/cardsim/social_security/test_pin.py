import pytest

from cardsim.memory import Memory
from cardsim.social_security.pin import Pin, Presented, is_pin

RIGHT, WRONG = bytes.fromhex("123456"), bytes.fromhex("000000")
ISSUED = {1: RIGHT, 2: b"\x06\0"}


@pytest.fixture
def memory() -> Memory:
    return Memory(ISSUED)


@pytest.fixture
def pin(memory: Memory) -> Pin:
    return Pin(memory, 1, 2, 6)


def test_a_wrong_value_costs_a_try_and_a_right_one_gives_all_back(pin: Pin) -> None:
    assert [pin.present(WRONG), pin.present(WRONG)] == [Presented.WRONG] * 2
    assert pin.tries_left == 4
    assert pin.present(RIGHT) is Presented.RIGHT
    assert pin.tries_left == 6


def test_after_the_last_try_even_the_right_value_is_not_looked_at(pin: Pin) -> None:
    assert {pin.present(WRONG) for _ in range(6)} == {Presented.WRONG}
    assert pin.present(RIGHT) is Presented.BLOCKED
    assert pin.tries_left == 0


def test_the_counter_survives_power_off(pin: Pin, memory: Memory) -> None:
    pin.present(WRONG)
    later = Memory(ISSUED)
    later.restore(memory.image())
    assert Pin(later, 1, 2, 6).tries_left == 5


def test_a_try_is_counted_before_the_value_is_looked_at() -> None:
    written: list[int] = []

    class Watched(Memory):
        def read(self, cell: int) -> bytes:
            if cell == 1:
                written.append(super().read(2)[0])
            return super().read(cell)

    Pin(Watched(ISSUED), 1, 2, 6).present(RIGHT)
    assert written == [5]


def test_a_change_needs_the_old_value_and_counts_it_as_an_attempt(pin: Pin) -> None:
    new = bytes.fromhex("654321")
    assert pin.change(WRONG, new) is Presented.WRONG
    assert pin.tries_left == 5
    assert pin.change(RIGHT, new) is Presented.RIGHT
    assert (pin.present(new), pin.present(RIGHT)) == (Presented.RIGHT, Presented.WRONG)


def test_a_blocked_pin_cannot_be_changed(pin: Pin) -> None:
    for _ in range(6):
        pin.present(WRONG)
    assert pin.change(RIGHT, WRONG) is Presented.BLOCKED


def test_a_lock_is_counted_in_the_write_that_locks_and_stays_counted_in_the_one_that_opens(pin: Pin) -> None:
    assert pin.locks == 0
    for locks in (1, 2):
        for _ in range(6):
            pin.present(WRONG)
        assert pin.locks == locks
        pin.unblock()
        assert (pin.locks, pin.tries_left) == (locks, 6)
    pin.unblock()
    assert pin.locks == 2


def test_locks_are_counted_no_further_than_their_byte() -> None:
    pin = Pin(Memory({1: RIGHT, 2: b"\0\xff"}), 1, 2, 6)
    pin.unblock()
    assert pin.locks == 0xFF


@pytest.mark.parametrize(("value", "could_be"), [("123456", True), ("12345F", False), ("1234", False), ("", False)])
def test_a_pin_is_six_decimal_digits(value: str, could_be: bool) -> None:  # noqa: FBT001  a table's column
    assert is_pin(bytes.fromhex(value)) is could_be
