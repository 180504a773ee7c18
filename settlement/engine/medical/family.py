"""Family accounts (家庭共济): whose personal accounts pay for somebody else, in which order, and how they get it back.

Own account first, then those of the authorisers in the order in which they were bound, at most three. An authoriser is
insured as an employee in the same city, with an account that is open; whoever is not any more is passed over. Each
account is debited by itself, all in the one settlement; an undo gives back in reverse order. The limit of a binding is
ours (assumed); so is that it counts for good, and is given back by an undo.
"""

from typing import Final, NamedTuple

import msgspec

from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger.account_books import sealed_again
from settlement.engine.ledger.accounts import FamilyBind, FamilyDebit
from settlement.engine.ledger.books import Shares
from settlement.engine.ledger.state import Key, Person, Record, Settlement, Transfer
from settlement.engine.persons import IN_FORCE
from settlement.wire import codes
from settlement.wire.entitlement_codes import FAMILY_BIND_REFUSED
from settlement.wire.family import Authoriser, BindFamily, FamilyBound, UnbindFamily

FAMILY_ACCOUNT_USED: Final = "2"
"""acct_used_flag: own account, then the family's."""
PLACES: Final = (1, 2, 3)
EMPLOYEE: Final = "310"
OPEN: Final = "OPEN"


class FamilyPaid(NamedTuple):
    """What the family's accounts paid or got back: the rows that change, and the share of each account.

    `transfers` are beside those of the settlement: what goes back to an account that was sealed meanwhile.
    """

    changes: tuple[Record, ...] = ()
    shares: Shares = ()
    transfers: tuple[Transfer, ...] = ()


class Purse(NamedTuple):
    """An authoriser's account and what the beneficiary may use of it now."""

    bind: FamilyBind
    owner: Person
    usable_fen: int


def bind_keys(city: str, psn_no: str) -> tuple[Key, ...]:
    """Name the places of a beneficiary's authorisers."""
    return tuple((FamilyBind, (city, psn_no, place)) for place in PLACES)


def owner_keys(case: Case, psn_no: str) -> tuple[Key, ...]:
    """Name the authorisers, once their places are known."""
    return tuple((Person, (case.home, bind.owner)) for bind in bound(case, psn_no))


def bound(case: Case, psn_no: str) -> tuple[FamilyBind, ...]:
    """Return a beneficiary's bindings in the order in which they were made."""
    places = (case.state.get(FamilyBind, case.home, psn_no, place) for place in PLACES)
    return tuple(sorted((bind for bind in places if bind and bind.owner), key=lambda bind: (bind.bound_ms, bind.place)))


def available_fen(case: Case, psn_no: str) -> int:
    """Return the most that the family can pay."""
    return sum(purse.usable_fen for purse in _purses(case, psn_no))


def debited(case: Case, psn_no: str, setl_id: str, fen: int) -> FamilyPaid:
    """Return the debits that together are `fen`, which must be available: one an authoriser, in bound order."""
    changes: list[Record] = []
    shares: list[tuple[str, int]] = []
    left_fen = fen
    for purse in _purses(case, psn_no):
        part_fen = min(purse.usable_fen, left_fen)
        if not part_fen:
            continue
        left_fen -= part_fen
        shares.append((purse.owner.psn_no, part_fen))
        changes += (
            msgspec.structs.replace(purse.owner, balance_fen=purse.owner.balance_fen - part_fen),
            msgspec.structs.replace(purse.bind, used_fen=purse.bind.used_fen + part_fen),
            FamilyDebit(case.home, psn_no, setl_id, len(shares), purse.owner.psn_no, purse.bind.place, part_fen),
        )
    assert not left_fen, "no more is asked for than is available"
    return FamilyPaid(tuple(changes), tuple(shares))


def debit_keys(settlement: Settlement) -> tuple[Key, ...]:
    """Name what a settlement's undo needs to know of the family, once the settlement is known."""
    if not settlement.acct_mulaid_pay_fen:
        return ()
    whose = settlement.city, settlement.psn_no
    return (
        *((FamilyDebit, (*whose, settlement.setl_id, rank)) for rank in PLACES),
        *bind_keys(*whose),
    )


def creditor_keys(case: Case, settlement: Settlement) -> tuple[Key, ...]:
    """Name the authorisers who get something back, once the debits are known."""
    return tuple((Person, (settlement.city, debit.owner)) for debit in _debits(case, settlement))


