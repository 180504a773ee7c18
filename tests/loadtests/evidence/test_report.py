from collections.abc import Callable

import msgspec
import pytest

from loadtests.evidence import report as reports
from loadtests.evidence.course import MARKS_MAX, sparkline
from loadtests.evidence.gate import Gate
from loadtests.evidence.provenance import Machine, Source
from loadtests.evidence.result import Result, Windows
from loadtests.evidence.testimony import Unmeasured
from loadtests.evidence.watch import EngineSample, EngineUse
from loadtests.generator.recorder import Message, Recorder, Span, Visit
from loadtests.openload import histograms
from loadtests.openload.health import Health, condition
from loadtests.openload.intervals import Interval
from loadtests.openload.outcomes import Arrivals
from loadtests.workload.plan import Profile
from terminals.kernel.outcome import Outcome
from terminals.kernel.outcome import Result as End

MakeProfile = Callable[..., Profile]
SAMPLES = (EngineSample(1.0, 0.2, 64 << 20, 3, 2.0, 0.4), EngineSample(2.0, 0.6, 80 << 20, 9, 4.0, 0.6))


@pytest.fixture
def result(make_profile: MakeProfile) -> Result:
    recorder = Recorder()
    recorder.begin(0.0)
    sold = Outcome("pharmacy", End.SETTLED, infno="2102", setl_ids=("S1",), messages=(("2102", "approved"),))
    for number in range(300):
        began_s = number / 50
        messages = (Message(began_s, began_s + 0.01),)
        recorder.end(Visit(sold, Span(began_s, began_s + 0.02), messages, 0.0), began_s - 0.005)
    recorder.stray("late reply")
    healthy = Health(histograms.encode(histograms.blank()), 0.2)
    return Result(
        profile=make_profile(scenario="smoke", question="Does it hold?", assumed=("mix: ours",)),
        command="shuaka load",
        windows=Windows("2026-11-21T12:00:00+08:00", planned_s=6, warmup_s=0, lasted_s=6),
        machine=Machine("CPU", 2, "6.1", "3.11.7", file_system="ext4 (rw)", fdatasync_p50_us=120, fdatasync_max_us=300),
        source=Source("c0ffee", dirty=False, lock_sha256="00"),
        report=recorder.report(cpu_share=0.2, elapsed_s=6.0, finished=True),
        condition=condition([healthy]),
        engine=EngineUse("sqlite", "WAL, synchronous=FULL", SAMPLES),
        ledger_sha256="ab" * 32,
        not_proved=("3202 is not offered",),
    )


def line(result: Result, start: str) -> str:
    [found] = [line for line in reports.lines(result) if line.strip().startswith(start)]
    return found


def test_what_is_asked_and_what_is_assumed_stand_at_the_top(result: Result) -> None:
    text = reports.lines(result)
    assert text[0] == "load run (smoke): open arrivals 10/1s, seed 1"
    assert text[1] == "  Does it hold?"
    assert "full chip dialogue" in text[3]
    assert "  assumed: mix: ours" in text


def test_the_engine_is_shown_with_its_promise_and_what_it_used(result: Result) -> None:
    said = "sqlite (WAL, synchronous=FULL); CPU 40% of a core, max 60%; memory max 80 MiB; queue max 9; commits 0.5 ms"
    assert line(result, "engine") == f"engine      {said}"


def test_an_engine_that_was_not_sampled_still_has_its_promise(result: Result) -> None:
    short = msgspec.structs.replace(result, engine=EngineUse("memory", "none"))
    assert line(short, "engine") == "engine      memory (none)"


def test_a_run_without_an_engine_of_ours_says_nothing_of_it(result: Result) -> None:
    foreign = msgspec.structs.replace(result, engine=None, machine=Machine("CPU", 2, "6.1", "3.11.7"))
    assert not [line for line in reports.lines(foreign) if line.startswith(("engine ", "disk "))]


def test_the_generators_lag_is_shown_as_every_other_percentile_is(result: Result) -> None:
    said = "schedule lag p99 n too small, max 0 ms; busiest process 20% of a core"
    assert line(result, "generator") == f"generator   {said}"


def test_the_disk_under_the_ledger_is_shown_as_it_was_measured(result: Result) -> None:
    assert line(result, "disk").endswith("ext4 (rw), fdatasync of 4 KiB before the run p50 0.12 ms, max 0.3 ms")


