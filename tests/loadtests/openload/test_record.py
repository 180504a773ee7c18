"""What one process of an open load saw, and how several add up."""

from loadtests.openload import histograms
from loadtests.openload.intervals import whole_pair
from loadtests.openload.latencies import Latencies
from loadtests.openload.outcomes import Arrivals
from loadtests.openload.record import FAILED, FAULT, FAULTS_KEPT, SERVED, Record, Report, merge


def seen(*ends: str, measured: bool = True) -> Record:
    """Record a visit of a millisecond that began half a millisecond late, for each end."""
    record = Record()
    record.begin(100.0)
    for end in ends:
        record.scheduled += 1
        record.sent += 1
        record.completed += 1
        record.end("Customer", end, intended_us=1500, sent_us=1000, measured=measured)
    return record


def latencies(report: Report) -> Latencies:
    found = Latencies()
    found.add(report.latencies)
    return found


def test_errors_are_never_mixed_into_the_latency_of_what_was_served() -> None:
    report = seen(SERVED, SERVED, FAILED, FAULT).report(cpu_share=0.1, elapsed_s=1)
    assert report.visits == {"Customer": {FAILED: 1, FAULT: 1, SERVED: 2}}
    assert latencies(report).pair("Customer", SERVED).sent.get_total_count() == 2
    assert report.errors == 2


def test_a_visit_is_timed_from_its_due_time_and_from_its_actual_start() -> None:
    pair = latencies(seen(SERVED).report(cpu_share=0.1, elapsed_s=1)).pair("Customer", SERVED)
    assert (histograms.maximum(pair.intended), histograms.maximum(pair.sent)) == (1500, 1000)


def test_the_warm_up_is_counted_and_not_measured() -> None:
    report = seen(SERVED, measured=False).report(cpu_share=0.1, elapsed_s=1)
    assert report.visits == {"Customer": {SERVED: 1}}
    assert report.latencies == ()


def test_whoever_was_dropped_or_never_ended_is_an_error() -> None:
    record = seen(SERVED)
    record.scheduled, record.sent, record.dropped = 5, 3, 2
    assert record.report(cpu_share=0.1, elapsed_s=1).errors == 2 + 2


def test_the_series_of_a_finished_record_holds_everything_that_was_measured() -> None:
    record = seen(SERVED, SERVED, FAILED)
    record.tick(101.5)
    record.end("Customer", SERVED, intended_us=2000, sent_us=2000, measured=True)
    series = record.report(cpu_share=0.1, elapsed_s=2.5, finished=True).series
    assert [(one.start_s, one.length_s) for one in series] == [(0, 1), (1, 1), (2, 0.5)]
    assert whole_pair(series).sent.get_total_count() == 3
    assert sum(one.errors for one in series) == 1


def test_an_unfinished_record_tells_no_series() -> None:
    assert seen(SERVED).report(cpu_share=0.1, elapsed_s=1).series == ()


def test_only_the_first_faults_are_kept() -> None:
    record = Record()
    for number in range(10):
        record.fault(f"fault {number}")
    assert record.report(cpu_share=0, elapsed_s=0).faults == tuple(f"fault {number}" for number in range(FAULTS_KEPT))


def test_reports_of_several_processes_add_up() -> None:
    one, other = (
        seen(*ends).report(cpu_share=share, elapsed_s=elapsed_s, finished=True)
        for ends, share, elapsed_s in (((SERVED, FAILED), 0.1, 2.0), ((SERVED,), 0.3, 3.0))
    )
    both = merge([one, other])
    assert both.arrivals == Arrivals(3, 3, 3, 0, 0)
    assert both.visits == {"Customer": {FAILED: 1, SERVED: 2}}
    assert latencies(both).pair("Customer", SERVED).sent.get_total_count() == 2
    assert [health.cpu_share for health in both.health] == [0.1, 0.3]
    assert (both.elapsed_s, both.finished) == (3.0, True)


def test_one_unfinished_process_leaves_the_whole_unfinished() -> None:
    assert not merge([Report(finished=True), Report()]).finished
    assert not merge([]).finished


def test_the_failure_of_one_process_is_the_runs() -> None:
    assert merge([Report(), Report(failure="gone")]).failure == "gone"
