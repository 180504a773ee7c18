"""How a policy file is written, and held to that: TOML text in, a Policy out, errors in the words of its editor.

A benefit names the supplements that pay after it; a supplement is dated by itself, so a benefit's row is cut where one
of its supplements changes, and whoever asks for a day finds everything that holds on it in one place.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise, product
from typing import Annotated, Final

import msgspec
from msgspec import Meta, field

from settlement.engine.rules.policy import (
    FUND_FIELDS,
    REFERRED,
    UNFILED,
    Benefit,
    Dated,
    PaysOf,
    Policy,
    Route,
    Standing,
    Supplement,
    Tier,
    pays_nothing,
    whom,
)
from settlement.engine.rules.profile import OPEN_END, Day, Fen, Named, ProfileError, RatioE4, Row, convert, parse
from settlement.wire.refusal import Basis

LEVELS: Final[dict[str, tuple[int, ...]]] = {"any": (0, 1, 2, 3), "1": (1,), "2": (2,), "3": (3,)}
"""What a level's key in the file stands for; 0 is a pharmacy, which has none."""


class _TierRow(Row, frozen=True):
    ratio: RatioE4
    up_to: Fen | None = None


_Tiers = Annotated[tuple[_TierRow, ...], Meta(min_length=1)]


class _Figures(Row, frozen=True):
    tiers: _Tiers
    deductible: Fen = Fen(0)
    deductible_by_admission: tuple[Fen, ...] = ()


class _Levels(Row, frozen=True):
    any: _Figures | None = None
    first: _Figures | None = field(name="1", default=None)
    second: _Figures | None = field(name="2", default=None)
    third: _Figures | None = field(name="3", default=None)

    def given(self) -> dict[str, _Figures]:
        every = zip(LEVELS, (self.any, self.first, self.second, self.third), strict=True)
        return {key: figures for key, figures in every if figures}


class _Less(Row, frozen=True):
    """By how much the fund's ratios are lower where people were sent, or go on their own, to another city."""

    referred: RatioE4 = RatioE4(0)
    unfiled: RatioE4 = RatioE4(0)

    def on(self, route: str) -> int:
        """Return what is taken off on a route, in 10^-4."""
        return int(getattr(self, route, 0))


LESS_MAX_E4: Final = {REFERRED: 1000, UNFILED: 2000}
"""10 points for the referred, 20 for the unfiled without an emergency (医保发〔2022〕22号)."""


class _DatedRow(Row, frozen=True, kw_only=True):
    """What a benefit and a supplement have in common."""

    name: Named
    fund_pay_type: str = ""
    cap: Fen | None = None
    from_day: Day = field(name="from")
    to_day: Day = field(name="to", default=OPEN_END)
    source: Named
    basis: Basis


class _BenefitRow(_DatedRow, frozen=True, kw_only=True):
    insutype: Named
    psn_type: Annotated[tuple[Named, ...], Meta(min_length=1)]
    med_type: Annotated[tuple[Named, ...], Meta(min_length=1)]
    route: Annotated[tuple[Route, ...], Meta(min_length=1)]
    account_allowed: bool
    then: tuple[Named, ...] = ()
    bill_max: Fen | None = None
    own_share_max: RatioE4 | None = None
    less: _Less = _Less()
    level: _Levels


class _SupplementRow(_DatedRow, frozen=True, kw_only=True):
    pays_of: PaysOf
    only_for: Standing | None = None
    deductible: Fen = Fen(0)
    tiers: _Tiers


class _PolicyFile(Row, frozen=True):
    name: Named
    about: Named
    benefit: Annotated[tuple[_BenefitRow, ...], Meta(min_length=1)]
    supplement: tuple[_SupplementRow, ...] = ()


