"""Which rows a judgement reads: those that its request names, then those that only loaded rows can name.

Two tables by infno. A judge that asks for a row that is not named here is a bug of ours (state.State.get raises).
"""

from collections.abc import Callable
from typing import Final

from settlement.engine.arrival import Arrival
from settlement.engine.bank_reversal import traded_keys
from settlement.engine.case import Case, Refused, World, case_of
from settlement.engine.entitlement import accumulator_keys
from settlement.engine.identity import setl_id_of, trade_id_of
from settlement.engine.reissue import holder_of
from settlement.engine.state import (
    BankAccount,
    BankTrade,
    FeeBatch,
    Key,
    Message,
    Person,
    Reissue,
    Settlement,
    State,
    Visit,
)
from settlement.engine.undo import undone_keys
from settlement.wire import codes
from settlement.wire.bank import BankMessage, Purchase, PurchaseReversal
from settlement.wire.messages import (
    DrugSale,
    OutpatientSale,
    QueryPerson,
    QuerySettlement,
    RegisterOutpatient,
    ReissueCard,
    Reverse,
    Revocation,
    UploadFees,
)

Keys = tuple[Key, ...]


def touches(arrival: Arrival, world: World) -> Keys:
    """Name every row that can be named from the request alone."""
    named = NAMED[arrival.infno](arrival, world)
    if codes.KINDS[arrival.infno].changes:
        return arrival.terminal_key, arrival.message_key, *named
    return arrival.terminal_key, *named


def follows(arrival: Arrival, state: State, world: World) -> Keys:
    """Name the rows that only the rows named first can name: a benefit's accumulator, an undone charge batch."""
    following = FOLLOWING.get(arrival.infno)
    if following is None:
        return ()
    case = case_of(arrival, state, world)
    return () if isinstance(case, Refused) else following(case)


def _nobody(_arrival: Arrival, _world: World) -> Keys:
    return ()


def _asked(arrival: Arrival, world: World) -> Keys:
    asked = arrival.body
    assert isinstance(asked, QueryPerson)
    psn_no = world.register.psn_no(asked.certno)
    return ((Person, (arrival.home, psn_no)),) if psn_no else ()


def _patient(arrival: Arrival, _world: World) -> Keys:
    asked = arrival.body
    assert isinstance(asked, DrugSale | RegisterOutpatient)
    return ((Person, (arrival.home, asked.psn_no)),)


def _reissued(arrival: Arrival, world: World) -> Keys:
    asked = arrival.body
    assert isinstance(asked, ReissueCard)
    holder = arrival.home, holder_of(asked, world.register)
    return (Person, holder), (Reissue, holder)


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


NAMED: Final[dict[str, Callable[[Arrival, World], Keys]]] = {
    "0001": _reissued,
    "0200": _bought,
    "0400": _unbought,
    "9001": _nobody,
    "1101": _asked,
    "2101": _patient,
    "2102": _patient,
    "2103": _revoked,
    "2201": _patient,
    "2204": _charged,
    "2206": _charged,
    "2207": _charged,
    "2208": _revoked,
    "2601": _reversed,
    "5203": _queried,
}
"""The rows that a request names besides its session and its msgid."""

FOLLOWING: Final[dict[str, Callable[[Case], Keys]]] = {
    "0400": traded_keys,
    "2101": accumulator_keys,
    "2102": accumulator_keys,
    "2103": undone_keys,
    "2206": accumulator_keys,
    "2207": accumulator_keys,
    "2208": undone_keys,
    "2601": undone_keys,
}
"""The rows that loaded rows name."""
