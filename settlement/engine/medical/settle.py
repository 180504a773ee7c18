"""Pharmacy and outpatient settlement, tried (2101, 2206) and made (2102, 2207): one judgement, two ends."""

from typing import Final

import msgspec

from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.credential import credential_refusal, spent
from settlement.engine.ledger.identity import visit_id_of
from settlement.engine.ledger.state import FeeBatch, Visit
from settlement.engine.medical.settling import Judged, info_of, judge, parts_refusal, settled
from settlement.engine.medical.visits import outpatient_refusal
from settlement.wire import codes, hospital_codes
from settlement.wire.messages import (
    Line,
    PresettleDrugSale,
    PresettleOutpatient,
    SettleDrugSale,
    SettlementInfo,
    SettleOutpatient,
)
from settlement.wire.names import HOSPITAL, PHARMACY

CHRONIC_MED_TYPE: Final = "14"
"""门诊慢特病 (interface code table)."""
DECODE_LINES: Final = msgspec.msgpack.Decoder(tuple[Line, ...]).decode


def try_drugs(case: Case) -> Verdict:
    """2101: the split of a pharmacy sale."""
    sale = case.arrival.body
    assert isinstance(sale, PresettleDrugSale)
    judged = _judge_drugs(case, sale)
    return judged if isinstance(judged, Refused) else Granted(info_of(case, sale, judged, mdtrt_id=""))


def settle_drugs(case: Case) -> Verdict:
    """2102: a pharmacy sale, settled; pharmacies have no registration, so the host names the visit too."""
    sale = case.arrival.body
    assert isinstance(sale, SettleDrugSale)
    judged = _judge_drugs(case, sale)
    if isinstance(judged, Refused):
        return judged
    mdtrt_id = visit_id_of(case.arrival.request)
    verdict = settled(case, sale, judged, mdtrt_id=mdtrt_id)
    tokens = spent(case, sale, mdtrt_id)
    if isinstance(verdict, Refused) or not tokens:
        return verdict
    return verdict._replace(changes=(*verdict.changes, *tokens))


def try_outpatient(case: Case) -> Verdict:
    """2206: the split of an uploaded charge batch."""
    sale = case.arrival.body
    assert isinstance(sale, PresettleOutpatient)
    judged = _judge_outpatient(case, sale)
    return judged if isinstance(judged, Refused) else Granted(info_of(case, sale, judged[0], mdtrt_id=sale.mdtrt_id))


def settle_outpatient(case: Case) -> Verdict:
    """2207: a charge batch, settled; the four parts of 2206 must still be true (I13)."""
    sale = case.arrival.body
    assert isinstance(sale, SettleOutpatient)
    found = _judge_outpatient(case, sale)
    if isinstance(found, Refused):
        return found
    judged, batch = found
    if refused := _shown_refusal(case, sale, judged) or parts_refusal(sale, judged):
        return refused
    verdict = settled(case, sale, judged, mdtrt_id=sale.mdtrt_id, chrg_bchno=batch.chrg_bchno)
    if isinstance(verdict, Refused):
        return verdict
    assert isinstance(verdict.output, SettlementInfo)
    marked = msgspec.structs.replace(batch, setl_id=verdict.output.setl_id)
    return verdict._replace(changes=(*verdict.changes, marked, *spent(case, sale, sale.mdtrt_id)))


def _shown_refusal(case: Case, sale: SettleOutpatient, judged: Judged) -> Refused | None:
    """Return why what is shown at the till is refused; nothing need be."""
    if not sale.mdtrt_cert_type:
        return None
    return credential_refusal(case, sale, judged.entitled.person, sale.mdtrt_id)


def _judge_drugs(case: Case, sale: PresettleDrugSale | SettleDrugSale) -> Judged | Refused:
    if case.institution.kind != PHARMACY:
        return Refused(codes.WRONG_KIND_OF_INSTITUTION, case.institution.code)
    if sale.med_type != codes.PHARMACY_MED_TYPE:
        return Refused(codes.NO_BENEFIT, f"med_type {sale.med_type} at a pharmacy")
    return judge(case, sale, sale.med_type, sale.drugdetail)


def _judge_outpatient(case: Case, sale: PresettleOutpatient | SettleOutpatient) -> tuple[Judged, FeeBatch] | Refused:
    if case.institution.kind != HOSPITAL:
        return Refused(codes.WRONG_KIND_OF_INSTITUTION, case.institution.code)
    if refused := outpatient_refusal(sale.med_type):
        return refused
    visit = case.state.get(Visit, case.home, sale.psn_no, sale.mdtrt_id)
    batch = case.state.get(FeeBatch, case.home, sale.psn_no, sale.mdtrt_id, sale.chrg_bchno)
    if visit is None or visit.cancelled or batch is None or not batch.lines:
        return Refused(codes.VISIT_UNKNOWN, f"mdtrt_id {sale.mdtrt_id}, chrg_bchno {sale.chrg_bchno}")
    if visit.fixmedins_code != case.institution.code:
        return Refused(codes.NOT_OWNER, f"mdtrt_id {sale.mdtrt_id}")
    if batch.setl_id:
        return Refused(codes.ALREADY_SETTLED, f"setl_id {batch.setl_id}")
    if visit.med_type and sale.med_type != visit.med_type:
        return Refused(hospital_codes.MED_TYPE_FIXED, f"med_type {sale.med_type}, 2203 said {visit.med_type}")
    if sale.med_type == CHRONIC_MED_TYPE and not visit.dise_codg:
        return Refused(hospital_codes.DISEASE_REQUIRED, f"mdtrt_id {sale.mdtrt_id}")
    judged = judge(case, sale, sale.med_type, DECODE_LINES(batch.lines))
    return judged if isinstance(judged, Refused) else (judged, batch)
