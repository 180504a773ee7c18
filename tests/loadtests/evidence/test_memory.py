import pytest

from loadtests.evidence.memory import MIB, readings
from loadtests.evidence.watch import EngineSample
from loadtests.openload.figures import MEMORY, MEMORY_GROWTH


def sample(at_s: float, rss_mib: float) -> EngineSample:
    return EngineSample(at_s, 0.5, int(rss_mib * MIB), 0, 1.0, 1.0)


def leaking(mib_per_h: float, seconds: int = 1200) -> list[EngineSample]:
    return [sample(at_s, 100 + mib_per_h * at_s / 3600) for at_s in range(1, seconds, 10)]


@pytest.mark.parametrize("mib_per_h", [0, 60, -30])
def test_growth_is_the_slope_of_a_line_through_the_samples(mib_per_h: float) -> None:
    reading = readings(leaking(mib_per_h), 0, 1200)[MEMORY_GROWTH]
    assert reading.stated
    assert reading.value == pytest.approx(mib_per_h, abs=0.01)


def test_the_warm_up_and_the_drain_are_no_growth() -> None:
    samples = [*(sample(at_s, at_s) for at_s in range(100)), *(sample(at_s, 300) for at_s in range(100, 1000, 10))]
    samples.append(sample(1010, 900))
    found = readings(samples, 100, 1000)
    assert found[MEMORY_GROWTH].value == pytest.approx(0)
    assert found[MEMORY].value == 900


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (leaking(60, 300), "30 samples over 290 s are too few for a growth"),
        ([sample(at_s, 100) for at_s in (0, 700)], "2 samples over 700 s are too few for a growth"),
        ([sample(at_s, 0) for at_s in range(1000)], "nothing was measured"),
        ([], "nothing was measured"),
    ],
)
def test_of_too_little_no_growth_is_told_and_why(samples: list[EngineSample], said: str) -> None:
    reading = readings(samples, 0, 1000)[MEMORY_GROWTH]
    assert (reading.value, reading.lacking) == (None, said)


def test_memory_is_the_most_that_was_seen_and_nothing_of_an_engine_that_does_not_tell() -> None:
    assert readings([sample(1, 100), sample(2, 140), sample(3, 90)], 0, 3)[MEMORY].value == 140
    assert readings([sample(1, 0)], 0, 3)[MEMORY].value is None
