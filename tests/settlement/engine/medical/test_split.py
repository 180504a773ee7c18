"""How a bill falls apart: a line into four parts, a bill among its payers, and the identities (I13 is decide's)."""

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict, astuple, replace

from settlement.engine.medical.split import Parts, Payer, Split, cut_line, line_amount_fen, split, sum_parts
from settlement.engine.medical.stages import NO_LIMIT, Used
from settlement.engine.rules.catalogue import Item
from settlement.engine.rules.policy import FUND_FIELDS, Benefit, Supplement, Tier
from settlement.wire.messages import Amounts, FundPayment, Line, LineCut
from settlement.wire.refusal import Basis

CLASS_A = Item("X1", "a", "01", 0, None, 20260101, 99991231)
CLASS_B = replace(CLASS_A, chrgitm_lv="02", preself_ratio_e4=1000)
CLASS_C = replace(CLASS_A, chrgitm_lv="03")
PLAIN = Benefit(
    name="outpatient",
    fund_pay_type="310102",
    deductible_fen=5_000,
    tiers=(Tier(None, 7500),),
    cap_fen=None,
    account_allowed=True,
    basis=Basis.ASSUMED,
    source="a test",
)
NOTHING = Used()

FEN = st.integers(min_value=0, max_value=10**9)
RATIO = st.integers(min_value=0, max_value=10_000)
PARTS = st.builds(Parts, FEN, FEN, FEN, FEN)
USED = st.builds(Used, FEN, FEN, st.just(0))


def line(pric_e6: int = 10_000_000, cnt_e4: int = 10_000) -> Line:
    return Line("1", "X1", pric_e6, cnt_e4, line_amount_fen(pric_e6, cnt_e4))


@st.composite
def items(draw: st.DrawFn) -> Item:
    level = draw(st.sampled_from(["01", "02", "03"]))
    return replace(
        CLASS_A,
        chrgitm_lv=level,
        preself_ratio_e4=draw(RATIO) if level == "02" else 0,
        price_limit_e6=draw(st.none() | st.integers(min_value=0, max_value=10**9)),
    )


LINES = st.builds(line, st.integers(min_value=1, max_value=10**10), st.integers(min_value=1, max_value=10**7))


@st.composite
def benefits(draw: st.DrawFn) -> Benefit:
    bounds = sorted(draw(st.sets(st.integers(min_value=1, max_value=10**9), max_size=3)))
    return Benefit(
        name="any",
        fund_pay_type=draw(st.sampled_from(sorted(FUND_FIELDS))),
        deductible_fen=draw(FEN),
        tiers=tuple(Tier(bound, draw(RATIO)) for bound in [*bounds, None]),
        cap_fen=draw(st.none() | FEN),
        account_allowed=draw(st.booleans()),
        basis=Basis.ASSUMED,
        source="a test",
        own_share_max_e4=draw(st.none() | RATIO),
    )


USED_OF_MORE = st.builds(Used, FEN, FEN, FEN)


@st.composite
def payer(draw: st.DrawFn) -> Payer:
    """A supplement of two tiers, with what was used of it."""
    bound = draw(st.integers(min_value=1, max_value=10**9))
    supplement = Supplement(
        name="more",
        fund_pay_type=draw(st.sampled_from(sorted(FUND_FIELDS))),
        pays_of=draw(st.sampled_from(["above-cap", "left"])),
        only_for="",
        deductible_fen=draw(FEN),
        tiers=(Tier(bound, draw(RATIO)), Tier(None, draw(RATIO))),
        cap_fen=draw(st.none() | FEN),
        basis=Basis.ASSUMED,
        source="a test",
    )
    return Payer(supplement, draw(USED_OF_MORE))


PAYERS = st.tuples(payer(), payer())


FEW = settings(max_examples=40)


class Case(NamedTuple):
    """A bill, whose it is, and how it was split."""

    parts: Parts
    benefit: Benefit
    used: Used
    balance_fen: int
    account_used: bool
    payers: tuple[Payer, ...] = ()
    family_fen: int = 0

    def paid_by(self, fund_pay_type: str) -> "Case":
        return self._replace(benefit=replace(self.benefit, fund_pay_type=fund_pay_type), payers=())

    @property
    def split(self) -> Split:
        return split(
            self.parts,
            self.benefit,
            self.used,
            balance_fen=self.balance_fen,
            account_used=self.account_used,
            payers=self.payers,
            family_fen=self.family_fen,
        )

    @property
    def amounts(self) -> Amounts:
        return self.split.amounts


