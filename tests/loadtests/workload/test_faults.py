from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.workload.faults import Fault, cut_off, going_on, measured, missing, overlapping, passing

OUTAGE = Fault(kind="outage", at_s=10, for_s=5, measured=False, lead_s=1, settle_s=3)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"kind": "slow"}, "slow needs delay_ms above 0"),
        ({"kind": "drop_replies"}, "drop_replies needs share above 0"),
        ({"kind": "outage", "delay_ms": 5}, "outage has no delay_ms"),
        ({"kind": "stall", "share": 0.5}, "stall has no share"),
        ({"kind": "slow", "delay_ms": 9000}, "<= 5000"),
        ({"kind": "outage", "for_s": 0}, "> 0"),
    ],
)
def test_a_fault_that_would_do_nothing_or_something_else_is_refused(fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=complaint):
        msgspec.convert({"at_s": 0, "for_s": 1} | fields, Fault)


@pytest.mark.parametrize(("now_s", "on"), [(9.9, False), (10, True), (14.9, True), (15, False)])
def test_a_fault_goes_on_from_its_begin_to_its_end(*, now_s: float, on: bool) -> None:
    assert OUTAGE.on(now_s) is on
    assert going_on([OUTAGE], now_s) == (("outage from second 10 to 15",) if on else ())


@pytest.mark.parametrize(
    ("due_s", "counts"), [(8.9, True), (9, False), (10, False), (15, False), (17.9, False), (18, True)]
)
def test_what_is_due_in_a_fault_that_is_not_measured_or_just_before_or_after_it_does_not_count(
    *, due_s: float, counts: bool
) -> None:
    assert measured([OUTAGE], due_s) is counts


def test_a_fault_that_is_measured_leaves_nothing_out() -> None:
    assert measured([Fault(kind="stall", at_s=0, for_s=9)], 5)


def test_two_faults_of_one_kind_may_follow_but_not_overlap() -> None:
    one, later = (Fault(kind="stall", at_s=at_s, for_s=5) for at_s in (0, 5))
    assert overlapping([later, one]) == ""
    early = Fault(kind="stall", at_s=4, for_s=5)
    assert overlapping([one, OUTAGE, early]) == "two faults stall overlap in second 4"


def test_the_arrivals_must_outlast_a_fault_and_its_settling() -> None:
    assert cut_off([OUTAGE], 18) == ""
    assert cut_off([OUTAGE], 17.5).startswith("the fault outage from second 10 to 15 and 3 s to settle outlasts")


def test_a_fault_that_did_nothing_did_not_happen() -> None:
    assert missing([OUTAGE], {OUTAGE.text: 1}) == ()
    assert missing([OUTAGE], {}) == ("the fault outage from second 10 to 15 did not happen",)


@given(at_s=st.floats(0, 1000), for_s=st.floats(0.001, 1000), now_s=st.floats(0, 3000))
def test_nobody_is_measured_while_an_unmeasured_fault_goes_on(at_s: float, for_s: float, now_s: float) -> None:
    fault = Fault(kind="outage", at_s=at_s, for_s=for_s, measured=False)
    assert measured([fault], now_s) is not fault.on(now_s)


def test_a_fault_that_goes_on_all_the_time_is_how_the_run_is_and_does_not_pass() -> None:
    always = Fault(kind="slow", at_s=0, for_s=60, delay_ms=80)
    assert passing([always, OUTAGE], 3, 60) == (OUTAGE,)
    assert passing([always], 3, 61) == (always,)


def test_a_faults_aftermath_is_longer_than_the_fault() -> None:
    assert (OUTAGE.span, OUTAGE.aftermath) == ((10, 15), (9, 18))
