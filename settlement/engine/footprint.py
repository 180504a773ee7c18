"""Which rows a judgement reads: those that its request names, then stage by stage those that loaded rows name."""

from typing import Final

from settlement.engine.arrival import Arrival
from settlement.engine.case import Refused, World, case_of
from settlement.engine.judge import Keys
from settlement.engine.judges import JUDGES
from settlement.engine.ledger.state import State
from settlement.engine.route import filing_keys
from settlement.wire import codes

STAGES: Final = max(len(judge.follows) for judge in JUDGES.values())
"""How many times loaded rows may name more."""


def touches(arrival: Arrival, world: World) -> Keys:
    """Name every row that can be named from the request alone."""
    judge = JUDGES.get(arrival.infno)  # a 9001 opens a session, and has no judge
    named = judge.names(arrival, world) if judge else ()
    if arrival.home != arrival.request.mdtrtarea_admvs:
        named = *named, *filing_keys(named)
    if codes.KINDS[arrival.infno].changes:
        return arrival.terminal_key, arrival.message_key, *named
    return arrival.terminal_key, *named


def follows(arrival: Arrival, state: State, stage: int, world: World) -> Keys:
    """Name the rows of a stage: a benefit's accumulator, an undone charge batch."""
    judge = JUDGES.get(arrival.infno)
    if judge is None or stage >= len(judge.follows):
        return ()
    case = case_of(arrival, state, world)
    return () if isinstance(case, Refused) else judge.follows[stage](case)
