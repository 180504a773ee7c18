"""Family accounts (家庭共济): whose personal accounts pay for somebody else, in which order, and how they get it back.

Own account first, then those of the authorisers in the order in which they were bound, at most three. An authoriser is
insured as an employee in the same city, with an account that is open; whoever is not any more is passed over, as is who
died or has two insured numbers. Each account is debited by itself, all in the one settlement; an undo gives back in
reverse order. To bind takes the credentials of both, so that nobody's account is opened to another without them
(assumed). The limit of a binding is ours (assumed); so is that it counts for good, however often the same two are
bound, and is given back by an undo.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec

from settlement.engine.arrival import Arrival
from settlement.engine.card_in_force import death_refusal
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.credential import Presented, credential_refusal, presented_keys, spent
from settlement.engine.ledger.accounts import FamilyBind, FamilyDebit, FamilyUse, Token
from settlement.engine.ledger.books import Shares
from settlement.engine.ledger.state import Key, Person, Record, Settlement
from settlement.engine.medical.credits import holder_keys
from settlement.engine.persons import IN_FORCE
from settlement.wire import codes
from settlement.wire.entitlement_codes import DUPLICATE_ID, FAMILY_BIND_REFUSED
from settlement.wire.family import Authoriser, BindFamily, FamilyBound, UnbindFamily

FAMILY_ACCOUNT_USED: Final = "2"
"""acct_used_flag: own account, then the family's."""
PLACES: Final = (1, 2, 3)
EMPLOYEE: Final = "310"
OPEN: Final = "OPEN"


class FamilyPaid(NamedTuple):
    """What the family's accounts paid or get back: the share of each account, and the rows that change by it."""

    changes: tuple[Record, ...] = ()
    shares: Shares = ()


class Purse(NamedTuple):
    """An authoriser's account, what the beneficiary has used of it, and may use now."""

    owner: Person
    use: FamilyUse
    usable_fen: int


def bind_keys(city: str, psn_no: str) -> tuple[Key, ...]:
    """Name the places of a beneficiary's authorisers."""
    return tuple((FamilyBind, (city, psn_no, place)) for place in PLACES)


def owner_keys(case: Case, psn_no: str) -> tuple[Key, ...]:
    """Name the authorisers and what was used of them, once their places are known."""
    owners = [bind.owner for bind in bound(case, psn_no)]
    return *((Person, (case.home, owner)) for owner in owners), *_use_keys(case.home, psn_no, owners)


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
            msgspec.structs.replace(purse.use, used_fen=purse.use.used_fen + part_fen),
            FamilyDebit(case.home, psn_no, setl_id, len(shares), purse.owner.psn_no, part_fen),
        )
    assert not left_fen, "no more is asked for than is available"
    return FamilyPaid(tuple(changes), tuple(shares))


def debit_keys(settlement: Settlement) -> tuple[Key, ...]:
    """Name what the family paid of a settlement, once the settlement is known."""
    if not settlement.acct_mulaid_pay_fen:
        return ()
    return tuple((FamilyDebit, (*settlement.key, rank)) for rank in PLACES)


def creditor_keys(case: Case, settlement: Settlement) -> tuple[Key, ...]:
    """Name the authorisers who get something back and what was used of them, once the debits are known."""
    owners = [debit.owner for debit in _debits(case, settlement)]
    people = ((Person, (settlement.city, owner)) for owner in owners)
    return *people, *_use_keys(settlement.city, settlement.psn_no, owners)


def holders_keys(case: Case, settlement: Settlement) -> tuple[Key, ...]:
    """Name who has the money of authorisers that were merged away, once those are known."""
    return tuple(key for debit in _debits(case, settlement) for key in holder_keys(case, debit.owner))


def refunded(case: Case, settlement: Settlement) -> FamilyPaid:
    """Return what each authoriser gets back of a settlement that is undone, and what is not used any more."""
    debits = _debits(case, settlement)
    uses = (
        msgspec.structs.replace(use, used_fen=use.used_fen - debit.amount_fen)
        for debit in debits
        for use in (_use(case, debit.psn_no, debit.owner),)
    )
    return FamilyPaid(tuple(uses), tuple((debit.owner, debit.amount_fen) for debit in debits))


def binding_names(asked: BindFamily | UnbindFamily, arrival: Arrival) -> tuple[Key, ...]:
    """Name the two persons, what they show, the beneficiary's places and what was used of this authoriser."""
    home = arrival.home
    people: dict[Key, None] = {(Person, (home, psn_no)): None for psn_no in (asked.psn_no, asked.owner_psn_no)}
    shown: tuple[Key, ...] = ()
    if isinstance(asked, BindFamily):
        shown = tuple(
            key for psn_no, credential in _credentials(asked) for key in presented_keys(home, psn_no, credential)
        )
    used = _use_keys(home, asked.psn_no, (asked.owner_psn_no,))
    return *people, *dict.fromkeys(shown), *bind_keys(home, asked.psn_no), *used


