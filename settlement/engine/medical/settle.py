"""Pharmacy and outpatient settlement, tried (2101, 2206) and made (2102, 2207): one judgement, two ends.

A trial posts nothing. A settlement saves the person, the accumulator, the settlement and its transfers together.
"""

from typing import Final, NamedTuple

import msgspec

from settlement.engine.arrival import Door
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger import books
from settlement.engine.ledger.identity import setl_id_of, visit_id_of
from settlement.engine.ledger.state import SETTLED, FeeBatch, Person, Record, Settlement, Visit
from settlement.engine.medical.bill import cut_bill
from settlement.engine.medical.entitlement import Entitled, Sale, entitled
from settlement.engine.medical.password import checked
from settlement.engine.medical.split import Split, split, sum_parts
from settlement.wire import codes
from settlement.wire.envelope import encode
from settlement.wire.messages import (
    Line,
    LineCut,
    Patient,
    PresettleDrugSale,
    PresettleOutpatient,
    SettleDrugSale,
    SettlementInfo,
    SettleOutpatient,
)
from settlement.wire.names import HOSPITAL, PHARMACY, day_of, local_time

ACCOUNT_USED: Final = "1"
FAMILY_ACCOUNT_USED: Final = "2"
DECODE_LINES: Final = msgspec.msgpack.Decoder(tuple[Line, ...]).decode


class Judged(NamedTuple):
    """A sale that may be settled: who, the cuts and the split."""

    entitled: Entitled
    cuts: tuple[LineCut, ...]
    split: Split


def try_drugs(case: Case) -> Verdict:
    """2101: the split of a pharmacy sale."""
    sale = case.arrival.body
    assert isinstance(sale, PresettleDrugSale)
    judged = _judge_drugs(case, sale)
    return judged if isinstance(judged, Refused) else Granted(_info(case, sale, judged, mdtrt_id=""))


def settle_drugs(case: Case) -> Verdict:
    """2102: a pharmacy sale, settled; pharmacies have no registration, so the host names the visit too."""
    sale = case.arrival.body
    assert isinstance(sale, SettleDrugSale)
    judged = _judge_drugs(case, sale)
    if isinstance(judged, Refused):
        return judged
    return _settled(case, sale, judged, mdtrt_id=visit_id_of(case.arrival.request), batch=None)


def try_outpatient(case: Case) -> Verdict:
    """2206: the split of an uploaded charge batch."""
    sale = case.arrival.body
    assert isinstance(sale, PresettleOutpatient)
    judged = _judge_outpatient(case, sale)
    return judged if isinstance(judged, Refused) else Granted(_info(case, sale, judged[0], mdtrt_id=sale.mdtrt_id))


def settle_outpatient(case: Case) -> Verdict:
    """2207: a charge batch, settled; the four parts of 2206 must still be true (I13)."""
    sale = case.arrival.body
    assert isinstance(sale, SettleOutpatient)
    found = _judge_outpatient(case, sale)
    if isinstance(found, Refused):
        return found
    judged, batch = found
    amounts = judged.split.amounts
    for name in ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt"):
        sent, computed = getattr(sale, f"{name}_fen"), getattr(amounts, f"{name}_fen")
        if sent != computed:
            return Refused(codes.AMOUNT_MISMATCH, f"{name}: sent {sent} fen, now {computed} fen")
    return _settled(case, sale, judged, mdtrt_id=sale.mdtrt_id, batch=batch)


def _judge_drugs(case: Case, sale: PresettleDrugSale | SettleDrugSale) -> Judged | Refused:
    if case.institution.kind != PHARMACY:
        return Refused(codes.WRONG_KIND_OF_INSTITUTION, case.institution.code)
    if sale.med_type != codes.PHARMACY_MED_TYPE:
        return Refused(codes.NO_BENEFIT, f"med_type {sale.med_type} at a pharmacy")
    return _judge(case, sale, sale.drugdetail)


def _judge_outpatient(case: Case, sale: PresettleOutpatient | SettleOutpatient) -> tuple[Judged, FeeBatch] | Refused:
    if case.institution.kind != HOSPITAL:
        return Refused(codes.WRONG_KIND_OF_INSTITUTION, case.institution.code)
    if sale.med_type == codes.PHARMACY_MED_TYPE:
        return Refused(codes.NO_BENEFIT, f"med_type {sale.med_type} at a hospital")
    visit = case.state.get(Visit, case.home, sale.psn_no, sale.mdtrt_id)
    batch = case.state.get(FeeBatch, case.home, sale.psn_no, sale.mdtrt_id, sale.chrg_bchno)
    if visit is None or batch is None:
        return Refused(codes.VISIT_UNKNOWN, f"mdtrt_id {sale.mdtrt_id}, chrg_bchno {sale.chrg_bchno}")
    if visit.fixmedins_code != case.institution.code:
        return Refused(codes.NOT_OWNER, f"mdtrt_id {sale.mdtrt_id}")
    if batch.setl_id:
        return Refused(codes.ALREADY_SETTLED, f"setl_id {batch.setl_id}")
    judged = _judge(case, sale, DECODE_LINES(batch.lines))
    return judged if isinstance(judged, Refused) else (judged, batch)


