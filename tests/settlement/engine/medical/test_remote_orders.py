"""Remote pharmacy orders (2161, 2163, 2166, 2167, 2181): from the token at the till to the confirmation by phone."""

from typing import Any

import msgspec
import pytest

from settlement.engine.credential import TokenFacts, token_of
from settlement.engine.ledger.accounts import Token
from settlement.engine.ledger.claims import month_end_ms
from settlement.engine.medical.remote_orders import ORDER, PAYMENT, REFUND
from settlement.stores.store import Changes
from settlement.wire import codes, remote_codes
from settlement.wire.clearing import ClearMonth
from settlement.wire.entitlement_codes import CREDENTIAL_VOUCHER
from settlement.wire.envelope import decode_output
from settlement.wire.messages import QuerySettlement, SettlementInfo
from settlement.wire.remote import (
    CancelOrder,
    ConfirmOrder,
    OrderLine,
    PlaceOrder,
    QueryBuyer,
    RefundOrder,
    ReverseOrder,
)

SAMPLE = "379900"


class Shop:
    """A pharmacy of Jinan that serves the sample city's insured by their telephones."""

    def __init__(self, pharmacy: Any, agency: Any, guest: Any, drugs: Any) -> None:
        self.till, self.agency, self.guest, self.drugs = pharmacy, agency, guest, drugs
        self.visits = 0

    def token(self) -> str:
        """Have the guest's telephone show a voucher."""
        host = self.till.host
        facts = TokenFacts(self.guest.psn_no, "01", host.now_ms)
        issued = Token(SAMPLE, self.guest.psn_no, "01", host.now_ms, "")
        host.store.save_now(Changes((issued,), ()))
        return token_of(host.world, facts)

    def order(self, **changed: Any) -> PlaceOrder:
        self.visits += 1
        lines = tuple(
            OrderLine(
                line.feedetl_sn, "OWN1", "药", "101", line.pric_e6, line.cnt_e4, line.det_item_fee_sumamt_fen,
                "2026-11-21", "clerk", line.med_list_codg,
            )
            for line in self.drugs
        )  # fmt: skip
        guest = self.guest
        order = PlaceOrder(
            ec_token=self.token(),
            fixmedins_code=self.till.code,
            fixmedins_name="药店",
            insuplc=SAMPLE,
            mdtrtarea="370100",
            psn_no=guest.psn_no,
            ssn=guest.certno,
            psn_name=guest.psn_name,
            gend=guest.gend,
            brdy=guest.brdy,
            mdtrtsn=str(self.visits),
            med_type="41",
            psn_type=guest.psn_type,
            insutype=guest.insutype,
            dscg_date="2026-11-21",
            medfee_sumamt_fen=7500,
            opter_name="clerk",
            feedetl=lines,
        )
        return msgspec.structs.replace(order, **changed)

    def placed(self, **changed: Any) -> str:
        name: str = self.told(self.order(**changed)).mdtrt_regno
        return name

    def told(self, body: Any) -> Any:
        return self.till.told(body, insured=SAMPLE)

    def refused(self, body: Any) -> str:
        refusal: str = self.till.ask(body, insured=SAMPLE).refusal
        return refusal

    def confirm(self, name: str) -> Any:
        return self.agency(SAMPLE).ask(ConfirmOrder(self.guest.psn_no, self.till.code, name))

    def paid(self) -> str:
        name = self.placed()
        reply = self.confirm(name)
        assert reply.approved, reply.err_msg
        return name

    def refund(self, name: str) -> RefundOrder:
        return RefundOrder(self.till.code, name, "clerk")

    def cancel(self, name: str) -> CancelOrder:
        return CancelOrder(self.till.code, name, "clerk")

    def reverse(self, name: str, status: Any, ssn: str = "") -> ReverseOrder:
        return ReverseOrder(self.till.code, ssn or self.guest.certno, name, status, "clerk")


@pytest.fixture
def shop(pharmacy: Any, agency: Any, guest: Any, drugs: Any) -> Shop:
    return Shop(pharmacy, agency, guest, drugs)


