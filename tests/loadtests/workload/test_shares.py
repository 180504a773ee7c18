from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.workload import shares
from loadtests.workload.shares import DIVISIONS, FIELDS, MISSING, NAMES, ShareError, mixed
from terminals.patients import Mix


def test_every_share_of_the_mix_can_be_named() -> None:
    assert set(FIELDS) == set(Mix.__struct_fields__) - {"lines_min", "lines_max"}
    assert set(FIELDS) <= set(NAMES)


@pytest.mark.parametrize(
    ("stated", "field", "share"),
    [
        ({"outpatient": 0.4}, "pharmacy", 0.6),
        ({"local": 0.9}, "remote", 0.1),
        ({"contact": 1}, "tap", 0.0),
        ({"contactless": 0.25}, "tap", 0.25),
        ({"account": 0.7}, "saves_account", 0.3),
        ({"pharmacy": 0.3, "outpatient": 0.7}, "pharmacy", 0.3),
        ({"credential_03": 1}, "remote", Mix().remote),
        ({"credential_01": 0.2, "credential_02": 0.1, "credential_03": 0.7}, "voucher", 0.2),
        ({"credential_02": 0.1}, "identity_card", 0.1),
    ],
)
def test_a_share_is_stated_by_either_end(stated: dict[str, float], field: str, share: float) -> None:
    assert getattr(mixed(Mix(), stated), field) == pytest.approx(share)


@pytest.mark.parametrize("name", MISSING)
def test_a_flow_that_does_not_exist_yet_is_refused_with_the_reason_and_may_be_nought(name: str) -> None:
    assert mixed(Mix(), {name: 0}) == Mix()
    with pytest.raises(ShareError, match=f"{name} cannot be asked for: "):
        mixed(Mix(), {name: 0.1})


@pytest.mark.parametrize(
    ("stated", "complaint"),
    [
        ({"pharmacy": 0.7, "outpatient": 0.7}, "pharmacy and outpatient are the two parts of one whole"),
        ({"tap": 0.1, "contactless": 0.2}, "contactless and contact are the two parts"),
        ({"credential_03": 0.5}, "credential_03 is what credential_01 and credential_02 leave: 1 here"),
        ({"credential_01": 0.7, "credential_02": 0.4}, "voucher and identity_card are shares of the same"),
        ({"farmacy": 1}, "is 'pharmacy' meant"),
        ({"tap": 1.5}, "a number of at most 1 is expected"),
        ({"local": -0.5}, "a number of at most 1 is expected"),
        ({"default_pin": 0.6, "local_password_as_pin": 0.6}, "at most 1 together"),
    ],
)
def test_shares_that_make_no_mix_are_refused(stated: dict[str, float], complaint: str) -> None:
    with pytest.raises(ShareError, match=complaint):
        mixed(Mix(), stated)


@given(share=st.floats(0, 1))
def test_both_ends_of_a_whole_say_the_same(share: float) -> None:
    for division in (one for one in DIVISIONS if one.rest):
        by_rest = mixed(Mix(), {division.rest: 1 - share})
        assert getattr(by_rest, division.field) == pytest.approx(share, abs=1e-8)


@given(stated=st.dictionaries(st.sampled_from((*NAMES, "other")), st.floats(allow_nan=True)))
def test_whatever_is_stated_is_a_mix_or_one_sentence(stated: dict[str, float]) -> None:
    with suppress(ShareError):
        assert isinstance(shares.mixed(Mix(), stated), Mix)
