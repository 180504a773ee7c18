from hypothesis import given
from hypothesis import strategies as st

from loadtests.openload import histograms
from loadtests.openload.histograms import FOLD_AT
from loadtests.openload.latencies import Latencies

LATENCIES = st.lists(st.integers(1, 600_000_000), min_size=1, max_size=300)


@given(LATENCIES, LATENCIES)
def test_merged_histograms_are_those_of_all_samples(here: list[int], there: list[int]) -> None:
    together, mine, other = Latencies(), Latencies(), Latencies()
    for latencies, values in ((mine, here), (other, there), (together, here + there)):
        for value in values:
            latencies.record("2102", "approved", intended_us=value, sent_us=value)
    mine.add(other.encoded())
    assert mine.encoded() == together.encoded()


def test_errors_are_never_mixed_into_the_success_latency() -> None:
    latencies = Latencies()
    latencies.record("pharmacy", "SETTLED", intended_us=10, sent_us=10)
    latencies.record("outpatient", "SETTLED", intended_us=20, sent_us=20)
    latencies.record("pharmacy", "IN_DOUBT", intended_us=9_000_000, sent_us=9_000_000)
    served = latencies.over(("pharmacy", "outpatient"), "SETTLED")
    assert (served.intended.get_total_count(), histograms.maximum(served.intended)) == (2, 20)


def recorded(*steps: str, count: int = 1) -> Latencies:
    latencies = Latencies()
    for step in ("", *steps):
        for _ in range(count):
            latencies.record("pharmacy", "approved", intended_us=20, sent_us=10, step=step)
    return latencies


def test_what_waits_to_be_counted_is_in_every_answer() -> None:
    latencies = recorded("2102", count=FOLD_AT + 1)
    pair = latencies.pair("pharmacy", "approved", "2102")
    assert (pair.intended.get_total_count(), pair.sent.get_total_count()) == (FOLD_AT + 1, FOLD_AT + 1)
    assert [one.count for one in latencies.encoded()] == [FOLD_AT + 1, FOLD_AT + 1]
    assert all(pair.sent.get_total_count() == FOLD_AT + 1 for pair in latencies.items().values())


def test_a_step_is_kept_within_its_name_and_seen_over_all_names() -> None:
    latencies = recorded("1101", "2102")
    latencies.record("outpatient", "approved", intended_us=500, sent_us=500, step="1101")
    steps = latencies.by_step()
    assert sorted(steps.items()) == [("1101", "", "approved"), ("2102", "", "approved")]
    assert steps.pair("1101", "approved").sent.get_total_count() == 2
    assert latencies.pair("pharmacy", "approved", "1101").sent.get_total_count() == 1


def test_a_step_is_no_part_of_what_is_asked_over_names() -> None:
    assert recorded("2102").over(("pharmacy",), "approved").sent.get_total_count() == 1


def test_of_many_steps_a_few_are_encoded_anew_and_the_others_come_first_the_next_time() -> None:
    latencies = recorded("1", "2", "3")
    assert [one.step for one in latencies.encoded(steps_max=1)] == ["", "1"]
    assert [one.step for one in latencies.encoded(steps_max=1)] == ["", "1", "2"]
    assert [one.step for one in latencies.encoded()] == ["", "1", "2", "3"]


def test_a_whole_name_is_never_old() -> None:
    latencies = recorded("1")
    latencies.encoded(steps_max=0)
    latencies.record("pharmacy", "approved", intended_us=9, sent_us=9)
    latencies.record("pharmacy", "approved", intended_us=9, sent_us=9, step="1")
    assert [(one.step, one.count) for one in latencies.encoded(steps_max=0)] == [("", 2)]
    assert [(one.step, one.count) for one in latencies.encoded()] == [("", 2), ("1", 2)]
