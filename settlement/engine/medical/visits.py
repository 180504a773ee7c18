"""An outpatient's way before the till: registration (2201) and the charge batch (2204)."""

from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.credential import credential_refusal
from settlement.engine.ledger.identity import visit_id_of
from settlement.engine.ledger.state import FeeBatch, Visit
from settlement.engine.medical.bill import cut_bill
from settlement.engine.medical.entitlement import insured
from settlement.wire import codes
from settlement.wire.envelope import encode_lines
from settlement.wire.messages import FeesCut, RegisterOutpatient, UploadFees, VisitOpened
from settlement.wire.names import HOSPITAL, day_of


def register(case: Case) -> Verdict:
    """2201: open a visit."""
    asked = case.arrival.body
    assert isinstance(asked, RegisterOutpatient)
    if case.institution.kind != HOSPITAL:
        return Refused(codes.WRONG_KIND_OF_INSTITUTION, case.institution.code)
    person = insured(case, asked.psn_no)
    if isinstance(person, Refused):
        return person
    if refused := credential_refusal(case, asked, person):
        return refused
    if asked.insutype != person.insutype:
        return Refused(codes.NO_INSURED_PERSON, f"insutype {asked.insutype}, insured as {person.insutype}")
    mdtrt_id = visit_id_of(case.arrival.request)
    visit = Visit(
        city=case.home,
        psn_no=asked.psn_no,
        mdtrt_id=mdtrt_id,
        treatment_city=case.institution.city,
        fixmedins_code=case.institution.code,
        insutype=asked.insutype,
        ipt_otp_no=asked.ipt_otp_no,
        opened_ms=case.now_ms,
    )
    return Granted(VisitOpened(mdtrt_id, asked.psn_no, asked.ipt_otp_no), (visit,))


def upload(case: Case) -> Verdict:
    """2204: take up a charge batch, whole; the same chrg_bchno a second time is refused."""
    asked = case.arrival.body
    assert isinstance(asked, UploadFees)
    visit = case.state.get(Visit, case.home, asked.psn_no, asked.mdtrt_id)
    if visit is None:
        return Refused(codes.VISIT_UNKNOWN, f"mdtrt_id {asked.mdtrt_id}")
    if visit.fixmedins_code != case.institution.code:
        return Refused(codes.NOT_OWNER, f"mdtrt_id {asked.mdtrt_id}")
    if case.state.get(FeeBatch, case.home, asked.psn_no, asked.mdtrt_id, asked.chrg_bchno):
        return Refused(codes.LINES_SETTLED, f"chrg_bchno {asked.chrg_bchno}")
    total_fen = sum(line.det_item_fee_sumamt_fen for line in asked.feedetail)
    cuts = cut_bill(asked.feedetail, total_fen, case.world.catalogue(case.institution.city), day_of(case.now_ms))
    if isinstance(cuts, Refused):
        return cuts
    batch = FeeBatch(
        city=case.home,
        psn_no=asked.psn_no,
        mdtrt_id=asked.mdtrt_id,
        chrg_bchno=asked.chrg_bchno,
        lines=encode_lines(asked.feedetail),
        medfee_sumamt_fen=total_fen,
        setl_id="",
    )
    return Granted(FeesCut(cuts), (batch,))
