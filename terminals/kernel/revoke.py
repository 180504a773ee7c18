"""Revoke (撤销): the undo of a settlement whose outcome is known, by setl_id."""

from typing import Final

from settlement.wire.messages import SettlementInfo
from settlement.wire.names import HOSPITAL, PHARMACY
from terminals.kernel.bank_reversal import reverse_purchase
from terminals.kernel.effects import NextMsgid, Record, Steps
from terminals.kernel.entries import Intent, PurchaseIntent
from terminals.kernel.outcome import LOCAL, REMOTE, Outcome, Result
from terminals.kernel.recover import revoke_again
from terminals.kernel.site import Site
from terminals.kernel.transaction import Transaction

INFNO: Final = {PHARMACY: "2103", HOSPITAL: "2208"}
"""By kind of institution."""


def revoke(
    site: Site, settled: SettlementInfo, insuplc_admdvs: str, purchase: PurchaseIntent | None = None
) -> Steps[Outcome]:
    """Undo a settlement of this institution; REVOKED with its exact negatives, DECLINED or IN_DOUBT.

    `purchase` is what the bank account paid of it. It is undone first: then nobody has paid for nothing, whenever the
    line breaks.
    """
    route = LOCAL if insuplc_admdvs == site.city else REMOTE
    transaction = Transaction("revoke", site, route=route)
    if purchase:
        yield Record(purchase)
        if not (yield from reverse_purchase(transaction, purchase)):
            return transaction.ended(Result.IN_DOUBT)
    intent = Intent(
        msgid=(yield NextMsgid()),
        infno=INFNO[site.kind],
        psn_no=settled.psn_no,
        insuplc_admdvs=insuplc_admdvs,
        amount_fen=-settled.amounts.medfee_sumamt_fen,
        setl_id=settled.setl_id,
        mdtrt_id=settled.mdtrt_id,
    )
    yield Record(intent)
    return (yield from revoke_again(transaction, intent))
