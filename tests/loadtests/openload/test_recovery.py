from collections.abc import Iterable

import pytest

from loadtests.openload import histograms
from loadtests.openload.figures import Reading
from loadtests.openload.intervals import Interval
from loadtests.openload.rates import parse
from loadtests.openload.recovery import UNDISTURBED, Promise, peaks, recovery
from loadtests.openload.spans import Span

PROMISE = Promise(p95_ms=1500, error_share_max=0.0001)
SPIKE = parse("spike:20,200@3s+2s/12s")
STEADY = parse("20/12s")


def second(at: int, latency_ms: int = 100, slow: int = 0, errors: int = 0, *, measured: bool = True) -> Interval:
    """Twenty visits that end in a second, `slow` of them after 3 s."""
    seen = histograms.blank()
    seen.record_value(latency_ms * 1000, 20 - slow)
    if slow:
        seen.record_value(3_000_000, slow)
    latencies = {"intended" if measured else "unmeasured_intended": histograms.encode(seen)}
    return Interval(float(at), 1.0, scheduled=20, completed=20, errors=errors, **latencies)


def run(slow: Iterable[int], *, measured: bool = True) -> list[Interval]:
    return [second(at, 2000 if at in slow else 100, measured=measured) for at in range(12)]


def found(series: list[Interval], segments: str = "20/12s", faults: Iterable[Span] = ()) -> Reading:
    return recovery(series, parse(segments), PROMISE, arrived_s=12, faults=faults)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("spike:20,200@3s+2s/12s", [(3, 5)]),
        ("20/12s", []),
        ("10/5s,20/5s", []),
        ("20/5s,10/5s", [(0, 5)]),
        ("10..20/5s,20..10/5s", [(5, 5)]),
        ("10/2s,20/2s,20/2s,10/2s,20/1s,10/1s", [(2, 6), (8, 9)]),
    ],
)
def test_a_peak_is_where_the_highest_rate_ends_before_the_arrivals_do(text: str, ends: list[tuple[int, int]]) -> None:
    assert peaks(parse(text)) == ends


def test_recovery_counts_from_the_end_of_the_peak_until_the_promise_is_kept_again() -> None:
    assert recovery(run({4, 5, 6, 7}), SPIKE, PROMISE, arrived_s=12) == Reading(3.0, stated=True, n=1)


def test_a_service_that_never_left_its_promise_recovered_at_once() -> None:
    assert recovery(run(()), SPIKE, PROMISE, arrived_s=12) == Reading(0.0, stated=True, n=1)


def test_who_is_slow_once_more_has_not_recovered_before() -> None:
    assert recovery(run({5, 9}), SPIKE, PROMISE, arrived_s=12).value == 5


def test_one_slow_visit_of_twenty_is_within_a_p95_and_two_are_not() -> None:
    for slow, recovered_s in ((1, 0), (2, 4)):
        series = [second(at, slow=slow if at == 8 else 0) for at in range(12)]
        assert recovery(series, SPIKE, PROMISE, arrived_s=12).value == recovered_s


def test_a_second_with_errors_or_dropped_arrivals_does_not_keep_the_promise() -> None:
    series = [second(at, errors=at == 6) for at in range(12)]
    assert recovery(series, SPIKE, PROMISE, arrived_s=12).value == 2
    series[7] = Interval(7.0, 1.0, scheduled=20, dropped=20)
    assert recovery(series, SPIKE, PROMISE, arrived_s=12).value == 3


def test_seconds_in_which_nobody_ends_do_not_count_as_served() -> None:
    silent = [Interval(float(at), 1.0, scheduled=20) if at in {6, 7} else second(at, 2000) for at in range(9)]
    series = [*silent, *run(())[9:]]
    assert recovery(series, SPIKE, PROMISE, arrived_s=12).value == 4


def test_a_service_that_is_not_within_its_promise_again_took_at_least_what_was_left() -> None:
    reading = recovery(run(range(4, 12)), SPIKE, PROMISE, arrived_s=12)
    why = "not within the SLO again in the 7 s that were left"
    assert reading == Reading(7.0, stated=False, n=1, lacking=why)


def test_what_was_left_out_of_the_latencies_is_looked_at() -> None:
    assert found(run({4, 5, 6, 7}, measured=False), faults=[Span(3, 5)]).value == 3


def test_of_several_faults_the_slowest_recovery_answers_and_each_has_until_the_next() -> None:
    assert found(run({2, 5, 6, 7}), faults=[Span(4, 6), Span(1, 2)]) == Reading(2.0, stated=True, n=2)


def test_a_peak_within_a_fault_is_over_when_the_fault_is() -> None:
    assert found(run({4, 5, 6, 7}), "spike:20,200@3s+2s/12s", [Span(4, 7)]).value == 1


def test_where_nothing_was_disturbed_there_is_nothing_to_recover_from() -> None:
    nothing = Reading(None, stated=False, n=0, lacking=UNDISTURBED)
    assert found(run(())) == nothing
    assert found(run(()), faults=[Span(4, 12)]) == nothing
    assert recovery(run(()), SPIKE, PROMISE, arrived_s=4) == nothing


def test_the_first_second_after_a_peak_is_looked_at_whole_also_where_the_peak_ends_within_it() -> None:
    assert found(run({5}), "spike:20,200@3s+2.5s/12s").value == 0.5
