"""The judges of what agencies do themselves, by infno, and the rows that their requests name."""

from collections.abc import Mapping
from typing import Final

from settlement.engine.arrival import Arrival
from settlement.engine.case import World
from settlement.engine.clearing import clear, filings
from settlement.engine.judge import Judge, Keys
from settlement.engine.ledger.claims import CENTRE, Cleared, Prefund
from settlement.engine.ledger.filings import Filing
from settlement.engine.ledger.state import Person
from settlement.wire.clearing import FileElsewhere, WithdrawFiling


def _filed(arrival: Arrival, _world: World) -> Keys:
    asked = arrival.body
    assert isinstance(asked, FileElsewhere | WithdrawFiling)
    whom = arrival.home, asked.psn_no
    return (Person, whom), (Filing, whom)


def _cleared(_arrival: Arrival, world: World) -> Keys:
    return (Cleared, (CENTRE,)), *((Prefund, (city,)) for city in world.cities)


JUDGES: Final[Mapping[str, Judge]] = {
    "0075": Judge(filings.file_elsewhere, _filed),
    "0076": Judge(filings.withdraw, _filed),
    "0077": Judge(clear.clear, _cleared),
}
