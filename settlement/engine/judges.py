"""Who judges which transaction, once its session, counter, msgid and places are in order."""

from collections.abc import Mapping
from typing import Final

from settlement.engine.bank import judges as bank
from settlement.engine.cards import judges as cards
from settlement.engine.judge import Judge
from settlement.engine.medical import judges as medical

JUDGES: Final[Mapping[str, Judge]] = {**cards.JUDGES, **bank.JUDGES, **medical.JUDGES}