POOLS = st.builds(Case, PARTS, benefits(), USED, FEN, st.booleans(), st.just(()), st.just(0))
CASES = st.builds(Case, PARTS, benefits(), USED, FEN, st.booleans(), PAYERS, FEN)


def fund_of(parts: Parts, benefit: Benefit = PLAIN, used: Used = NOTHING) -> int:
    return Case(parts, benefit, used, 0, account_used=False).amounts.fund_pay_sumamt_fen


# The cut of a line.


@pytest.mark.parametrize(
    ("pric_e6", "cnt_e4", "amount_fen"),
    [(12_500_000, 20_000, 2_500), (1_005_000, 10_000, 101), (333_333, 30_000, 100), (12_500_000, -20_000, -2_500)],
)
def test_a_line_is_price_times_count_half_up(pric_e6: int, cnt_e4: int, amount_fen: int) -> None:
    assert line_amount_fen(pric_e6, cnt_e4) == amount_fen


def test_class_a_is_in_scope_as_a_whole() -> None:
    assert cut_line(line(), CLASS_A) == LineCut("1", 1_000, "01", 0, 0, 0, 0, 1_000)


def test_class_b_has_a_first_share() -> None:
    assert cut_line(line(), CLASS_B) == LineCut("1", 1_000, "02", 1_000, 0, 0, 100, 900)


def test_class_c_is_own_as_a_whole() -> None:
    assert cut_line(line(), CLASS_C) == LineCut("1", 1_000, "03", 10_000, 1_000, 0, 0, 0)


def test_a_line_tells_its_price_limit_its_kind_of_charge_and_whether_its_use_is_limited() -> None:
    item = replace(CLASS_B, price_limit_e6=2_000_000, med_chrgitm_type="09", limited=True)
    told = [cut_line(replace(line(), hosp_appr_flag=flag), item) for flag in ("1", "2")]
    assert {(cut.pric_uplmt_amt_e6, cut.med_chrgitm_type, cut.lmt_used_flag) for cut in told} == {
        (2_000_000, "09", "1")
    }


def test_class_c_knows_no_price_limit() -> None:
    assert cut_line(line(), replace(CLASS_C, price_limit_e6=1)).overlmt_amt_fen == 0


def test_the_first_share_is_taken_of_what_the_price_limit_leaves() -> None:
    cut = cut_line(line(), replace(CLASS_B, price_limit_e6=8_000_000))
    assert (cut.overlmt_amt_fen, cut.preselfpay_amt_fen, cut.inscp_scp_amt_fen) == (200, 80, 720)


def test_a_price_at_its_limit_is_not_over_it() -> None:
    assert cut_line(line(), replace(CLASS_A, price_limit_e6=10_000_000)).overlmt_amt_fen == 0


def test_the_smallest_step_above_the_limit_is_over_it() -> None:
    many = line(pric_e6=10_000_001, cnt_e4=10**9)
    assert cut_line(many, replace(CLASS_A, price_limit_e6=10_000_000)).overlmt_amt_fen == 10


def test_the_first_share_is_rounded_half_up_and_the_rest_is_in_scope() -> None:
    cut = cut_line(line(pric_e6=50_000), replace(CLASS_B, preself_ratio_e4=5000))
    assert (cut.preselfpay_amt_fen, cut.inscp_scp_amt_fen) == (3, 2)


@given(LINES, items())
def test_the_four_parts_of_a_line_are_the_line(one: Line, item: Item) -> None:
    cut = cut_line(one, item)
    parts = cut.fulamt_ownpay_amt_fen, cut.overlmt_amt_fen, cut.preselfpay_amt_fen, cut.inscp_scp_amt_fen
    assert sum(parts) == cut.det_item_fee_sumamt_fen == one.det_item_fee_sumamt_fen
    assert min(parts) >= 0


@given(LINES, items())
def test_a_refund_line_is_cut_as_the_mirror_of_its_bill(one: Line, item: Item) -> None:
    refund = line(one.pric_e6, -one.cnt_e4)
    forward, backward = astuple(sum_parts([cut_line(one, item)])), astuple(sum_parts([cut_line(refund, item)]))
    assert backward == tuple(-part for part in forward)


