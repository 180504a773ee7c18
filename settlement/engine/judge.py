"""What a judge of one transaction is: how it decides, and which rows it reads for that.

Each leg lists its own in a table by infno. A judge that asks for a row that it did not name is a bug of ours
(ledger.state.State.get raises), unless an earlier request of the same batch has led it there (batch.py).
"""

from collections.abc import Callable
from typing import NamedTuple

from settlement.engine.arrival import Arrival
from settlement.engine.case import Case, Verdict, World
from settlement.engine.ledger.state import Key

Keys = tuple[Key, ...]


def named_person(arrival: Arrival, _world: World) -> str:
    """Return the insured number that a request says itself; an agency's own work may be about nobody."""
    named: str = getattr(arrival.body, "psn_no", "")
    return named


class Judge(NamedTuple):
    """Decides one transaction.

    `names` gives the rows that the request alone names, besides its session and its msgid; `follows` the rows that only
    loaded rows can name: its first member those that rows of `names` name, the second those that the first one's rows
    name, and so on. `about` says under whose insured number a changing request is kept; empty if it is about nobody.
    """

    decide: Callable[[Case], Verdict]
    names: Callable[[Arrival, World], Keys]
    follows: tuple[Callable[[Case], Keys], ...] = ()
    about: Callable[[Arrival, World], str] = named_person
