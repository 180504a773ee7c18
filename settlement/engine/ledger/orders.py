"""Remote pharmacy orders (异地购药订单), found by the name that the host gave them."""

from typing import ClassVar, Final

from settlement.engine.ledger.state import Record

OPEN: Final = "OPEN"
PAID: Final = "PAID"
CANCELLED: Final = "CANCELLED"
REFUNDED: Final = "REFUNDED"
REVERSED: Final = "REVERSED"


class RemoteOrder(Record, frozen=True, array_like=True):
    """An order: OPEN until the patient's phone confirms it, then PAID; CANCELLED, REFUNDED or REVERSED for good."""

    KEY: ClassVar[int] = 3
    city: str
    """The place of treatment, whose pharmacy sent it."""
    fixmedins_code: str
    mdtrt_regno: str
    state: str
    insuplc: str
    psn_no: str
    msgid: str
    """Of the 2166 that placed it: the settlement is found by it (5203)."""
    dev_no: str
    opter_no: str
    sale: bytes
    """What is to be settled (MessagePack of SettleDrugSale)."""
    setl_id: str
    placed_ms: int