@given(st.integers(1, 10**6), st.integers(1, 10**4), items(), st.none() | st.integers(0, 10**5))
def test_a_line_in_two_halves_moves_no_part_by_more_than_a_fen(
    price_fen: int, half_count: int, item: Item, limit_fen: int | None
) -> None:
    item = replace(item, price_limit_e6=None if limit_fen is None else limit_fen * 10_000)
    half = line(price_fen * 10_000, half_count * 10_000)
    whole = line(half.pric_e6, half.cnt_e4 * 2)
    apart = astuple(sum_parts([cut_line(half, item)] * 2))
    together = astuple(sum_parts([cut_line(whole, item)]))
    assert all(abs(a - b) <= 1 for a, b in zip(apart, together, strict=True))


@given(st.lists(st.tuples(LINES, items()), min_size=1, max_size=6))
def test_the_order_of_the_lines_does_not_matter(bill: list[tuple[Line, Item]]) -> None:
    cuts = [cut_line(one, item) for one, item in bill]
    assert sum_parts(cuts) == sum_parts(reversed(cuts))


@given(st.lists(st.tuples(LINES, items()), min_size=1, max_size=6))
def test_the_parts_of_the_lines_are_the_parts_of_the_bill(bill: list[tuple[Line, Item]]) -> None:
    cuts = [cut_line(one, item) for one, item in bill]
    amounts = split(sum_parts(cuts), PLAIN, NOTHING, balance_fen=0, account_used=False).amounts
    assert amounts.fulamt_ownpay_amt_fen == sum(cut.fulamt_ownpay_amt_fen for cut in cuts)
    assert amounts.overlmt_selfpay_fen == sum(cut.overlmt_amt_fen for cut in cuts)
    assert amounts.preselfpay_amt_fen == sum(cut.preselfpay_amt_fen for cut in cuts)
    assert amounts.inscp_scp_amt_fen == sum(cut.inscp_scp_amt_fen for cut in cuts)
    assert amounts.medfee_sumamt_fen == sum(one.det_item_fee_sumamt_fen for one, _ in bill)


# The identities of the interface.


@FEW
@given(CASES)
def test_i1_the_bill_is_funds_patient_and_hospital(case: Case) -> None:
    amounts = case.amounts
    assert amounts.medfee_sumamt_fen == (
        amounts.fund_pay_sumamt_fen + amounts.psn_part_amt_fen + amounts.hosp_part_amt_fen
    )
    assert amounts.psn_part_amt_fen >= 0


@FEW
@given(CASES)
def test_i2_the_patients_share_is_account_and_cash(case: Case) -> None:
    amounts = case.amounts
    assert amounts.psn_part_amt_fen == amounts.acct_pay_fen + amounts.psn_cash_pay_fen
    assert amounts.psn_cash_pay_fen >= 0


@pytest.mark.parametrize("fund_pay_type", sorted(FUND_FIELDS))
@settings(max_examples=20)
@given(POOLS)
def test_i3_the_funds_add_up_whichever_pays(fund_pay_type: str, case: Case) -> None:
    case = case.paid_by(fund_pay_type)
    by_fund = asdict(case.amounts)
    assert sum(by_fund[name] for name in set(FUND_FIELDS.values())) == by_fund["fund_pay_sumamt_fen"]
    assert by_fund[FUND_FIELDS[case.benefit.fund_pay_type]] == by_fund["fund_pay_sumamt_fen"]


@FEW
@given(CASES)
def test_i3_the_funds_add_up_however_many_pay(case: Case) -> None:
    by_fund = asdict(case.amounts)
    assert sum(by_fund[name] for name in set(FUND_FIELDS.values())) == by_fund["fund_pay_sumamt_fen"]


@FEW
@given(CASES)
def test_i4_the_family_pays_within_what_the_accounts_pay(case: Case) -> None:
    amounts = case.amounts
    assert 0 <= amounts.acct_mulaid_pay_fen <= min(amounts.acct_pay_fen, case.family_fen)


@FEW
@given(CASES)
def test_i5_the_bill_is_its_four_parts(case: Case) -> None:
    amounts = case.amounts
    assert amounts.medfee_sumamt_fen == (
        amounts.fulamt_ownpay_amt_fen
        + amounts.overlmt_selfpay_fen
        + amounts.preselfpay_amt_fen
        + amounts.inscp_scp_amt_fen
    )


@pytest.mark.parametrize("fund_pay_type", sorted(FUND_FIELDS))
@settings(max_examples=20)
@given(POOLS)
def test_i7_the_rows_of_setldetail_are_what_the_funds_pay(fund_pay_type: str, case: Case) -> None:
    result = case.paid_by(fund_pay_type).split
    paid = [row.fund_payamt_fen for row in result.setldetail]
    assert sum(paid) == result.amounts.fund_pay_sumamt_fen
    assert all(paid), "no row says that a fund pays nothing"
    assert {row.fund_pay_type for row in result.setldetail} <= {fund_pay_type}


