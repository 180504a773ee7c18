"""A policy of one day as officials write it: a table for each kind of visit, deductible, segments, ratios, cap.

Values in, lines out. What the figures do to a bill stands in engine.medical.split; nothing is computed here.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple, TypeVar
from unicodedata import east_asian_width

from settlement.engine.rules.money import RATIO_ONE, yuan
from settlement.engine.rules.policy import Benefit, Policy, Supplement, Tier, pays_nothing
from settlement.telling.policy_words import FUNDS, INSUTYPES, LEVELS, MED_TYPES, PSN_TYPES, ROUTES, STANDINGS, both

T = TypeVar("T")

HEADINGS: Final = (
    "人员 person",
    "级别 level",
    "起付线 deductible",
    "起付线以上报销比例 fund pays above it",
    "封顶线 cap",
)
ACCOUNT_ONLY: Final = "个人账户、现金 account and cash"
NONE: Final = "-"
OF: Final = {"above-cap": "of what lies above the pool's cap", "left": "of what no fund before it has paid"}


class Figures(NamedTuple):
    """Whose figures, at which level, and which."""

    psn_type: str
    level: int
    benefit: Benefit


class Block(NamedTuple):
    """The figures of some kinds of visit by some routes, all alike."""

    insutype: str
    med_types: tuple[str, ...]
    routes: tuple[str, ...]
    rows: tuple[Figures, ...]


def blocks(policy: Policy, day: int) -> list[Block]:
    """Return the figures that hold on a day (yyyymmdd), by kind of insurance, in the order of their file."""
    visits: dict[tuple[str, str, str], list[Figures]] = {}
    for row in policy.rows:
        if row.from_day <= day <= row.to_day:
            figures = Figures(row.psn_type, row.level, row.benefit)
            visits.setdefault((row.insutype, row.med_type, row.route), []).append(figures)
    alike: dict[tuple[str, tuple[Figures, ...]], list[tuple[str, str]]] = {}
    for (insutype, med_type, route), rows in visits.items():
        key = insutype, tuple(sorted(rows, key=lambda row: (row.psn_type, row.level)))
        alike.setdefault(key, []).append((med_type, route))
    return [
        Block(insutype, _once(med for med, _ in whose), _once(route for _, route in whose), rows)
        for (insutype, rows), whose in alike.items()
    ]


def table(policy: Policy, day: int) -> Iterator[str]:
    """Yield the lines of every table of a day."""
    for block in blocks(policy, day):
        visits = "、".join(both(MED_TYPES, med) for med in block.med_types)
        yield f"{both(INSUTYPES, block.insutype)}  |  {visits}  |  {'、'.join(both(ROUTES, r) for r in block.routes)}"
        yield from aligned([HEADINGS, *_rows(block)])
        yield from _notes(block)
        yield ""


def _rows(block: Block) -> Iterator[tuple[str, ...]]:
    by_person: dict[str, list[Figures]] = {}
    for row in block.rows:
        by_person.setdefault(row.psn_type, []).append(row)
    for psn_type, rows in by_person.items():
        if len(rows) == len(LEVELS) - 1 and len({row.benefit for row in rows}) == 1:
            yield _cells(psn_type, "any", rows[0].benefit)
        else:
            for row in rows:
                yield _cells(psn_type, str(row.level), row.benefit)


def _cells(psn_type: str, level: str, benefit: Benefit) -> tuple[str, ...]:
    cap = NONE if benefit.cap_fen is None else f"{yuan(benefit.cap_fen)} 年 a year"
    ratio = ACCOUNT_ONLY if pays_nothing(benefit) else segments(benefit.tiers)
    return both(PSN_TYPES, psn_type), both(LEVELS, level), _deductible(benefit), ratio, cap


def _deductible(benefit: Benefit) -> str:
    if benefit.deductible_by_admission_fen:
        return " / ".join(map(yuan, benefit.deductible_by_admission_fen)) + " 次 by admission"
    return f"{yuan(benefit.deductible_fen)} 年 a year" if benefit.deductible_fen else NONE


def segments(tiers: tuple[Tier, ...]) -> str:
    """Return the segments of what lies above the deductible, with their ratios.

    >>> segments((Tier(200000, 7500), Tier(None, 8000)))
    '0-2000.00: 75 %; 2000.00-: 80 %'
    """
    if len(tiers) == 1:
        return percent(tiers[0].ratio_e4)
    lowers = ["0", *(yuan(tier.upper_fen) for tier in tiers if tier.upper_fen is not None)]
    uppers = ["" if tier.upper_fen is None else yuan(tier.upper_fen) for tier in tiers]
    ratios = [percent(tier.ratio_e4) for tier in tiers]
    return "; ".join(f"{low}-{high}: {ratio}" for low, high, ratio in zip(lowers, uppers, ratios, strict=True))


def _notes(block: Block) -> Iterator[str]:
    benefits = {row.benefit: None for row in block.rows}
    for fund in _once(benefit.fund_pay_type for benefit in benefits if benefit.fund_pay_type):
        yield f"  基金 fund: {fund} {both(FUNDS, fund)}"
    for more in {more: None for benefit in benefits for more in benefit.then}:
        yield f"  其后 then: {_supplement(more)}"
    for limit in _once(benefit.bill_max_fen for benefit in benefits if benefit.bill_max_fen is not None):
        yield f"  单次限额 most of one bill: {yuan(limit)}"
    for share in _once(benefit.own_share_max_e4 for benefit in benefits if benefit.own_share_max_e4 is not None):
        yield f"  自费占比 own share of a bill, at most: {percent(share)}; the hospital bears what is above it"
    for may in _once(benefit.account_allowed for benefit in benefits):
        yield f"  个人账户 personal account: {'may pay 可用' if may else 'may not pay 不可用'}"
    for source in _once(f"[{benefit.basis}] {benefit.source}" for benefit in benefits):
        yield f"  依据 source: {source}"


def _supplement(more: Supplement) -> str:
    cap = "" if more.cap_fen is None else f", up to {yuan(more.cap_fen)} a year"
    above = f" above {yuan(more.deductible_fen)}" if more.deductible_fen else ""
    whom = f" for {STANDINGS[more.only_for][0]}" if more.only_for else ""
    pays = f"{segments(more.tiers)} {OF[more.pays_of]}{above}{cap}"
    return f"{both(FUNDS, more.fund_pay_type)}{whom}: {pays} [{more.basis}] {more.source}"


def aligned(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Yield rows as lines whose columns stand under each other, a Chinese character two wide."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        yield ("  " + "  ".join(cells)).rstrip()


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def percent(ratio_e4: int) -> str:
    """Return a ratio of 10^-4 in percent.

    >>> percent(8000), percent(8550)
    ('80 %', '85.5 %')
    """
    return f"{100 * ratio_e4 / RATIO_ONE:g} %"


def _once(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
