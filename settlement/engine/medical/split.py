"""How a bill falls apart: each line into four parts, their sums among funds, hospital, personal account and cash.

The rule that local bureaus print is always (in-scope - deductible) x ratio, not above the cap; the supplements pay
after the pool in the order of the policy, each of what it is said to pay of. Rounding: each line's first share once,
half up, its in-scope part the residual; each fund once, at the end of its tiers; the patient's share the residual. Any
other order breaks I1 or I5 by a fen on some bills. Hot path: integers only, nothing copied.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from msgspec import Struct

from settlement.engine.medical.stages import POOL_ITEMS, FundCut, StageCut, Used, cut_fund, stages, supplement_items
from settlement.engine.rules.catalogue import CLASS_C, Item
from settlement.engine.rules.money import RATIO_ONE, half_up
from settlement.engine.rules.policy import ABOVE_CAP, FUND_FIELDS, Benefit, Supplement
from settlement.wire.messages import Amounts, FundPayment, Line, LineCut

APPROVED_USE: Final = "1"
REFUSED_USE: Final = "2"
"""hosp_appr_flag: the hospital looked at a limited use and said yes or no; 0 and empty are neither."""
PRICE_TIMES_COUNT: Final = 10**8
"""pric_e6 x cnt_e4 is 10^-10 yuan; this many of them make a fen."""


class Parts(Struct, frozen=True, array_like=True):
    """The four parts of a bill, in fen; together they are the bill (I5)."""

    own_fen: int
    overlmt_fen: int
    preself_fen: int
    in_scope_fen: int


class Payer(NamedTuple):
    """A supplement that may pay for this person, and what was used of it this year."""

    supplement: Supplement
    used: Used


class Counted(Struct, frozen=True, array_like=True):
    """What one supplement counted of a bill: towards its deductible, its tiers and its cap."""

    name: str
    fund_pay_type: str
    deductible_fen: int
    base_fen: int
    fund_fen: int


class Split(Struct, frozen=True, array_like=True):
    """Who pays what of a bill, and how it came about. `pool_fen` is the pool's part of the funds."""

    amounts: Amounts
    setldetail: tuple[FundPayment, ...]
    pool_fen: int = 0
    counted: tuple[Counted, ...] = ()
    stages: tuple[StageCut, ...] = ()


class _Funds(NamedTuple):
    """What the funds pay, what the supplements counted of it, and how it came about."""

    detail: tuple[FundPayment, ...]
    counted: tuple[Counted, ...]
    told: tuple[StageCut, ...]


def line_amount_fen(pric_e6: int, cnt_e4: int) -> int:
    """Return price times count, half up to the fen (I8); a refund has a negative count.

    >>> line_amount_fen(12_500_000, 20_000)
    2500
    """
    return half_up(pric_e6 * cnt_e4, PRICE_TIMES_COUNT)


def cut_line(line: Line, item: Item, level: int = 0) -> LineCut:
    """Cut a line, billed at an institution of a level, into own, over the limit, first share and in scope.

    A limited item is own unless the hospital approved its use, any other only where the hospital refused it.
    Class C is own as a whole, whatever its price; else what the price exceeds its limit by is the patient's, and the
    first share is taken of the rest (interface specification, 2204).
    """
    amount, limit = line.det_item_fee_sumamt_fen, item.limit_e6(level)
    told = limit or 0, item.med_chrgitm_type, "1" if item.limited else "0"
    if item.chrgitm_lv == CLASS_C:
        return LineCut(line.feedetl_sn, amount, CLASS_C, RATIO_ONE, amount, 0, 0, 0, *told)
    if line.hosp_appr_flag == REFUSED_USE or (item.limited and line.hosp_appr_flag != APPROVED_USE):
        return LineCut(line.feedetl_sn, amount, item.chrgitm_lv, RATIO_ONE, amount, 0, 0, 0, *told)
    allowed = amount
    if limit is not None and line.pric_e6 > limit:
        allowed = min(amount, line_amount_fen(limit, line.cnt_e4), key=abs)
    preself = half_up(allowed * item.preself_ratio_e4, RATIO_ONE)
    return LineCut(
        line.feedetl_sn,
        amount,
        item.chrgitm_lv,
        item.preself_ratio_e4,
        0,
        amount - allowed,
        preself,
        allowed - preself,
        *told,
    )


def sum_parts(cuts: Iterable[LineCut]) -> Parts:
    """Add the lines' parts up to the bill's (I6)."""
    own = overlmt = preself = in_scope = 0
    for cut in cuts:
        own += cut.fulamt_ownpay_amt_fen
        overlmt += cut.overlmt_amt_fen
        preself += cut.preselfpay_amt_fen
        in_scope += cut.inscp_scp_amt_fen
    return Parts(own, overlmt, preself, in_scope)