@FEW
@given(CASES)
def test_i7_every_fund_that_pays_has_its_row(case: Case) -> None:
    result = case.split
    assert sum(row.fund_payamt_fen for row in result.setldetail) == result.amounts.fund_pay_sumamt_fen
    assert all(row.fund_payamt_fen for row in result.setldetail)


@FEW
@given(CASES)
def test_i10_deductible_and_fund_stay_in_scope(case: Case) -> None:
    amounts = case.amounts
    assert 0 <= amounts.act_pay_dedc_fen <= amounts.inscp_scp_amt_fen
    assert 0 <= case.split.pool_fen <= amounts.inscp_scp_amt_fen - amounts.act_pay_dedc_fen
    assert amounts.fund_pay_sumamt_fen <= amounts.inscp_scp_amt_fen


@FEW
@given(CASES)
def test_i12_the_account_pays_no_more_than_it_holds(case: Case) -> None:
    amounts = case.amounts
    own_fen = amounts.acct_pay_fen - amounts.acct_mulaid_pay_fen
    assert 0 <= own_fen <= case.balance_fen
    assert amounts.balc_fen == case.balance_fen - own_fen
    assert not amounts.acct_mulaid_pay_fen or own_fen == case.balance_fen, "the own account pays first"
    if not (case.account_used and case.benefit.account_allowed):
        assert amounts.acct_pay_fen == 0


@FEW
@given(CASES)
def test_the_cap_holds_whatever_was_used_before(case: Case) -> None:
    if case.benefit.cap_fen is not None:
        assert case.split.pool_fen <= max(case.benefit.cap_fen - case.used.fund_fen, 0)


@given(st.integers(0, 10**9), payer())
def test_the_cap_of_a_supplement_holds_as_well(in_scope: int, more: Payer) -> None:
    [*_, row] = (*paid(in_scope, PLAIN, more).counted, None)
    if row and more.supplement.cap_fen is not None:
        assert row.fund_fen <= max(more.supplement.cap_fen - more.used.fund_fen, 0)


# What moves which way.


@given(PARTS, benefits(), USED, FEN)
def test_more_in_scope_never_lowers_the_fund(parts: Parts, benefit: Benefit, used: Used, more: int) -> None:
    dearer = replace(parts, in_scope_fen=parts.in_scope_fen + more)
    assert fund_of(dearer, benefit, used) >= fund_of(parts, benefit, used)


@given(PARTS, benefits(), USED, FEN)
def test_what_is_not_in_scope_moves_no_fund(parts: Parts, benefit: Benefit, used: Used, more: int) -> None:
    dearer = replace(parts, own_fen=parts.own_fen + more, preself_fen=parts.preself_fen + more)
    assert fund_of(dearer, benefit, used) == fund_of(parts, benefit, used)


@given(FEN, FEN, FEN, RATIO)
def test_two_visits_are_paid_as_one_to_the_fen(first: int, second: int, deductible: int, ratio_e4: int) -> None:
    benefit = replace(PLAIN, deductible_fen=deductible, tiers=(Tier(None, ratio_e4),))
    one = split(Parts(0, 0, 0, first), benefit, NOTHING, balance_fen=0, account_used=False).amounts
    used = Used(one.act_pay_dedc_fen, one.fund_pay_sumamt_fen)
    two = split(Parts(0, 0, 0, second), benefit, used, balance_fen=0, account_used=False).amounts
    at_once = split(Parts(0, 0, 0, first + second), benefit, NOTHING, balance_fen=0, account_used=False).amounts
    assert one.act_pay_dedc_fen + two.act_pay_dedc_fen == at_once.act_pay_dedc_fen
    assert abs(one.fund_pay_sumamt_fen + two.fund_pay_sumamt_fen - at_once.fund_pay_sumamt_fen) <= 1


# Examples.


def test_a_deductible_counts_across_levels_of_institution() -> None:
    """Yantai's official reply: after 200 at level 1, 400 more are due at level 3, whose deductible is 600."""
    level_3 = replace(PLAIN, deductible_fen=60_000, tiers=(Tier(None, 6000),))
    amounts = split(Parts(0, 0, 0, 100_000), level_3, Used(20_000, 8_000), balance_fen=0, account_used=False).amounts
    assert (amounts.act_pay_dedc_fen, amounts.fund_pay_sumamt_fen) == (40_000, 36_000)


