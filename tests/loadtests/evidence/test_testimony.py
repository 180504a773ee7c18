import pytest

from loadtests.evidence.testimony import FAULT, Report, bad_ends, merge
from loadtests.openload.intervals import Interval
from loadtests.openload.latencies import Encoded, Latencies
from loadtests.openload.outcomes import Arrivals
from terminals.sums import Settled


def encoded(count: int, step: str = "") -> tuple[Encoded, ...]:
    latencies = Latencies()
    for number in range(count):
        latencies.record("pharmacy", "SETTLED", intended_us=100 + number, sent_us=100, step=step)
    return latencies.encoded()


def test_a_run_is_finished_when_every_process_is() -> None:
    assert not merge([Report(finished=True), Report(finished=False)]).finished
    assert not merge([]).finished


def test_the_first_failure_of_a_process_is_the_runs() -> None:
    assert merge([Report(), Report(failure="no engine")]).failure == "no engine"


def test_histograms_of_processes_are_merged_and_nothing_is_averaged() -> None:
    merged = merge([Report(latencies=encoded(3)), Report(latencies=encoded(5))])
    assert [(one.name, one.count) for one in merged.latencies] == [("pharmacy", 8)]


def test_the_series_of_processes_is_one() -> None:
    here, there = (Report(series=(Interval(0.0, 1.0, completed=count), Interval(1.0, 0.5))) for count in (2, 3))
    assert merge([here, there]).series == (Interval(0.0, 1.0, completed=5), Interval(1.0, 0.5))


def test_the_latest_interval_is_of_the_processes_that_have_come_so_far() -> None:
    here = Report(latest=Interval(4.0, 1.0, sent=2))
    there = Report(latest=Interval(5.0, 1.0, sent=3))
    assert merge([here, there]).latest == Interval(5.0, 1.0, sent=3)
    assert merge([here, here]).latest == Interval(4.0, 1.0, sent=4)
    assert merge([Report()]).latest is None


def test_late_duplicate_and_unmatched_replies_stay_apart() -> None:
    merged = merge([Report(strays={"late reply": 1, "duplicate reply": 2}), Report(strays={"late reply": 3})])
    assert merged.strays == {"duplicate reply": 2, "late reply": 4}


def test_money_and_fingerprints_of_processes_add_up() -> None:
    here, there = Settled(1, 900, 0, 700, 200, "f" * 16), Settled(2, 100, 50, 0, 50, f"{3:016x}")
    merged = merge([Report(settled={"2102": here}), Report(settled={"2102": there, "2207": here})])
    assert merged.settled == {"2102": Settled(3, 1000, 50, 700, 250, f"{2:016x}"), "2207": here}


@pytest.mark.parametrize(
    ("report", "errors"),
    [
        (Report(visits={"pharmacy": {"SETTLED": 5, "DECLINED": 2, "ABANDONED": 1}}), 0),
        (Report(visits={"pharmacy": {"IN_DOUBT": 1, "NO_ANSWER": 1, "REVERSED": 1, FAULT: 1}}), 4),
        (Report(visits={"sign_on": {"NO_ANSWER": 9}, "recover": {"IN_DOUBT": 9}}), 0),
        (Report(arrivals=Arrivals(scheduled=9, sent=7, completed=6, dropped=2)), 3),
    ],
)
def test_errors_are_what_nobody_asked_for(report: Report, errors: int) -> None:
    assert report.errors == errors
    lost = report.arrivals.dropped + report.arrivals.unfinished
    assert bad_ends(report.visits, report.refusals, report.events, report.messages) == errors - lost
