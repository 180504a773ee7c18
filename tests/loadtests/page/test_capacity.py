"""A page of a search is headed by the search's own answer; what one of its steps found comes after, and says so."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from loadtests.evidence.result import Result
from loadtests.openload.verdict import Slo
from loadtests.page import capacity, document, measurements
from loadtests.page.document import Plotter
from loadtests.page.evidence import Origin
from loadtests.page.facts import Capacity, Facts, facts
from loadtests.page.words import LANGUAGES, Words, every
from loadtests.series.capacity import Curve, Taken, concluded, taken
from loadtests.series.search import Answer, Found, Purpose, Step
from tests.loadtests.judged_runs import judged_run

EN, ZH = Words("en"), Words("zh")
ENDS: tuple[tuple[Answer, float | None], ...] = (
    ("found", 9.0),
    *((answer, rate) for answer in ("at least", "between", "unfinished") for rate in (9.0, None)),
    ("below", None),
    ("unsteady", None),
)
"""Every answer, with a rate that was held or none."""
FOUND: dict[str, Any] = {
    "name": "cap",
    "scenario": "city-peak",
    "answer": "found",
    "exit_code": 0,
    "rate": 100.0,
    "held": 6,
    "repeats": 5,
    "confirmed": True,
    "missed": 104.0,
    "bound": None,
}


def run(rate: float, **how: Any) -> Result:
    return judged_run(f"cap-{rate:g}", rate=rate, **how)


def step(rate: float, purpose: Purpose, attempt: int = 1, **how: Any) -> Taken:
    return taken(Step(rate, purpose, attempt), run(rate, **how), Path("result.json"))


def searched(found: Found, *steps: Taken) -> Facts:
    """Return the facts of a page about the run at 30 a second."""
    words: dict[str, Any] = {"name": "cap", "scenario": "city-peak", "question": "", "command": ""}
    blank = Curve(**words, slo=Slo(), thresholds=(), step_s=100, warmup_s=0, confirmations=5)
    return facts(run(30), (), concluded(blank, found, steps))


@pytest.fixture(scope="module")
def noisy() -> Facts:
    """30 is held, 45 missed with a healthy generator, and 36.7 could not be judged."""
    tries = [step(36.7, "narrow", attempt, cpu_share=0.95) for attempt in (1, 2, 3)]
    return searched(Found("between", 30), step(30, "climb"), step(45, "climb", latency_ms=5000), *tries)


def page(found: Facts, say: Words = EN) -> str:
    return document.page(found, Origin("shuaka report", "result.json", ()), Plotter("", ""), say)


def said(**found: Any) -> str:
    words = capacity.answer(searched(Found("found", 30), step(30, "climb"))._replace(figures=_figures(**found)), EN)
    return str(words)


def _figures(**found: Any) -> Any:
    figures = searched(Found("found", 30), step(30, "climb")).figures
    return msgspec.structs.replace(figures, capacity=Capacity(**{**FOUND, **found}))


def test_the_searchs_own_answer_and_exit_code_stand_before_any_steps_verdict(noisy: Facts) -> None:
    told = page(noisy)
    answered, steps, one = (told.index(what) for what in ("BETWEEN 30 AND 45 visits/s", "<td>36.7/s", "<b>PASS</b>"))
    assert answered < told.index("exit code 1") < steps < one
    assert "<h1>Capacity report</h1>" in told
    assert "one step of the search alone: run cap-30, 30 visits/s" in told[steps:one]


def test_what_was_missed_is_the_missed_step_and_not_the_one_that_the_generator_bound(noisy: Facts) -> None:
    told = str(capacity.answer(noisy, EN))
    assert "Missed at 45 visits/s, the generator keeping up." in told
    assert "At 36.7 visits/s the generator was the limit at every try" in told
    assert "Missed at 36.7" not in told
    assert "Not confirmed: 30 visits/s was held 1 time(s)" in told


def test_every_step_is_told_as_what_it_was_and_a_bound_one_is_not_drawn(noisy: Facts) -> None:
    told = str(measurements.runs(noisy, EN))
    assert told.count("36.7/s, bisect, tried again") == 2
    assert told.count("generator-bound (a generator process used") == 3
    assert "in the table and not in the picture" in told
    curve = next(chart for chart in noisy.figures.charts if chart.name == "load_curve")
    assert curve.x == (30, 45)


def test_the_tries_of_a_step_stand_together_in_their_order_whatever_each_offered() -> None:
    def offered(one: Taken, rate: float) -> Taken:
        return one._replace(point=msgspec.structs.replace(one.point, offered_per_s=rate))

    first, again = step(36.7, "narrow", cpu_share=0.95), step(36.7, "narrow", 2, latency_ms=5000)
    found = searched(Found("found", 30), step(30, "climb"), offered(first, 37.5), offered(again, 35.9))
    assert [run.attempt for run in found.figures.runs] == [1, 1, 2]


def test_a_capacity_is_a_confirmed_figure_and_what_was_missed_above_it() -> None:
    told = said()
    assert "<b>100 visits/s</b>That is the capacity, to within 5 %." in told
    assert "Confirmed: 100 visits/s was held 6 times" in told
    assert "Missed at 104 visits/s" in told
    assert 'class="verdict good"' in told


def test_a_generator_that_was_the_limit_leaves_a_lower_bound() -> None:
    told = said(answer="at least", exit_code=3, confirmed=False, held=1, missed=None, bound=150.0)
    assert "<b>AT LEAST 100 visits/s</b>A lower bound and not the capacity" in told
    assert "The generator was the limit at 150 visits/s" in told
    assert "exit code 3" in told


def test_a_harness_that_may_ask_no_more_is_said_to_be_the_limit() -> None:
    told = said(answer="at least", exit_code=3, missed=None)
    assert "The harness asks for no more than 100000 visits/s." in told


def test_promises_that_its_steps_were_too_short_for_stand_under_the_answer() -> None:
    assert "p99 not judged: n too small" in said(not_judged=("p99 not judged: n too small",))


@pytest.mark.parametrize(("answer", "rate"), ENDS)
def test_every_end_of_a_search_has_its_sentence_in_either_language(answer: Answer, rate: float | None) -> None:
    figures = _figures(answer=answer, rate=rate, missed=12.0, bound=10.0)
    found = searched(Found("found", 30), step(30, "climb"))._replace(figures=figures)
    for language in LANGUAGES:
        assert capacity.answer(found, Words(language))


def test_no_sentence_is_left_over_from_an_end_that_there_is_not() -> None:
    keys = {answer.replace(" ", "_") + ("" if rate else "_none") for answer, rate in ENDS}
    assert {key.removesuffix("_head") for key in every()["capacity"] if key.endswith("_head")} == keys


def test_the_chinese_page_of_a_search_is_headed_in_chinese(noisy: Facts) -> None:
    assert "30 至 45 人次/秒之间" in page(noisy, ZH)
