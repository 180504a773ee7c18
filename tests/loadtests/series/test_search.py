from collections.abc import Callable
from math import exp, factorial
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.series.search import (
    CLIFF,
    CONFIRMATIONS,
    FACTOR,
    PRECISION,
    RATE_MAX,
    ROUNDS_MAX,
    TRIES,
    Found,
    Outcome,
    Step,
    search,
)

Service = Callable[[Step], Outcome]
STEPS_MAX = 99


def carried_out(service: Service, start: float = 10) -> tuple[Found, list[Step]]:
    """Drive a search against a service; return what it found and every step."""
    asking, steps = search(start), list[Step]()
    step = next(asking)
    while len(steps) < STEPS_MAX:
        steps.append(step)
        try:
            step = asking.send(service(step))
        except StopIteration as ended:
            return ended.value, steps
    raise AssertionError(f"no end after {STEPS_MAX} steps")


def up_to(knee: float) -> Service:
    return lambda step: "held" if step.rate <= knee else "missed"


def slow_share(rate: float, *, servers: int, served_per_s: float, limit_s: float) -> float:
    """The share that waits longer than a limit in an M/M/c queue: Erlang's C, and an exponential tail."""
    offered = rate / served_per_s
    if offered >= servers:
        return 1.0
    last = offered**servers / factorial(servers) / (1 - offered / servers)
    waiting = last / (sum(offered**k / factorial(k) for k in range(servers)) + last)
    return waiting * exp(-(servers * served_per_s - rate) * limit_s)


@given(
    servers=st.integers(1, 16),
    served_per_s=st.floats(5, 2000),
    limit_services=st.floats(1, 50),
    start=st.floats(1, 50_000),
)
def test_the_knee_of_a_queue_is_found_within_five_percent(
    servers: int, served_per_s: float, limit_services: float, start: float
) -> None:
    """The service promises that 99 % wait no longer than so many mean service times."""

    def keeps(rate: float) -> bool:
        limit_s = limit_services / served_per_s
        return slow_share(rate, servers=servers, served_per_s=served_per_s, limit_s=limit_s) <= 0.01

    found, steps = carried_out(lambda step: "held" if keeps(step.rate) else "missed", start)
    if not keeps(1.0):
        assert found == Found("below", None)
        return
    assert found.answer == "found"
    assert found.rate is not None
    assert keeps(found.rate)
    assert not keeps(found.rate * (1 + PRECISION) * 1.01)
    assert [step.purpose for step in steps[-CONFIRMATIONS - 1 :]] == ["confirm"] * CONFIRMATIONS + ["cliff"]


def test_steps_are_geometric_until_the_first_is_missed() -> None:
    _, steps = carried_out(up_to(100))
    climbed = [step.rate for step in steps if step.purpose == "climb"]
    assert climbed == pytest.approx([10 * FACTOR**k for k in range(7)], rel=0.01)
    assert steps[len(climbed)].purpose == "narrow"


def test_a_start_that_is_missed_goes_down() -> None:
    found, steps = carried_out(up_to(100), start=1000)
    assert found.answer == "found"
    assert [step.rate for step in steps[:3]] == [1000, 667, 444]


def test_a_service_that_holds_nothing_has_no_capacity() -> None:
    assert carried_out(up_to(0))[0] == Found("below", None)


def bound_at(rate: float, tries: int = TRIES) -> Service:
    """A service with its knee at 40, before which the generator is the limit at one rate, so many times."""
    return lambda step: "bound" if step.rate == rate and step.attempt <= tries else up_to(40)(step)


def test_a_generator_at_its_limit_is_tried_again_and_then_ends_the_search_with_a_lower_bound() -> None:
    found, steps = carried_out(lambda step: "held" if step.rate < 50 else "bound")
    assert found == Found("at least", 33.8)
    assert steps[-3:] == [Step(50.6, "climb", attempt) for attempt in (1, 2, 3)]


def test_a_step_that_the_generator_bound_once_says_nothing_and_the_search_goes_on() -> None:
    for rate in (22.5, 27.6, 40):
        found, steps = carried_out(bound_at(rate, tries=2))
        undisturbed, all_judged = carried_out(up_to(40))
        assert found == undisturbed
        assert [step for step in steps if step.attempt == 1] == all_judged


def test_a_generator_bound_below_a_rate_that_it_drove_well_is_no_limit_and_the_answer_lies_between() -> None:
    """30 a second is held and 45 missed; at 36.7 the generator is the limit, each time."""
    found, steps = carried_out(bound_at(36.7), start=20)
    assert found == Found("between", 30)
    assert [(step.rate, step.attempt) for step in steps] == [(20, 1), (30, 1), (45, 1), (36.7, 1), (36.7, 2), (36.7, 3)]


