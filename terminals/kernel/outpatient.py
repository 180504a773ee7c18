"""An outpatient's settlement at a hospital: card, 1101, 2201, 2204, 2206, 2207; a password only where the city asks.

The hospital's own numbers (ipt_otp_no, chrg_bchno) are the msgids of the messages that carry them: no two are alike.
"""

from typing import Any, Final

from settlement.wire.codes import OUTPATIENT_MED_TYPE
from settlement.wire.messages import (
    Amounts,
    FeesCut,
    Line,
    PresettleOutpatient,
    RegisterOutpatient,
    SettlementInfo,
    SettleOutpatient,
    UploadFees,
    VisitOpened,
)
from terminals.kernel.effects import NextMsgid, Slot, Steps
from terminals.kernel.exchange import exchange, output_of, unanswered
from terminals.kernel.outcome import Outcome, Tender
from terminals.kernel.papers import Papers
from terminals.kernel.pay import pay
from terminals.kernel.reception import ACCOUNT_FLAGS, Received, receive
from terminals.kernel.site import AT_ONCE, Pace, Site
from terminals.kernel.transaction import Transaction, pause

DEPARTMENT: Final = "A03"
"""dept_code: 内科, internal medicine (科室代码 CT08.00.002)."""


def treat(
    site: Site,
    basket: tuple[Line, ...],
    pace: Pace = AT_ONCE,
    *,
    slot: Slot = Slot.LOCAL,
    tender: Tender = Tender.CASH,
    account_used: bool = True,
    papers: Papers | None = None,
) -> Steps[Outcome]:
    """Register, charge and settle what the holder of the card in a slot was treated with; `tender` pays the rest."""
    transaction = Transaction("outpatient", site, pace, slot, tender)
    patient = yield from receive(transaction, account_used=account_used, papers=papers)
    if isinstance(patient, Outcome):
        return patient
    visit = yield from _registered(transaction, patient)
    if isinstance(visit, Outcome):
        return visit
    yield from pause(pace.counter_s, "counter")
    batch = yield from _charged(transaction, patient, visit.mdtrt_id, basket)
    if isinstance(batch, Outcome):
        return batch
    bill = _bill(patient, visit.mdtrt_id, batch, basket)
    reply = yield from exchange(transaction, PresettleOutpatient(**bill), patient.card.city)
    tried = output_of(reply, SettlementInfo)
    if tried is None:
        return (yield from unanswered(transaction, reply))
    parts = parts_of(tried.amounts)

    def settlement(pin_block: bytes) -> SettleOutpatient:
        return SettleOutpatient(
            **bill,
            **parts,
            chip_pin_verified=patient.chip_pin_verified,
            pin_block=pin_block,
            mdtrt_cert_type=patient.mdtrt_cert_type,
            mdtrt_cert_no=patient.card.card_number,
            card_sn=patient.card_sn,
        )

    return (yield from pay(transaction, patient, settlement))


def _registered(transaction: Transaction, patient: Received) -> Steps[VisitOpened | Outcome]:
    msgid: str = yield NextMsgid()
    body = RegisterOutpatient(
        psn_no=patient.person.psn_no,
        insutype=patient.insurance.insutype,
        mdtrt_cert_type=patient.mdtrt_cert_type,
        mdtrt_cert_no=patient.card.card_number,
        card_sn=patient.card_sn,
        ipt_otp_no=msgid,
        dept_code=DEPARTMENT,
    )
    reply = yield from exchange(transaction, body, patient.card.city, msgid=msgid)
    return output_of(reply, VisitOpened) or (yield from unanswered(transaction, reply))


def _charged(
    transaction: Transaction, patient: Received, mdtrt_id: str, basket: tuple[Line, ...]
) -> Steps[str | Outcome]:
    """Upload the lines as one charge batch; return its number."""
    msgid: str = yield NextMsgid()
    body = UploadFees(patient.person.psn_no, mdtrt_id, msgid, basket)
    reply = yield from exchange(transaction, body, patient.card.city, msgid=msgid)
    if output_of(reply, FeesCut) is None:
        return (yield from unanswered(transaction, reply))
    return msgid


def _bill(patient: Received, mdtrt_id: str, chrg_bchno: str, basket: tuple[Line, ...]) -> dict[str, Any]:
    """Return what 2206 and 2207 have in common, by field."""
    return {
        "psn_no": patient.person.psn_no,
        "mdtrt_id": mdtrt_id,
        "chrg_bchno": chrg_bchno,
        "insutype": patient.insurance.insutype,
        "med_type": OUTPATIENT_MED_TYPE,
        "acct_used_flag": ACCOUNT_FLAGS[patient.account_used],
        "medfee_sumamt_fen": sum(line.det_item_fee_sumamt_fen for line in basket),
    }


def parts_of(tried: Amounts) -> dict[str, Any]:
    """Return the four parts of a trial that its settlement sends back for comparison (I13)."""
    return {
        "fulamt_ownpay_amt_fen": tried.fulamt_ownpay_amt_fen,
        "overlmt_selfpay_fen": tried.overlmt_selfpay_fen,
        "preselfpay_amt_fen": tried.preselfpay_amt_fen,
        "inscp_scp_amt_fen": tried.inscp_scp_amt_fen,
    }