def test_the_fund_is_rounded_once_and_not_tier_by_tier() -> None:
    tiers = (Tier(1, 5000), Tier(2, 5000), Tier(None, 5000))
    assert fund_of(Parts(0, 0, 0, 3), replace(PLAIN, deductible_fen=0, tiers=tiers)) == 2


@pytest.mark.parametrize(("base", "fund"), [(0, 0), (1_000, 500), (1_001, 501), (3_000, 2_100), (4_000, 2_100)])
def test_each_tier_pays_its_own_segment_of_the_base(base: int, fund: int) -> None:
    tiers = (Tier(1_000, 5000), Tier(3_000, 8000), Tier(None, 0))
    assert fund_of(Parts(0, 0, 0, base), replace(PLAIN, deductible_fen=0, tiers=tiers)) == fund


def test_what_is_left_of_the_cap_is_shown_and_cuts_the_fund() -> None:
    capped = replace(PLAIN, deductible_fen=0, cap_fen=10_000)
    result = split(Parts(0, 0, 0, 10_000), capped, Used(0, 9_000), balance_fen=0, account_used=False)
    assert result.setldetail == (FundPayment("310102", 10_000, 1_000, 1_000),)


def test_a_fund_without_a_cap_shows_no_limit() -> None:
    result = split(Parts(0, 0, 0, 10_000), PLAIN, NOTHING, balance_fen=0, account_used=False)
    assert result.setldetail == (FundPayment("310102", 10_000, NO_LIMIT, 3_750),)


def test_the_ratio_shown_is_that_of_the_first_tier() -> None:
    tiers = (Tier(100, 5000), Tier(None, 8000))
    result = split(Parts(0, 0, 0, 10_000), replace(PLAIN, tiers=tiers), NOTHING, balance_fen=0, account_used=False)
    assert result.amounts.pool_prop_selfpay_e4 == 5000


def test_an_account_only_benefit_names_no_fund_and_uses_no_deductible() -> None:
    pharmacy = replace(PLAIN, fund_pay_type="", deductible_fen=0, tiers=(Tier(None, 0),))
    result = split(Parts(0, 0, 0, 5_860), pharmacy, NOTHING, balance_fen=10_000, account_used=True)
    assert result.setldetail == ()
    assert (result.amounts.act_pay_dedc_fen, result.amounts.fund_pay_sumamt_fen) == (0, 0)
    assert (result.amounts.acct_pay_fen, result.amounts.balc_fen) == (5_860, 4_140)


def test_an_account_that_is_not_used_keeps_its_balance() -> None:
    result = split(Parts(100, 0, 0, 0), PLAIN, NOTHING, balance_fen=10_000, account_used=False)
    assert (result.amounts.psn_cash_pay_fen, result.amounts.balc_fen) == (100, 10_000)


def test_an_account_that_runs_out_leaves_the_rest_to_cash() -> None:
    result = split(Parts(100, 0, 0, 0), PLAIN, NOTHING, balance_fen=60, account_used=True)
    assert (result.amounts.acct_pay_fen, result.amounts.psn_cash_pay_fen, result.amounts.balc_fen) == (60, 40, 0)


@pytest.mark.parametrize(("fund_pay_type", "name"), sorted(FUND_FIELDS.items()))
def test_each_fund_pays_into_the_amount_of_its_kind(fund_pay_type: str, name: str) -> None:
    benefit = replace(PLAIN, fund_pay_type=fund_pay_type)
    amounts = split(Parts(0, 0, 0, 10_000), benefit, NOTHING, balance_fen=0, account_used=False).amounts
    assert asdict(amounts)[name] == 3_750


# Supplements and the hospital's share.

LARGE = Supplement("large", "330100", "above-cap", "", 0, (Tier(None, 9000),), 18_000_000, Basis.ASSUMED, "a test")
ILLNESS = Supplement("illness", "390200", "left", "", 1_400_000, (Tier(None, 6000),), None, Basis.ASSUMED, "a test")
SERVANT = Supplement("servant", "320100", "left", "", 0, (Tier(None, 5000),), None, Basis.ASSUMED, "a test")


def paid(in_scope: int, benefit: Benefit, *more: Payer) -> Split:
    return split(Parts(0, 0, 0, in_scope), benefit, NOTHING, balance_fen=0, account_used=False, payers=more)


