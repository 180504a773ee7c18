"""A policy as a table, its doubtful places, and cases at its thresholds."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.config import load_rulebook
from settlement.engine.rules.policy import Benefit, Policy, Tier
from settlement.engine.rules.policy_file import read_policy
from settlement.golden import judge, read_cases
from settlement.telling.policy_bounds import bounds, thresholds, without_cases
from settlement.telling.policy_check import findings, is_sample, uncovered
from settlement.telling.policy_table import aligned, blocks, table
from settlement.wire.refusal import Basis

DAY = 20260601
POLICIES = load_rulebook().policies
HEAD = 'name = "sample-p"\nabout = "for this test"\n'
BENEFIT = """
[[benefit]]
name = "outpatient"
insutype = "310"
psn_type = ["{psn_type}"]
med_type = ["11"]
route = ["local"]
fund_pay_type = "310102"
account_allowed = true
from = {first}
{last}
source = "ours"
basis = "assumed"
"""
LEVEL = '[benefit.level.{level}]\ndeductible = "{deductible}"\ntiers = [{tiers}]\n'
SUPPLEMENT = """
[[supplement]]
name = "large"
fund_pay_type = "330100"
pays_of = "above-cap"
tiers = [{tiers}]
from = 2023-01-01
{last}
source = "ours"
basis = "assumed"
"""
FULL = tuple((level, "100.00", f'{{ ratio = "0.{9 - level}0" }}') for level in (1, 2, 3))


def benefit(*levels: tuple[int, str, str], psn_type: str = "11", first: str = "2023-01-01", last: str = "") -> str:
    figures = "".join(LEVEL.format(level=level, deductible=paid, tiers=tiers) for level, paid, tiers in levels)
    return BENEFIT.format(psn_type=psn_type, first=first, last=f"to = {last}" if last else "") + figures


def policy(*benefits: str) -> Policy:
    return read_policy(HEAD + "".join(benefits), "p.toml")


def found(*benefits: str) -> list[tuple[str, str]]:
    return [(finding.kind, finding.problem) for finding in findings(policy(*benefits), DAY)]


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_nothing_is_doubtful_in_a_shipped_policy(name: str) -> None:
    assert list(findings(POLICIES[name], DAY)) == []


def test_a_policy_that_is_whole_has_no_findings() -> None:
    assert found(benefit(*FULL), benefit(*FULL, psn_type="12")) == []


def test_days_on_which_nothing_holds_are_a_gap() -> None:
    gap = "gap of days", "nothing holds from 20250101 to the day before 20250201"
    assert found(benefit(*FULL, last="2024-12-31"), benefit(*FULL, first="2025-02-01")) == [gap] * 3


def test_figures_that_follow_each_other_without_a_day_between_are_no_gap() -> None:
    assert found(benefit(*FULL, last="2024-12-31"), benefit(*FULL, first="2025-01-01")) == []


def test_a_level_without_figures_is_a_gap() -> None:
    assert found(benefit(FULL[0], FULL[2])) == [("gap of levels", "no figures at level 2")]


def test_people_without_figures_where_others_of_their_insurance_have_some_are_a_gap() -> None:
    other = benefit(*FULL, psn_type="12").replace('med_type = ["11"]', 'med_type = ["13"]')
    assert found(benefit(*FULL), other) == [
        ("gap of people", "no figures for psn_type 12"),
        ("gap of people", "no figures for psn_type 11"),
    ]


def test_a_ratio_that_falls_with_a_higher_segment_is_told() -> None:
    falling = '{ up_to = "1000", ratio = "0.80" }, { ratio = "0.70" }'
    assert (
        found(benefit(*((level, "100.00", falling) for level in (1, 2, 3))))
        == [("falling ratio", "80 % up to 1000.00, then 70 %")] * 3
    )


def test_a_lower_level_that_pays_less_than_the_next_is_told() -> None:
    upside_down = ((1, "100.00", '{ ratio = "0.60" }'), (2, "100.00", '{ ratio = "0.70" }'), FULL[2])
    assert found(benefit(*upside_down)) == [("falling ratio", "60 %, less than 70 % at level 2, psn_type 11")]


def test_retired_people_who_are_paid_less_than_working_ones_are_told() -> None:
    poor = (*FULL[:2], (3, "100.00", '{ ratio = "0.50" }'))
    assert ("falling ratio", "50 %, less than 60 % at level 3, psn_type 11") in found(
        benefit(*FULL), benefit(*poor, psn_type="12")
    )


def test_a_lower_level_with_a_higher_deductible_is_told() -> None:
    dear = ((1, "300.00", '{ ratio = "0.80" }'), *FULL[1:])
    assert found(benefit(*dear)) == [("rising deductible", "300.00, more than 100.00 at level 2, psn_type 11")]


def test_figures_that_end_without_a_successor_while_others_go_on_are_a_gap() -> None:
    told = found(benefit(*FULL), benefit(*FULL, psn_type="12", last="2024-12-31"))
    assert told == [
        *[("gap of days", "nothing holds from 20250101 on, and the policy goes on")] * 3,
        ("gap of people", "no figures for psn_type 12"),
    ]


def test_a_policy_that_ends_as_a_whole_has_no_gap_before_its_end() -> None:
    ends = {"last": "2026-12-31"}
    assert found(benefit(*FULL, **ends), benefit(*FULL, psn_type="12", **ends)) == []


def test_levels_are_looked_at_on_the_day_and_not_over_all_years() -> None:
    now = benefit(FULL[0], FULL[2], first="2025-01-01")
    told = found(benefit(*FULL, last="2024-12-31"), now)
    assert ("gap of levels", "no figures at level 2") in told
    whole = policy(benefit(FULL[0], last="2024-12-31"), benefit(*FULL, first="2025-01-01"))
    assert list(findings(whole, DAY)) == []


def test_a_supplement_that_ends_while_its_benefit_goes_on_is_a_gap() -> None:
    kept = benefit(*FULL).replace("account_allowed", 'then = ["large"]\naccount_allowed')
    ended = SUPPLEMENT.format(last="to = 2025-12-31", tiers='{ ratio = "0.8" }')
    assert found(kept, ended) == [("gap of days", "it ends before 20260101, and outpatient goes on")]
    assert found(kept, SUPPLEMENT.format(last="", tiers='{ ratio = "0.8" }')) == []


def test_a_supplement_whose_ratio_falls_is_told() -> None:
    kept = benefit(*FULL).replace("account_allowed", 'then = ["large"]\naccount_allowed')
    falling = SUPPLEMENT.format(last="", tiers='{ up_to = "1000", ratio = "0.9" }, { ratio = "0.1" }')
    assert list(findings(policy(kept, falling), DAY)) == [
        ("falling ratio", "supplement large", "90 % up to 1000.00, then 10 %")
    ]


@pytest.mark.parametrize(
    ("basis", "official"), [("assumed", False), ("observed", False), ("derived", True), ("spec", True)]
)
def test_figures_without_an_official_source_are_told_in_a_policy_that_is_not_named_a_sample(
    basis: str, *, official: bool
) -> None:
    text = (HEAD + benefit(*FULL)).replace("sample-p", "jinan-2026").replace('"assumed"', f'"{basis}"')
    own = read_policy(text, "p.toml")
    kinds = [(finding.kind, finding.where) for finding in findings(own, DAY)]
    assert kinds == ([] if official else [("not official", "outpatient")])
    assert is_sample(own) is not official


def test_a_table_has_a_block_for_each_kind_of_visit_and_shows_all_figures() -> None:
    lines = list(table(POLICIES["sample-jinan"], DAY))
    text = "\n".join(lines)
    assert "普通门诊 outpatient、急诊 emergency" in text
    assert "在职 working  三级 level 3        800.00 年 a year   60 %" in text
    assert "6000.00 年 a year" in text
    assert "[assumed] " in text


def test_kinds_of_visit_with_the_same_figures_share_a_block() -> None:
    [block] = blocks(policy(benefit(*FULL).replace('["11"]\nroute', '["11", "13"]\nroute')), DAY)
    assert (block.med_types, block.routes) == (("11", "13"), ("local",))


def test_a_table_shows_the_figures_of_its_day_only() -> None:
    changed = policy(benefit(*FULL, last="2024-12-31"), benefit((1, "7.00", '{ ratio = "1" }'), first="2025-01-01"))
    assert "7.00 年" not in "\n".join(table(changed, 20241231))
    assert "7.00 年" in "\n".join(table(changed, 20250101))
    assert list(table(changed, 20221231)) == []


def test_columns_stand_under_each_other_a_chinese_character_two_wide() -> None:
    assert list(aligned([("级", "x"), ("ab", "y"), ("c", "z")])) == ["  级  x", "  ab  y", "  c   z"]


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_the_split_agrees_at_every_threshold_of_a_shipped_policy(name: str) -> None:
    cases = read_cases(msgspec.json.encode(bounds(POLICIES[name], DAY)), "bounds.json")
    assert cases
    assert [verdict for verdict in map(judge, cases) if verdict.differs] == []


def test_a_threshold_is_met_a_fen_below_on_it_and_a_fen_above() -> None:
    rows = bounds(policy(benefit(*FULL[:1])), DAY)
    amounts = [row["items"][0]["amt"] for row in rows]
    assert amounts == ["99.99", "100.00", "100.01"]
    assert [row["expect"]["act_pay_dedc"] for row in rows] == ["99.99", "100.00", "100.00"]
    assert len({row["id"] for row in rows}) == len(rows)


def test_a_wrong_ratio_is_seen_at_a_threshold() -> None:
    two_segments = (1, "0.00", '{ up_to = "10", ratio = "0.5" }, { ratio = "0.9" }')
    rows: list[dict[str, Any]] = bounds(policy(benefit(two_segments)), DAY)
    for row in rows:
        row["policy"]["tiers"][0][1] = "0.6"
    verdicts = map(judge, read_cases(msgspec.json.encode(rows), "bounds.json"))
    assert any(verdict.differs for verdict in verdicts)


def test_what_a_golden_case_cannot_hold_is_named_and_has_no_case() -> None:
    more = 'then = ["large"]\nbill_max = "500.00"\nown_share_max = "0.1"\naccount_allowed'
    own = policy(benefit(*FULL).replace("account_allowed", more), SUPPLEMENT.format(last="", tiers='{ ratio = "0.8" }'))
    assert without_cases(own, DAY) == ["supplement large", "bill_max of outpatient", "own_share_max of outpatient"]
    assert without_cases(own, 20220101) == []
    assert bounds(own, DAY) == bounds(policy(benefit(*FULL)), DAY)


TIERS = st.lists(st.tuples(st.integers(1, 500_000), st.integers(0, 10_000)), min_size=0, max_size=3)


@given(
    steps=TIERS,
    last=st.integers(1, 10_000),
    deductible=st.integers(0, 200_000),
    cap=st.none() | st.integers(1, 900_000),
)
def test_two_computations_agree_at_the_thresholds_of_any_figures(
    steps: list[tuple[int, int]], last: int, deductible: int, cap: int | None
) -> None:
    uppers = [sum(width for width, _ in steps[: number + 1]) for number in range(len(steps))]
    tiers = (*(Tier(upper, ratio) for upper, (_, ratio) in zip(uppers, steps, strict=True)), Tier(None, last))
    figures = Benefit("b", "310100", deductible, tiers, cap, True, Basis.ASSUMED, "ours")  # noqa: FBT003 - a record
    dated = msgspec.structs.replace(next(iter(POLICIES["sample-jinan"].rows)), benefit=figures)
    for case in read_cases(msgspec.json.encode(bounds(Policy("p", [dated]), DAY)), "bounds.json"):
        assert judge(case).differs == ()


def test_the_cap_is_reached_at_its_threshold_and_not_a_fen_before() -> None:
    figures = Benefit("b", "310100", 0, (Tier(None, 5000),), 1000, True, Basis.ASSUMED, "ours")  # noqa: FBT003 - a record
    assert dict(thresholds(figures))["cap"] == 1999, "a half of 19.99 is 10.00, rounded half up"


def test_a_code_that_no_table_has_is_named() -> None:
    odd = benefit(*FULL).replace('med_type = ["11"]', 'med_type = ["4l"]')
    assert ("unknown code", "med_type 4l is not in the interface's code table") in found(odd)


def test_a_policy_that_does_not_hold_yet_is_a_gap() -> None:
    assert found(benefit(*FULL, first="2030-01-01")) == [("gap of days", "nothing holds on 20260601")]


def test_people_of_a_city_for_whom_nothing_holds_are_named() -> None:
    city = load_rulebook().cities["370100"]
    people = {finding.where for finding in uncovered(policy(benefit(*FULL)), city, DAY)}
    assert "insutype 390, psn_type 15" in people
    assert "insutype 310, psn_type 11" not in people
