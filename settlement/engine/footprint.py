"""Which rows a judgement reads: those that the request alone names, then those that only loaded rows can name.

Two tables by infno. A row that is not named here is unknown to its judge, and asking for it is a bug (state.State.get).
"""

from collections.abc import Callable, Iterable
from typing import Final

from settlement.engine.arrival import Arrival, home_of, session_key
from settlement.engine.case import Case, Refused, World, case_of
from settlement.engine.entitlement import accumulator_keys
from settlement.engine.identity import setl_id_of
from settlement.engine.inquire import setl_id_asked
from settlement.engine.state import FeeBatch, Key, Message, Person, Settlement, State, Visit
from settlement.engine.undo import undone_keys
from settlement.wire import codes
from settlement.wire.messages import Body, QueryPerson, QuerySettlement, Reverse, Revocation, SignIn

Keys = tuple[Key, ...]


def touches(arrival: Arrival, world: World) -> Iterable[Key]:
    """Name every row that can be named from the request alone."""
