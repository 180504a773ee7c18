"""Cases at every threshold of a policy, a fen below it, on it and a fen above it, as golden cases.

Thresholds are the end of the deductible, the end of each segment and the point at which the pool reaches its cap. What
is expected is computed here in fractions by the printed rule, (in-scope - deductible) x ratio and not above the cap,
and by nothing of the engine's, so that `shuaka validate` compares two computations.

A golden case holds one bill and the pool that pays of it. So what pays after the pool (`then`), what refuses a bill
(`bill_max`) and what the hospital bears (`own_share_max`) have no cases here: `without_cases` names them, and scenarios
try them.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final

from settlement.engine.rules.money import RATIO_ONE, RATIO_PLACES, unscaled, yuan
from settlement.engine.rules.policy import Benefit, Dated, Policy, Tier, pays_nothing

HALF: Final = Fraction(1, 2)
STEPS: Final = (-1, 0, 1)


def bounds(policy: Policy, day: int) -> list[dict[str, Any]]:
    """Return the cases of what holds on a day (yyyymmdd), as rows of a golden file."""
    cases: dict[str, dict[str, Any]] = {}
    for row in policy.rows:
        if row.from_day <= day <= row.to_day and not pays_nothing(row.benefit):
            for case in _cases(policy.name, row):
                cases.setdefault(case["id"], case)
    return list(cases.values())


def without_cases(policy: Policy, day: int) -> list[str]:
    """Return what holds on a day (yyyymmdd) and has thresholds of which `bounds` makes no case, each once."""
    names: dict[str, None] = {}
    for row in policy.rows:
        if row.from_day <= day <= row.to_day:
            benefit = row.benefit
            names.update(dict.fromkeys(f"supplement {supplement.name}" for supplement in benefit.then))
            if benefit.bill_max_fen is not None:
                names[f"bill_max of {benefit.name}"] = None
            if benefit.own_share_max_e4 is not None:
                names[f"own_share_max of {benefit.name}"] = None
    return list(names)


def _cases(policy: str, row: Dated) -> Iterator[dict[str, Any]]:
    benefit = row.benefit
    for number in range(1, max(len(benefit.deductible_by_admission_fen), 1) + 1):
        deductible = benefit.at_admission(number)
        admission = f" admission {number}" if benefit.deductible_by_admission_fen else ""
        name = f"{policy} {benefit.name} {row.psn_type} {row.med_type} level {row.level} {row.route}{admission}"
        for threshold, base_fen in thresholds(benefit):
            for step in STEPS:
                in_scope = deductible + base_fen + step
                if in_scope > 0:
                    case_id = f"{name}: {threshold} {'+' if step > 0 else ''}{yuan(step)}"
                    yield _case(case_id, benefit, deductible, in_scope)


def thresholds(benefit: Benefit) -> Iterator[tuple[str, int]]:
    """Yield the name of each threshold and how much of the base, what lies above the deductible, it is at."""
    yield "deductible", 0
    for number, tier in enumerate(benefit.tiers, start=1):
        if tier.upper_fen is not None:
            yield f"end of segment {number}", tier.upper_fen
    if benefit.cap_fen is not None:
        at_cap = _base_reaching(benefit.cap_fen, benefit.tiers)
        if at_cap is not None:
            yield "cap", at_cap


def expected(benefit: Benefit, deductible_fen: int, in_scope_fen: int) -> dict[str, str]:
    """Return the split of a bill that is in scope as a whole, by the printed rule."""
    due = min(deductible_fen, in_scope_fen)
    fund = floor(_paid(in_scope_fen - due, benefit.tiers) + HALF)
    if benefit.cap_fen is not None:
        fund = min(fund, benefit.cap_fen)
    return {
        "medfee_sumamt": yuan(in_scope_fen),
        "inscp_scp_amt": yuan(in_scope_fen),
        "act_pay_dedc": yuan(due),
        "fund_pay_sumamt": yuan(fund),
        "psn_part_amt": yuan(in_scope_fen - fund),
    }


def _case(case_id: str, benefit: Benefit, deductible: int, in_scope: int) -> dict[str, Any]:
    return {
        "id": case_id,
        "kind": "FORMULA",
        "source": benefit.source,
        "confidence": "DERIVED",
        "items": [{"chrgitm_lv": "01", "amt": yuan(in_scope)}],
        "policy": {
            "dedc": yuan(deductible),
            "tiers": [
                [None if tier.upper_fen is None else yuan(tier.upper_fen), unscaled(tier.ratio_e4, RATIO_PLACES)]
                for tier in benefit.tiers
            ],
            "cap": None if benefit.cap_fen is None else yuan(benefit.cap_fen),
        },
        "expect": expected(benefit, deductible, in_scope),
    }


def _paid(base_fen: int, tiers: tuple[Tier, ...]) -> Fraction:
    total, lower = Fraction(0), 0
    for tier in tiers:
        upper = base_fen if tier.upper_fen is None else min(base_fen, tier.upper_fen)
        total += Fraction(max(upper - lower, 0) * tier.ratio_e4, RATIO_ONE)
        lower = max(upper, lower)
    return total


def _base_reaching(cap_fen: int, tiers: tuple[Tier, ...]) -> int | None:
    """Return the smallest base of which the pool pays its cap, rounded half up; None if it never does."""
    lower = 0
    for tier in tiers:
        missing = cap_fen - HALF - _paid(lower, tiers)
        if missing <= 0:
            return lower
        if tier.ratio_e4:
            base = lower + ceil(missing * RATIO_ONE / tier.ratio_e4)
            if tier.upper_fen is None or base <= tier.upper_fen:
                return base
        if tier.upper_fen is not None:
            lower = tier.upper_fen
    return None
