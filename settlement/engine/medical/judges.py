"""The judges of the medical leg, by infno, and the rows that their requests name."""

from collections.abc import Mapping
from typing import Final

from settlement.engine.arrival import Arrival
from settlement.engine.case import Case, World
from settlement.engine.credential import shown_by, token_keys
from settlement.engine.enabling import waiting_keys
from settlement.engine.judge import Judge, Keys
from settlement.engine.ledger.identity import setl_id_of
from settlement.engine.ledger.state import FeeBatch, Message, Person, Settlement, Visit
from settlement.engine.ledger.stays import Admissions, Stay
from settlement.engine.medical import charges, family, inquire, settle, stay_settle, stays, undo, visits
from settlement.engine.medical.entitlement import accumulator_keys
from settlement.engine.medical.family import FAMILY_ACCOUNT_USED
from settlement.engine.medical.undo import holders_keys, reversed_stay, undone_keys, undone_more_keys
from settlement.wire.hospital import (
    ALL_LINES,
    Admit,
    CancelCharges,
    CancelFees,
    CancelRegistration,
    DescribeVisit,
    Discharge,
    PayDeposit,
    RevokeStay,
    StaySale,
    UndoAdmission,
    UndoDischarge,
    UploadCharges,
)
from settlement.wire.messages import (
    DrugSale,
    OutpatientSale,
    QueryPerson,
    QuerySettlement,
    RegisterOutpatient,
    Reverse,
    Revocation,
    UploadFees,
)


def _asked(arrival: Arrival, world: World) -> Keys:
    asked = arrival.body
    assert isinstance(asked, QueryPerson)
    psn_no = shown_by(asked, world)
    return ((Person, (arrival.home, psn_no)), *token_keys(arrival, psn_no)) if psn_no else ()


def _patient(arrival: Arrival, _world: World) -> Keys:
    asked = arrival.body
    assert isinstance(asked, DrugSale | RegisterOutpatient)
    return (Person, (arrival.home, asked.psn_no)), *_purses(arrival, asked.psn_no)


def _visited(arrival: Arrival, _world: World) -> Keys:
    asked, home = arrival.body, arrival.home
    assert isinstance(asked, CancelRegistration | DescribeVisit | CancelFees)
    batch = asked.chrg_bchno if isinstance(asked, CancelFees) else ALL_LINES
    named = (FeeBatch, (home, asked.psn_no, asked.mdtrt_id, batch))
    visit = (Person, (home, asked.psn_no)), (Visit, (home, asked.psn_no, asked.mdtrt_id))
    return visit if batch == ALL_LINES else (*visit, named)


def _admitted(arrival: Arrival, _world: World) -> Keys:
    asked, home = arrival.body, arrival.home
    assert isinstance(asked, Admit)
    return (
        (Person, (home, asked.psn_no)),
        (Admissions, (home, asked.psn_no)),
        *token_keys(arrival, asked.psn_no),
    )


def _stayed(arrival: Arrival, _world: World) -> Keys:
    asked, home = arrival.body, arrival.home
    assert isinstance(
        asked, UploadCharges | CancelCharges | StaySale | Discharge | UndoAdmission | UndoDischarge | PayDeposit
    )
    return (
        (Person, (home, asked.psn_no)),
        (Admissions, (home, asked.psn_no)),
        (Stay, (home, asked.psn_no, asked.mdtrt_id)),
        *_purses(arrival, asked.psn_no),
    )


def _purses(arrival: Arrival, psn_no: str) -> Keys:
    """Name what a request shows and who else may pay: the token, and the family where its accounts are used."""
    shown = token_keys(arrival, psn_no)
    if getattr(arrival.body, "acct_used_flag", "") != FAMILY_ACCOUNT_USED:
        return shown
    return *shown, *family.bind_keys(arrival.home, psn_no)


def _family(case: Case) -> Keys:
    """Name the family members whose accounts are used, once their places are known."""
    asked = case.arrival.body
    assert isinstance(asked, DrugSale | OutpatientSale | StaySale)
    return family.owner_keys(case, asked.psn_no) if asked.acct_used_flag == FAMILY_ACCOUNT_USED else ()


