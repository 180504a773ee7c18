"""Revoke (撤销): the undo of a settlement whose outcome is known, by setl_id."""

from typing import Final

from settlement.wire.messages import SettlementInfo
from settlement.wire.names import HOSPITAL, PHARMACY
from terminals.kernel.effects import NextMsgid, Record, Steps
from terminals.kernel.entries import Intent, PurchaseIntent
from terminals.kernel.outcome import LOCAL, REMOTE, Outcome
from terminals.kernel.recover import revoke_again
from terminals.kernel.site import Site
from terminals.kernel.transaction import Transaction

INFNO: Final = {PHARMACY: "2103", HOSPITAL: "2208"}
"""By kind of institution."""
STAY: Final = "2305"


def revoke(
    site: Site,
    settled: SettlementInfo,
    insuplc_admdvs: str,
    purchase: PurchaseIntent | None = None,
    *,
    of_stay: bool = False,
) -> Steps[Outcome]:
    """Undo a settlement of this institution; REVOKED with its exact negatives, DECLINED or IN_DOUBT.

    `of_stay`: it is one of a stay in hospital, which has a revoke of its own.
    `purchase` is what the bank account paid of this settlement; ValueError if it paid another. It is undone first, as
    the host wants it. If the host then refuses to revoke, the holder owes that in cash (Event.CASH_OWED).
    """
    if purchase and purchase.setl_id != settled.setl_id:
        raise ValueError(f"the purchase {purchase.msgid} paid for {purchase.setl_id}, not for {settled.setl_id}")
    route = LOCAL if insuplc_admdvs == site.city else REMOTE
    transaction = Transaction("revoke", site, route=route)
    intent = Intent(
        msgid=(yield NextMsgid()),
        infno=STAY if of_stay else INFNO[site.kind],
        psn_no=settled.psn_no,
        insuplc_admdvs=insuplc_admdvs,
        amount_fen=-settled.amounts.medfee_sumamt_fen,
        setl_id=settled.setl_id,
        mdtrt_id=settled.mdtrt_id,
        purchase=purchase,
    )
    yield Record(intent)
    return (yield from revoke_again(transaction, intent))
