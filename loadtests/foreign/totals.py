"""Our totals against a platform's (3201), by kind of insurance, settlements and undoes apart.

The platform counts everybody's rows of a day. What the rows showed to be somebody else's is added to ours before the
question, where it can be reckoned: rows say neither of which insurance they are nor, always, their amounts. Unequal is
a finding; what cannot be reckoned is not proved.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Final

from msgspec import Struct

from loadtests.evidence.comparison import Compared
from loadtests.evidence.proof import NOTHING, Amounts, Claim, Finding, Kind, Total
from loadtests.foreign.statement import Ask, NotOffered, Period, UnreadableError, totals_equal

UNRECKONED: Final = "rows that we hold no insurance or amounts of cannot be told apart in the totals"

Extra = tuple[bool, Amounts]
"""A row that the platform has and we do not: whether it is an undo, and its amounts."""


class Summed(Struct, frozen=True):
    """What came of 3201 at one institution."""

    totals: tuple[Total, ...] = ()
    findings: tuple[Finding, ...] = ()
    not_proved: tuple[str, ...] = ()


def summed(code: str, ask: Ask, period: Period, claims: Sequence[Claim], compared: Compared | None) -> Summed:
    """Ask for the totals of each kind of insurance that we hold rows of."""
    kinds = sorted({claim.insutype for claim in claims})
    candidates, reckoned = _candidates(compared, kinds)
    made: list[Total] = []
    findings: list[Finding] = []
    for insutype, refd in product(kinds, (False, True)):
        ours = [claim.amounts for claim in claims if claim.insutype == insutype and claim.refd is refd]
        sums = [[*ours, *(amounts for undo, amounts in extras if undo is refd)] for extras in candidates]
        try:
            total = _asked(code, ask, period, insutype, refd=refd, sums=sums)
        except UnreadableError as error:
            findings.append(Finding(Kind.UNREADABLE, "", "", f"{code} {insutype}: {error}"))
            continue
        made.append(_left_open(total) if total.equal is False and not reckoned else total)
    silent = dict.fromkeys(total.said for total in made if total.equal is None)
    if not (compared and compared.findings):  # the rows have already said what the totals cannot but repeat
        findings += [_unequal(total) for total in made if total.equal is False]
    return Summed(tuple(made), tuple(findings), (f"totals: {'; '.join(silent)}",) if silent else ())


def _candidates(compared: Compared | None, kinds: Sequence[str]) -> tuple[list[list[Extra]], bool]:
    """Return which rows more the totals may have, the likeliest first, and whether nothing else is possible."""
    if compared is None:
        return [[]], True
    explained = [(row.refd, row.amounts or NOTHING) for row in compared.explained]
    others = [(row.refd, row.amounts) for row in compared.foreign]
    stated = all(row.amounts for row in compared.explained) and all(row.stated for row in compared.foreign)
    if not (explained or others):
        return [[]], True
    if len(kinds) > 1:
        return [[]], False
    return [[*explained, *others], *([explained] if others else [])], stated  # others' may be of another insurance


def _asked(
    code: str, ask: Ask, period: Period, insutype: str, *, refd: bool, sums: Iterable[Sequence[Amounts]]
) -> Total:
    """Ask until one of several sums is equal; the last answer otherwise. Raise UnreadableError."""
    total = Total(code, insutype, refd, 0, NOTHING, None)
    for rows in sums:
        count, amounts = len(rows), sum(rows, NOTHING)
        if (total.equal is False) and (count, amounts) == (total.count, total.amounts):
            continue
        try:
            equal, said = totals_equal(ask, period, insutype, refd=refd, count=count, amounts=amounts)
        except NotOffered as error:
            return Total(code, insutype, refd, count, amounts, None, str(error))
        total = Total(code, insutype, refd, count, amounts, equal, said)
        if equal:
            break
    return total


def _left_open(total: Total) -> Total:
    said = f"3201: {total.fixmedins_code} {total.insutype}: {UNRECKONED}"
    return Total(total.fixmedins_code, total.insutype, total.refd, total.count, total.amounts, None, said)


def _unequal(total: Total) -> Finding:
    return Finding(Kind.TOTALS, "", "", f"{total.fixmedins_code} {total.insutype}: {total.said or 'unequal'}")