def _counted(case: Case) -> Keys:
    return *accumulator_keys(case), *_family(case)


def _counted_stay(case: Case) -> Keys:
    return *stay_settle.stay_counter_keys(case), *_family(case)


def _charged(arrival: Arrival, _world: World) -> Keys:
    asked, home = arrival.body, arrival.home
    assert isinstance(asked, UploadFees | OutpatientSale)
    return (
        (Person, (home, asked.psn_no)),
        (Visit, (home, asked.psn_no, asked.mdtrt_id)),
        (FeeBatch, (home, asked.psn_no, asked.mdtrt_id, asked.chrg_bchno)),
        *_purses(arrival, asked.psn_no),
    )


def _revoked(arrival: Arrival, _world: World) -> Keys:
    asked, home = arrival.body, arrival.home
    assert isinstance(asked, Revocation | RevokeStay)
    return (Person, (home, asked.psn_no)), (Settlement, (home, asked.psn_no, asked.setl_id))


def _reversed(arrival: Arrival, _world: World) -> Keys:
    asked, request, home = arrival.body, arrival.request, arrival.home
    assert isinstance(asked, Reverse)
    city, code = request.mdtrtarea_admvs, request.fixmedins_code
    stay = reversed_stay(city, code, asked)
    admitted: Keys = ((Stay, (home, asked.psn_no, stay)), (Admissions, (home, asked.psn_no))) if stay else ()
    return (
        *admitted,
        (Person, (home, asked.psn_no)),
        (Message, (city, code, asked.omsgid)),
        (Settlement, (home, asked.psn_no, setl_id_of(city, code, asked.omsgid))),
    )


def _queried(arrival: Arrival, _world: World) -> Keys:
    asked, request, home = arrival.body, arrival.request, arrival.home
    assert isinstance(asked, QuerySettlement)
    setl_id = asked.setl_id or setl_id_of(request.mdtrtarea_admvs, request.fixmedins_code, asked.medins_setl_id)
    return (Person, (home, asked.psn_no)), (Settlement, (home, asked.psn_no, setl_id))


UNDONE: Final = (undone_keys, undone_more_keys, holders_keys)

JUDGES: Final[Mapping[str, Judge]] = {
    "1101": Judge(inquire.person, _asked, (waiting_keys,)),
    "2101": Judge(settle.try_drugs, _patient, (_counted,)),
    "2102": Judge(settle.settle_drugs, _patient, (_counted,)),
    "2103": Judge(undo.revoke, _revoked, UNDONE),
    "2201": Judge(visits.register, _patient),
    "2202": Judge(visits.cancel, _visited, (visits.batch_keys,)),
    "2203": Judge(visits.describe, _visited),
    "2204": Judge(visits.upload, _charged),
    "2205": Judge(visits.cancel_fees, _visited, (visits.batch_keys,)),
    "2206": Judge(settle.try_outpatient, _charged, (_counted,)),
    "2207": Judge(settle.settle_outpatient, _charged, (_counted,)),
    "2208": Judge(undo.revoke, _revoked, UNDONE),
    "2301": Judge(charges.upload, _stayed, (stays.stay_upload_keys,)),
    "2302": Judge(charges.cancel, _stayed, (stays.stay_upload_keys,)),
    "2303": Judge(stay_settle.try_stay, _stayed, (_counted_stay,)),
    "2304": Judge(stay_settle.settle_stay, _stayed, (_counted_stay,)),
    "2305": Judge(undo.revoke, _revoked, UNDONE),
    "2401": Judge(stays.admit, _admitted),
    "2402": Judge(stays.discharge, _stayed),
    "2404": Judge(stays.undo_admission, _stayed, (stays.stay_upload_keys,)),
    "2405": Judge(stays.undo_discharge, _stayed),
    "0046": Judge(stays.deposit, _stayed),
    "2601": Judge(undo.reverse, _reversed, UNDONE),
    "5203": Judge(inquire.settlement, _queried, (inquire.visit_keys_asked,)),
}
