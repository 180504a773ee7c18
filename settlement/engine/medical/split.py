"""How a bill falls apart: each line into four parts, their sums among fund, personal account and cash.

The rule that local bureaus print is always (in-scope - deductible) x ratio, not above the cap. Rounding: each line's
first share once, half up, its in-scope part the residual; the fund once, at the end of its tiers; the patient's share
the residual. Any other order breaks I1 or I5 by a fen on some bills. Hot path: integers only, nothing copied.
"""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from settlement.engine.rules.catalogue import CLASS_C, Item
from settlement.engine.rules.money import RATIO_ONE, half_up
from settlement.engine.rules.policy import FUND_FIELDS, Benefit
from settlement.wire.messages import Amounts, FundPayment, Line, LineCut

PRICE_TIMES_COUNT: Final = 10**8
"""pric_e6 x cnt_e4 is 10^-10 yuan; this many of them make a fen."""
NO_LIMIT: Final = -1
"""crt_payb_lmt_amt_fen of a fund without a cap."""


class Parts(Struct, frozen=True, array_like=True):
    """The four parts of a bill, in fen; together they are the bill (I5)."""

    own_fen: int
    overlmt_fen: int
    preself_fen: int
    in_scope_fen: int


class Used(Struct, frozen=True, array_like=True):
    """What a person has used of a benefit in its year."""

    deductible_fen: int = 0
    fund_fen: int = 0


class Split(Struct, frozen=True, array_like=True):
    """Who pays what of a bill."""

    amounts: Amounts
    setldetail: tuple[FundPayment, ...]


def line_amount_fen(pric_e6: int, cnt_e4: int) -> int:
    """Return price times count, half up to the fen (I8); a refund has a negative count.

    >>> line_amount_fen(12_500_000, 20_000)
    2500
    """
    return half_up(pric_e6 * cnt_e4, PRICE_TIMES_COUNT)


def cut_line(line: Line, item: Item) -> LineCut:
    """Cut a line into own, over the limit, first share and in scope.

    Class C is own as a whole, whatever its price; else what the price exceeds its limit by is the patient's, and the
    first share is taken of the rest (interface specification, 2204).
    """
    amount = line.det_item_fee_sumamt_fen
    if item.chrgitm_lv == CLASS_C:
        return LineCut(line.feedetl_sn, amount, CLASS_C, RATIO_ONE, amount, 0, 0, 0)
    limit = item.price_limit_e6
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


def split(parts: Parts, benefit: Benefit, used: Used, *, balance_fen: int, account_used: bool) -> Split:
    """Split a bill, cut by the list of the place of treatment, by the policy of the place of insurance.

    `pool_prop_selfpay_e4` of the result is the ratio of the first tier. The account pays what is the patient's, own
    part included, as far as it goes; unused, its balance stays what it is.
    """
    in_scope = parts.in_scope_fen
    assert min(parts.own_fen, parts.overlmt_fen, parts.preself_fen, in_scope, balance_fen) >= 0
    dedc = min(max(benefit.deductible_fen - used.deductible_fen, 0), in_scope)
    fund = fund_share(in_scope - dedc, benefit)
    limit_left = NO_LIMIT
    if benefit.cap_fen is not None:
        limit_left = max(benefit.cap_fen - used.fund_fen, 0)
        fund = min(fund, limit_left)
    medfee = parts.own_fen + parts.overlmt_fen + parts.preself_fen + in_scope
    patient = medfee - fund
    account = min(balance_fen, patient) if account_used and benefit.account_allowed else 0
    amounts = Amounts(
        medfee_sumamt_fen=medfee,
        fulamt_ownpay_amt_fen=parts.own_fen,
        overlmt_selfpay_fen=parts.overlmt_fen,
        preselfpay_amt_fen=parts.preself_fen,
        inscp_scp_amt_fen=in_scope,
        act_pay_dedc_fen=dedc,
        pool_prop_selfpay_e4=benefit.tiers[0].ratio_e4,
        fund_pay_sumamt_fen=fund,
        psn_part_amt_fen=patient,
        acct_pay_fen=account,
        psn_cash_pay_fen=patient - account,
        balc_fen=balance_fen - account,
        **({FUND_FIELDS[benefit.fund_pay_type]: fund} if fund else {}),
    )
    paid = (FundPayment(benefit.fund_pay_type, in_scope, limit_left, fund),) if fund else ()
    return Split(amounts, paid)


def fund_share(base_fen: int, benefit: Benefit) -> int:
    """Return what the fund pays of a base before any cap: each tier's share of it, rounded once at the end."""
    share_e4 = lower = 0
    for tier in benefit.tiers:
        upper = base_fen if tier.upper_fen is None else min(base_fen, tier.upper_fen)
        share_e4 += (upper - lower) * tier.ratio_e4
        if upper == base_fen:
            break
        lower = upper
    return half_up(share_e4, RATIO_ONE)
