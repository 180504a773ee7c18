"""Benefit figures of a place of insurance, dated, as data: who pays what share of which visit.

Deductible, tiers and cap of one benefit, found by kind of insurance, person, visit, institution, route and day
(参保地政策). Every benefit carries its source and on what basis it stands. How figures are applied stands in split.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise, product
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, field

from settlement.engine.rules.profile import OPEN_END, Day, Fen, Named, ProfileError, RatioE4, Row, convert, parse
from settlement.wire.refusal import Basis

Route = Literal["local", "remote"]
LOCAL: Final = "local"
REMOTE: Final = "remote"

FUND_FIELDS: Final[dict[str, str]] = {
    "310100": "hifp_pay_fen",  # 城镇职工基本医疗保险统筹基金
    "310102": "hifp_pay_fen",  # 职工门诊统筹基金
    "390100": "hifp_pay_fen",  # 城乡居民基本医疗保险基金
    "390102": "hifp_pay_fen",  # 居民门诊统筹基金
    "320100": "cvlserv_pay_fen",  # 公务员医疗补助基金
    "330100": "hifob_pay_fen",  # 大额医疗费用补助基金
    "370100": "hifes_pay_fen",  # 企业补充医疗保险基金
    "390200": "hifmi_pay_fen",  # 城乡居民大病医疗保险基金
    "610100": "maf_pay_fen",  # 医疗救助基金
    "350100": "hifdm_pay_fen",  # 一至六级残疾军人医疗补助基金
    "340100": "oth_pay_fen",  # 离休人员医疗保障基金
    "999997": "oth_pay_fen",  # 其他基金
}
"""The amount that receives what a fund pays, by fund_pay_type (interface dictionary; the pairing is derived)."""


class Tier(Struct, frozen=True):
    """A segment of the base, up to `upper_fen` of it (None: no end), and the fund's ratio of it."""

    upper_fen: int | None
    ratio_e4: int


class Benefit(Struct, frozen=True):
    """What one kind of visit is paid from.

    `name` is the accumulator's: deductible and cap of a year are counted together under it, so benefits that share one
    annual deductible share a name. `cap_fen` None: no cap. All ratios 0: personal account and cash only.
    """

    name: str
    fund_pay_type: str
    deductible_fen: int
    tiers: tuple[Tier, ...]
    cap_fen: int | None
    account_allowed: bool
    basis: Basis
    source: str


class Dated(Struct, frozen=True):
    """A benefit, for whom it is and on which days, both included."""

    insutype: str
    psn_type: str
    med_type: str
    level: int
    route: str
    from_day: int
    to_day: int
    benefit: Benefit


class Policy:
    """Benefits by whom they are for and when."""

    def __init__(self, name: str, rows: Iterable[Dated]) -> None:
        self.name = name
        self.rows: Final = tuple(rows)
        self._rows: dict[tuple[str, str, str, int, str], tuple[Dated, ...]] = {}
        for row in self.rows:
            key = _whom(row)
            self._rows[key] = (*self._rows.get(key, ()), row)

    def benefit(
        self, *, insutype: str, psn_type: str, med_type: str, level: int, route: Route, day: int
    ) -> Benefit | None:
        """Return the benefit that holds on a day (yyyymmdd); None: no benefit covers this.

        `level` is dedc_hosp_lv (1 first and below, 2 second, 3 third); a pharmacy has level 0.
        """
        for row in self._rows.get((insutype, psn_type, med_type, level, route), ()):
            if row.from_day <= day <= row.to_day:
                return row.benefit
        return None


def pays_nothing(benefit: Benefit) -> bool:
    """Whether a benefit is personal account and cash only."""
    return not any(tier.ratio_e4 for tier in benefit.tiers)


LEVELS: Final[dict[str, tuple[int, ...]]] = {"any": (0, 1, 2, 3), "1": (1,), "2": (2,), "3": (3,)}
"""What a level's key in the file stands for; 0 is a pharmacy, which has none."""


class _TierRow(Row, frozen=True):
    ratio: RatioE4
    up_to: Fen | None = None


class _Figures(Row, frozen=True):
    tiers: Annotated[tuple[_TierRow, ...], Meta(min_length=1)]
    deductible: Fen = Fen(0)


class _Levels(Row, frozen=True):
    any: _Figures | None = None
    first: _Figures | None = field(name="1", default=None)
    second: _Figures | None = field(name="2", default=None)
    third: _Figures | None = field(name="3", default=None)

    def given(self) -> dict[str, _Figures]:
        every = zip(LEVELS, (self.any, self.first, self.second, self.third), strict=True)
        return {key: figures for key, figures in every if figures}