def _judge(case: Case, sale: Sale, lines: tuple[Line, ...]) -> Judged | Refused:
    if sale.acct_used_flag == FAMILY_ACCOUNT_USED:
        return Refused(codes.FAMILY_ACCOUNT_NOT_OFFERED, f"acct_used_flag {sale.acct_used_flag}")
    patient = entitled(case, sale)
    if isinstance(patient, Refused):
        return patient
    catalogue = case.world.catalogue(case.institution.city)
    cuts = cut_bill(lines, sale.medfee_sumamt_fen, catalogue, day_of(case.now_ms))
    if isinstance(cuts, Refused):
        return cuts
    return Judged(
        patient,
        cuts,
        split(
            sum_parts(cuts),
            patient.benefit,
            patient.used,
            balance_fen=patient.person.balance_fen,
            account_used=sale.acct_used_flag == ACCOUNT_USED,
        ),
    )


def _settled(
    case: Case,
    sale: SettleDrugSale | SettleOutpatient,
    judged: Judged,
    *,
    mdtrt_id: str,
    batch: FeeBatch | None,
) -> Verdict:
    tried = checked(case, judged.entitled.person, sale)
    if isinstance(tried, Refused):
        return tried
    setl_id = setl_id_of(case.institution.city, case.institution.code, case.arrival.request.msgid)
    info = _info(case, sale, judged, mdtrt_id=mdtrt_id, setl_id=setl_id)
    settlement = _record(case, judged, info, chrg_bchno=batch.chrg_bchno if batch else "")
    amounts, accumulator = info.amounts, judged.entitled.accumulator
    changes: list[Record] = [settlement, msgspec.structs.replace(tried.person, balance_fen=amounts.balc_fen)]
    if amounts.act_pay_dedc_fen or amounts.fund_pay_sumamt_fen:
        changes.append(
            msgspec.structs.replace(
                accumulator,
                deductible_used_fen=accumulator.deductible_used_fen + amounts.act_pay_dedc_fen,
                fund_used_fen=accumulator.fund_used_fen + amounts.fund_pay_sumamt_fen,
            )
        )
    if batch:
        changes.append(msgspec.structs.replace(batch, setl_id=setl_id))
    return Granted(info, tuple(changes), books.settling(settlement, info.setldetail), tried.password)


def _info(case: Case, sale: Sale, judged: Judged, *, mdtrt_id: str, setl_id: str = "") -> SettlementInfo:
    return SettlementInfo(
        setl_id=setl_id,
        mdtrt_id=mdtrt_id,
        psn_no=sale.psn_no,
        insutype=sale.insutype,
        med_type=sale.med_type,
        setl_time=local_time(case.now_ms),
        medins_setl_id=case.arrival.request.msgid,
        refd_setl_flag="0",
        amounts=judged.split.amounts,
        setldetail=judged.split.setldetail,
        detlcutinfo=judged.cuts,
        patient=_patient(judged.entitled.person) if case.arrival.door is Door.HTTP else None,
    )


def _patient(person: Person) -> Patient:
    return Patient(person.psn_name, person.certno, person.gend, person.brdy, person.psn_type)


def _record(case: Case, judged: Judged, info: SettlementInfo, *, chrg_bchno: str) -> Settlement:
    amounts, patient = info.amounts, judged.entitled
    return Settlement(
        city=case.home,
        psn_no=info.psn_no,
        setl_id=info.setl_id,
        state=SETTLED,
        infno=case.arrival.infno,
        treatment_city=case.institution.city,
        fixmedins_code=case.institution.code,
        dev_no=case.arrival.request.dev_no,
        opter_no=case.opter_no,
        msgid=info.medins_setl_id,
        mdtrt_id=info.mdtrt_id,
        chrg_bchno=chrg_bchno,
        insutype=info.insutype,
        med_type=info.med_type,
        policy=case.world.cities[case.home].policy,
        year=patient.accumulator.year,
        benefit=patient.benefit.name,
        settled_ms=case.now_ms,
        undone_ms=0,
        undone_by="",
        medfee_sumamt_fen=amounts.medfee_sumamt_fen,
        fund_pay_sumamt_fen=amounts.fund_pay_sumamt_fen,
        acct_pay_fen=amounts.acct_pay_fen,
        psn_cash_pay_fen=amounts.psn_cash_pay_fen,
        bank_paid_fen=0,
        act_pay_dedc_fen=amounts.act_pay_dedc_fen,
        info=encode(info),
    )
