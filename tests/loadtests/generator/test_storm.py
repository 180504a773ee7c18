from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.generator import storm
from loadtests.generator.recorder import Span, Visit
from terminals.kernel.outcome import Outcome, Result


class Terminal:
    """Signs on after as many refusals as it is given; every try takes a tenth of a second."""

    def __init__(self, *ends: Result) -> None:
        self.ends = list(ends)
        self.now_s = 0.0

    def sign_on_visit(self) -> Visit:
        self.now_s += 0.1
        outcome = Outcome(result=self.ends.pop(0), flow="sign_on")
        return Visit(outcome, Span(self.now_s - 0.1, self.now_s), (), 0.0)

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


def opened(terminal: Terminal, due_s: float) -> list[tuple[str, float]]:
    heard: list[tuple[str, float]] = []
    storm.sign_on(
        terminal,
        due_s,
        lambda visit, due: heard.append((visit.outcome.result, due)),
        lambda: terminal.now_s,
        terminal.sleep,
    )
    return heard


def test_a_terminal_signs_on_when_it_is_due() -> None:
    terminal = Terminal(Result.DONE)
    assert opened(terminal, 3.0) == [("DONE", 3.0)]
    assert terminal.now_s == pytest.approx(3.1)


def test_who_has_no_answer_tries_again_and_every_try_is_told() -> None:
    terminal = Terminal(Result.NO_ANSWER, Result.DECLINED, Result.DONE)
    assert opened(terminal, 1.0) == [("NO_ANSWER", 1.0), ("DECLINED", pytest.approx(2.1)), ("DONE", pytest.approx(3.2))]


@given(count=st.integers(1, 500), over_s=st.floats(0.001, 1000))
def test_terminals_are_due_evenly_over_the_storm_each_at_its_own_time(count: int, over_s: float) -> None:
    due = storm.due_times(count, over_s, Random(1))
    assert sorted(due) == pytest.approx([turn * over_s / count for turn in range(count)])


def test_neighbours_of_a_plan_are_not_neighbours_in_the_storm_and_a_seed_repeats_it() -> None:
    due = storm.due_times(100, 10, Random(1))
    assert due != sorted(due)
    assert due == storm.due_times(100, 10, Random(1))
