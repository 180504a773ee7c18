from loadtests.evidence.stated import WHOLE, Stated, stated
from loadtests.openload.latencies import Latencies


def latencies_of(count: int) -> Latencies:
    latencies = Latencies()
    for number in range(count):
        latencies.record("pharmacy", "SETTLED", intended_us=2000 + number, sent_us=1000)
        latencies.record("pharmacy", "approved", intended_us=900, sent_us=800, step="2102")
    return latencies


def row(rows: tuple[Stated, ...], name: str, since: str) -> Stated:
    [found] = [one for one in rows if (one.name, one.since, one.step) == (name, since, "")]
    return found


def test_what_the_slo_is_about_stands_first_and_over_all_flows() -> None:
    latencies = latencies_of(200)
    latencies.record("outpatient", "SETTLED", intended_us=9_007, sent_us=1000)
    latencies.record("outpatient", "DECLINED", intended_us=99_000, sent_us=1000)
    first, second = stated(latencies)[:2]
    assert (first.name, first.since, first.count, first.max_us) == (WHOLE, "due", 201, 9_007)
    assert (second.since, second.max_us) == ("sent", 1000)


def test_a_percentile_of_too_few_samples_is_null_and_the_maximum_is_not() -> None:
    found = row(stated(latencies_of(1_000)), "pharmacy", "due")
    assert found.p50_us is not None
    assert found.p90_us is not None
    assert (found.p95_us, found.p99_us, found.p999_us) == (None, None, None)
    assert found.max_us == 2_999


def test_each_step_has_its_figures_within_its_flow() -> None:
    steps = [(one.name, one.step, one.outcome, one.since) for one in stated(latencies_of(1)) if one.step]
    assert steps == [("pharmacy", "2102", "approved", "due"), ("pharmacy", "2102", "approved", "sent")]
