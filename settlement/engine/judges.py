"""Who judges which transaction, once its session, counter, msgid and places are in order."""

from collections.abc import Mapping
from typing import Final

from settlement.engine import remote_use, spoken_for
from settlement.engine.bank import judges as bank
from settlement.engine.cards import judges as cards
from settlement.engine.clearing import judges as clearing
from settlement.engine.clearing import reconcile
from settlement.engine.control import set_person
from settlement.engine.judge import Judge
from settlement.engine.medical import account_judges as accounts
from settlement.engine.medical import judges as medical
from settlement.engine.medical import order_judges
from settlement.wire.service_catalogue import SERVICES

_LEGS: Final[Mapping[str, Judge]] = {
    **cards.JUDGES,
    **bank.JUDGES,
    **medical.JUDGES,
    **accounts.JUDGES,
    **reconcile.JUDGES,
    **clearing.JUDGES,
    **order_judges.JUDGES,
    **set_person.JUDGES,
    **remote_use.JUDGES,
}
_SERVICES: Final = {str(kind.__struct_config__.tag) for kind in SERVICES.values()}

JUDGES: Final[Mapping[str, Judge]] = {
    infno: spoken_for.guarded(judge) if infno in _SERVICES else judge for infno, judge in _LEGS.items()
}
