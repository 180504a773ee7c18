"""The judges of the bank leg, by message type, and the rows that their requests name."""

from collections.abc import Mapping
from typing import Final

from settlement.engine.arrival import Arrival
from settlement.engine.bank import account, batch, cancel, purchase, reversal, services
from settlement.engine.case import World
from settlement.engine.judge import Judge, Keys
from settlement.engine.ledger.identity import trade_id_of
from settlement.engine.ledger.state import BankAccount, BankTrade, Key, Message, Person, Settlement
from settlement.wire.bank import BankTransfer, BatchLine, CardRequest, Purchase, Undo


def _holder(arrival: Arrival, world: World, pan: str) -> str | None:
    """Return whose card this is, if it is of the city of insurance that the request names."""
    psn_no = world.register.holder(pan)
    return psn_no if psn_no and psn_no[:6] == arrival.home else None


def _about(arrival: Arrival, world: World) -> str:
    """Return whose account a bank message is about: the card's, whatever city it names."""
    return world.register.holder(getattr(arrival.body, "pan", "")) or ""


def _batch(arrival: Arrival, _world: World) -> Keys:
    request = arrival.request
    return (batch.batch_key(request.mdtrtarea_admvs, request.dev_no),)


def _asked(arrival: Arrival, world: World) -> Keys:
    """Name the holder of a card, the account, and the batch of the terminal that it is in."""
    asked, home = arrival.body, arrival.home
    assert isinstance(asked, CardRequest)
    psn_no = _holder(arrival, world, asked.pan)
    if psn_no is None:
        return _batch(arrival, world)
    request = arrival.request
    trace = batch.trace_key(request.mdtrtarea_admvs, request.dev_no, asked, psn_no)
    return *_batch(arrival, world), (Person, (home, psn_no)), (BankAccount, (home, psn_no)), trace


def _bought(arrival: Arrival, world: World) -> Keys:
    asked, home = arrival.body, arrival.home
    assert isinstance(asked, Purchase)
    psn_no = _holder(arrival, world, asked.pan)
    named = _asked(arrival, world)
    return (*named, (Settlement, (home, psn_no, asked.setl_id))) if psn_no and asked.setl_id else named


def _sent(arrival: Arrival, world: World) -> Keys:
    asked, home = arrival.body, arrival.home
    assert isinstance(asked, BankTransfer)
    to = _holder(arrival, world, asked.to_pan)
    return (*_asked(arrival, world), (BankAccount, (home, to))) if to else _asked(arrival, world)


def _unbought(arrival: Arrival, world: World) -> Keys:
    asked, request, home = arrival.body, arrival.request, arrival.home
    assert isinstance(asked, Undo | BatchLine)
    city, code = request.mdtrtarea_admvs, request.fixmedins_code
    named: Keys = *_batch(arrival, world), (Message, (city, code, asked.omsgid))
    psn_no = _holder(arrival, world, asked.pan)
    if psn_no is None:
        return named
    trade: Key = BankTrade, (home, psn_no, trade_id_of(city, code, asked.omsgid))
    return *named, (BankAccount, (home, psn_no)), trade


_MESSAGES: Final[Mapping[str, Judge]] = {
    "0200": Judge(purchase.purchase, _bought),
    "0200:01": Judge(account.withdraw, _asked),
    "0200:20": Judge(cancel.cancel, _unbought, (reversal.traded_keys,)),
    "0200:21": Judge(account.deposit, _asked),
    "0200:31": Judge(account.balance, _asked),
    "0200:40": Judge(account.transfer, _sent),
    "0220": Judge(cancel.refund, _unbought, (reversal.traded_keys,)),
    "0320": Judge(batch.line, _unbought),
    "0400": Judge(reversal.reverse, _unbought, (reversal.traded_keys,)),
    "0500": Judge(batch.close, _batch),
    "0800": Judge(batch.sign_in, _batch),
}

JUDGES: Final[Mapping[str, Judge]] = {
    **{infno: judge._replace(about=_about) for infno, judge in _MESSAGES.items()},
    **services.JUDGES,
}
