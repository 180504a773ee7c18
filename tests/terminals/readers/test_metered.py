from typing import Any

import pytest

from terminals.readers.metered import MeteredReader
from terminals.readers.reader import CardRemovedError, NoAnswerError
from terminals.readers.simulated import SimulatedReader

GET_CHALLENGE = bytes.fromhex("0084000008")


class Clock:
    """Gives a quarter of a second between two looks."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        self.now_s += 0.25
        return self.now_s


async def test_the_time_of_an_answered_command_is_reported(people: Any) -> None:
    took: list[float] = []
    broken: list[NoAnswerError] = []
    reader = MeteredReader(SimulatedReader(people.card(0)), Clock(), took.append, broken.append)
    await reader.power_on()
    assert (await reader.transmit(GET_CHALLENGE))[-2:] == b"\x90\x00"
    assert (took, broken) == ([0.25], [])


async def test_a_command_without_an_answer_has_no_time_and_its_error_goes_on() -> None:
    took: list[float] = []
    broken: list[NoAnswerError] = []
    with pytest.raises(CardRemovedError):
        await MeteredReader(SimulatedReader(), Clock(), took.append, broken.append).transmit(GET_CHALLENGE)
    assert (took, [type(error) for error in broken]) == ([], [CardRemovedError])
