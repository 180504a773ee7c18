"""A sale at a pharmacy: card, 1101, 2101, password, 2102."""

from typing import Any

from settlement.wire.codes import PHARMACY_MED_TYPE
from settlement.wire.messages import Line, PresettleDrugSale, SettleDrugSale, SettlementInfo
from terminals.kernel.effects import Slot, Steps
from terminals.kernel.exchange import exchange, output_of, unanswered
from terminals.kernel.outcome import Outcome, Tender
from terminals.kernel.papers import Papers
from terminals.kernel.pay import pay
from terminals.kernel.reception import ACCOUNT_FLAGS, Received, receive
from terminals.kernel.site import AT_ONCE, Pace, Site
from terminals.kernel.transaction import Transaction, pause


def sell(
    site: Site,
    basket: tuple[Line, ...],
    pace: Pace = AT_ONCE,
    *,
    slot: Slot = Slot.LOCAL,
    tender: Tender = Tender.CASH,
    account_used: bool = True,
    papers: Papers | None = None,
) -> Steps[Outcome]:
    """Sell a basket to the holder of the card in a slot, or of `papers`; `tender` pays what the settlement leaves."""
    transaction = Transaction("pharmacy", site, pace, slot, tender)
    patient = yield from receive(transaction, account_used=account_used, papers=papers)
    if isinstance(patient, Outcome):
        return patient
    yield from pause(pace.counter_s, "counter")
    sale = _sale(patient, basket)
    reply = yield from exchange(transaction, PresettleDrugSale(**sale), patient.card.city)
    if output_of(reply, SettlementInfo) is None:
        return (yield from unanswered(transaction, reply))

    def settlement(pin_block: bytes) -> SettleDrugSale:
        return SettleDrugSale(**sale, chip_pin_verified=patient.chip_pin_verified, pin_block=pin_block)

    return (yield from pay(transaction, patient, settlement))


def _sale(patient: Received, basket: tuple[Line, ...]) -> dict[str, Any]:
    """Return what 2101 and 2102 have in common, by field."""
    return {
        "psn_no": patient.person.psn_no,
        "mdtrt_cert_type": patient.mdtrt_cert_type,
        "mdtrt_cert_no": patient.card.card_number,
        "card_sn": patient.card_sn,
        "insutype": patient.insurance.insutype,
        "med_type": PHARMACY_MED_TYPE,
        "acct_used_flag": ACCOUNT_FLAGS[patient.account_used],
        "medfee_sumamt_fen": sum(line.det_item_fee_sumamt_fen for line in basket),
        "drugdetail": basket,
    }
