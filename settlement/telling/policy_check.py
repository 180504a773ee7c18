"""What is doubtful in a policy that may be read: days, levels and people without figures, ratios that fall.

An overlap and a figure of a wrong form are refused when a file is read; what stands here can be meant, and is told.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from settlement.engine.rules.city import City
from settlement.engine.rules.money import yuan
from settlement.engine.rules.policy import Benefit, Dated, Policy, Tier, pays_nothing, whom
from settlement.engine.rules.profile import OPEN_END
from settlement.telling.policy_table import percent
from settlement.wire.national_fields import CODES
from settlement.wire.refusal import Basis

HOSPITAL_LEVELS: Final = (1, 2, 3)
WORKING, RETIRED = "11", "12"
BASELINE: Final = ("21",)
"""med_type 21, inpatient in the national baseline, whose later tables say 2101."""
WITHOUT_FIGURES: Final = ("13",)
"""Retired cadres (离休), whom no benefit policy of a city covers."""
OFFICIAL: Final = frozenset({Basis.SPEC, Basis.DERIVED})
"""Bases that lead back to an official text."""
SAMPLE: Final = "sample-"
"""What the name of a policy begins with that has figures of another basis."""


class Finding(NamedTuple):
    """Something doubtful: of which kind, for whom, and what."""

    kind: str
    where: str
    problem: str


def findings(policy: Policy, day: int) -> Iterator[Finding]:
    """Yield everything doubtful, each once; `day` (yyyymmdd) is one on which the policy should hold.

    Levels and people are looked at as they stand on that day, all else on every day.
    """
    gaps = (
        *_gaps_of_days(policy),
        *_gaps_of_supplements(policy),
        *_gaps_of_levels(policy, day),
        *_gaps_of_people(policy, day),
    )
    doubts = (*_unknown_codes(policy), *_unofficial(policy), *_nothing_on(policy, day), *gaps, *_falling(policy))
    yield from dict.fromkeys(doubts)


def is_sample(policy: Policy) -> bool:
    """Whether any figure of a policy stands on no official text."""
    return any(basis not in OFFICIAL for _, basis in _bases(policy))


def uncovered(policy: Policy, city: City, day: int) -> Iterator[Finding]:
    """Yield the kinds of person of a city for whom a policy has no figure on a day."""
    covered = {(row.insutype, row.psn_type) for row in _on(policy, day)}
    for kind in city.people:
        if (kind.insutype, kind.psn_type) not in covered and kind.psn_type not in WITHOUT_FIGURES:
            where = f"insutype {kind.insutype}, psn_type {kind.psn_type}"
            yield Finding("not covered", where, f"people of {city.code} have no figures on {day}")


def _unknown_codes(policy: Policy) -> Iterator[Finding]:
    for row in policy.rows:
        for name in ("insutype", "psn_type", "med_type"):
            code = getattr(row, name)
            if code not in CODES[name].codes and code not in BASELINE:
                yield Finding("unknown code", row.benefit.name, f"{name} {code} is not in the interface's code table")


def _bases(policy: Policy) -> Iterator[tuple[str, Basis]]:
    for row in policy.rows:
        yield row.benefit.name, row.benefit.basis
        yield from ((supplement.name, supplement.basis) for supplement in row.benefit.then)


def _unofficial(policy: Policy) -> Iterator[Finding]:
    if policy.name.startswith(SAMPLE):
        return
    for name, basis in _bases(policy):
        if basis not in OFFICIAL:
            told = f"basis {basis}, which is no official source: a policy with such figures is named {SAMPLE}..."
            yield Finding("not official", name, told)


def _nothing_on(policy: Policy, day: int) -> Iterator[Finding]:
    if not any(_on(policy, day)):
        yield Finding("gap of days", policy.name, f"nothing holds on {day}")


def _by_whom(policy: Policy) -> Iterable[list[Dated]]:
    """Return the rows of each kind of person and visit, by their days."""
    by_whom: dict[tuple[str, str, str, int, str], list[Dated]] = {}
    for row in sorted(policy.rows, key=lambda row: row.from_day):
        by_whom.setdefault(whom(row), []).append(row)
    return by_whom.values()


def _gaps_of_days(policy: Policy) -> Iterator[Finding]:
    end = max(row.to_day for row in policy.rows)
    for rows in _by_whom(policy):
        for earlier, later in pairwise(rows):
            if later.from_day != _next_day(earlier.to_day):
                gap = f"{_next_day(earlier.to_day)} to the day before {later.from_day}"
                yield Finding("gap of days", _where(later), f"nothing holds from {gap}")
        if rows[-1].to_day < end:
            since = _next_day(rows[-1].to_day)
            yield Finding("gap of days", _where(rows[-1]), f"nothing holds from {since} on, and the policy goes on")


def _gaps_of_supplements(policy: Policy) -> Iterator[Finding]:
    """Yield the supplements that end while a benefit that they paid after goes on."""
    for rows in _by_whom(policy):
        for earlier, later in pairwise(rows):
            going_on = {more.name for more in later.benefit.then}
            for supplement in earlier.benefit.then:
                if supplement.name not in going_on:
                    ends = f"it ends before {later.from_day}, and {later.benefit.name} goes on"
                    yield Finding("gap of days", f"supplement {supplement.name}", ends)


def _on(policy: Policy, day: int) -> Iterator[Dated]:
    return (row for row in policy.rows if row.from_day <= day <= row.to_day)


def _gaps_of_levels(policy: Policy, day: int) -> Iterator[Finding]:
    levels: dict[tuple[str, str, str, str], set[int]] = {}
    for row in _on(policy, day):
        levels.setdefault((row.insutype, row.psn_type, row.med_type, row.route), set()).add(row.level)
    for (insutype, psn_type, med_type, route), there in levels.items():
        missing = [level for level in HOSPITAL_LEVELS if level not in there]
        if missing and there & set(HOSPITAL_LEVELS):
            where = f"insutype {insutype}, psn_type {psn_type}, med_type {med_type}, {route}"
            yield Finding("gap of levels", where, f"no figures at level {', '.join(map(str, missing))}")


def _gaps_of_people(policy: Policy, day: int) -> Iterator[Finding]:
    """Yield the kinds of person of an insurance that have no figures on a day where others of it have."""
    people: dict[str, set[str]] = {}
    served: dict[tuple[str, str, str], set[str]] = {}
    for row in policy.rows:
        people.setdefault(row.insutype, set()).add(row.psn_type)
    for row in _on(policy, day):
        served.setdefault((row.insutype, row.med_type, row.route), set()).add(row.psn_type)
    for (insutype, med_type, route), there in served.items():
        missing = sorted(people[insutype] - there)
        if missing:
            where = f"insutype {insutype}, med_type {med_type}, {route}"
            yield Finding("gap of people", where, f"no figures for psn_type {', '.join(missing)}")


def _falling(policy: Policy) -> Iterator[Finding]:
    for row in policy.rows:
        benefit, where = row.benefit, _where(row)
        yield from _falling_tiers(where, benefit.tiers)
        for supplement in benefit.then:
            yield from _falling_tiers(f"supplement {supplement.name}", supplement.tiers)
        for other in _compared(policy, row):
            at = f"at level {other.level}, psn_type {other.psn_type}"
            below = _least(row.benefit.tiers, other.benefit.tiers)
            if below:
                less = f"{percent(below[0])}, less than {percent(below[1])}"
                yield Finding("falling ratio", where, f"{less} {at}")
            if _deductible(benefit) > _deductible(other.benefit):
                more = f"{yuan(_deductible(benefit))}, more than {yuan(_deductible(other.benefit))}"
                yield Finding("rising deductible", where, f"{more} {at}")


def _falling_tiers(where: str, tiers: tuple[Tier, ...]) -> Iterator[Finding]:
    for lower, upper in pairwise(tiers):
        if upper.ratio_e4 < lower.ratio_e4:
            falls = f"{percent(lower.ratio_e4)} up to {yuan(lower.upper_fen or 0)}, then {percent(upper.ratio_e4)}"
            yield Finding("falling ratio", where, falls)


def _compared(policy: Policy, row: Dated) -> Iterator[Dated]:
    """Yield whose figures should be no better: the next level's, and those of working people for retired ones."""
    if pays_nothing(row.benefit) or row.level not in HOSPITAL_LEVELS:
        return
    for other in policy.rows:
        same = (other.insutype, other.med_type, other.route) == (row.insutype, row.med_type, row.route)
        together = other.from_day <= row.to_day and row.from_day <= other.to_day and not pays_nothing(other.benefit)
        level_up = other.psn_type == row.psn_type and other.level == row.level + 1
        older = (row.psn_type, other.psn_type) == (RETIRED, WORKING) and other.level == row.level
        if same and together and (level_up or older):
            yield other


def _least(tiers: tuple[Tier, ...], others: tuple[Tier, ...]) -> tuple[int, int] | None:
    """Return the first pair of ratios, ours and theirs, where ours is the lower one of some part of the base."""
    for bound in sorted({0, *(tier.upper_fen for tier in (*tiers, *others) if tier.upper_fen is not None)}):
        ours, theirs = _ratio_above(bound, tiers), _ratio_above(bound, others)
        if ours < theirs:
            return ours, theirs
    return None


def _ratio_above(base_fen: int, tiers: tuple[Tier, ...]) -> int:
    return next(tier.ratio_e4 for tier in tiers if tier.upper_fen is None or base_fen < tier.upper_fen)


def _deductible(benefit: Benefit) -> int:
    return benefit.at_admission(1)


def _where(row: Dated) -> str:
    whose = f"insutype {row.insutype}, psn_type {row.psn_type}, med_type {row.med_type}"
    return f"{row.benefit.name}: {whose}, level {row.level}, {row.route}"


def _next_day(day: int) -> int:
    if day == OPEN_END:
        return day
    return int((datetime.strptime(str(day), "%Y%m%d") + timedelta(days=1)).strftime("%Y%m%d"))  # noqa: DTZ007 - a day
