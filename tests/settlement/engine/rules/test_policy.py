"""Benefit figures by whom they are for and when."""

from dataclasses import dataclass, replace

import pytest

from settlement.engine.rules.policy import Benefit, Policy, Route, Tier, pays_nothing
from settlement.engine.rules.policy_file import read_policy
from settlement.engine.rules.profile import ProfileError
from settlement.wire.refusal import Basis


@dataclass(frozen=True)
class Rows:
    """A policy file's text, one benefit after another."""

    name: str = "employee-outpatient"
    psn_type: str = '["11"]'
    route: str = '["local"]'
    fund: str = 'fund_pay_type = "310102"\ncap = "6000.00"'
    days: str = "from = 2026-01-01"
    level: str = '[benefit.level.any]\ndeductible = "200.00"\ntiers = [{ ratio = "0.80" }]'

    def __str__(self) -> str:
        return f"""
            [[benefit]]
            name = "{self.name}"
            insutype = "310"
            psn_type = {self.psn_type}
            med_type = ["11"]
            route = {self.route}
            {self.fund}
            account_allowed = true
            {self.days}
            source = "a sentence"
            basis = "assumed"
            {self.level}
        """


def policy(*rows: Rows) -> Policy:
    text = 'name = "sample"\nabout = "for this test"\n' + "\n".join(map(str, rows))
    return read_policy(text, "sample.toml")


def found(of: Policy, *, psn_type: str = "11", level: int = 1, day: int = 20260601) -> Benefit | None:
    return of.benefit(insutype="310", psn_type=psn_type, med_type="11", level=level, route="local", day=day)


def refused(*rows: Rows) -> str:
    with pytest.raises(ProfileError) as caught:
        policy(*rows)
    return str(caught.value)


def test_a_benefit_is_read_with_its_units_source_and_basis() -> None:
    assert found(policy(Rows())) == Benefit(
        name="employee-outpatient",
        fund_pay_type="310102",
        deductible_fen=20_000,
        tiers=(Tier(None, 8000),),
        cap_fen=600_000,
        account_allowed=True,
        basis=Basis.ASSUMED,
        source="a sentence",
    )


@pytest.mark.parametrize(("level", "ratio"), [(1, 8000), (2, 7000), (3, 6000)])
def test_each_level_of_institution_has_its_own_figures(level: int, ratio: int) -> None:
    tables = [
        f'[benefit.level.{at}]\ntiers = [{{ ratio = "{share}" }}]' for at, share in ((1, 0.8), (2, 0.7), (3, 0.6))
    ]
    benefit = found(policy(Rows(level="\n".join(tables))), level=level)
    assert benefit
    assert benefit.tiers == (Tier(None, ratio),)


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_any_level_includes_pharmacies(level: int) -> None:
    assert found(policy(Rows()), level=level)


def test_whom_no_row_is_for_has_no_benefit() -> None:
    assert found(policy(Rows()), psn_type="12") is None


@pytest.mark.parametrize(("day", "ratio"), [(20251231, None), (20260101, 8000), (20261231, 8000), (20270101, 7000)])
def test_the_figures_of_the_day_hold(day: int, ratio: int | None) -> None:
    first = Rows(days="from = 2026-01-01\nto = 2026-12-31")
    second = Rows(days="from = 2027-01-01", level='[benefit.level.any]\ntiers = [{ ratio = "0.70" }]')
    benefit = found(policy(first, second), day=day)
    assert (benefit and benefit.tiers[0].ratio_e4) == ratio


def test_tiers_rise_to_an_open_end() -> None:
    level = '[benefit.level.any]\ntiers = [{ up_to = "2000.00", ratio = "0.75" }, { ratio = "0.80" }]'
    benefit = found(policy(Rows(level=level)))
    assert benefit
    assert benefit.tiers == (Tier(200_000, 7500), Tier(None, 8000))


def test_an_account_only_benefit_pays_nothing() -> None:
    benefit = found(policy(Rows(fund="", level='[benefit.level.any]\ntiers = [{ ratio = "0" }]')))
    assert benefit
    assert pays_nothing(benefit)


def test_two_rows_for_the_same_people_and_day_are_refused() -> None:
    assert refused(Rows(), replace(Rows(), name="other", days="from = 2026-05-01")) == (
        "sample.toml: benefit: employee-outpatient and other both hold on 20260501 for insutype 310, psn_type 11, "
        "med_type 11, level 0, local; end one the day before"
    )


