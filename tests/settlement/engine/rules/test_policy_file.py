"""Supplements and admissions in a policy file, and the policies that are shipped."""

from typing import Any

import pytest

from settlement.config import load_rulebook
from settlement.engine.rules.policy import Benefit, Policy, Supplement, Tier
from settlement.engine.rules.policy_file import read_policy
from settlement.engine.rules.profile import ProfileError
from settlement.wire.refusal import Basis

BENEFIT = """
name = "sample"
about = "for this test"

[[benefit]]
name = "employee-inpatient"
insutype = "310"
psn_type = ["11"]
med_type = ["21"]
route = ["local"]
fund_pay_type = "310100"
account_allowed = true
cap = "200000.00"
{benefit}
from = 2026-01-01
source = "a sentence"
basis = "assumed"

[benefit.level.any]
{figures}
"""
SUPPLEMENT = """
[[supplement]]
name = "{name}"
fund_pay_type = "330100"
pays_of = "above-cap"
{figures}
from = {begin}
{to}
source = "a sentence"
basis = "assumed"
"""
TIERS = 'tiers = [{ ratio = "0.85" }]'


def text(*supplements: str, benefit: str = "", figures: str = TIERS) -> str:
    return BENEFIT.format(benefit=benefit, figures=figures) + "".join(supplements)


def supplement(name: str = "large", begin: str = "2026-01-01", to: str = "", figures: str = TIERS) -> str:
    return SUPPLEMENT.format(name=name, begin=begin, to=to and f"to = {to}", figures=figures)


def found(policy: Policy, day: int = 20260601) -> Benefit:
    benefit = policy.benefit(insutype="310", psn_type="11", med_type="21", level=3, route="local", day=day)
    assert benefit
    return benefit


def refused(file: str) -> str:
    with pytest.raises(ProfileError) as caught:
        read_policy(file, "sample.toml")
    return str(caught.value)


def test_a_supplement_is_read_with_its_units_source_and_basis() -> None:
    figures = 'deductible = "100.00"\ncap = "5000.00"\nonly_for = "civil-servant"\n' + TIERS
    policy = read_policy(text(supplement(figures=figures), benefit='then = ["large"]'), "sample.toml")
    assert found(policy).then == (
        Supplement(
            name="large",
            fund_pay_type="330100",
            pays_of="above-cap",
            only_for="civil-servant",
            deductible_fen=10_000,
            tiers=(Tier(None, 8500),),
            cap_fen=500_000,
            basis=Basis.ASSUMED,
            source="a sentence",
        ),
    )


def test_deductibles_by_admission_bills_and_the_hospitals_share_are_read() -> None:
    figures = 'deductible_by_admission = ["1000.00", "500.00", "0.00"]\n' + TIERS
    benefit = found(
        read_policy(text(benefit='bill_max = "30000.00"\nown_share_max = "0.15"', figures=figures), "sample.toml")
    )
    assert benefit.deductible_by_admission_fen == (100_000, 50_000, 0)
    assert (benefit.bill_max_fen, benefit.own_share_max_e4) == (3_000_000, 1500)


@pytest.mark.parametrize(
    ("day", "names"),
    [(20260331, []), (20260401, ["large"]), (20260630, ["large"]), (20260701, []), (20991231, [])],
)
def test_a_supplement_pays_on_its_own_days_only(day: int, names: list[str]) -> None:
    policy = read_policy(
        text(supplement(begin="2026-04-01", to="2026-06-30"), benefit='then = ["large"]'), "sample.toml"
    )
    assert [more.name for more in found(policy, day).then] == names


def test_a_supplement_that_changes_holds_in_its_two_forms() -> None:
    old = supplement(begin="2026-01-01", to="2026-06-30")
    new = supplement(begin="2026-07-01", figures='tiers = [{ ratio = "0.90" }]')
    policy = read_policy(text(old, new, benefit='then = ["large"]'), "sample.toml")
    assert [found(policy, day).then[0].tiers[0].ratio_e4 for day in (20260630, 20260701)] == [8500, 9000]


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        (text(benefit='then = ["none"]'), "there is no [[supplement]] named 'none'; there are: none"),
        (
            text(supplement(), supplement(begin="2026-05-01"), benefit='then = ["large"]'),
            "large holds twice on 20260501; end one the day before",
        ),
        (text(supplement(begin="2026-05-01", to="2026-04-01")), "ends on 20260401, before it begins on 20260501"),
        (text(supplement(figures='tiers = [{ up_to = "5.00", ratio = "0.5" }]')), "the last tier, and only the last"),
        (
            text(figures='deductible = "5.00"\ndeductible_by_admission = ["5.00"]\n' + TIERS),
            "give deductible (of the year) or deductible_by_admission, not both",
        ),
        (text(supplement(figures='only_for = "rich"\n' + TIERS)), "only_for"),
    ],
)
def test_what_cannot_hold_is_refused_in_words(file: str, problem: str) -> None:
    assert problem in refused(file)


def test_supplements_are_for_whom_they_are() -> None:
    plain = supplement("large")
    own = supplement("servants", figures='only_for = "civil-servant"\n' + TIERS)
    benefit = found(read_policy(text(plain, own, benefit='then = ["large", "servants"]'), "sample.toml"))
    assert [more.name for more in benefit.for_whom("")] == ["large"]
    assert [more.name for more in benefit.for_whom("aided civil-servant")] == ["large", "servants"]


RULES = load_rulebook()


@pytest.mark.parametrize("city", sorted(RULES.cities))
@pytest.mark.parametrize("med_type", ["21", "2101", "28", "14", "13"])
def test_every_city_pays_for_every_kind_of_treatment_of_an_employee(city: str, med_type: str) -> None:
    policy: Any = RULES.policies[RULES.cities[city].policy]
    for psn_type, level in (("11", 1), ("12", 3)):
        assert policy.benefit(
            insutype="310", psn_type=psn_type, med_type=med_type, level=level, route="local", day=20261121
        )
