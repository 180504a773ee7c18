"""Remote pharmacy orders: who buys (2161), the order tried (2166), confirmed by the phone (0078), and undone.

An order is a pharmacy sale in two steps. 2166 judges it and spends the token; nothing is paid before the patient's
phone confirms it, and then it is judged again, because balances and counters may have moved. It is settled under the
msgid of its 2166, by which the pharmacy finds out (5203) and its books agree. A visit number is good once for ever:
after a cancel, a refund or a reversal the pharmacy takes a new one (interface, 2166).
"""

from typing import Final

import msgspec

from settlement.engine.arrival import Door
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.credential import spent
from settlement.engine.ledger.identity import order_name
from settlement.engine.ledger.orders import CANCELLED, OPEN, PAID, REFUNDED, REVERSED, RemoteOrder
from settlement.engine.ledger.state import REVERSED as REVERSED_SETTLEMENT
from settlement.engine.ledger.state import VOIDED, Person, Settlement
from settlement.engine.medical.settling import judge, settled
from settlement.engine.medical.standing import known
from settlement.engine.medical.undo import taken_back
from settlement.engine.rules.money import yuan
from settlement.wire import codes, remote_codes
from settlement.wire.entitlement_codes import CREDENTIAL_VOUCHER
from settlement.wire.envelope import encode
from settlement.wire.messages import Line, SettleDrugSale, SettlementInfo
from settlement.wire.names import PHARMACY
from settlement.wire.remote import (
    BuyerFound,
    CancelOrder,
    ConfirmOrder,
    OrderDone,
    OrderPlaced,
    OrderRefunded,
    PlaceOrder,
    QueryBuyer,
    RefundOrder,
    ReverseOrder,
)

DECODE_SALE: Final = msgspec.msgpack.Decoder(SettleDrugSale).decode
PUSHED: Final = "1"
PAYMENT, REFUND, ORDER = "1106", "1107", "1203"
"""What 2181 undoes, by its status (assumed, as wire.remote says)."""


def buyer(case: Case) -> Verdict:
    """2161: the person of a social security number, insured in another city."""
    asked = case.arrival.body
    assert isinstance(asked, QueryBuyer)
    refused = _place_refusal(case, asked.fixmedins_code, asked.insuplc)
    if refused:
        return refused
    psn_no = case.world.register.psn_no(asked.ssn)
    person = known(case, psn_no) if psn_no else Refused(codes.NO_INSURED_PERSON)
    if isinstance(person, Refused):
        return person
    home = case.world.cities[case.home]
    return Granted(
        BuyerFound(
            psn_no=person.psn_no,
            psn_name=person.psn_name,
            gend=person.gend,
            brdy=person.brdy,
            ssn=person.certno,
            psn_type=person.psn_type,
            emp_name="",
            insuplc_admdvs=person.city,
            outmed_fundmgt_optins_fulname=f"{home.name}医疗保险经办机构",
            acct_balc_fen=person.balance_fen,
            insutype=person.insutype,
        )
    )


def place(case: Case) -> Verdict:
    """2166: try an order, spend the token, and ask the patient's phone."""
    asked = case.arrival.body
    assert isinstance(asked, PlaceOrder)
    refused = _place_refusal(case, asked.fixmedins_code, asked.insuplc) or _order_refusal(case, asked)
    if refused:
        return refused
    sale = sale_of(asked)
    judged = judge(case, sale, sale.med_type, sale.drugdetail)
    if isinstance(judged, Refused):
        return judged
    name = order_name(case.institution.code, asked.mdtrtsn)
    order = RemoteOrder(
        city=case.institution.city,
        fixmedins_code=case.institution.code,
        mdtrt_regno=name,
        state=OPEN,
        insuplc=case.home,
        psn_no=asked.psn_no,
        msgid=case.arrival.request.msgid,
        dev_no=case.arrival.request.dev_no,
        opter_no=case.opter_no,
        sale=encode(sale),
        setl_id="",
        placed_ms=case.now_ms,
    )
    amounts = judged.split.amounts
    said = f"个人账户 {yuan(amounts.acct_pay_fen)}, 现金 {yuan(amounts.psn_cash_pay_fen)}"
    return Granted(OrderPlaced(name, said, PUSHED), (order, *spent(case, sale, name)))