def balance(shop: Shop) -> int:
    fen: int = shop.till.host.person(shop.guest.psn_no).balance_fen
    return fen


def test_a_buyer_is_found_by_social_security_number_with_the_balance(shop: Shop) -> None:
    found = shop.told(QueryBuyer(shop.guest.certno, SAMPLE, shop.till.code))
    assert (found.psn_no, found.acct_balc_fen, found.insuplc_admdvs) == (
        shop.guest.psn_no,
        shop.guest.balance_fen,
        SAMPLE,
    )


def test_a_buyer_of_the_pharmacys_own_city_is_no_remote_one(shop: Shop, worker: Any) -> None:
    asked = QueryBuyer(worker.certno, "370100", shop.till.code)
    assert shop.till.ask(asked, insured="370100").refusal == codes.REMOTE_NOT_OFFERED.code


def test_an_order_pays_nothing_before_the_phone_confirms_it(shop: Shop) -> None:
    name = shop.placed()
    assert balance(shop) == shop.guest.balance_fen
    assert shop.confirm(name).approved
    assert balance(shop) == shop.guest.balance_fen - 7500
    assert not shop.till.host.broken_laws()


def test_a_paid_order_is_found_by_the_msgid_of_its_2166(shop: Shop) -> None:
    order, msgid = shop.order(), shop.till.next_msgid()
    name = shop.till.told(order, msgid=msgid, insured=SAMPLE).mdtrt_regno
    shop.confirm(name)
    found = shop.told(QuerySettlement(shop.guest.psn_no, "", "", msgid))
    assert (found.mdtrt_id, found.amounts.acct_pay_fen) == (name, 7500)


def test_a_paid_order_was_shown_by_its_token(shop: Shop) -> None:
    order, msgid = shop.order(), shop.till.next_msgid()
    name = shop.till.told(order, msgid=msgid, insured=SAMPLE).mdtrt_regno
    confirmed = decode_output(shop.confirm(name))
    assert isinstance(confirmed, SettlementInfo)
    found = shop.told(QuerySettlement(shop.guest.psn_no, "", "", msgid))
    assert (confirmed.mdtrt_cert_type, found.mdtrt_cert_type) == (CREDENTIAL_VOUCHER, CREDENTIAL_VOUCHER)


def test_an_order_is_confirmed_once(shop: Shop) -> None:
    name = shop.paid()
    assert shop.confirm(name).refusal == remote_codes.ORDER_STATE.code
    assert balance(shop) == shop.guest.balance_fen - 7500


def test_another_person_cannot_confirm_an_order(shop: Shop, host: Any) -> None:
    name = shop.placed()
    other = next(person for person in host.people(SAMPLE) if person.psn_no != shop.guest.psn_no)
    asked = ConfirmOrder(other.psn_no, shop.till.code, name)
    assert shop.agency(SAMPLE).ask(asked).refusal == remote_codes.ORDER_UNKNOWN.code


@pytest.mark.parametrize("end", ["cancelled", "refunded", "reversed"])
def test_a_visit_number_is_good_once_for_ever(shop: Shop, end: str) -> None:
    name = shop.placed() if end == "cancelled" else shop.paid()
    undo = {"cancelled": shop.cancel(name), "refunded": shop.refund(name), "reversed": shop.reverse(name, PAYMENT)}
    shop.told(undo[end])
    assert shop.refused(shop.order(mdtrtsn="1")) == remote_codes.ORDER_REPEATED.code
    assert shop.placed(mdtrtsn="another")


def test_a_refund_gives_everything_back(shop: Shop) -> None:
    refunded = shop.told(shop.refund(shop.paid()))
    assert (refunded.medfee_sumamt_fen, refunded.acct_payamt_fen, refunded.psn_cashpay_fen) == (7500, 7500, 0)
    assert refunded.certno == shop.guest.certno
    assert balance(shop) == shop.guest.balance_fen
    assert not shop.till.host.broken_laws()