def bound_uses(case: Case) -> tuple[Key, ...]:
    """Name what was used of those who are bound already, once they are known."""
    asked = case.arrival.body
    assert isinstance(asked, BindFamily | UnbindFamily)
    return _use_keys(case.home, asked.psn_no, [bind.owner for bind in bound(case, asked.psn_no)])


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
    tokens: list[Token] = []
    for person, (_, shown) in zip((beneficiary, owner), _credentials(asked), strict=True):
        if refused := credential_refusal(case, shown, person):
            return refused._replace(detail=f"{refused.detail} of {person.psn_no}".lstrip())
        tokens += spent(case, shown, case.arrival.request.msgid)
    taken = {binding.place for binding in made}
    place = next(place for place in PLACES if place not in taken)
    binding = FamilyBind(case.home, asked.psn_no, place, owner.psn_no, asked.limit_fen, case.now_ms)
    return Granted(_told(case, asked.psn_no, (*made, binding)), (binding, *tokens))


def unbind(case: Case) -> Verdict:
    """0049: end a binding; what was paid under it stays paid."""
    asked = case.arrival.body
    assert isinstance(asked, UnbindFamily)
    made = bound(case, asked.psn_no)
    gone = next((binding for binding in made if binding.owner == asked.owner_psn_no), None)
    if gone is None:
        return Refused(FAMILY_BIND_REFUSED, f"{asked.owner_psn_no} is not bound")
    left = tuple(binding for binding in made if binding is not gone)
    return Granted(_told(case, asked.psn_no, left), (msgspec.structs.replace(gone, owner="", limit_fen=0),))


def _bind_refusal(owner: Person, asked: BindFamily, made: tuple[FamilyBind, ...]) -> Refused | None:
    if asked.owner_psn_no == asked.psn_no:
        return Refused(FAMILY_BIND_REFUSED, "nobody is his own family")
    if owner.duplicate_of:
        return Refused(DUPLICATE_ID, f"{owner.psn_no} and {owner.duplicate_of}")
    if owner.insutype != EMPLOYEE:
        return Refused(FAMILY_BIND_REFUSED, f"{owner.psn_no} is insured as {owner.insutype}, not as an employee")
    if any(binding.owner == owner.psn_no for binding in made):
        return Refused(FAMILY_BIND_REFUSED, f"{owner.psn_no} is bound already")
    if len(made) == len(PLACES):
        return Refused(FAMILY_BIND_REFUSED, f"{len(PLACES)} are bound, unbind one first")
    return None


def _credentials(asked: BindFamily) -> tuple[tuple[str, Presented], ...]:
    """Return what the beneficiary and the owner show."""
    return (
        (asked.psn_no, Presented(asked.mdtrt_cert_type, asked.mdtrt_cert_no, asked.card_sn)),
        (asked.owner_psn_no, Presented(asked.owner_cert_type, asked.owner_cert_no, asked.owner_card_sn)),
    )


def _use_keys(city: str, psn_no: str, owners: Iterable[str]) -> tuple[Key, ...]:
    return tuple((FamilyUse, (city, psn_no, owner)) for owner in owners)


def _use(case: Case, psn_no: str, owner: str) -> FamilyUse:
    return case.state.get(FamilyUse, case.home, psn_no, owner) or FamilyUse(case.home, psn_no, owner, 0)


def _told(case: Case, psn_no: str, bindings: tuple[FamilyBind, ...]) -> FamilyBound:
    return FamilyBound(
        psn_no,
        tuple(
            Authoriser(binding.owner, binding.limit_fen, _use(case, psn_no, binding.owner).used_fen)
            for binding in bindings
        ),
    )


def _purses(case: Case, psn_no: str) -> tuple[Purse, ...]:
    """Return who can pay, in bound order, with what is left of balance and limit."""
    purses = []
    for binding in bound(case, psn_no):
        owner = case.person(binding.owner)
        assert owner, "an authoriser is insured"
        use = _use(case, psn_no, binding.owner)
        left_fen = binding.limit_fen - use.used_fen if binding.limit_fen else owner.balance_fen
        if _usable(owner):
            purses.append(Purse(owner, use, max(min(owner.balance_fen, left_fen), 0)))
    return tuple(purses)


def _usable(owner: Person) -> bool:
    """Whether an account can pay for somebody else: its owner's insurance is good, and the owner alive and one."""
    insured = (owner.insutype, owner.account_status, owner.psn_insu_stas) == (EMPLOYEE, OPEN, IN_FORCE)
    return insured and not owner.duplicate_of and death_refusal(owner) is None


def _debits(case: Case, settlement: Settlement) -> tuple[FamilyDebit, ...]:
    if not settlement.acct_mulaid_pay_fen:
        return ()
    debits = (case.state.get(FamilyDebit, *settlement.key, rank) for rank in PLACES)
    return tuple(debit for debit in debits if debit)
