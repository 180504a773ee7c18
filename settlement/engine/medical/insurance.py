"""What an insurance agency does to its insured: a change of insurance (0060), an allotment (0061), a merging (0062).

None of them touches the card: the same number goes on before and after (RC11). From employee to resident the personal
account is sealed with its whole balance, in the commit of the change, so that no debit follows it; on the way back it
is opened. An allotment is paid once for a person and month. A merging leaves one of two persons, with both balances and
what both have used of deductibles and caps; nobody is merged in the middle of a stay (assumed). A stay that was left
and not settled has to be settled before: afterwards its number is insured no more.
"""

from typing import Final

import msgspec

from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger import account_books
from settlement.engine.ledger.accounts import Allotment
from settlement.engine.ledger.books import FROZEN
from settlement.engine.ledger.identity import seal_id_of
from settlement.engine.ledger.state import Person
from settlement.engine.ledger.stays import Admissions
from settlement.engine.medical.standing import NOT_INSURED
from settlement.wire import codes, hospital_codes
from settlement.wire.entitlement_codes import CHANGE_REFUSED
from settlement.wire.insurance import Allot, ChangeInsurance, InsuranceChanged, MergePersons

EMPLOYEE: Final = "310"
RESIDENT: Final = "390"
OPEN: Final = "OPEN"
ACCOUNT_AFTER: Final = {EMPLOYEE: OPEN, RESIDENT: FROZEN}
"""What becomes of a personal account with a change to this insurance; with any other it stays as it is."""


def change(case: Case) -> Verdict:
    """0060: how somebody is insured from now on."""
    asked = case.arrival.body
    assert isinstance(asked, ChangeInsurance)
    person = case.person(asked.psn_no)
    if person is None:
        return Refused(codes.NO_INSURED_PERSON, asked.psn_no)
    insutype = asked.insutype or person.insutype
    changed = msgspec.structs.replace(
        person,
        insutype=insutype,
        psn_type=asked.psn_type or person.psn_type,
        psn_insu_stas=asked.psn_insu_stas or person.psn_insu_stas,
        account_status=_account_after(person, insutype),
    )
    transfers = account_books.moved(person, changed, seal_id_of(case.arrival.request), case.now_ms)
    return Granted(_told(changed), (changed,), transfers)


def allot(case: Case) -> Verdict:
    """0061: a month's money; the same month again changes nothing, another amount for it is refused."""
    asked = case.arrival.body
    assert isinstance(asked, Allot)
    person = case.person(asked.psn_no)
    if person is None:
        return Refused(codes.NO_INSURED_PERSON, asked.psn_no)
    if person.insutype != EMPLOYEE:
        return Refused(CHANGE_REFUSED, f"insured as {person.insutype}: only employees have allotments")
    made = case.state.get(Allotment, case.home, asked.psn_no, asked.month)
    if made and made.amount_fen != asked.amount_fen:
        return Refused(CHANGE_REFUSED, f"{made.amount_fen} fen were allotted for {asked.month}")
    if made:
        return Granted(_told(person))
    credited = msgspec.structs.replace(person, balance_fen=person.balance_fen + asked.amount_fen)
    row = Allotment(case.home, asked.psn_no, asked.month, asked.amount_fen, case.now_ms)
    transfers = account_books.allotted(credited, asked.month, asked.amount_fen, case.now_ms)
    return Granted(_told(credited), (credited, row), transfers)


def merge(case: Case) -> Verdict:
    """0062: one person of two with the same identity number; the sum of their balances stays what it is."""
    asked = case.arrival.body
    assert isinstance(asked, MergePersons)
    kept, gone = case.person(asked.psn_no), case.person(asked.merged_psn_no)
    if kept is None or gone is None:
        return Refused(codes.NO_INSURED_PERSON, asked.psn_no if kept is None else asked.merged_psn_no)
    if (kept.duplicate_of, gone.duplicate_of) != (gone.psn_no, kept.psn_no):
        return Refused(CHANGE_REFUSED, f"{kept.psn_no} and {gone.psn_no} are not two of one identity number")
    admissions = case.state.get(Admissions, gone.city, gone.psn_no)
    if admissions and admissions.open_mdtrt_id:
        return Refused(hospital_codes.ALREADY_ADMITTED, f"mdtrt_id {admissions.open_mdtrt_id} of {gone.psn_no}")
    both = msgspec.structs.replace(
        kept, duplicate_of="", balance_fen=kept.balance_fen + gone.balance_fen, merged_from=gone.psn_no
    )
    ended = msgspec.structs.replace(
        gone, duplicate_of="", balance_fen=0, psn_insu_stas=NOT_INSURED, merged_into=kept.psn_no
    )
    return Granted(_told(both), (both, ended), account_books.merged(kept, gone, case.now_ms))


def _account_after(person: Person, insutype: str) -> str:
    if insutype == person.insutype:
        return person.account_status
    return ACCOUNT_AFTER.get(insutype, person.account_status)


def _told(person: Person) -> InsuranceChanged:
    return InsuranceChanged(
        person.psn_no,
        person.insutype,
        person.psn_type,
        person.psn_insu_stas,
        person.account_status,
        person.balance_fen,
    )