def test_what_was_not_paid_is_cancelled_and_not_refunded_and_what_was_paid_the_reverse(shop: Shop) -> None:
    placed, paid = shop.placed(), shop.paid()
    assert shop.refused(shop.refund(placed)) == remote_codes.ORDER_STATE.code
    assert shop.refused(shop.cancel(paid)) == remote_codes.ORDER_STATE.code
    shop.told(shop.cancel(placed))
    assert shop.confirm(placed).refusal == remote_codes.ORDER_STATE.code


@pytest.mark.parametrize(
    ("paid", "status", "left_fen"),
    [(True, PAYMENT, 0), (True, ORDER, 7500), (True, REFUND, 7500), (False, PAYMENT, 0), (False, ORDER, 0)],
)
def test_a_reversal_undoes_the_step_that_its_status_names(shop: Shop, paid: object, status: str, left_fen: int) -> None:
    name = shop.paid() if paid else shop.placed()
    shop.told(shop.reverse(name, status))
    shop.told(shop.reverse(name, status))
    assert balance(shop) == shop.guest.balance_fen - left_fen
    assert shop.confirm(name).approved is (not paid and status != ORDER)
    assert not shop.till.host.broken_laws()


def test_a_refund_that_stands_is_not_reversed(shop: Shop) -> None:
    name = shop.paid()
    shop.told(shop.refund(name))
    assert shop.refused(shop.reverse(name, REFUND)) == codes.NOT_REVERSIBLE.code


def test_a_reversal_names_its_person_truly(shop: Shop) -> None:
    assert shop.refused(shop.reverse(shop.paid(), PAYMENT, ssn="37990019900101001X")) == codes.NOT_OWNER.code


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"fixmedins_code": "P37010000002"}, codes.NOT_OWNER),
        ({"insuplc": "370700"}, codes.UNKNOWN_CITY),
        ({"mdtrtarea": "370700"}, codes.UNKNOWN_CITY),
        ({"med_type": "11"}, codes.NO_BENEFIT),
        ({"ssn": "37990019900101001X"}, codes.NO_INSURED_PERSON),
        ({"psn_name": "某人"}, codes.NO_INSURED_PERSON),
        ({"brdy": "1900-01-01"}, codes.NO_INSURED_PERSON),
        ({"medfee_sumamt_fen": 7501}, codes.AMOUNT_MISMATCH),
    ],
)
def test_an_order_that_is_not_true_is_refused(shop: Shop, change: dict[str, Any], refusal: Any) -> None:
    assert shop.refused(shop.order(**change)) == refusal.code


@pytest.mark.parametrize(
    ("fen", "refusal"), [(2501, ""), (2502, codes.LINE_ROUNDING.code), (2498, codes.LINE_ROUNDING.code)]
)
def test_a_line_may_differ_from_price_times_count_by_one_fen(shop: Shop, fen: int, refusal: str) -> None:
    order = shop.order()
    first, *others = order.feedetl
    lines = (msgspec.structs.replace(first, amt_fen=fen), *others)
    assert shop.refused(msgspec.structs.replace(order, feedetl=lines, medfee_sumamt_fen=5000 + fen)) == refusal


def test_another_pharmacys_order_is_unknown_to_this_one(shop: Shop, teller: Any) -> None:
    name = shop.placed()
    other = teller("P37010000002").sign_in()
    assert other.ask(shop.cancel(name), insured=SAMPLE).refusal == codes.NOT_OWNER.code
    mine = CancelOrder(other.code, name, "clerk")
    assert other.ask(mine, insured=SAMPLE).refusal == remote_codes.ORDER_UNKNOWN.code


def test_a_paid_order_is_cleared_between_the_cities(shop: Shop, host: Any) -> None:
    shop.paid()
    host.now_ms = month_end_ms(202611) + 86_400_000
    assert shop.agency(SAMPLE).told(ClearMonth(202611)).claims == 2
    assert not host.broken_laws()
