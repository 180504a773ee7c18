"""The driver with visitors that serve without a host: tens of milliseconds of real arrivals, no engine, no sockets."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import gevent
import pytest

from loadtests.evidence.testimony import Report
from loadtests.generator import driver as drivers
from loadtests.generator.crowd import Crowd
from loadtests.generator.driver import Driver
from loadtests.generator.recorder import Recorder, Span, Visit
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.workload.plan import Block, LoadPlan, Profile
from terminals.kernel.outcome import Outcome, Result
from terminals.kernel.site import Site

if TYPE_CHECKING:
    from loadtests.generator.visitor import Visitor

MakePlan = Callable[..., LoadPlan]
MakeProfile = Callable[..., Profile]
SIGNED_ON = Outcome("sign_on", Result.DONE)
REFUSED = Outcome("sign_on", Result.DECLINED, "E1007")
UNANSWERED = Outcome("sign_on", Result.NO_ANSWER)
SETTLED = Outcome("pharmacy", Result.SETTLED, infno="2102", setl_ids=("S",))


class Booth:
    """Serves for `seconds`, and remembers how many were served at once."""

    at_once = 0

    def __init__(
        self, site: Site, seconds: float = 0.0, *, sign_on: Outcome = SIGNED_ON, fails: bool = False, leaves: int = 0
    ) -> None:
        self.site = site
        self._seconds = seconds
        self._sign_on = sign_on
        self._fails = fails
        self._serving = 0
        self._leaves = leaves
        self.resolves = 0

    def sign_on(self) -> Outcome:
        return self._sign_on

    def attend(self, *_: Any) -> Visit:
        self._serving += 1
        self.at_once = max(self.at_once, self._serving)
        gevent.sleep(self._seconds)
        self._serving -= 1
        if self._fails:
            raise ValueError("boom")
        return Visit(SETTLED, Span(0, self._seconds), (), 0.0)

    def open_intents(self) -> tuple[int, ...]:
        return tuple(range(self._leaves))

    def recover(self) -> Iterator[Outcome]:
        for _ in range(self.resolves):
            self._leaves -= 1
            yield Outcome("recover", Result.SETTLED, infno="2102", setl_ids=("R",))
        if self._leaves:
            gevent.sleep(5)

    def close(self) -> None:
        pass


def driver_of(plan: LoadPlan, booth: Booth, heard: Callable[[Visit], None] = lambda _: None) -> Driver:
    return Driver(plan, 0, Crowd(plan, 0), [cast("Visitor", booth)], Recorder(), heard)


@pytest.fixture
def drive(make_plan: MakePlan, make_profile: MakeProfile) -> Callable[..., tuple[Report, list[Visit]]]:
    def driven(booth: Booth, arrivals: str, **changed: Any) -> tuple[Report, list[Visit]]:
        profile = make_profile(arrivals=ArrivalPlan.read(arrivals), **changed)
        heard: list[Visit] = []
        driver = driver_of(make_plan(profile=profile), booth, heard.append)
        if driver.prepare():
            driver.run()
        return driver.report(), heard

    return driven


Drive = Callable[..., tuple[Report, list[Visit]]]


@pytest.fixture
def place(make_site: Callable[..., Site]) -> Site:
    return make_site()


def test_every_arrival_is_sent_completed_and_heard_of(drive: Drive, place: Site) -> None:
    report, heard = drive(Booth(place), "400/0.05s")
    fates = report.arrivals
    assert (fates.scheduled, fates.sent, fates.completed, fates.dropped) == (20, 20, 20, 0)
    assert len(heard) == 20
    assert report.finished
    assert report.visits["pharmacy"] == {"SETTLED": 20}


def test_a_terminal_serves_one_visit_at_a_time(drive: Drive, place: Site) -> None:
    booth = Booth(place, seconds=0.002)
    drive(booth, "1000/0.02s")
    assert booth.at_once == 1


def test_who_finds_no_free_terminal_within_the_bound_is_dropped_and_counted(drive: Drive, place: Site) -> None:
    report, _ = drive(Booth(place, seconds=0.05), "500/0.02s", place_wait_s=0.02)
    fates = report.arrivals
    assert fates.scheduled == 10
    assert fates.dropped > 0
    assert fates.sent + fates.dropped == 10


def test_visits_that_outlast_the_drain_are_unfinished_and_never_vanish(drive: Drive, place: Site) -> None:
    report, _ = drive(Booth(place, seconds=5), "100/0.03s", drain_s=0.02)
    fates = report.arrivals
    assert (fates.scheduled, fates.sent, fates.completed, fates.unfinished) == (3, 1, 0, 1)
    assert (fates.dropped, fates.scheduled - fates.sent) == (2, 2)


def test_a_crowd_that_is_used_up_drops_the_rest(drive: Drive, place: Site) -> None:
    report, _ = drive(Booth(place), "400/0.05s", block=Block(seed=1, size=1000, first=0, count=5))
    assert (report.arrivals.completed, report.arrivals.dropped) == (5, 15)


def test_a_fault_of_ours_ends_one_visit_and_is_counted(drive: Drive, place: Site) -> None:
    report, heard = drive(Booth(place, fails=True), "400/0.01s")
    assert report.arrivals.completed == 4
    assert report.faults == ("pharmacy: ValueError: boom",) * 4
    assert heard == []


def test_arrivals_of_the_warm_up_are_counted_and_not_measured(drive: Drive, place: Site) -> None:
    report, _ = drive(Booth(place), "400/0.05s", warmup_s=0.025)
    assert report.visits["pharmacy"] == {"SETTLED": 20}
    assert 0 < sum(pair.count for pair in report.latencies) < 20


def test_a_terminal_that_cannot_sign_on_ends_the_run_with_a_sentence(drive: Drive, place: Site) -> None:
    report, _ = drive(Booth(place, sign_on=REFUSED), "400/0.05s")
    assert report.failure == "terminal P3701000000101 cannot sign on at 127.0.0.1:1: E1007"
    assert report.arrivals.scheduled == 0


def test_a_terminal_that_nobody_answers_asks_whether_an_engine_runs_at_its_address(drive: Drive, place: Site) -> None:
    report, _ = drive(Booth(place, sign_on=UNANSWERED), "400/0.05s")
    asked = "is an engine running there?"
    assert report.failure == f"terminal P3701000000101 cannot sign on at 127.0.0.1:1: no answer; {asked}"


def test_a_stopped_driver_admits_nobody_more_and_lets_the_running_visits_end(
    make_plan: MakePlan, make_profile: MakeProfile, place: Site
) -> None:
    profile = make_profile(arrivals=ArrivalPlan.read("20/60s"))
    booth = Booth(place, seconds=0.01)
    driver = driver_of(make_plan(profile=profile), booth)
    driver.prepare()
    gevent.spawn_later(0.02, driver.stop)
    driver.run()
    fates = driver.report().arrivals
    assert 1 <= fates.scheduled < 20
    assert fates.completed == fates.scheduled


def test_what_visits_left_open_is_found_out_before_the_report(drive: Drive, place: Site) -> None:
    booth = Booth(place, leaves=2)
    booth.resolves = 2
    report, _ = drive(booth, "400/0.01s")
    assert (report.left_open, report.visits["recover"], report.errors) == (0, {"SETTLED": 2}, 0)
    assert report.settled["2102"].count == 4 + 2


def test_what_stays_open_past_the_bound_is_reported_as_open(
    drive: Drive, place: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drivers, "RECOVERY_S", 0.02)
    booth = Booth(place, leaves=2)
    booth.resolves = 1
    report, _ = drive(booth, "400/0.01s")
    assert report.left_open == 1
    assert report.visits["recover"] == {"SETTLED": 1}


def test_in_a_closed_loop_a_slow_terminal_slows_down_who_comes(drive: Drive, place: Site) -> None:
    report, _ = drive(Booth(place, seconds=0.02), "400/0.1s", model="closed")
    fates = report.arrivals
    assert 2 <= fates.scheduled == fates.completed < 8
    assert (fates.late, fates.dropped) == (0, 0)


def test_in_a_closed_loop_nobody_is_due_before_they_begin(drive: Drive, place: Site) -> None:
    report, _ = drive(Booth(place, seconds=0.02), "400/0.1s", model="closed")
    for pair in report.latencies:
        assert pair.intended == pair.sent


def test_whoever_looks_sees_how_many_visits_are_in_flight(
    make_plan: MakePlan, make_profile: MakeProfile, place: Site
) -> None:
    profile = make_profile(arrivals=ArrivalPlan.read("even:100/0.05s"), drain_s=5)
    driver = driver_of(make_plan(profile=profile), Booth(place, seconds=0.05))
    seen: list[int] = []
    gevent.spawn_later(0.035, lambda: seen.append(driver.in_flight))
    driver.prepare()
    driver.run()
    assert seen[0] >= 2
    assert driver.in_flight == 0


def test_a_trace_that_changed_since_the_plan_ends_the_run_with_a_sentence(
    make_plan: MakePlan, make_profile: MakeProfile, place: Site, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    trace.write_text("0\n1\n")
    profile = make_profile(arrivals=ArrivalPlan.read(f"trace:{trace}"))
    trace.write_text("0\n2\n")
    driver = driver_of(make_plan(profile=profile), Booth(place))
    assert not driver.prepare()
    assert "is not the trace that this run was planned with" in driver.report().failure


def test_arrivals_of_the_warm_up_are_counted_apart_whatever_becomes_of_them(drive: Drive, place: Site) -> None:
    report, _ = drive(Booth(place, fails=True), "400/0.05s", warmup_s=0.025)
    apart = report.unmeasured
    assert 0 < apart.scheduled == apart.completed == apart.bad < 20
    assert report.measured_errors == report.measured_arrivals == 20 - apart.scheduled


def test_who_is_dropped_in_the_warm_up_is_no_error_of_the_measured_ones(drive: Drive, place: Site) -> None:
    report, _ = drive(Booth(place, seconds=5), "100/0.04s", drain_s=0.02, warmup_s=0.03)
    assert (report.errors, report.unmeasured.errors, report.measured_errors, report.measured_arrivals) == (4, 3, 1, 1)
