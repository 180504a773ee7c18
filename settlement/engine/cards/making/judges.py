"""The judges of a card's making and of the outlets, by infno, and the rows that their requests name."""

from collections.abc import Mapping
from typing import Final

from settlement.engine.arrival import Arrival
from settlement.engine.cards import acceptance, certificates, ecard_fault, elsewhere
from settlement.engine.cards.desk import serving
from settlement.engine.cards.issue import issued_keys
from settlement.engine.cards.making import (
    application,
    collected,
    handing,
    lookup,
    phone_code,
    progress,
    unit_table,
    upkeep,
)
from settlement.engine.case import World
from settlement.engine.judge import Judge, Keys
from settlement.engine.ledger.making import CardApplication, CollectedData, PhoneCode, Unit
from settlement.engine.ledger.state import Person
from settlement.wire.card_service import CardService
from settlement.wire.making import ApplyForCard, ReadPhone, TellStep


def _applied(arrival: Arrival, _world: World) -> Keys:
    holder = _holder(arrival)
    return (CardApplication, holder), (CollectedData, holder)


def _by_unit(arrival: Arrival, world: World) -> Keys:
    asked = arrival.body
    assert isinstance(asked, ApplyForCard)
    unit = ((Unit, (arrival.home, asked.unit_no)),) if asked.unit_no else ()
    return *_applied(arrival, world), *elsewhere.names(arrival, world), *unit


def _again(arrival: Arrival, world: World) -> Keys:
    return *_applied(arrival, world), *elsewhere.names(arrival, world)


def _handed(arrival: Arrival, world: World) -> Keys:
    holder = _holder(arrival)
    return (CardApplication, holder), *elsewhere.names(arrival, world), *issued_keys(*holder)


def _sent(arrival: Arrival, _world: World) -> Keys:
    holder = _holder(arrival)
    return (PhoneCode, (*holder, phone_code.CANCEL)), (CollectedData, holder)


def _received(arrival: Arrival, _world: World) -> Keys:
    asked = arrival.body
    assert isinstance(asked, ReadPhone)
    holder = arrival.home, asked.psn_no
    return (PhoneCode, (*holder, asked.purpose)), (CollectedData, holder)


def _holder(arrival: Arrival) -> tuple[str, str]:
    asked = arrival.body
    assert isinstance(asked, CardService)
    return arrival.home, asked.psn_no


def _told(arrival: Arrival, _world: World) -> Keys:
    asked = arrival.body
    assert isinstance(asked, TellStep)
    holder = arrival.home, asked.psn_no
    return (Person, holder), (CardApplication, holder)


JUDGES: Final[Mapping[str, Judge]] = {
    "0030": serving("apply", application.apply, _by_unit),
    "0031": Judge(unit_table.apply_by_table, unit_table.named),
    "0032": serving("collect-data", collected.collect, _applied),
    "0033": serving("withdraw", application.withdraw, _applied),
    "0034": serving("progress", progress.query, _applied),
    "0035": serving("collect-card", handing.collect_card, _handed),
    "0036": serving("hand-out", handing.hand_out, _handed),
    "0037": serving("update-bank-data", upkeep.update_bank_data, _applied),
    "0038": serving("send-code", phone_code.send, _sent),
    "0039": serving("cancel-by-code", phone_code.cancel, _sent),
    "0040": serving("instant-make", handing.make_instantly, _handed),
    "0042": serving("report-mismatch", upkeep.report_mismatch, _again),
    "0043": Judge(lookup.look_up, lookup.looked_up),
    "0044": serving("certificate-copy", certificates.keep, certificates.copy_keys),
    "0045": serving("acceptance", acceptance.acceptance),
    "0080": Judge(upkeep.tell_step, _told),
    "0089": Judge(ecard_fault.tell_fault, ecard_fault.told_keys),
    "0090": Judge(phone_code.read_phone, _received),
}
