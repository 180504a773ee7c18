"""What is counted of a person in a benefit year, told (5206): of each fund the deductible paid and what it has paid.

The interface leaves cum_type_code to the place; ours (`assumed`) is the fund's code with D, what of its deductible is
paid, or F, what the fund has paid. Counters are of a year and not of its months: a row says of which month it is the
state, this one's or, of a year that is over, its last.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec

from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.judge import Keys
from settlement.engine.ledger.state import Person
from settlement.engine.medical.counters import counter_keys, payers_of, used_of, year_of
from settlement.engine.medical.stages import Used
from settlement.engine.medical.standing import known
from settlement.engine.rules.policy import Benefit, pays_nothing
from settlement.wire.insurance import AccumulatedRow, AccumulatedTotals, QueryAccumulated
from settlement.wire.names import CHINA, day_of

DEDUCTIBLE: Final = "D"
FUND: Final = "F"
DECEMBER: Final = "12"


def accumulated(case: Case) -> Verdict:
    """5206: the counters of this year, or of the year of cum_ym; a year to come has none."""
    asked = case.arrival.body
    assert isinstance(asked, QueryAccumulated)
    person = known(case, asked.psn_no)
    if isinstance(person, Refused):
        return person
    then = _at(case)
    if then is None:
        return Granted(AccumulatedTotals(()))
    year = str(year_of(then.now_ms))
    month = year + DECEMBER if then is not case else str(day_of(case.now_ms))[:6]
    sums: Counter[str] = Counter()
    for fund, used in dict(_counters(then, person)).values():
        sums[fund + DEDUCTIBLE] += used.deductible_fen
        sums[fund + FUND] += used.fund_fen
    return Granted(
        AccumulatedTotals(tuple(AccumulatedRow(person.insutype, year, month, *row) for row in sorted(sums.items())))
    )


def accumulated_keys(case: Case) -> Keys:
    """Name the counters of everything that may pay for a person, once the person is known."""
    asked = case.arrival.body
    assert isinstance(asked, QueryAccumulated)
    person, then = case.person(asked.psn_no), _at(case)
    if person is None or then is None:
        return ()
    return tuple(dict.fromkeys(key for one in _benefits(case, person) for key in counter_keys(then, person, one)))


def _at(case: Case) -> Case | None:
    """Return the case as at the end of the year that is asked for; of a year to come None."""
    asked = case.arrival.body
    assert isinstance(asked, QueryAccumulated)
    this, year = year_of(case.now_ms), int(asked.cum_ym[:4] or 0)
    if year in (0, this):
        return case
    if year > this:
        return None
    moment_ms = int(datetime(year, 12, 31, tzinfo=CHINA).timestamp()) * 1000
    return case._replace(arrival=msgspec.structs.replace(case.arrival, received_ms=moment_ms))


def _benefits(case: Case, person: Person) -> Iterator[Benefit]:
    """Yield each benefit that the policy has for a person, at whatever level and route."""
    whose = person.insutype, person.psn_type
    for row in case.world.policies[case.world.cities[case.home].policy].rows:
        if (row.insutype, row.psn_type) == whose and not pays_nothing(row.benefit):
            yield row.benefit


def _counters(case: Case, person: Person) -> Iterator[tuple[str, tuple[str, Used]]]:
    """Yield the name of each counter with its fund and what is used of it; a name comes more than once."""
    for benefit in _benefits(case, person):
        yield benefit.name, (benefit.fund_pay_type, used_of(case, person, benefit))
        for payer in payers_of(case, person, benefit):
            yield payer.supplement.name, (payer.supplement.fund_pay_type, payer.used)
