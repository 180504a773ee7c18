import msgspec
import pytest

from loadtests.evidence.result import Result, Windows
from loadtests.openload.verdict import Check
from loadtests.page.facts import Facts, facts
from loadtests.page.questions import Asked, questions
from loadtests.page.words import Words
from loadtests.workload.faults import Fault
from tests.loadtests.judged_runs import judged_run
from tests.loadtests.page.queued_runs import queued_run

EN, ZH = Words("en"), Words("zh")
BACKLOG = {EN: "the backlog does not grow", ZH: "积压不增长"}


def backlog(found: Facts, say: Words = EN) -> Asked:
    [row] = [row for row in questions(found, say) if row.promise == BACKLOG[say]]
    return row


def with_check(result: Result, changed: Check) -> Facts:
    assert result.verdict is not None
    checks = tuple(changed if check.group == changed.group else check for check in result.verdict.checks)
    return facts(msgspec.structs.replace(result, verdict=msgspec.structs.replace(result.verdict, checks=checks)))


@pytest.mark.parametrize("say", [EN, ZH], ids=["en", "zh"])
def test_every_question_of_the_verdict_is_a_row_with_its_answer(found: Facts, say: Words) -> None:
    assert found.result.verdict is not None
    assert [row.ok for row in questions(found, say)] == [check.ok for check in found.result.verdict.checks]


def test_of_a_run_that_nobody_judged_the_bounds_are_rows_without_an_answer(result: Result) -> None:
    rows = list(questions(facts(msgspec.structs.replace(result, verdict=None)), EN))
    assert len(rows) == len(result.profile.slo.thresholds)
    assert {row.ok for row in rows} == {None}


def test_a_backlog_that_does_not_grow_is_kept() -> None:
    row = backlog(facts(judged_run(seconds=60)))
    assert (row.found, row.ok) == ("+0.0 visits/s, seconds 2–60 at 100/s", True)


def test_a_backlog_that_grows_is_broken_in_either_language() -> None:
    growing = facts(judged_run(seconds=60, growth_per_s=5))
    assert (backlog(growing).found, backlog(growing).ok) == ("+5.0 visits/s, seconds 2–60 at 100/s", False)
    assert backlog(growing, ZH).found == "每秒 +5.0 人次，第 2–60 秒，计划 100/秒"


def test_a_backlog_that_nobody_could_judge_says_why() -> None:
    rising = backlog(facts(queued_run("20..60/5s")))
    assert (rising.found, rising.ok) == ("no steady rate for long enough", None)
    closed = facts(judged_run(seconds=60, model="closed"))
    assert (backlog(closed).found, backlog(closed, ZH).found) == (
        "closed model: a backlog cannot grow",
        "封闭模型：积压无从增长",
    )
    outages = tuple(Fault(kind="outage", at_s=second, for_s=1) for second in (2, 5, 8))
    assert backlog(facts(queued_run(faults=outages))).found == "faults leave no steady rate alone for long enough"


def test_arrivals_that_were_ended_say_when() -> None:
    result = queued_run(changed={"interrupted": True, "windows": Windows("2026-11-21T12:00:00+08:00", 100, 1, 12)})
    ended = with_check(result, Check("run", "every planned arrival came", ok=False, said="ended early"))
    assert next(questions(ended, EN)).found == "1000; expected 1000; ended after 12 of 100 s"
    assert next(questions(ended, ZH)).found.endswith("；于 100 秒中的第 12 秒结束")


def test_arrivals_that_were_aborted_say_why(result: Result) -> None:
    report = msgspec.structs.replace(result.report, aborted="errors above 5 %")
    aborted = msgspec.structs.replace(result, report=report)
    ended = with_check(aborted, Check("run", "every planned arrival came", ok=False, said="aborted"))
    assert next(questions(ended, EN)).found.endswith(" s: errors above 5 %")


def test_a_story_that_nobody_saw_is_named(result: Result) -> None:
    found = with_check(result, Check("stories", "what was promised was seen", ok=False, said="a tap (tap)"))
    assert "缺失：a tap (tap)" in [row.found for row in questions(found, ZH)]