class _BenefitRow(Row, frozen=True, kw_only=True):
    name: Named
    insutype: Named
    psn_type: Annotated[tuple[Named, ...], Meta(min_length=1)]
    med_type: Annotated[tuple[Named, ...], Meta(min_length=1)]
    route: Annotated[tuple[Route, ...], Meta(min_length=1)]
    fund_pay_type: str = ""
    account_allowed: bool
    cap: Fen | None = None
    from_day: Day = field(name="from")
    to_day: Day = field(name="to", default=OPEN_END)
    source: Named
    basis: Basis
    level: _Levels


class _PolicyFile(Row, frozen=True):
    name: Named
    about: Named
    benefit: Annotated[tuple[_BenefitRow, ...], Meta(min_length=1)]


def read_policy(text: str, file: str) -> Policy:
    """Read a policy file; raise ProfileError for what it may not hold."""
    content = convert(parse(text, file), _PolicyFile, file)
    rows: list[Dated] = []
    for number, row in enumerate(content.benefit):
        key = f"benefit[{number}] ({row.name})"
        if row.from_day > row.to_day:
            raise ProfileError(file, key, f"ends on {row.to_day}, before it begins on {row.from_day}")
        if not row.level.given():
            raise ProfileError(file, f"{key}.level", "give figures for level 1, 2, 3 or any")
        for level, figures in row.level.given().items():
            benefit = _benefit(row, figures)
            problem = _unsound(benefit)
            if problem:
                raise ProfileError(file, f"{key}.level.{level}", problem)
            rows.extend(_dated(row, benefit, LEVELS[level]))
    _refuse_shared_days(rows, file)
    return Policy(content.name, rows)


def _benefit(row: _BenefitRow, figures: _Figures) -> Benefit:
    return Benefit(
        name=row.name,
        fund_pay_type=row.fund_pay_type,
        deductible_fen=int(figures.deductible),
        tiers=tuple(Tier(None if tier.up_to is None else int(tier.up_to), int(tier.ratio)) for tier in figures.tiers),
        cap_fen=None if row.cap is None else int(row.cap),
        account_allowed=row.account_allowed,
        basis=row.basis,
        source=row.source,
    )


def _unsound(benefit: Benefit) -> str:
    """Return what is wrong with a benefit's figures, or nothing."""
    bounds = [tier.upper_fen for tier in benefit.tiers]
    closed = [bound for bound in bounds if bound is not None]
    if bounds[-1] is not None or len(closed) < len(bounds) - 1:
        return "the last tier, and only the last, has no up_to (ratio 0 where nothing is paid above)"
    if any(lower >= upper for lower, upper in pairwise([0, *closed])):
        return "up_to must rise from tier to tier"
    if pays_nothing(benefit) and (benefit.fund_pay_type or benefit.deductible_fen or benefit.cap_fen is not None):
        return "no fund pays at ratio 0: drop fund_pay_type, deductible and cap, or give a ratio"
    if not pays_nothing(benefit) and benefit.fund_pay_type not in FUND_FIELDS:
        return f"fund_pay_type must name the fund that pays: one of {', '.join(FUND_FIELDS)}"
    return ""


def _dated(row: _BenefitRow, benefit: Benefit, levels: Iterable[int]) -> Iterator[Dated]:
    for psn_type, med_type, level, route in product(row.psn_type, row.med_type, levels, row.route):
        yield Dated(row.insutype, psn_type, med_type, level, route, int(row.from_day), int(row.to_day), benefit)


def _whom(row: Dated) -> tuple[str, str, str, int, str]:
    return row.insutype, row.psn_type, row.med_type, row.level, row.route


def _refuse_shared_days(rows: list[Dated], file: str) -> None:
    for earlier, later in pairwise(sorted(rows, key=lambda row: (_whom(row), row.from_day))):
        if _whom(earlier) == _whom(later) and later.from_day <= earlier.to_day:
            whom = f"insutype {later.insutype}, psn_type {later.psn_type}, med_type {later.med_type}"
            where = f"level {later.level}, {later.route}"
            names = f"{earlier.benefit.name} and {later.benefit.name}"
            raise ProfileError(
                file, "benefit", f"{names} both hold on {later.from_day} for {whom}, {where}; end one the day before"
            )