def test_a_generator_bound_on_the_way_down_leaves_only_what_was_missed() -> None:
    found, steps = carried_out(bound_at(66.7), start=100)
    assert found == Found("between", None)
    assert [step.rate for step in steps] == [100, 66.7, 66.7, 66.7]


@pytest.mark.parametrize("purpose", ["confirm", "cliff"])
def test_a_repeat_or_a_cliff_that_cannot_be_judged_leaves_a_capacity_unproved(purpose: str) -> None:
    found, _ = carried_out(lambda step: "bound" if step.purpose == purpose else up_to(40)(step))
    assert found == Found("between", carried_out(up_to(40))[0].rate)


def test_a_generator_at_its_limit_from_the_first_step_has_shown_nothing() -> None:
    assert carried_out(lambda _: "bound")[0] == Found("at least", None)


def test_a_service_that_holds_everything_is_bounded_by_the_harness() -> None:
    found, steps = carried_out(lambda _: "held", start=RATE_MAX / 2)
    assert (found.answer, len(steps)) == ("at least", 2)


def test_a_rate_missed_in_a_repeat_is_not_held_and_one_below_is_confirmed() -> None:
    asked: list[Step] = []

    def flaky(step: Step) -> Outcome:
        asked.append(step)
        return "missed" if [one.purpose for one in asked].count("confirm") == 3 else up_to(100)(step)

    found, steps = carried_out(flaky)
    repeats = [step.rate for step in steps if step.purpose == "confirm"]
    assert found.answer == "found"
    assert repeats[:3] == [repeats[0]] * 3
    assert found.rate == repeats[-1] < repeats[0]


def test_a_rate_that_is_never_held_five_times_is_unsteady() -> None:
    def never_again(step: Step) -> Outcome:
        return "missed" if step.purpose == "confirm" else up_to(100)(step)

    found, steps = carried_out(never_again)
    assert found == Found("unsteady", None)
    assert sum(step.purpose == "confirm" for step in steps) == ROUNDS_MAX


def test_a_miss_by_chance_below_the_knee_is_seen_at_the_cliff_and_the_search_goes_on_above() -> None:
    asked: list[Step] = []

    def hiccup(step: Step) -> Outcome:
        asked.append(step)
        return "missed" if len(asked) == 3 else up_to(100)(step)

    found, steps = carried_out(hiccup)
    assert sum(step.purpose == "cliff" for step in steps) > 1
    assert found.rate is not None
    assert 100 / CLIFF <= found.rate <= 100


def test_a_lucky_cliff_above_several_missed_rates_is_unsteady_and_no_capacity() -> None:
    """128, 131 and 135 a second are missed, and one cliff at 134 is held."""
    missed: list[float] = []

    def service(step: Step) -> Outcome:
        held = step.purpose == "cliff" or step.rate < 125
        missed.extend(() if held else (step.rate,))
        return "held" if held else "missed"

    found, steps = carried_out(service, start=100)
    assert found == Found("unsteady", None)
    assert (steps[-1].purpose, steps[-1].rate) == ("cliff", 134)
    assert sum(rate < 135 for rate in missed) > 1


def test_a_rate_missed_again_after_a_lucky_cliff_is_missed() -> None:
    asked: list[Step] = []

    def lucky_once(step: Step) -> Outcome:
        asked.append(step)
        first_cliff = step.purpose == "cliff" and [one.purpose for one in asked].count("cliff") == 1
        return "held" if first_cliff else up_to(100)(step)

    found, _ = carried_out(lucky_once)
    assert found.rate is None or found.rate <= 100


@given(st.integers(0, 2**32))
def test_no_capacity_lies_above_more_than_one_missed_rate(seed: int) -> None:
    random, told = Random(seed), list[tuple[float, Outcome]]()

    def fickle(step: Step) -> Outcome:
        told.append((step.rate, random.choice(("held", "held", "held", "missed"))))
        return told[-1][1]

    found, _ = carried_out(fickle)
    if found.answer == "found" and found.rate is not None:
        assert sum(rate < found.rate and outcome == "missed" for rate, outcome in told) <= 1


@given(st.integers(0, 2**32))
def test_a_search_ends_whatever_it_is_told(seed: int) -> None:
    random = Random(seed)
    found, steps = carried_out(lambda _: random.choice(("held", "held", "missed", "bound")))
    assert all(1 <= step.rate <= RATE_MAX for step in steps)
    if found.rate is not None:
        assert found.rate in {step.rate for step in steps}
