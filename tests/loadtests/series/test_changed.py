from typing import Any

from loadtests.series.changed import changed, differences, secured
from loadtests.workload.plan import Profile
from tests.loadtests.judged_runs import judged_run


def profile(**facts: Any) -> Profile:
    return judged_run(**facts).profile


def test_what_one_run_alone_changed_is_not_said_of_all() -> None:
    runs = [profile(overridden=("drain_s 5", f"arrivals {rate}", "mix.bank 0")) for rate in (10, 15)]
    assert changed(runs) == ("drain_s 5", "mix.bank 0")
    assert changed(runs[:1]) == ("drain_s 5", "arrivals 10", "mix.bank 0")
    assert changed([]) == ()


def test_each_way_in_which_runs_proved_who_asks_is_said_once() -> None:
    runs = [profile(), profile(security="signature"), profile()]
    assert secured(runs) == ("mac and pin block", "signature")


def test_what_both_sides_changed_is_said_once_and_else_whose_it_is() -> None:
    assert list(differences(("drain_s 5", "mix.bank 0"), ("mix.tap 1", "drain_s 5"))) == [
        "changed for these runs: drain_s 5",
        "changed for the runs of A: mix.bank 0",
        "changed for the runs of B: mix.tap 1",
    ]