def split(
    parts: Parts,
    benefit: Benefit,
    used: Used,
    *,
    balance_fen: int,
    account_used: bool,
    admission: int = 1,
    payers: tuple[Payer, ...] = (),
    family_fen: int = 0,
) -> Split:
    """Split a bill, cut by the list of the place of treatment, by the policy of the place of insurance.

    `admission` is which of the year's the stay is; `payers` are the supplements in their order. `pool_prop_selfpay_e4`
    of the result is the ratio of the first tier. The account pays what is the patient's, own part included, as far as
    it goes, and the family's accounts after it up to `family_fen`; unused, a balance stays what it is.
    """
    in_scope = parts.in_scope_fen
    assert min(parts.own_fen, parts.overlmt_fen, parts.preself_fen, in_scope, balance_fen, family_fen) >= 0
    cut = cut_fund(in_scope, benefit.at_admission(admission), benefit.tiers, benefit.cap_fen, used)
    funds = _funds(cut, benefit, used, payers)
    fund = sum(row.fund_payamt_fen for row in funds.detail)
    medfee = parts.own_fen + parts.overlmt_fen + parts.preself_fen + in_scope
    hospital = _hospital_share(parts, medfee, benefit)
    patient = medfee - fund - hospital
    pays = account_used and benefit.account_allowed
    account = min(balance_fen, patient) if pays else 0
    family = min(family_fen, patient - account) if pays else 0
    amounts = Amounts(
        medfee_sumamt_fen=medfee,
        fulamt_ownpay_amt_fen=parts.own_fen,
        overlmt_selfpay_fen=parts.overlmt_fen,
        preselfpay_amt_fen=parts.preself_fen,
        inscp_scp_amt_fen=in_scope,
        act_pay_dedc_fen=cut.deductible_fen,
        pool_prop_selfpay_e4=benefit.tiers[0].ratio_e4,
        fund_pay_sumamt_fen=fund,
        psn_part_amt_fen=patient,
        acct_pay_fen=account + family,
        psn_cash_pay_fen=patient - account - family,
        balc_fen=balance_fen - account,
        acct_mulaid_pay_fen=family,
        hosp_part_amt_fen=hospital,
        **_by_field(funds.detail),
    )
    return Split(amounts, funds.detail, cut.paid_fen, funds.counted, funds.told)


def _funds(cut: FundCut, benefit: Benefit, used: Used, payers: tuple[Payer, ...]) -> _Funds:
    """Let the pool pay what its cut says, and the supplements in their order of what is theirs to pay of."""
    kind, in_scope = benefit.fund_pay_type, cut.deductible_fen + cut.base_fen
    if not kind:
        return _Funds((), (), ())
    detail = [FundPayment(kind, in_scope, cut.limit_left_fen, cut.paid_fen)] if cut.paid_fen else []
    told = [*stages(cut, benefit.tiers, used, POOL_ITEMS, benefit.name, kind)]
    counted: list[Counted] = []
    left = in_scope - cut.paid_fen
    for supplement, before in payers:
        of = min(cut.base_fen - cut.covered_fen, left) if supplement.pays_of == ABOVE_CAP else left
        more = cut_fund(of, supplement.deductible_fen, supplement.tiers, supplement.cap_fen, before)
        kind, name = supplement.fund_pay_type, supplement.name
        told += stages(more, supplement.tiers, before, supplement_items(kind), name, kind)
        if of:
            counted.append(Counted(name, kind, more.deductible_fen, more.base_fen, more.paid_fen))
        if more.paid_fen:
            detail.append(FundPayment(kind, of, more.limit_left_fen, more.paid_fen))
            left -= more.paid_fen
    return _Funds(tuple(detail), tuple(counted), tuple(told))


def _by_field(detail: tuple[FundPayment, ...]) -> dict[str, int]:
    """Return what each fund's amount receives."""
    paid: dict[str, int] = {}
    for row in detail:
        name = FUND_FIELDS[row.fund_pay_type]
        paid[name] = paid.get(name, 0) + row.fund_payamt_fen
    return paid


def _hospital_share(parts: Parts, medfee_fen: int, benefit: Benefit) -> int:
    """Return what of own and over-limit cost exceeds its allowed share of the bill: the hospital bears it."""
    if benefit.own_share_max_e4 is None:
        return 0
    allowed = half_up(medfee_fen * benefit.own_share_max_e4, RATIO_ONE)
    return max(parts.own_fen + parts.overlmt_fen - allowed, 0)