def test_any_beside_a_level_of_its_own_is_refused() -> None:
    level = '[benefit.level.any]\ntiers = [{ ratio = "0.8" }]\n[benefit.level.2]\ntiers = [{ ratio = "0.7" }]'
    assert "level 2, local; end one the day before" in refused(Rows(level=level))


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (Rows(days="from = 2026-01-01\nto = 2025-12-31"), "(employee-outpatient): ends on 20251231, before it begins"),
        (Rows(level="level = {}"), ".level: give figures for level 1, 2, 3 or any"),
        (Rows(level="[benefit.level.4]\ntiers = []"), "benefit[0].level.4: unknown key; the nearest known one is"),
        (Rows(level="[benefit.level.1]\ntiers = []"), "benefit[0].level.1.tiers: Expected `array` of length >= 1"),
        (Rows(level='[benefit.level.1]\ntiers = [{ ratio = "1.01" }]'), "level.1.tiers[0].ratio: 1.01 is not a share"),
        (Rows(fund='fund_pay_type = "999"'), ".level.any: fund_pay_type must name the fund that pays: one of 310100"),
        (Rows(fund=""), ".level.any: fund_pay_type must name the fund that pays"),
        (
            Rows(level='[benefit.level.1]\ntiers = [{ up_to = "9.00", ratio = "1" }]'),
            ".level.1: the last tier, and only the last, has no up_to",
        ),
        (
            Rows(level='[benefit.level.1]\ntiers = [{ ratio = "1" }, { ratio = "1" }]'),
            ".level.1: the last tier, and only the last, has no up_to",
        ),
        (
            Rows(level='[benefit.level.1]\ntiers = [{up_to="9", ratio="1"}, {up_to="8", ratio="1"}, {ratio="1"}]'),
            ".level.1: up_to must rise from tier to tier",
        ),
        (
            Rows(level='[benefit.level.1]\ntiers = [{ ratio = "0" }]'),
            ".level.1: no fund pays at ratio 0: drop fund_pay_type, deductible and cap, or give a ratio",
        ),
        (Rows(route='["abroad"]'), "benefit[0].route[0]: Invalid enum value 'abroad'"),
        (
            Rows(fund='fund_pay_typ = "310102"'),
            "benefit[0].fund_pay_typ: unknown key; the nearest known one is fund_pay",
        ),
    ],
)
def test_unsound_figures_are_refused_with_their_key(rows: Rows, problem: str) -> None:
    message = refused(rows)
    assert message.startswith("sample.toml: benefit[0]")
    assert problem in message


ROUTES = '["local", "filed", "emergency", "referred", "unfiled"]'


def less(figures: str, level: str = Rows.level) -> Rows:
    return Rows(route=ROUTES, days=f"from = 2026-01-01\nless = {{ {figures} }}", level=level)


@pytest.mark.parametrize(
    ("route", "ratio"),
    [("local", 8000), ("filed", 8000), ("emergency", 8000), ("referred", 7000), ("unfiled", 6000)],
)
def test_the_referred_and_the_unfiled_have_points_taken_off_their_ratio(route: Route, ratio: int) -> None:
    benefit = policy(less('referred = "0.10", unfiled = "0.20"')).benefit(
        insutype="310", psn_type="11", med_type="11", level=1, route=route, day=20260601
    )
    assert benefit
    assert [tier.ratio_e4 for tier in benefit.tiers] == [ratio]


def test_no_ratio_falls_below_nothing() -> None:
    low = '[benefit.level.any]\ntiers = [{ up_to = "100.00", ratio = "0.05" }, { ratio = "0.80" }]'
    benefit = policy(less('referred = "0.10"', low)).benefit(
        insutype="310", psn_type="11", med_type="11", level=1, route="referred", day=20260601
    )
    assert benefit
    assert [tier.ratio_e4 for tier in benefit.tiers] == [0, 7000]


@pytest.mark.parametrize(
    ("figures", "problem"),
    [
        ('referred = "0.11"', "less.referred: at most 0.10 is taken off (医保发〔2022〕22号)"),
        ('unfiled = "0.21"', "less.unfiled: at most 0.20 is taken off (医保发〔2022〕22号)"),
        ('filed = "0.05"', "less.filed: unknown key; the nearest known one is unfiled"),
    ],
)
def test_more_than_the_national_rule_is_never_taken_off(figures: str, problem: str) -> None:
    assert problem in refused(less(figures))