@FEW
@given(CASES)
def test_the_stages_of_a_split_add_up_to_what_its_funds_pay(case: Case) -> None:
    result = case.split
    assert sum(stage.paid_fen for stage in result.stages) == result.amounts.fund_pay_sumamt_fen


@FEW
@given(CASES)
def test_what_a_split_counts_is_what_its_supplements_pay(case: Case) -> None:
    result = case.split
    assert result.pool_fen + sum(row.fund_fen for row in result.counted) == result.amounts.fund_pay_sumamt_fen


def test_the_large_amount_fund_pays_of_what_lies_above_the_cap() -> None:
    pool = replace(PLAIN, deductible_fen=0, tiers=(Tier(None, 8000),), cap_fen=80_000)
    result = paid(300_000, pool, Payer(LARGE, NOTHING))
    assert (result.amounts.hifp_pay_fen, result.amounts.hifob_pay_fen) == (80_000, 180_000)
    assert result.setldetail[1] == FundPayment("330100", 200_000, 18_000_000, 180_000)


def test_below_the_cap_the_large_amount_fund_has_nothing_to_pay() -> None:
    result = paid(100_000, replace(PLAIN, cap_fen=10**9), Payer(LARGE, NOTHING))
    assert result.amounts.hifob_pay_fen == 0
    assert result.counted == ()


def test_serious_illness_begins_where_the_own_compliant_cost_of_a_year_passes_its_deductible() -> None:
    pool = replace(PLAIN, deductible_fen=0, tiers=(Tier(None, 5000),))
    first = paid(2_000_000, pool, Payer(ILLNESS, NOTHING))
    assert first.amounts.hifmi_pay_fen == 0
    [row] = first.counted
    assert (row.deductible_fen, row.base_fen) == (1_000_000, 0)
    second = paid(2_000_000, pool, Payer(ILLNESS, Used(row.deductible_fen, row.fund_fen, row.base_fen)))
    assert second.amounts.hifmi_pay_fen == 600_000 * 6 // 10


def test_a_supplement_pays_of_what_those_before_it_left() -> None:
    pool = replace(PLAIN, deductible_fen=0, tiers=(Tier(None, 5000),))
    result = paid(100_000, pool, Payer(SERVANT, NOTHING), Payer(replace(SERVANT, fund_pay_type="610100"), NOTHING))
    amounts = result.amounts
    assert (amounts.hifp_pay_fen, amounts.cvlserv_pay_fen, amounts.maf_pay_fen) == (50_000, 25_000, 12_500)


def test_own_cost_above_its_share_of_the_bill_is_the_hospitals() -> None:
    strict = replace(PLAIN, deductible_fen=0, own_share_max_e4=1000)
    amounts = split(Parts(20_000, 5_000, 0, 75_000), strict, NOTHING, balance_fen=0, account_used=False).amounts
    assert amounts.hosp_part_amt_fen == 15_000
    assert amounts.psn_part_amt_fen == 100_000 - 56_250 - 15_000


@pytest.mark.parametrize(("admission", "deductible"), [(1, 100_000), (2, 50_000), (3, 0), (9, 0)])
def test_the_deductible_is_that_of_the_admission(admission: int, deductible: int) -> None:
    stay = replace(PLAIN, deductible_fen=0, deductible_by_admission_fen=(100_000, 50_000, 0))
    amounts = split(
        Parts(0, 0, 0, 500_000), stay, NOTHING, balance_fen=0, account_used=False, admission=admission
    ).amounts
    assert amounts.act_pay_dedc_fen == deductible


@pytest.mark.parametrize(
    ("family", "own", "mulaid", "cash"),
    [(0, 10_000, 0, 20_000), (5_000, 10_000, 5_000, 15_000), (10**6, 10_000, 20_000, 0)],
)
def test_the_own_account_pays_first_then_the_familys_then_cash(family: int, own: int, mulaid: int, cash: int) -> None:
    nothing = replace(PLAIN, deductible_fen=0, tiers=(Tier(None, 0),), fund_pay_type="")
    amounts = split(
        Parts(0, 0, 0, 30_000), nothing, NOTHING, balance_fen=10_000, account_used=True, family_fen=family
    ).amounts
    assert (amounts.acct_pay_fen, amounts.acct_mulaid_pay_fen, amounts.psn_cash_pay_fen) == (own + mulaid, mulaid, cash)
    assert amounts.balc_fen == 0