def refunded(case: Case, settlement: Settlement) -> FamilyPaid:
    """Return the credits of an undo, the last debit first; a binding that is gone has nothing to count."""
    changes: list[Record] = []
    transfers: list[Transfer] = []
    msgid, debits = case.arrival.request.msgid, _debits(case, settlement)
    for debit in reversed(debits):
        owner = case.person(debit.owner)
        assert owner, "who was debited is insured"
        changes.append(msgspec.structs.replace(owner, balance_fen=owner.balance_fen + debit.amount_fen))
        transfers += sealed_again(owner, msgid, debit.amount_fen, case.now_ms)
        bind = case.state.get(FamilyBind, debit.city, debit.psn_no, debit.place)
        if bind and bind.owner == debit.owner:
            used_fen = max(bind.used_fen - debit.amount_fen, 0)
            changes.append(msgspec.structs.replace(bind, used_fen=used_fen))
    return FamilyPaid(tuple(changes), tuple((debit.owner, debit.amount_fen) for debit in debits), tuple(transfers))


def bind(case: Case) -> Verdict:
    """0048: let a beneficiary use an account, behind those that are bound already."""
    asked = case.arrival.body
    assert isinstance(asked, BindFamily)
    beneficiary, owner = case.person(asked.psn_no), case.person(asked.owner_psn_no)
    if beneficiary is None or owner is None:
        return Refused(codes.NO_INSURED_PERSON, asked.psn_no if beneficiary is None else asked.owner_psn_no)
    made = bound(case, asked.psn_no)
    if refused := _bind_refusal(owner, asked, made):
        return refused
    taken = {binding.place for binding in made}
    place = next(place for place in PLACES if place not in taken)
    binding = FamilyBind(case.home, asked.psn_no, place, owner.psn_no, asked.limit_fen, 0, case.now_ms)
    return Granted(_told(asked.psn_no, (*made, binding)), (binding,))


def unbind(case: Case) -> Verdict:
    """0049: end a binding; what was paid under it stays paid."""
    asked = case.arrival.body
    assert isinstance(asked, UnbindFamily)
    made = bound(case, asked.psn_no)
    gone = next((binding for binding in made if binding.owner == asked.owner_psn_no), None)
    if gone is None:
        return Refused(FAMILY_BIND_REFUSED, f"{asked.owner_psn_no} is not bound")
    left = tuple(binding for binding in made if binding is not gone)
    return Granted(_told(asked.psn_no, left), (msgspec.structs.replace(gone, owner="", limit_fen=0, used_fen=0),))


def _bind_refusal(owner: Person, asked: BindFamily, made: tuple[FamilyBind, ...]) -> Refused | None:
    if asked.owner_psn_no == asked.psn_no:
        return Refused(FAMILY_BIND_REFUSED, "nobody is his own family")
    if owner.insutype != EMPLOYEE:
        return Refused(FAMILY_BIND_REFUSED, f"{owner.psn_no} is insured as {owner.insutype}, not as an employee")
    if any(binding.owner == owner.psn_no for binding in made):
        return Refused(FAMILY_BIND_REFUSED, f"{owner.psn_no} is bound already")
    if len(made) == len(PLACES):
        return Refused(FAMILY_BIND_REFUSED, f"{len(PLACES)} are bound, unbind one first")
    return None


def _told(psn_no: str, bindings: tuple[FamilyBind, ...]) -> FamilyBound:
    return FamilyBound(
        psn_no, tuple(Authoriser(binding.owner, binding.limit_fen, binding.used_fen) for binding in bindings)
    )


def _purses(case: Case, psn_no: str) -> tuple[Purse, ...]:
    """Return who can pay, in bound order, with what is left of balance and limit."""
    purses = []
    for binding in bound(case, psn_no):
        owner = case.person(binding.owner)
        assert owner, "an authoriser is insured"
        usable = (owner.insutype, owner.account_status, owner.psn_insu_stas) == (EMPLOYEE, OPEN, IN_FORCE)
        left_fen = binding.limit_fen - binding.used_fen if binding.limit_fen else owner.balance_fen
        if usable:
            purses.append(Purse(binding, owner, max(min(owner.balance_fen, left_fen), 0)))
    return tuple(purses)


def _debits(case: Case, settlement: Settlement) -> tuple[FamilyDebit, ...]:
    if not settlement.acct_mulaid_pay_fen:
        return ()
    debits = (case.state.get(FamilyDebit, *settlement.key, rank) for rank in PLACES)
    return tuple(debit for debit in debits if debit)
