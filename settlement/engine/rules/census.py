"""The insured of a city in the shares of its census, rather than of those who use their cards most.

City files weigh their kinds of person for a lively day: pharmacies refuse residents. Where a city's census is known,
its population can be made by that instead.
"""

from typing import Final

import msgspec

from settlement.engine.rules.city import City, PersonKind
from settlement.engine.rules.money import RATIO_ONE

EMPLOYEES: Final = "310"
"""insutype of 职工基本医疗保险."""
WHOLE: Final = 1_000
"""Weights add up to this many."""


def by_census(city: City) -> City:
    """Return a city whose kinds of person have the census's shares; the same city where it has no census."""
    if city.census is None:
        return city
    employees = round(WHOLE * city.census.employees / RATIO_ONE)
    working = [kind for kind in city.people if kind.insutype == EMPLOYEES]
    others = [kind for kind in city.people if kind.insutype != EMPLOYEES]
    return msgspec.structs.replace(city, people=(*_shared(working, employees), *_shared(others, WHOLE - employees)))


def _shared(kinds: list[PersonKind], weight: int) -> list[PersonKind]:
    """Return kinds whose weights add up to another sum in their old proportions; one that is left nothing goes."""
    total, before, shared = sum(kind.weight for kind in kinds), 0, []
    for kind in kinds:
        after = before + kind.weight
        own = weight * after // total - weight * before // total
        before = after
        if own:
            shared.append(msgspec.structs.replace(kind, weight=own))
    return shared
