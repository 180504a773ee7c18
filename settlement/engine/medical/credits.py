"""What an undo gives back to personal accounts: to each what it paid, wherever that account's money lies by now.

An account that was sealed meanwhile gets it sealed (RC08); that of a number that was merged into another is the other's
(RC24). Nobody is merged twice: a merged number is no duplicate any more.
"""

import msgspec

from settlement.engine.case import Case
from settlement.engine.ledger.account_books import passed_on
from settlement.engine.ledger.books import Shares
from settlement.engine.ledger.identity import seal_id_of
from settlement.engine.ledger.state import Key, Person, Record, Transfer


def holder_keys(case: Case, psn_no: str) -> tuple[Key, ...]:
    """Name who has the money of an account that was merged away, once its person is known."""
    person = case.person(psn_no)
    return ((Person, (case.home, person.merged_into)),) if person and person.merged_into else ()


def holder_of(case: Case, psn_no: str) -> Person:
    """Return who has the money of a person's account now."""
    person = case.person(psn_no)
    assert person, "whose account paid is insured"
    if not person.merged_into:
        return person
    kept = case.person(person.merged_into)
    assert kept, "who was kept is insured"
    return kept


def given_back(case: Case, parts: Shares) -> tuple[tuple[Record, ...], tuple[Transfer, ...]]:
    """Return the persons after these amounts came back, and the transfers that an undo's own do not have."""
    holders: dict[str, Person] = {}
    transfers: list[Transfer] = []
    for psn_no, fen in parts:
        paid, holder = case.person(psn_no), holder_of(case, psn_no)
        assert paid, "whose account paid is insured"
        before = holders.get(holder.psn_no, holder)
        holders[holder.psn_no] = msgspec.structs.replace(before, balance_fen=before.balance_fen + fen)
        transfers += passed_on(paid, holder, seal_id_of(case.arrival.request), fen, case.now_ms)
    return tuple(holders.values()), tuple(transfers)
