"""The judges of the card services, by infno, and the rows that their requests name."""

from collections.abc import Mapping
from typing import Final

from settlement.engine.cards import ecard, ecard_fault, elsewhere, holder, life, move, passwords, status
from settlement.engine.cards.desk import serving
from settlement.engine.cards.making import judges as making
from settlement.engine.cards.reissue import about, reissue, reissue_keys
from settlement.engine.judge import Judge

JUDGES: Final[Mapping[str, Judge]] = {
    "0001": Judge(reissue, reissue_keys, about=about),
    "0002": serving("lose", life.lose),
    "0003": serving("lose-formally", life.lose_formally),
    "0004": serving("release", life.release),
    "0005": serving("enable", life.enable, elsewhere.names, (life.waiting,)),
    "0006": serving("seal", life.seal),
    "0007": serving("cancel", life.cancel, elsewhere.names),
    "0008": serving("status", status.status, status.account_key),
    "0009": serving("change-password", passwords.change, follows=(passwords.account_keys,)),
    "0010": serving("reset-password", passwords.reset, follows=(passwords.account_keys,)),
    "0011": serving("reset-bank-password", passwords.reset_bank, status.account_key),
    "0012": serving("unlock-pin", passwords.unlock_pin),
    "0013": serving("enable-foreign", move.enable_foreign, elsewhere.names),
    "0014": serving("transfer-home", move.transfer_home, elsewhere.names),
    "0015": serving("change-phone", holder.change_phone, holder.collected_keys),
    "0016": serving("change-name", holder.change_name),
    "0017": serving("hand-in", holder.hand_in),
    "0018": serving("bind-ecard", ecard_fault.bind, ecard_fault.bind_keys),
    "0019": serving("unbind-ecard", ecard.unbind, ecard.ecard_keys),
    "0020": serving("ecard-place", ecard.switch_place, ecard.place_keys),
    "0021": serving("ecard-password", ecard.change_password, ecard.ecard_keys),
    **making.JUDGES,
}
