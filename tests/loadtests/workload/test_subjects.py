import pytest

from loadtests.openload.figures import SUBJECTS, parse_figure
from loadtests.openload.latencies import Latencies
from loadtests.workload.subjects import NAMES, cpu_by_subject, latencies_by_subject


def recorded() -> Latencies:
    latencies = Latencies()
    for name, step, outcome, count in (
        ("pharmacy", "", "SETTLED", 5),
        ("pharmacy", "2102", "approved", 5),
        ("pharmacy", "2102", "E1002", 2),
        ("outpatient", "", "SETTLED", 3),
        ("outpatient", "", "IN_DOUBT", 1),
        ("2102", "", "approved", 5),
        ("sign_on", "", "DONE", 4),
    ):
        for _ in range(count):
            latencies.record(name, outcome, intended_us=2000, sent_us=1000, step=step)
    return latencies


def test_flows_messages_and_steps_have_the_latencies_of_what_ended_well() -> None:
    counts = {name: int(pair.intended.get_total_count()) for name, pair in latencies_by_subject(recorded()).items()}
    assert counts == {"served": 8, "pharmacy": 5, "pharmacy/2102": 5, "outpatient": 3, "2102": 5, "sign_on": 4}


def test_a_run_in_which_nothing_ended_well_has_served_nobody() -> None:
    [(name, pair)] = latencies_by_subject(Latencies()).items()
    assert (name, pair.intended.get_total_count()) == ("served", 0)


def test_everything_that_is_named_may_be_asked_and_nothing_is_named_twice() -> None:
    assert len({*NAMES, *SUBJECTS}) == len(NAMES) + len(SUBJECTS)
    assert all(parse_figure(f"{name} p99", NAMES).of == name for name in NAMES)
    assert {"served", "pharmacy", "2102", "outpatient/2207", "sign_on/9001"} <= set(NAMES)


def test_cpu_is_that_of_all_load_processes_and_of_the_engine_on_average_a_visit() -> None:
    found = cpu_by_subject(load=[0.3, 0.4], engine=[0.2, 0.4], arrived_s=10, visits=1000)
    assert found == pytest.approx({"load": 7.0, "engine": 3.0})


@pytest.mark.parametrize(
    ("facts", "named"),
    [({"visits": 0}, set()), ({"engine": []}, {"load"}), ({"engine": [0.0, 0.0]}, {"load"})],
)
def test_what_was_not_measured_has_no_cpu(facts: dict[str, object], named: set[str]) -> None:
    every: dict[str, object] = {"load": [0.3], "engine": [0.2], "arrived_s": 10, "visits": 1000}
    assert set(cpu_by_subject(**(every | facts))) == named  # type: ignore[arg-type]