def test_a_reply_that_settles_is_shown_from_its_due_time_too(result: Result) -> None:
    assert line(result, "2102 reply, since patient was due").endswith("15 ms")
    assert line(result, "2102 pharmacy settlement").endswith("10 ms")


def test_what_the_slo_is_about_comes_first_of_the_latencies(result: Result) -> None:
    text = reports.lines(result)
    head = next(number for number, said in enumerate(text) if said.startswith("latency ("))
    assert text[head + 1].startswith("  served, intended start")
    assert text[head + 1].endswith("25 ms")
    assert text[head + 2].startswith("  served, actual start")


def test_every_question_of_the_verdict_stands_with_its_answer_and_the_headline_after_them(result: Result) -> None:
    judged = result.judged(Gate(()))
    assert judged.verdict is not None
    text = reports.lines(judged)
    asked = [f"{check.name}: {check.said}" for check in judged.verdict.checks]
    last = next(number for number, said in enumerate(text) if said.startswith(f"{judged.verdict.headline} ("))
    assert [said[5:] for said in text[last - len(asked) : last]] == asked
    assert "ok   served count >= 1: served count 300, limit 1" in text
    assert sum(said.startswith("-    ") for said in text) == sum(check.ok is None for check in judged.verdict.checks)
    assert text[last + 1 :] == []


def test_the_course_of_a_run_is_a_line_of_marks(result: Result) -> None:
    assert "6 s, the warm-up of 0 s in it" in line(result, "over time")
    assert line(result, "longest").endswith("max 25.01 ms")


def test_the_longest_wait_of_the_last_interval_is_in_the_course(result: Result) -> None:
    *before, last = result.report.series
    slow = histograms.blank()
    slow.record_value(9_000_000)
    encoded = histograms.encode(slow)
    last = msgspec.structs.replace(last, length_s=0.01, completed=1, intended=encoded, service=encoded)
    report = msgspec.structs.replace(result.report, series=(*before, last))
    changed = msgspec.structs.replace(result, report=report)
    assert line(changed, "longest").endswith("max 9003 ms")
    assert line(changed, "completed").endswith("max 1/s")


def test_errors_where_nothing_is_measured_are_said_apart(result: Result) -> None:
    assert line(result, "errors").endswith("0 of 0 measured arrivals")
    fates, apart = Arrivals(100, 90, 90, 0, 10), Unmeasured(40, 32, 1)
    report = msgspec.structs.replace(result.report, arrivals=fates, unmeasured=apart)
    said = line(msgspec.structs.replace(result, report=report), "errors")
    assert said.endswith("1 of 60 measured arrivals; apart from these 9 of 40 that were due where nothing is measured")


def test_in_a_closed_run_nobody_is_said_to_have_been_due(result: Result) -> None:
    closed = msgspec.structs.replace(result, profile=msgspec.structs.replace(result.profile, model="closed"))
    text = "\n".join(reports.lines(closed.judged(Gate(()))))
    assert "closed: from the actual start" in text
    assert "pharmacy settled, actual start" in text
    assert "was due" not in text
    assert "pharmacy settled, intended start" not in text


def test_a_run_of_a_moment_has_no_course(result: Result) -> None:
    report = msgspec.structs.replace(result.report, series=(Interval(0.0, 1.0), Interval(1.0, 0.2)))
    short = msgspec.structs.replace(result, report=report)
    assert not [line for line in reports.lines(short) if line.startswith("over time")]


def test_what_is_not_proved_and_replies_nobody_waited_for_are_said(result: Result) -> None:
    assert line(result, "not proved").endswith("3202 is not offered")
    assert line(result, "replies").endswith("late reply 1")
    assert "abababababababab..." in line(result, "ledger")


def test_of_many_intervals_the_largest_of_neighbours_is_drawn() -> None:
    values = [0.0] * 600
    values[301] = 8.0
    drawn = sparkline(values, MARKS_MAX)
    assert len(drawn) == MARKS_MAX
    assert drawn.index("█") == 30
    assert drawn.strip() == "█"


def test_nothing_at_all_is_drawn_as_nothing() -> None:
    assert sparkline([0.0, 0.0, 0.0], 3) == "   "
