from pathlib import Path

from loadtests.evidence.testimony import Report
from loadtests.openload.latencies import Latencies
from loadtests.openload.outcomes import Arrivals
from loadtests.running import live


def report() -> Report:
    latencies = Latencies()
    for name, outcome, latency_us in (
        ("pharmacy", "SETTLED", 10_000),
        ("outpatient", "SETTLED", 20_000),
        ("pharmacy", "IN_DOUBT", 9_000_000),
        ("2102", "approved", 1_000),
    ):
        latencies.record(name, outcome, intended_us=latency_us, sent_us=1)
    return Report(arrivals=Arrivals(scheduled=3, completed=3), latencies=latencies.encoded(), elapsed_s=2.5)


def test_the_live_percentiles_are_of_settled_visits_from_the_intended_start() -> None:
    state = live.live(report(), planned_s=10, metrics_port=7374)
    assert state.served == 2
    assert 9_990 <= state.p50_us <= 10_010
    assert 19_980 <= state.p99_us <= 20_020


def test_a_live_percentile_of_few_samples_is_marked() -> None:
    assert not live.live(report(), planned_s=10, metrics_port=7374).p99_stated


def test_the_live_file_is_read_as_it_was_written_and_is_nothing_before(tmp_path: Path) -> None:
    path = tmp_path / "live.json"
    assert live.read(path) is None
    state = live.live(report(), planned_s=10, metrics_port=7374)
    live.write(state, path)
    assert live.read(path) == state
    assert list(tmp_path.iterdir()) == [path]
