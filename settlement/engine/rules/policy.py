"""Benefit figures of a place of insurance, dated, as data: who pays what share of which visit.

Deductible, tiers and cap of one benefit, found by kind of insurance, person, visit, institution, route and day
(参保地政策), and the supplements that pay after the pool. Every figure carries its source and on what basis it stands.
How figures are applied stands in split; how they are written, in policy_file.
"""

from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

from settlement.wire.refusal import Basis

Route = Literal["local", "filed", "referred", "emergency", "unfiled"]
LOCAL: Final = "local"
FILED: Final = "filed"
REFERRED: Final = "referred"
EMERGENCY: Final = "emergency"
UNFILED: Final = "unfiled"
"""At home, or elsewhere: filed, referred by a hospital at home, in an emergency, on one's own (医保发〔2022〕22号)."""

PaysOf = Literal["above-cap", "left"]
ABOVE_CAP: Final = "above-cap"
"""What of the base lies past the point at which the pool's tiers reach its cap."""
LEFT: Final = "left"
"""What of the in-scope cost no fund before it has paid (合规自付费用)."""

Standing = Literal["civil-servant", "enterprise", "aided"]
"""What a person is besides insured: 公务员, 参加企业补充医疗保险, 医疗救助对象."""

LARGE_AMOUNT: Final = "330100"
SERIOUS_ILLNESS: Final = "390200"
CIVIL_SERVANT: Final = "320100"
FUND_FIELDS: Final[dict[str, str]] = {
    "310100": "hifp_pay_fen",  # 城镇职工基本医疗保险统筹基金
    "310102": "hifp_pay_fen",  # 职工门诊统筹基金
    "390100": "hifp_pay_fen",  # 城乡居民基本医疗保险基金
    "390102": "hifp_pay_fen",  # 居民门诊统筹基金
    CIVIL_SERVANT: "cvlserv_pay_fen",  # 公务员医疗补助基金
    LARGE_AMOUNT: "hifob_pay_fen",  # 大额医疗费用补助基金
    "370100": "hifes_pay_fen",  # 企业补充医疗保险基金
    SERIOUS_ILLNESS: "hifmi_pay_fen",  # 城乡居民大病医疗保险基金
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


class Supplement(Struct, frozen=True):
    """What another fund pays after the pool: of what, from which deductible on, in which tiers, up to which cap.

    Deductible, tiers and cap count over the year, under its `name`. `only_for` empty: for everybody.
    """

    name: str
    fund_pay_type: str
    pays_of: PaysOf
    only_for: str
    deductible_fen: int
    tiers: tuple[Tier, ...]
    cap_fen: int | None
    basis: Basis
    source: str


class Benefit(Struct, frozen=True):
    """What one kind of visit is paid from.

    `name` is the accumulator's: deductible and cap of a year are counted together under it, so benefits that share one
    annual deductible share a name. `cap_fen` None: no cap. All ratios 0: personal account and cash only.
    `deductible_by_admission_fen`: that of the first, second, ... admission of a year, the last for every later one;
    deductible and tiers then count over the stay. `then` pay after the pool, in this order. `bill_max_fen`: a dearer
    bill is refused. `own_share_max_e4`: what of a bill's own and over-limit parts exceeds it, the hospital bears.
    """

    name: str
    fund_pay_type: str
    deductible_fen: int
    tiers: tuple[Tier, ...]
    cap_fen: int | None
    account_allowed: bool
    basis: Basis
    source: str
    deductible_by_admission_fen: tuple[int, ...] = ()
    then: tuple[Supplement, ...] = ()
    bill_max_fen: int | None = None
    own_share_max_e4: int | None = None

    def at_admission(self, number: int) -> int:
        """Return the deductible of the n-th admission of a year (from 1), or that of the year."""
        by_admission = self.deductible_by_admission_fen
        return by_admission[min(number, len(by_admission)) - 1] if by_admission else self.deductible_fen

    def for_whom(self, standing: str) -> tuple[Supplement, ...]:
        """Return the supplements of somebody with this standing (words divided by spaces)."""
        if not self.then:
            return ()
        words = standing.split()
        return tuple(more for more in self.then if not more.only_for or more.only_for in words)


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
            key = whom(row)
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
    for tier in benefit.tiers:  # noqa: SIM110 - asked several times of each sale, and any() makes a generator of it
        if tier.ratio_e4:
            return False
    return True


def whom(row: Dated) -> tuple[str, str, str, int, str]:
    """Return whom a row is for, whatever the day."""
    return row.insutype, row.psn_type, row.med_type, row.level, row.route
