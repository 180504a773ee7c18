"""The judges of remote pharmacy orders, by infno, and the rows that their requests and orders name."""

from collections.abc import Mapping
from typing import Final

from settlement.engine.arrival import Arrival
from settlement.engine.case import Case, World
from settlement.engine.judge import Judge, Keys
from settlement.engine.ledger.accounts import Token
from settlement.engine.ledger.filings import Filing
from settlement.engine.ledger.identity import order_name
from settlement.engine.ledger.orders import OPEN, RemoteOrder
from settlement.engine.ledger.state import Key, Person, Settlement
from settlement.engine.medical import family, remote_orders
from settlement.engine.medical.counters import counted_keys, counter_keys
from settlement.engine.medical.credits import holder_keys
from settlement.engine.medical.entitlement import benefit_of
from settlement.wire.entitlement_codes import CREDENTIAL_VOUCHER
from settlement.wire.messages import SettleDrugSale
from settlement.wire.remote import ConfirmOrder, OrderMessage, PlaceOrder, QueryBuyer


def _bought(arrival: Arrival, world: World) -> Keys:
    asked = arrival.body
    assert isinstance(asked, QueryBuyer)
    psn_no = world.register.psn_no(asked.ssn)
    return ((Person, (arrival.home, psn_no)),) if psn_no else ()


def _placed(arrival: Arrival, _world: World) -> Keys:
    asked, request = arrival.body, arrival.request
    assert isinstance(asked, PlaceOrder)
    name = order_name(request.fixmedins_code, asked.mdtrtsn)
    return (
        (Person, (arrival.home, asked.psn_no)),
        (Token, (arrival.home, asked.psn_no, CREDENTIAL_VOUCHER)),
        (RemoteOrder, (request.mdtrtarea_admvs, request.fixmedins_code, name)),
    )


def _confirmed(arrival: Arrival, _world: World) -> Keys:
    asked = arrival.body
    assert isinstance(asked, ConfirmOrder)
    whom = arrival.home, asked.psn_no
    return (Person, whom), (Filing, whom), _order_key(asked)


def _ordered(arrival: Arrival, _world: World) -> Keys:
    asked = arrival.body
    assert isinstance(asked, OrderMessage)
    return (_order_key(asked),)


def _order_key(asked: OrderMessage | ConfirmOrder) -> Key:
    code = asked.fixmedins_code
    return RemoteOrder, (code[1:7], code, asked.mdtrt_regno)


def _counted(case: Case) -> Keys:
    """Name the counters of an order that is placed or confirmed."""
    asked = case.arrival.body
    if isinstance(asked, PlaceOrder):
        return _counters(case, asked.psn_no, asked.med_type)
    order = remote_orders.order_of(case)
    if order is None or order.state != OPEN or order.psn_no != getattr(asked, "psn_no", ""):
        return ()
    at_pharmacy = remote_orders.confirmed_case(case, order)
    sale = at_pharmacy.arrival.body
    assert isinstance(sale, SettleDrugSale)
    return _counters(at_pharmacy, order.psn_no, sale.med_type)


def _counters(case: Case, psn_no: str, med_type: str) -> Keys:
    person = case.person(psn_no)
    benefit = benefit_of(case, person, med_type) if person else None
    return counter_keys(case, person, benefit) if person and benefit else ()


def _settled(case: Case) -> Keys:
    order = remote_orders.order_of(case)
    if order is None:
        return ()
    whom = order.insuplc, order.psn_no
    return ((Person, whom), (Settlement, (*whom, order.setl_id))) if order.setl_id else ((Person, whom),)


def _undone(case: Case) -> Keys:
    order = remote_orders.order_of(case)
    settlement = remote_orders.settlement_of(case, order) if order else None
    if order is None or settlement is None:
        return ()
    at_home = case._replace(home=order.insuplc)
    return *counted_keys(settlement), *family.debit_keys(settlement), *holder_keys(at_home, order.psn_no)


JUDGES: Final[Mapping[str, Judge]] = {
    "0078": Judge(remote_orders.confirm, _confirmed, (_counted,)),
    "2161": Judge(remote_orders.buyer, _bought),
    "2163": Judge(remote_orders.refund, _ordered, (_settled, _undone)),
    "2166": Judge(remote_orders.place, _placed, (_counted,)),
    "2167": Judge(remote_orders.cancel, _ordered),
    "2181": Judge(remote_orders.reverse, _ordered, (_settled, _undone)),
}