def confirm(case: Case) -> Verdict:
    """0078: the phone confirms an order, which is settled as a sale of its pharmacy."""
    asked = case.arrival.body
    assert isinstance(asked, ConfirmOrder)
    order = order_of(case)
    if order is None or (order.psn_no, order.insuplc) != (asked.psn_no, case.home):
        return Refused(remote_codes.ORDER_UNKNOWN, asked.mdtrt_regno)
    if order.state != OPEN:
        return Refused(remote_codes.ORDER_STATE, order.state)
    at_pharmacy = confirmed_case(case, order)
    sale = at_pharmacy.arrival.body
    assert isinstance(sale, SettleDrugSale)
    judged = judge(at_pharmacy, sale, sale.med_type, sale.drugdetail)
    if isinstance(judged, Refused):
        return judged
    ordered = DECODE_SALE(order.sale)  # what was shown is the token of 2166, spent there
    verdict = settled(at_pharmacy, ordered, judged, mdtrt_id=order.mdtrt_regno)
    if isinstance(verdict, Refused):
        return verdict
    assert isinstance(verdict.output, SettlementInfo)
    paid = msgspec.structs.replace(order, state=PAID, setl_id=verdict.output.setl_id)
    return verdict._replace(changes=(*verdict.changes, paid))


def cancel(case: Case) -> Verdict:
    """2167: give up an order that was not paid."""
    asked = case.arrival.body
    assert isinstance(asked, CancelOrder)
    order = _named(case, asked.fixmedins_code)
    if isinstance(order, Refused):
        return order
    if order.state != OPEN:
        return Refused(remote_codes.ORDER_STATE, f"{order.state}: refund what was paid (2163)")
    return Granted(OrderDone(order.mdtrt_regno), (msgspec.structs.replace(order, state=CANCELLED),))


def refund(case: Case) -> Verdict:
    """2163: give back what an order took."""
    asked = case.arrival.body
    assert isinstance(asked, RefundOrder)
    order = _named(case, asked.fixmedins_code)
    if isinstance(order, Refused):
        return order
    if order.state != PAID:
        return Refused(remote_codes.ORDER_STATE, f"{order.state}: only what was paid is refunded")
    at_home = case._replace(home=order.insuplc)
    settlement, person = settlement_of(at_home, order), at_home.person(order.psn_no)
    assert settlement, "a paid order was settled"
    assert person, "a paid order has its person"
    undone = taken_back(at_home, settlement, VOIDED)
    if isinstance(undone, Refused):
        return undone
    refunded = msgspec.structs.replace(order, state=REFUNDED)
    return undone._replace(output=_refunded(settlement, person), changes=(*undone.changes, refunded))


def reverse(case: Case) -> Verdict:
    """2181: undo whatever became of an order, or of its payment; a refund that stands is not undone."""
    asked = case.arrival.body
    assert isinstance(asked, ReverseOrder)
    order = _named(case, asked.fixmedins_code)
    if isinstance(order, Refused):
        return order
    at_home = case._replace(home=order.insuplc)
    person = at_home.person(order.psn_no)
    if person is None or person.certno != asked.ssn:
        return Refused(codes.NOT_OWNER, f"ssn is not that of {order.mdtrt_regno}")
    done = Granted(OrderDone(order.mdtrt_regno))
    if order.state == REFUNDED and asked.status == REFUND:
        return Refused(codes.NOT_REVERSIBLE, "the refund stands: sell it again under a new visit number")
    if order.state == OPEN and asked.status == ORDER:
        return done._replace(changes=(msgspec.structs.replace(order, state=CANCELLED),))
    if order.state != PAID or asked.status != PAYMENT:
        return done
    settlement = settlement_of(at_home, order)
    assert settlement, "a paid order was settled"
    undone = taken_back(at_home, settlement, REVERSED_SETTLEMENT)
    if isinstance(undone, Refused):
        return undone
    marked = msgspec.structs.replace(order, state=REVERSED)
    return undone._replace(output=done.output, changes=(*undone.changes, marked))


def sale_of(asked: PlaceOrder) -> SettleDrugSale:
    """Return the sale that an order is, shown by its token; an item out of the list goes by the pharmacy's own code."""
    lines = (
        Line(
            feedetl_sn=line.feedetl_sn,
            med_list_codg=line.hilist_code or line.medins_list_codg,
            pric_e6=line.pric_e6,
            cnt_e4=line.cnt_e4,
            det_item_fee_sumamt_fen=line.amt_fen,
        )
        for line in asked.feedetl
    )
    return SettleDrugSale(
        psn_no=asked.psn_no,
        mdtrt_cert_type=CREDENTIAL_VOUCHER,
        mdtrt_cert_no=asked.ec_token,
        card_sn="",
        insutype=asked.insutype,
        med_type=asked.med_type,
        acct_used_flag="1",
        medfee_sumamt_fen=asked.medfee_sumamt_fen,
        drugdetail=tuple(lines),
        certno=asked.ssn,
        psn_name=asked.psn_name,
        psn_type=asked.psn_type,
    )


