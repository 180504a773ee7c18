"""What a foreign platform adds to a run's report."""

from loadtests.evidence import platform_report as words
from loadtests.evidence.platform_time import PlatformTimes
from loadtests.evidence.proof import NOTHING, Foreign, Proof


def test_a_run_at_our_own_engine_has_nothing_to_add() -> None:
    assert list(words.lines((), None)) == []


def test_platform_and_network_stand_one_below_the_other() -> None:
    times = PlatformTimes()
    times.record("2102", "approved", took_us=9_000, platform_us=7_000)
    times.record("2102", "E3101", took_us=99_000, platform_us=99_000)
    head, platform, network = words.lines(times.encoded(), None)
    assert head.startswith("platform time (respond_time - refmsg_time)")
    assert platform.split() == ["2102", "platform", "n", "1", *["n", "too", "small"] * 2, "7", "ms"]
    assert network.split()[-2:] == ["2", "ms"]


def test_rows_that_are_not_ours_and_what_is_not_proved_are_said() -> None:
    foreign = tuple(Foreign(f"M{number}", NOTHING) for number in range(7))
    said = list(
        words.lines((), Proof("elsewhere (192.0.2.1:80)", 9, 9, foreign=foreign, not_proved=("totals: 3201: no",)))
    )
    assert said == [
        "platform    elsewhere (192.0.2.1:80): 9 of 9 rows equal, 0 findings",
        "foreign     7 rows of the statement are not this run's: M0, M1, M2, M3, M4, ...",
        "not proved  totals: 3201: no",
    ]
