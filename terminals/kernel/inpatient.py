"""A stay in hospital: card, 1101, admission (2401), charges (2301), discharge (2402), trial (2303), settlement (2304).

What takes days is one conversation here. An admission is written down before it leaves, as what moves money is: one of
which nobody knows whether it stands keeps its patient from every other hospital, and 2601 undoes it. A stay may be
settled in between; then the outcome is that of both settlements together.
"""

from typing import Any, Final

import msgspec

from settlement.wire.hospital import (
    Admit,
    Admitted,
    Charge,
    Discharge,
    PresettleStay,
    SettleStay,
    UploadCharges,
    VisitChanged,
)
from settlement.wire.messages import Amounts, FeesCut, Line, SettlementInfo
from terminals.kernel.effects import NextMsgid, NoReply, Record, Slot, Steps
from terminals.kernel.entries import Fate, Intent, Resolution
from terminals.kernel.exchange import exchange, output_of, unanswered
from terminals.kernel.outcome import Outcome, Result, Tender
from terminals.kernel.outpatient import DEPARTMENT, parts_of
from terminals.kernel.papers import Papers
from terminals.kernel.pay import pay
from terminals.kernel.reception import ACCOUNT_FLAGS, Received, receive
from terminals.kernel.recover import find_out
from terminals.kernel.site import AT_ONCE, Pace, Site
from terminals.kernel.transaction import Transaction, declined, pause

FLOW: Final = "inpatient"
ADMISSION: Final = "2401"
MED_TYPE: Final = "21"
"""med_type 住院 (interface code table)."""
CURED: Final = "1"
"""dscg_way: 医嘱离院, discharged on advice (离院方式 CV06.00.226)."""
INTERIM: Final = {True: "1", False: "0"}
"""mid_setl_flag."""


def stay(
    site: Site,
    basket: tuple[Line, ...],
    pace: Pace = AT_ONCE,
    *,
    slot: Slot = Slot.LOCAL,
    tender: Tender = Tender.CASH,
    account_used: bool = True,
    papers: Papers | None = None,
    interim: bool = False,
) -> Steps[Outcome]:
    """Admit, charge, discharge and settle the holder of the card in a slot; `interim`: settle the first line before."""
    transaction = Transaction(FLOW, site, pace, slot, tender)
    patient = yield from receive(transaction, account_used=account_used, papers=papers)
    if isinstance(patient, Outcome):
        return patient
    mdtrt_id = yield from admitted(transaction, patient)
    if isinstance(mdtrt_id, Outcome):
        return mdtrt_id
    settled: list[Outcome] = []
    parts = (basket[:1], basket[1:]) if interim and len(basket) > 1 else (basket,)
    for number, lines in enumerate(parts, start=1):
        last = number == len(parts)
        outcome = yield from _charged_and_settled(transaction, patient, mdtrt_id, lines, last=last)
        if outcome.result is not Result.SETTLED:
            return _together([*settled, outcome])
        settled.append(outcome)
    return _together(settled)


def admitted(transaction: Transaction, patient: Received) -> Steps[str | Outcome]:
    """Return the host's number of a new stay, or how the conversation ended without one."""
    msgid: str = yield NextMsgid()
    body = Admit(
        psn_no=patient.person.psn_no,
        insutype=patient.insurance.insutype,
        mdtrt_cert_type=patient.mdtrt_cert_type,
        mdtrt_cert_no=patient.card.card_number,
        card_sn=patient.card_sn,
        certno=patient.person.certno,
        med_type=MED_TYPE,
        ipt_no=msgid,
        adm_dept_codg=DEPARTMENT,
    )
    intent = Intent(msgid, ADMISSION, patient.person.psn_no, patient.card.city, 0)
    yield Record(intent)
    reply = yield from exchange(transaction, body, patient.card.city, msgid=msgid)
    opened = output_of(reply, Admitted)
    if opened is not None:
        yield Record(Resolution(msgid, Fate.DONE))
        return opened.mdtrt_id
    if isinstance(reply, NoReply) or reply.approved:
        return (yield from find_out(transaction, intent))
    yield Record(Resolution(msgid, Fate.REFUSED, refusal=reply.refusal))
    return (yield from declined(transaction, reply.refusal))


def _charged_and_settled(
    transaction: Transaction, patient: Received, mdtrt_id: str, lines: tuple[Line, ...], *, last: bool
) -> Steps[Outcome]:
    """Charge lines, and settle them: in between, or at the end after the discharge."""
    psn_no, city = patient.person.psn_no, patient.card.city
    yield from pause(transaction.pace.counter_s, "counter")
    reply = yield from exchange(transaction, UploadCharges(psn_no, mdtrt_id, tuple(map(_charge, lines))), city)
    if output_of(reply, FeesCut) is None:
        return (yield from unanswered(transaction, reply))
    if last:
        leave = Discharge(psn_no, mdtrt_id, patient.insurance.insutype, DEPARTMENT, CURED)
        reply = yield from exchange(transaction, leave, city)
        if output_of(reply, VisitChanged) is None:
            return (yield from unanswered(transaction, reply))
    bill = _bill(patient, mdtrt_id, lines, last=last)
    reply = yield from exchange(transaction, PresettleStay(**bill), city)
    tried = output_of(reply, SettlementInfo)
    if tried is None:
        return (yield from unanswered(transaction, reply))
    parts = parts_of(tried.amounts)

    def settlement(pin_block: bytes) -> SettleStay:
        return SettleStay(**bill, **parts, chip_pin_verified=patient.chip_pin_verified, pin_block=pin_block)

    return (yield from pay(transaction, patient, settlement))


def _charge(line: Line) -> Charge:
    return Charge(line.feedetl_sn, line.med_list_codg, line.pric_e6, line.cnt_e4, line.det_item_fee_sumamt_fen)


def _bill(patient: Received, mdtrt_id: str, lines: tuple[Line, ...], *, last: bool) -> dict[str, Any]:
    """Return what 2303 and 2304 have in common, by field."""
    return {
        "psn_no": patient.person.psn_no,
        "mdtrt_cert_type": patient.mdtrt_cert_type,
        "mdtrt_cert_no": patient.card.card_number,
        "card_sn": patient.card_sn,
        "mdtrt_id": mdtrt_id,
        "insutype": patient.insurance.insutype,
        "acct_used_flag": ACCOUNT_FLAGS[patient.account_used],
        "medfee_sumamt_fen": sum(line.det_item_fee_sumamt_fen for line in lines),
        "mid_setl_flag": INTERIM[not last],
    }


def _together(outcomes: list[Outcome]) -> Outcome:
    """Return a stay's settlements as one: what they paid added up, the end and the trail those of the last."""
    last = outcomes[-1]
    if len(outcomes) == 1:
        return last
    standing = [outcome for outcome in outcomes if outcome.result is Result.SETTLED]
    return msgspec.structs.replace(
        last,
        result=Result.SETTLED,
        infno=standing[-1].infno,
        setl_ids=tuple(setl_id for outcome in standing for setl_id in outcome.setl_ids),
        amounts=_added([outcome.amounts for outcome in standing]),
        bank_fen=sum(outcome.bank_fen for outcome in standing),
        purchase_msgids=tuple(msgid for outcome in standing for msgid in outcome.purchase_msgids),
    )


def _added(amounts: list[Amounts]) -> Amounts:
    """Add amounts up; a ratio and a balance are those of the last."""
    sums = {
        name: sum(getattr(one, name) for one in amounts)
        for name in Amounts.__struct_fields__
        if name.endswith("_fen") and name != "balc_fen"
    }
    return msgspec.structs.replace(amounts[-1], **sums)
