"""Who judges which transaction, once its session, counter, msgid and places are in order."""

from collections.abc import Mapping
from typing import Final

from settlement.engine import remote_test
from settlement.engine.bank import judges as bank
from settlement.engine.cards import judges as cards
from settlement.engine.clearing import judges as clearing
from settlement.engine.clearing import reconcile
from settlement.engine.control import set_person
from settlement.engine.judge import Judge
from settlement.engine.medical import account_judges as accounts
from settlement.engine.medical import judges as medical
from settlement.engine.medical import order_judges

JUDGES: Final[Mapping[str, Judge]] = {
    **cards.JUDGES,
    **bank.JUDGES,
    **medical.JUDGES,
    **accounts.JUDGES,
    **reconcile.JUDGES,
    **clearing.JUDGES,
    **order_judges.JUDGES,
    **set_person.JUDGES,
    **remote_test.JUDGES,
}
