"""Every med_type has its kind of clearing, and away from home the one that says how far."""

import pytest

from settlement.engine.rules.clearing_type import CLEARING_TYPES, clearing_type
from settlement.wire.national_fields import CODES

JINAN, WEIFANG, CHENGDU = "370100", "370700", "510100"


def test_every_med_type_of_the_interface_has_a_clr_type_of_the_interface() -> None:
    assert CODES["med_type"].codes.keys() <= CLEARING_TYPES.keys()
    assert {*CLEARING_TYPES.values()} <= CODES["clr_type"].codes.keys()


@pytest.mark.parametrize(
    ("med_type", "clr_type"), [("11", "11"), ("21", "21"), ("2101", "21"), ("51", "53"), ("777", "99")]
)
def test_at_home_the_kind_of_treatment_says_it(med_type: str, clr_type: str) -> None:
    assert clearing_type(med_type, JINAN, JINAN) == clr_type


@pytest.mark.parametrize("med_type", ["11", "14", "2101", "41"])
def test_elsewhere_in_the_province_there_is_one_kind(med_type: str) -> None:
    assert clearing_type(med_type, JINAN, WEIFANG) == "9909"


@pytest.mark.parametrize(
    ("med_type", "clr_type"),
    [("11", "99963"), ("13", "99963"), ("14", "9987"), ("2101", "99968"), ("28", "99968"), ("41", "9974")],
)
def test_in_another_province_pharmacy_outpatient_and_stay_are_told_apart(med_type: str, clr_type: str) -> None:
    assert clearing_type(med_type, JINAN, CHENGDU) == clr_type
    assert clr_type in CODES["clr_type"].codes
