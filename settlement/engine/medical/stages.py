"""What one fund pays of an amount: its deductible first, then its tiers, then its cap; and that, told stage by stage.

The pool and every supplement are cut by the same rule; they differ in their figures and in what they pay of. A fund is
rounded at the end of its tiers, as the difference between what it owes up to here and what it owed before, so that the
interim settlements of a stay pay together to the fen what one settlement would have paid. Integers only.
"""

from collections.abc import Iterator
from itertools import count
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from settlement.engine.rules.money import RATIO_ONE, half_up
from settlement.engine.rules.policy import CIVIL_SERVANT, LARGE_AMOUNT, SERIOUS_ILLNESS, Tier

NO_LIMIT: Final = -1
"""crt_payb_lmt_amt_fen of a fund without a cap."""


class Used(Struct, frozen=True, array_like=True):
    """What a person has used of a benefit or supplement before; `base_fen` is how far its tiers have been walked."""

    deductible_fen: int = 0
    fund_fen: int = 0
    base_fen: int = 0


class FundCut(NamedTuple):
    """An amount as one fund cuts it.

    `deductible_fen` + `base_fen` is the amount; the tiers pay `paid_fen` of the first `covered_fen` of the base, and
    the rest of the base lies above the cap. `limit_left_fen` is what was left of the cap before.
    """

    deductible_fen: int
    base_fen: int
    covered_fen: int
    paid_fen: int
    limit_left_fen: int


class StageCut(Struct, frozen=True, array_like=True):
    """One stage of a settlement's split, kept with it so that it can be told later.

    `code` is the interface's polItemCode, or the fund's own number where it has none; `name` the benefit's or the
    supplement's; the fund pays `paid_fen` of `amount_fen` at a ratio (a deductible and what lies above a cap: nothing).
    """

    code: str
    name: str
    fund_pay_type: str
    amount_fen: int
    ratio_e4: int
    paid_fen: int


class Items(NamedTuple):
    """The polItemCodes of a fund: its deductible, its n-th tier (as a format of n), what lies above its cap."""

    deductible: str
    tier: str
    above_cap: str


POOL_ITEMS: Final = Items("S001", "C{:03d}", "EC01")
SUPPLEMENT_ITEMS: Final = {
    LARGE_AMOUNT: Items(LARGE_AMOUNT, "L{:03d}", LARGE_AMOUNT),
    SERIOUS_ILLNESS: Items("PS01", "PL{:02d}", SERIOUS_ILLNESS),
    CIVIL_SERVANT: Items("GBS1", "GB{:02d}", CIVIL_SERVANT),
}

STAGES: Final = msgspec.msgpack.Decoder(tuple[StageCut, ...])


def supplement_items(fund_pay_type: str) -> Items:
    """Return a supplement's polItemCodes; the fund's number where the interface has none."""
    return SUPPLEMENT_ITEMS.get(fund_pay_type, Items(fund_pay_type, fund_pay_type, fund_pay_type))


def cut_fund(amount_fen: int, deductible_fen: int, tiers: tuple[Tier, ...], cap_fen: int | None, used: Used) -> FundCut:
    """Cut an amount by a fund's figures: (amount - deductible still due) x ratio, not above the cap."""
    due = min(max(deductible_fen - used.deductible_fen, 0), amount_fen)
    base = amount_fen - due
    before = owed(used.base_fen, tiers) if used.base_fen else 0
    paid = owed(used.base_fen + base, tiers) - before
    if cap_fen is None:
        return FundCut(due, base, base, paid, NO_LIMIT)
    left = max(cap_fen - used.fund_fen, 0)
    if paid <= left:
        return FundCut(due, base, base, paid, left)
    return FundCut(due, base, max(_reaching(before + left, tiers) - used.base_fen, 0), left, left)


def owed(base_fen: int, tiers: tuple[Tier, ...]) -> int:
    """Return what tiers pay of a base from its first fen: each tier's share of it, rounded once at the end."""
    share_e4 = lower = 0
    for tier in tiers:
        upper = base_fen if tier.upper_fen is None else min(base_fen, tier.upper_fen)
        share_e4 += (upper - lower) * tier.ratio_e4
        if upper == base_fen:
            break
        lower = upper
    return half_up(share_e4, RATIO_ONE)


def stages(cut: FundCut, tiers: tuple[Tier, ...], used: Used, items: Items, name: str, fund: str) -> Iterator[StageCut]:
    """Tell a cut stage by stage; the tiers' payments add up to the fund's."""
    if cut.deductible_fen:
        yield StageCut(items.deductible, name, fund, cut.deductible_fen, 0, 0)
    start, end = used.base_fen, used.base_fen + cut.covered_fen
    lower = 0
    for number, tier in zip(count(1), tiers, strict=False):
        begin, finish = max(lower, start), end if tier.upper_fen is None else min(end, tier.upper_fen)
        if begin < finish:
            paid = owed(finish, tiers) - owed(begin, tiers)
            yield StageCut(items.tier.format(number), name, fund, finish - begin, tier.ratio_e4, paid)
        lower = tier.upper_fen or 0
    if cut.base_fen > cut.covered_fen:
        yield StageCut(items.above_cap, name, fund, cut.base_fen - cut.covered_fen, 0, 0)


def _reaching(goal_fen: int, tiers: tuple[Tier, ...]) -> int:
    """Return the smallest base of which tiers pay that much; one more fen of base never pays more than one."""
    missing_e4 = goal_fen * RATIO_ONE - RATIO_ONE // 2  # half a fen is rounded up to a whole one
    if missing_e4 <= 0:
        return 0
    lower = 0
    for tier in tiers:
        whole = tier.upper_fen is None or (tier.upper_fen - lower) * tier.ratio_e4 >= missing_e4
        if tier.ratio_e4 and whole:
            return lower - (-missing_e4 // tier.ratio_e4)
        assert tier.upper_fen is not None, "the goal lies within what the tiers pay"
        missing_e4 -= (tier.upper_fen - lower) * tier.ratio_e4
        lower = tier.upper_fen
    raise AssertionError("the last tier has no end")
