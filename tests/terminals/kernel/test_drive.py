import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminals.kernel.drive import drive, drive_async, drive_by_kind
from terminals.kernel.effects import Pause, Show, Steps


def adding(numbers: list[int]) -> Steps[int]:
    total = 0
    for number in numbers:
        total += yield Pause(number, "add")
    return total


def stubborn() -> Steps[str]:
    try:
        yield Show("甲", "first")
    except OSError as error:
        yield Show("乙", str(error))
    return "went on"


@given(st.lists(st.integers(0, 9)))
async def test_every_loop_gives_the_same_outcome_and_effects(numbers: list[int]) -> None:
    seen: tuple[list[object], list[object]] = ([], [])

    def perform(effect: Pause) -> float:
        seen[0].append(effect)
        return effect.seconds * 2

    async def perform_async(effect: Pause) -> float:
        seen[1].append(effect)
        return effect.seconds * 2

    assert drive(adding(numbers), perform) == await drive_async(adding(numbers), perform_async) == 2 * sum(numbers)
    assert seen[0] == seen[1]
    assert drive_by_kind(adding(numbers), {Pause: perform}) == 2 * sum(numbers)
    assert seen[0] == seen[1] * 2


async def test_an_exception_of_the_performer_reaches_the_flow() -> None:
    told: list[str] = []

    def perform(effect: Show) -> None:
        if effect.en == "first":
            raise OSError("cable")
        told.append(effect.en)

    async def perform_async(effect: Show) -> None:
        perform(effect)

    assert drive(stubborn(), perform) == "went on"
    assert await drive_async(stubborn(), perform_async) == "went on"
    assert drive_by_kind(stubborn(), {Show: perform}) == "went on"
    assert told == ["cable"] * 3


def test_an_exception_that_the_flow_does_not_expect_comes_out() -> None:
    def perform(_: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        drive(stubborn(), perform)
    with pytest.raises(ZeroDivisionError):
        drive_by_kind(stubborn(), {Show: perform})
