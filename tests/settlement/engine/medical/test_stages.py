"""What one fund pays of an amount, and the same told stage by stage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.engine.medical.stages import (
    NO_LIMIT,
    POOL_ITEMS,
    FundCut,
    Used,
    cut_fund,
    owed,
    stages,
    supplement_items,
)
from settlement.engine.rules.policy import Tier

FEN = st.integers(min_value=0, max_value=10**9)
RATIO = st.integers(min_value=0, max_value=10_000)
TWO_TIERS = (Tier(1_000_000, 8500), Tier(None, 8800))


@st.composite
def tiers(draw: st.DrawFn) -> tuple[Tier, ...]:
    bounds = sorted(draw(st.sets(st.integers(min_value=1, max_value=10**9), max_size=4)))
    return tuple(Tier(bound, draw(RATIO)) for bound in [*bounds, None])


USED = st.builds(Used, FEN, FEN, FEN)


@given(FEN, FEN, tiers(), st.none() | FEN, USED)
def test_deductible_and_base_are_the_amount_and_the_fund_pays_within_base_and_cap(
    amount: int, deductible: int, figures: tuple[Tier, ...], cap: int | None, used: Used
) -> None:
    cut = cut_fund(amount, deductible, figures, cap, used)
    assert cut.deductible_fen + cut.base_fen == amount
    assert 0 <= cut.covered_fen <= cut.base_fen
    assert 0 <= cut.paid_fen <= cut.base_fen
    assert cut.limit_left_fen == (NO_LIMIT if cap is None else max(cap - used.fund_fen, 0))
    if cap is not None:
        assert cut.paid_fen <= cut.limit_left_fen


@given(FEN, FEN, tiers(), st.none() | FEN, USED)
def test_the_stages_add_up_to_the_amount_and_to_what_is_paid(
    amount: int, deductible: int, figures: tuple[Tier, ...], cap: int | None, used: Used
) -> None:
    cut = cut_fund(amount, deductible, figures, cap, used)
    told = list(stages(cut, figures, used, POOL_ITEMS, "any", "310100"))
    assert sum(stage.amount_fen for stage in told) == amount
    assert sum(stage.paid_fen for stage in told) == cut.paid_fen
    assert all(stage.amount_fen > 0 for stage in told)


@given(FEN, tiers(), FEN, FEN)
def test_what_the_cap_covers_is_the_least_base_that_reaches_it(
    base: int, figures: tuple[Tier, ...], cap: int, start: int
) -> None:
    cut = cut_fund(base, 0, figures, cap, Used(0, 0, start))
    if cut.covered_fen < cut.base_fen:
        paid_before = owed(start, figures)
        assert owed(start + cut.covered_fen, figures) - paid_before == cap
        if cut.covered_fen:
            assert owed(start + cut.covered_fen - 1, figures) - paid_before < cap


@given(st.lists(st.integers(min_value=0, max_value=10**8), min_size=1, max_size=5), FEN, tiers())
def test_paid_in_parts_a_fund_pays_what_it_pays_at_once(
    parts: list[int], deductible: int, figures: tuple[Tier, ...]
) -> None:
    used, paid = Used(), 0
    for part in parts:
        cut = cut_fund(part, deductible, figures, None, used)
        paid += cut.paid_fen
        used = Used(used.deductible_fen + cut.deductible_fen, 0, used.base_fen + cut.base_fen)
    assert paid == cut_fund(sum(parts), deductible, figures, None, Used()).paid_fen


@given(FEN, FEN, tiers())
def test_one_more_fen_of_base_never_pays_less_and_never_more_than_one(
    base: int, start: int, figures: tuple[Tier, ...]
) -> None:
    assert 0 <= owed(base + 1, figures) - owed(base, figures) <= 1


@pytest.mark.parametrize(
    ("amount", "used", "expected"),
    [
        (3_000_000, Used(), FundCut(100_000, 2_900_000, 2_900_000, 2_522_000, 35_170_000)),
        (3_000_000, Used(100_000, 0, 900_000), FundCut(0, 3_000_000, 3_000_000, 2_633_000 + 4_000, 35_170_000)),
        (3_000_000, Used(100_000, 35_170_000, 0), FundCut(0, 3_000_000, 0, 0, 0)),
    ],
)
def test_a_stay_walks_the_tiers_from_where_it_stands(amount: int, used: Used, expected: FundCut) -> None:
    assert cut_fund(amount, 100_000, TWO_TIERS, 35_170_000, used) == expected


def test_each_fund_has_its_own_items() -> None:
    cut = cut_fund(3_000_000, 100_000, TWO_TIERS, 1_000_000, Used())
    pool = [stage.code for stage in stages(cut, TWO_TIERS, Used(), POOL_ITEMS, "pool", "310100")]
    assert pool == ["S001", "C001", "C002", "EC01"]
    assert supplement_items("390200").tier.format(2) == "PL02"
    assert supplement_items("330100").tier.format(1) == "L001"
    assert supplement_items("320100").deductible == "GBS1"
    assert supplement_items("610100").tier.format(1) == "610100"
