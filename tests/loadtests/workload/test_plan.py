import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from loadtests.openload.arrivals import ArrivalPlan
from loadtests.workload import plan as plans
from loadtests.workload.faults import Fault
from loadtests.workload.plan import LoadPlan, LoadTerminal, PlanError, Profile
from terminals.kernel.site import Site

MakePlan = Callable[..., LoadPlan]
MakeProfile = Callable[..., Profile]
MakeSite = Callable[..., Site]


def test_a_plan_is_read_back_as_it_was_written(make_plan: MakePlan, tmp_path: Path) -> None:
    plans.write(make_plan(), tmp_path / "plan.json")
    assert plans.read(str(tmp_path / "plan.json")) == make_plan()


def test_a_plan_holds_keys_and_is_for_its_owner_alone(make_plan: MakePlan, tmp_path: Path) -> None:
    plans.write(make_plan(), tmp_path / "plan.json")
    assert stat.S_IMODE((tmp_path / "plan.json").stat().st_mode) == 0o600


def test_a_terminals_key_is_not_in_its_repr(make_plan: MakePlan) -> None:
    assert make_plan().terminals[0].key_hex not in repr(make_plan())


def test_a_plan_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"plan\.json cannot be read: No such file"):
        plans.read(str(tmp_path / "plan.json"))


def test_a_plan_with_an_unknown_field_is_refused_by_its_name(make_plan: MakePlan, tmp_path: Path) -> None:
    content = {**msgspec.to_builtins(make_plan()), "speed": 9}
    (tmp_path / "plan.json").write_bytes(msgspec.json.encode(content))
    with pytest.raises(PlanError, match="unknown field `speed`"):
        plans.read(str(tmp_path / "plan.json"))


def terminals(make_site: MakeSite, *numbers: str) -> tuple[LoadTerminal, ...]:
    return tuple(LoadTerminal(make_site(number), "00" * 16) for number in numbers)


def test_every_process_gets_its_share_of_every_place(
    make_plan: MakePlan, make_profile: MakeProfile, make_site: MakeSite
) -> None:
    numbers = ("P3701000000101", "H3701000000101", "P3701000000201", "P3701000000301", "H3701000000201")
    plan = make_plan(profile=make_profile(processes=2), terminals=terminals(make_site, *numbers))
    shares = [[terminal.site.dev_no for terminal in plan.terminals_of(part)] for part in range(2)]
    assert shares == [
        ["P3701000000101", "H3701000000101", "P3701000000301"],
        ["P3701000000201", "H3701000000201"],
    ]


def test_a_place_with_fewer_terminals_than_processes_is_refused(make_plan: MakePlan, make_profile: MakeProfile) -> None:
    with pytest.raises(ValueError, match="has 1 terminals for 2 processes"):
        make_plan(profile=make_profile(processes=2))


def test_a_runs_name_fits_into_an_opter_no(make_profile: MakeProfile) -> None:
    content = msgspec.to_builtins(make_profile()) | {"run": "x" * 21}
    with pytest.raises(msgspec.ValidationError, match=r"length <= 20"):
        msgspec.convert(content, Profile)


def test_a_replay_cannot_be_prepared_before_a_storm(make_profile: MakeProfile) -> None:
    with pytest.raises(ValueError, match="a storm's terminals have no session before the run"):
        make_profile(sign_on="storm", storm_s=1.0, fidelity="replay")


def test_a_profile_by_which_nobody_would_be_measured_is_refused(make_profile: MakeProfile) -> None:
    with pytest.raises(ValueError, match="the warm-up lasts 9 s, and arrivals come for 5 s: nobody is measured"):
        make_profile(arrivals=ArrivalPlan.read("10/5s"), warmup_s=9)


def test_what_is_due_in_the_warm_up_or_in_a_fault_that_is_not_measured_does_not_count(
    make_profile: MakeProfile,
) -> None:
    outage = Fault(kind="outage", at_s=5, for_s=1, measured=False)
    profile = make_profile(arrivals=ArrivalPlan.read("10/9s"), warmup_s=2, faults=(outage,))
    assert [profile.measures(due_s) for due_s in (1.9, 2, 5, 6)] == [False, True, False, True]


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        (
            {"faults": (Fault(kind="stall", at_s=0.2, for_s=0.5, settle_s=0.4),)},
            r"the fault stall from second 0.2 to 0.7 and 0.4 s to settle outlasts the arrivals, which end in second 1",
        ),
        ({"sign_on": "storm", "storm_s": 2}, r"the storm of sign-ons lasts 2 s and outlasts the arrivals"),
    ],
)
def test_arrivals_that_end_before_what_was_to_be_seen_are_refused(
    make_profile: MakeProfile, changed: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        make_profile(**changed)


def test_only_a_replay_takes_time_to_prepare(make_profile: MakeProfile) -> None:
    arrivals = ArrivalPlan.read("600/1s")
    assert make_profile(arrivals=arrivals).preparing_s == 0
    assert make_profile(arrivals=arrivals, fidelity="replay").preparing_s == 2