def read_policy(text: str, file: str) -> Policy:
    """Read a policy file; raise ProfileError for what it may not hold."""
    content = convert(parse(text, file), _PolicyFile, file)
    supplements = _supplements(content.supplement, file)
    rows: list[Dated] = []
    for number, row in enumerate(content.benefit):
        key = f"benefit[{number}] ({row.name})"
        _refuse_backward_days(row, key, file)
        _refuse_unknown_supplement(row, key, supplements, file)
        _refuse_too_much_less(row, key, file)
        if not row.level.given():
            raise ProfileError(file, f"{key}.level", "give figures for level 1, 2, 3 or any")
        for level, figures in row.level.given().items():
            benefit = _benefit(row, figures)
            problem = _unsound(benefit)
            if problem:
                raise ProfileError(file, f"{key}.level.{level}", problem)
            for from_day, to_day in _spans(row, supplements):
                then = tuple(found for name in row.then if (found := _on(supplements[name], from_day)))
                rows.extend(_dated(row, msgspec.structs.replace(benefit, then=then), LEVELS[level], from_day, to_day))
    _refuse_shared_days(rows, file)
    return Policy(content.name, rows)


_Spell = tuple[int, int, Supplement]
"""A supplement with its first and its last day."""


def _supplements(rows: Iterable[_SupplementRow], file: str) -> dict[str, list[_Spell]]:
    by_name: dict[str, list[_Spell]] = {}
    for number, row in enumerate(rows):
        key = f"supplement[{number}] ({row.name})"
        _refuse_backward_days(row, key, file)
        problem = _unsound_tiers(_tiers(row.tiers))
        if not problem and row.fund_pay_type not in FUND_FIELDS:
            problem = f"fund_pay_type must name the fund that pays: one of {', '.join(FUND_FIELDS)}"
        if problem:
            raise ProfileError(file, key, problem)
        by_name.setdefault(row.name, []).append((int(row.from_day), int(row.to_day), _supplement(row)))
    for name, spells in by_name.items():
        spells.sort(key=lambda spell: spell[0])
        for (_, earlier_to, _), (later_from, _, _) in pairwise(spells):
            if later_from <= earlier_to:
                raise ProfileError(file, "supplement", f"{name} holds twice on {later_from}; end one the day before")
    return by_name


def _supplement(row: _SupplementRow) -> Supplement:
    return Supplement(
        name=row.name,
        fund_pay_type=row.fund_pay_type,
        pays_of=row.pays_of,
        only_for=row.only_for or "",
        deductible_fen=int(row.deductible),
        tiers=_tiers(row.tiers),
        cap_fen=None if row.cap is None else int(row.cap),
        basis=row.basis,
        source=row.source,
    )


def _benefit(row: _BenefitRow, figures: _Figures) -> Benefit:
    return Benefit(
        name=row.name,
        fund_pay_type=row.fund_pay_type,
        deductible_fen=int(figures.deductible),
        tiers=_tiers(figures.tiers),
        cap_fen=None if row.cap is None else int(row.cap),
        account_allowed=row.account_allowed,
        basis=row.basis,
        source=row.source,
        deductible_by_admission_fen=tuple(map(int, figures.deductible_by_admission)),
        bill_max_fen=None if row.bill_max is None else int(row.bill_max),
        own_share_max_e4=None if row.own_share_max is None else int(row.own_share_max),
    )


def _tiers(rows: Iterable[_TierRow]) -> tuple[Tier, ...]:
    return tuple(Tier(None if row.up_to is None else int(row.up_to), int(row.ratio)) for row in rows)


def _unsound(benefit: Benefit) -> str:
    """Return what is wrong with a benefit's figures, or nothing."""
    problem = _unsound_tiers(benefit.tiers)
    if problem:
        return problem
    if benefit.deductible_fen and benefit.deductible_by_admission_fen:
        return "give deductible (of the year) or deductible_by_admission, not both"
    deductible = benefit.deductible_fen or benefit.deductible_by_admission_fen
    if pays_nothing(benefit) and (benefit.fund_pay_type or deductible or benefit.cap_fen is not None):
        return "no fund pays at ratio 0: drop fund_pay_type, deductible and cap, or give a ratio"
    if not pays_nothing(benefit) and benefit.fund_pay_type not in FUND_FIELDS:
        return f"fund_pay_type must name the fund that pays: one of {', '.join(FUND_FIELDS)}"
    return ""


