"""The judges of the bank leg, by message type, and the rows that their requests name."""

from collections.abc import Mapping
from typing import Final

from settlement.engine.arrival import Arrival
from settlement.engine.bank import purchase, reversal
from settlement.engine.case import World
from settlement.engine.judge import Judge, Keys
from settlement.engine.ledger.identity import trade_id_of
from settlement.engine.ledger.state import BankAccount, BankTrade, Message, Person, Settlement
from settlement.wire.bank import BankMessage, Purchase, PurchaseReversal


def _holder(arrival: Arrival, world: World) -> str | None:
    """Return whose card a bank message is of, if it is of the city of insurance that the request names."""
    asked = arrival.body
    assert isinstance(asked, BankMessage)
    psn_no = world.register.holder(asked.pan)
    return psn_no if psn_no and psn_no[:6] == arrival.home else None


def _bought(arrival: Arrival, world: World) -> Keys:
    asked, home, psn_no = arrival.body, arrival.home, _holder(arrival, world)
    assert isinstance(asked, Purchase)
    if psn_no is None:
        return ()
    account = (Person, (home, psn_no)), (BankAccount, (home, psn_no))
    return (*account, (Settlement, (home, psn_no, asked.setl_id))) if asked.setl_id else account


def _unbought(arrival: Arrival, world: World) -> Keys:
    asked, request, home, psn_no = arrival.body, arrival.request, arrival.home, _holder(arrival, world)
    assert isinstance(asked, PurchaseReversal)
    city, code = request.mdtrtarea_admvs, request.fixmedins_code
    original = (Message, (city, code, asked.omsgid))
    if psn_no is None:
        return (original,)
    return original, (BankAccount, (home, psn_no)), (BankTrade, (home, psn_no, trade_id_of(city, code, asked.omsgid)))


JUDGES: Final[Mapping[str, Judge]] = {
    "0200": Judge(purchase.purchase, _bought),
    "0400": Judge(reversal.reverse, _unbought, (reversal.traded_keys,)),
}