def confirmed_case(case: Case, order: RemoteOrder) -> Case:
    """Return the phone's case as its pharmacy's: who the patient is, the phone has shown by being that phone."""
    institution = case.world.directory.institution(order.fixmedins_code)
    person = case.person(order.psn_no)
    assert institution, "an order has its pharmacy"
    assert person, "an order has its person"
    sale = msgspec.structs.replace(
        DECODE_SALE(order.sale), mdtrt_cert_type=codes.CREDENTIAL_IDENTITY_CARD, mdtrt_cert_no=person.certno
    )
    request = msgspec.structs.replace(
        case.arrival.request,
        msgid=order.msgid,
        fixmedins_code=order.fixmedins_code,
        dev_no=order.dev_no,
        mdtrtarea_admvs=order.city,
        insuplc_admdvs=order.insuplc,
    )
    arrival = msgspec.structs.replace(case.arrival, request=request, body=sale, infno="2166", door=Door.HTTP)
    return case._replace(arrival=arrival, institution=institution, opter_no=order.opter_no)


def order_of(case: Case) -> RemoteOrder | None:
    """Return the order that a request names."""
    asked = case.arrival.body
    assert isinstance(asked, ConfirmOrder | CancelOrder | RefundOrder | ReverseOrder)
    code = asked.fixmedins_code
    return case.state.get(RemoteOrder, code[1:7], code, asked.mdtrt_regno)


def settlement_of(case: Case, order: RemoteOrder) -> Settlement | None:
    """Return the settlement of an order that was paid."""
    return case.state.get(Settlement, order.insuplc, order.psn_no, order.setl_id) if order.setl_id else None


def _named(case: Case, fixmedins_code: str) -> RemoteOrder | Refused:
    if fixmedins_code != case.institution.code:
        return Refused(codes.NOT_OWNER, "fixmedins_code is not the sender's")
    return order_of(case) or Refused(remote_codes.ORDER_UNKNOWN, getattr(case.arrival.body, "mdtrt_regno", ""))


def _place_refusal(case: Case, fixmedins_code: str, insuplc: str) -> Refused | None:
    if case.institution.kind != PHARMACY:
        return Refused(codes.WRONG_KIND_OF_INSTITUTION, case.institution.code)
    if fixmedins_code != case.institution.code:
        return Refused(codes.NOT_OWNER, "fixmedins_code is not the sender's")
    if insuplc != case.home:
        return Refused(codes.UNKNOWN_CITY, f"insuplc {insuplc}, insuplc_admdvs {case.home}")
    if not case.remote:
        return Refused(codes.REMOTE_NOT_OFFERED, f"insured in {case.home}: sell by 2102")
    return None


def _order_refusal(case: Case, asked: PlaceOrder) -> Refused | None:
    if asked.mdtrtarea != case.institution.city:
        return Refused(codes.UNKNOWN_CITY, f"mdtrtarea {asked.mdtrtarea}, mdtrtarea_admvs {case.institution.city}")
    if asked.med_type != codes.PHARMACY_MED_TYPE:
        return Refused(codes.NO_BENEFIT, f"med_type {asked.med_type} at a pharmacy")
    known = case.state.get(
        RemoteOrder, case.institution.city, case.institution.code, order_name(case.institution.code, asked.mdtrtsn)
    )
    if known:
        return Refused(remote_codes.ORDER_REPEATED, f"mdtrtsn {asked.mdtrtsn}")
    person = case.person(asked.psn_no)
    stated = asked.gend, asked.brdy.replace("-", "")[:8]
    if person and stated != (person.gend, person.brdy.replace("-", "")):
        return Refused(codes.NO_INSURED_PERSON, f"gend or brdy is not that of psn_no {asked.psn_no}")
    return None


def _refunded(settlement: Settlement, person: Person) -> OrderRefunded:
    return OrderRefunded(
        medfee_sumamt_fen=settlement.medfee_sumamt_fen,
        psn_cashpay_fen=settlement.psn_cash_pay_fen,
        acct_payamt_fen=settlement.acct_pay_fen,
        certno=person.certno,
        psn_name=person.psn_name,
        gend=person.gend,
        brdy=person.brdy,
        psn_type=person.psn_type,
        insutype=settlement.insutype,
        prmmsg="",
    )
