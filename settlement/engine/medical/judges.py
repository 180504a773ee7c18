"""The judges of the medical leg, by infno, and the rows that their requests name."""

from collections.abc import Mapping
from typing import Final

from settlement.engine.arrival import Arrival
from settlement.engine.case import World
from settlement.engine.judge import Judge, Keys
from settlement.engine.ledger.identity import setl_id_of
from settlement.engine.ledger.state import FeeBatch, Message, Person, Settlement, Visit
from settlement.engine.medical import inquire, settle, undo, visits
from settlement.engine.medical.entitlement import accumulator_keys
from settlement.engine.medical.undo import undone_keys
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
    psn_no = world.register.psn_no(asked.certno)
    return ((Person, (arrival.home, psn_no)),) if psn_no else ()


def _patient(arrival: Arrival, _world: World) -> Keys:
    asked = arrival.body
    assert isinstance(asked, DrugSale | RegisterOutpatient)
    return ((Person, (arrival.home, asked.psn_no)),)


def _charged(arrival: Arrival, _world: World) -> Keys:
    asked, home = arrival.body, arrival.home
    assert isinstance(asked, UploadFees | OutpatientSale)
    return (
        (Person, (home, asked.psn_no)),
        (Visit, (home, asked.psn_no, asked.mdtrt_id)),
        (FeeBatch, (home, asked.psn_no, asked.mdtrt_id, asked.chrg_bchno)),
    )


def _revoked(arrival: Arrival, _world: World) -> Keys:
    asked, home = arrival.body, arrival.home
    assert isinstance(asked, Revocation)
    return (Person, (home, asked.psn_no)), (Settlement, (home, asked.psn_no, asked.setl_id))


def _reversed(arrival: Arrival, _world: World) -> Keys:
    asked, request, home = arrival.body, arrival.request, arrival.home
    assert isinstance(asked, Reverse)
    city, code = request.mdtrtarea_admvs, request.fixmedins_code
    return (
        (Person, (home, asked.psn_no)),
        (Message, (city, code, asked.omsgid)),
        (Settlement, (home, asked.psn_no, setl_id_of(city, code, asked.omsgid))),
    )


def _queried(arrival: Arrival, _world: World) -> Keys:
    asked, request, home = arrival.body, arrival.request, arrival.home
    assert isinstance(asked, QuerySettlement)
    setl_id = asked.setl_id or setl_id_of(request.mdtrtarea_admvs, request.fixmedins_code, asked.medins_setl_id)
    return (Person, (home, asked.psn_no)), (Settlement, (home, asked.psn_no, setl_id))


JUDGES: Final[Mapping[str, Judge]] = {
    "1101": Judge(inquire.person, _asked),
    "2101": Judge(settle.try_drugs, _patient, (accumulator_keys,)),
    "2102": Judge(settle.settle_drugs, _patient, (accumulator_keys,)),
    "2103": Judge(undo.revoke, _revoked, (undone_keys,)),
    "2201": Judge(visits.register, _patient),
    "2204": Judge(visits.upload, _charged),
    "2206": Judge(settle.try_outpatient, _charged, (accumulator_keys,)),
    "2207": Judge(settle.settle_outpatient, _charged, (accumulator_keys,)),
    "2208": Judge(undo.revoke, _revoked, (undone_keys,)),
    "2601": Judge(undo.reverse, _reversed, (undone_keys,)),
    "5203": Judge(inquire.settlement, _queried),
}