def _unsound_tiers(tiers: tuple[Tier, ...]) -> str:
    bounds = [tier.upper_fen for tier in tiers]
    closed = [bound for bound in bounds if bound is not None]
    if bounds[-1] is not None or len(closed) < len(bounds) - 1:
        return "the last tier, and only the last, has no up_to (ratio 0 where nothing is paid above)"
    if any(lower >= upper for lower, upper in pairwise([0, *closed])):
        return "up_to must rise from tier to tier"
    return ""


def _spans(row: _BenefitRow, supplements: dict[str, list[_Spell]]) -> Iterator[tuple[int, int]]:
    """Cut a benefit's days where one of its supplements begins or has ended."""
    first, last = int(row.from_day), int(row.to_day)
    begins = {first}
    for name in row.then:
        for from_day, to_day, _ in supplements[name]:
            begins.update(day for day in (from_day, _day_after(to_day)) if first < day <= last)
    ordered = sorted(begins)
    for begin, following in zip(ordered, [*ordered[1:], None], strict=True):
        yield begin, last if following is None else _day_before(following)


def _on(spells: list[_Spell], day: int) -> Supplement | None:
    return next((found for from_day, to_day, found in spells if from_day <= day <= to_day), None)


def _day_after(day: int) -> int:
    return int(OPEN_END) + 1 if day >= OPEN_END else _moved(day, 1)


def _day_before(day: int) -> int:
    return _moved(day, -1)


def _moved(day: int, days: int) -> int:
    return int(f"{datetime.strptime(str(day), '%Y%m%d') + timedelta(days):%Y%m%d}")  # noqa: DTZ007 - a day has no zone


def _dated(row: _BenefitRow, benefit: Benefit, levels: Iterable[int], from_day: int, to_day: int) -> Iterator[Dated]:
    for psn_type, med_type, level, route in product(row.psn_type, row.med_type, levels, row.route):
        lowered = _lowered(benefit, row.less.on(route))
        yield Dated(row.insutype, psn_type, med_type, level, route, from_day, to_day, lowered)


def _lowered(benefit: Benefit, less_e4: int) -> Benefit:
    """Return a benefit whose fund pays so much less of each tier, but never less than nothing."""
    if not less_e4:
        return benefit
    tiers = tuple(msgspec.structs.replace(tier, ratio_e4=max(tier.ratio_e4 - less_e4, 0)) for tier in benefit.tiers)
    return msgspec.structs.replace(benefit, tiers=tiers)


def _refuse_too_much_less(row: _BenefitRow, key: str, file: str) -> None:
    for route, most_e4 in LESS_MAX_E4.items():
        if row.less.on(route) > most_e4:
            problem = f"at most 0.{most_e4 // 100} is taken off (医保发〔2022〕22号)"
            raise ProfileError(file, f"{key}.less.{route}", problem)


def _refuse_backward_days(row: _DatedRow, key: str, file: str) -> None:
    if row.from_day > row.to_day:
        raise ProfileError(file, key, f"ends on {row.to_day}, before it begins on {row.from_day}")


def _refuse_unknown_supplement(row: _BenefitRow, key: str, supplements: dict[str, list[_Spell]], file: str) -> None:
    for name in row.then:
        if name not in supplements:
            there = ", ".join(supplements) or "none"
            raise ProfileError(file, f"{key}.then", f"there is no [[supplement]] named {name!r}; there are: {there}")


def _refuse_shared_days(rows: list[Dated], file: str) -> None:
    for earlier, later in pairwise(sorted(rows, key=lambda row: (whom(row), row.from_day))):
        if whom(earlier) == whom(later) and later.from_day <= earlier.to_day:
            people = f"insutype {later.insutype}, psn_type {later.psn_type}, med_type {later.med_type}"
            where = f"level {later.level}, {later.route}"
            names = f"{earlier.benefit.name} and {later.benefit.name}"
            raise ProfileError(
                file, "benefit", f"{names} both hold on {later.from_day} for {people}, {where}; end one the day before"
            )
