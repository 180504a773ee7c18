"""The judges of the card services, by infno, and the rows that their requests name."""

from collections.abc import Mapping
from typing import Final

from settlement.engine.arrival import Arrival
from settlement.engine.cards import reissue
from settlement.engine.case import World
from settlement.engine.judge import Judge, Keys
from settlement.engine.ledger.state import Person, Reissue
from settlement.wire.messages import ReissueCard


def _reissued(arrival: Arrival, world: World) -> Keys:
    asked = arrival.body
    assert isinstance(asked, ReissueCard)
    holder = arrival.home, reissue.holder_of(asked, world.register)
    return (Person, holder), (Reissue, holder)


JUDGES: Final[Mapping[str, Judge]] = {
    "0001": Judge(reissue.reissue, _reissued),
}
