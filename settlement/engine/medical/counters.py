"""What is counted of a person in a benefit year: of each benefit and supplement one row.

Which rows a judgement reads, what a settlement adds to them and an undo takes off again. What was counted under a
number that was merged into a person's counts as the person's, and stays where it is: an undo takes it off there.
"""

from collections.abc import Iterable

import msgspec

from settlement.engine.case import Case
from settlement.engine.ledger.state import Accumulator, Key, Person, Record, Settlement
from settlement.engine.ledger.stays import Share
from settlement.engine.medical.split import Counted, Payer
from settlement.engine.medical.stages import Used
from settlement.engine.rules.policy import Benefit, pays_nothing
from settlement.wire.names import day_of


def year_of(now_ms: int) -> int:
    """Return the benefit year: the calendar year of China Standard Time."""
    return day_of(now_ms) // 10_000


def counter_keys(case: Case, person: Person, benefit: Benefit) -> tuple[Key, ...]:
    """Name the rows that judging by a benefit reads; what pays nothing counts nothing."""
    if pays_nothing(benefit):
        return ()
    names = (benefit.name, *(more.name for more in benefit.for_whom(person.standing)))
    year = year_of(case.now_ms)
    return tuple((Accumulator, (person.city, psn_no, year, name)) for psn_no in _numbers(person) for name in names)


def counter_of(case: Case, person: Person, benefit: Benefit) -> Accumulator:
    """Return what was used of a benefit this year; nothing, at its first use."""
    year = year_of(case.now_ms)
    stored = (
        None if pays_nothing(benefit) else case.state.get(Accumulator, person.city, person.psn_no, year, benefit.name)
    )
    return stored or Accumulator(person.city, person.psn_no, year, benefit.name, 0, 0)


def used_of(case: Case, person: Person, benefit: Benefit) -> Used:
    """Return what was used of a benefit this year, with what the funds had paid before this ledger began."""
    if pays_nothing(benefit):
        return Used()
    used = _used(case, person, benefit.name)
    if not person.fund_used_before_fen:
        return used
    before = (person.fund_used_before_year, person.fund_used_before_benefit) == (year_of(case.now_ms), benefit.name)
    return Used(used.deductible_fen, used.fund_fen + person.fund_used_before_fen * before)


def payers_of(case: Case, person: Person, benefit: Benefit) -> tuple[Payer, ...]:
    """Return the supplements that may pay for a person, each with what was used of it this year."""
    if pays_nothing(benefit):
        return ()
    return tuple(Payer(more, _used(case, person, more.name)) for more in benefit.for_whom(person.standing))


def counted(case: Case, counter: Accumulator, setl_id: str, pool: Used, shares: Iterable[Counted]) -> list[Record]:
    """Return the counters after a settlement, and the rows that say what each supplement counted of it."""
    changes: list[Record] = [_moved(counter, pool)] if pool.deductible_fen or pool.fund_fen else []
    for share in shares:
        key = counter.city, counter.psn_no, counter.year, share.name
        used = Used(share.deductible_fen, share.fund_fen, share.base_fen)
        row = case.state.get(Accumulator, *key) or Accumulator(*key, 0, 0)
        changes.append(_moved(row, used))
        changes.append(
            Share(
                counter.city,
                counter.psn_no,
                setl_id,
                share.name,
                counter.year,
                used.deductible_fen,
                used.base_fen,
                used.fund_fen,
            )
        )
    return changes


def counted_keys(settlement: Settlement) -> tuple[Key, ...]:
    """Name the counters that a settlement moved, and what says by how much."""
    city, psn_no, year = settlement.city, settlement.psn_no, settlement.year
    names = settlement.shares.split()
    return (
        (Accumulator, (city, psn_no, year, settlement.benefit)),
        *((Accumulator, (city, psn_no, year, name)) for name in names),
        *((Share, (city, psn_no, settlement.setl_id, name)) for name in names),
    )


def uncounted(case: Case, settlement: Settlement) -> list[Record]:
    """Return the counters after a settlement's undo: the same rows under whatever policy holds by now."""
    city, psn_no, year = settlement.city, settlement.psn_no, settlement.year
    shares = [case.state.get(Share, city, psn_no, settlement.setl_id, name) for name in settlement.shares.split()]
    pool_fen = settlement.fund_pay_sumamt_fen - sum(share.fund_used_fen for share in shares if share)
    changes: list[Record] = []
    if settlement.act_pay_dedc_fen or pool_fen:
        counter = case.state.get(Accumulator, city, psn_no, year, settlement.benefit)
        assert counter, "what a settlement counted is kept"
        changes.append(_moved(counter, Used(-settlement.act_pay_dedc_fen, -pool_fen)))
    for share in shares:
        assert share, "what a supplement counted is kept"
        counter = case.state.get(Accumulator, city, psn_no, year, share.benefit)
        assert counter, "what a supplement counted is kept"
        changes.append(_moved(counter, Used(-share.deductible_used_fen, -share.fund_used_fen, -share.base_used_fen)))
    return changes


def _numbers(person: Person) -> tuple[str, ...]:
    """Return the insured numbers under which was counted what a person has used."""
    return (person.psn_no, person.merged_from) if person.merged_from else (person.psn_no,)


def _used(case: Case, person: Person, name: str) -> Used:
    year = year_of(case.now_ms)
    found = (case.state.get(Accumulator, person.city, psn_no, year, name) for psn_no in _numbers(person))
    rows = [row for row in found if row]
    return Used(
        sum(row.deductible_used_fen for row in rows),
        sum(row.fund_used_fen for row in rows),
        sum(row.base_used_fen for row in rows),
    )


def _moved(counter: Accumulator, by: Used) -> Accumulator:
    return msgspec.structs.replace(
        counter,
        deductible_used_fen=counter.deductible_used_fen + by.deductible_fen,
        fund_used_fen=counter.fund_used_fen + by.fund_fen,
        base_used_fen=counter.base_used_fen + by.base_fen,
    )
