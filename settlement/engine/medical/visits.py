"""An outpatient's way before the till: registration (2201, 2202), diagnosis (2203), charge batches (2204, 2205)."""

from typing import Final

import msgspec

from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.credential import credential_refusal, identity_refusal, spent
from settlement.engine.judge import Keys
from settlement.engine.ledger.identity import visit_id_of
from settlement.engine.ledger.state import FeeBatch, Record, Visit
from settlement.engine.medical.bill import cut_bill
from settlement.engine.medical.standing import insured
from settlement.engine.medical.stays import STAY_MED_TYPES
from settlement.wire import codes, hospital_codes
from settlement.wire.envelope import encode_lines, encode_rows
from settlement.wire.hospital import ALL_LINES, CancelFees, CancelRegistration, DescribeVisit, VisitChanged
from settlement.wire.messages import FeesCut, RegisterOutpatient, UploadFees, VisitOpened
from settlement.wire.names import HOSPITAL, day_of

NOT_OUTPATIENT: Final = STAY_MED_TYPES | {codes.PHARMACY_MED_TYPE}
BATCHES_MAX: Final = 200
"""Charge batches of one visit."""


def register(case: Case) -> Verdict:
    """2201: open a visit."""
    asked = case.arrival.body
    assert isinstance(asked, RegisterOutpatient)
    if case.institution.kind != HOSPITAL:
        return Refused(codes.WRONG_KIND_OF_INSTITUTION, case.institution.code)
    person = insured(case, asked.psn_no)
    if isinstance(person, Refused):
        return person
    if refused := credential_refusal(case, asked, person) or identity_refusal(asked, person):
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
    return Granted(VisitOpened(mdtrt_id, asked.psn_no, asked.ipt_otp_no), (visit, *spent(case, asked, mdtrt_id)))


def cancel(case: Case) -> Verdict:
    """2202: take a registration back, once it has no charges."""
    asked = case.arrival.body
    assert isinstance(asked, CancelRegistration)
    visit = _visit(case, asked.psn_no, asked.mdtrt_id)
    if isinstance(visit, Refused):
        return visit
    if visit.ipt_otp_no != asked.ipt_otp_no:
        return Refused(codes.VISIT_UNKNOWN, f"ipt_otp_no {asked.ipt_otp_no}")
    if any(batch.lines for batch in _batches(case, visit)):
        return Refused(hospital_codes.VISIT_NOT_EMPTY, f"mdtrt_id {asked.mdtrt_id}")
    return Granted(VisitChanged(), (msgspec.structs.replace(visit, cancelled=1),))


def describe(case: Case) -> Verdict:
    """2203: say what kind of visit it is, and the diagnoses; one med_type for each visit."""
    asked = case.arrival.body
    assert isinstance(asked, DescribeVisit)
    visit = _visit(case, asked.psn_no, asked.mdtrt_id)
    if isinstance(visit, Refused):
        return visit
    if refused := outpatient_refusal(asked.med_type):
        return refused
    if visit.med_type not in ("", asked.med_type):
        return Refused(hospital_codes.MED_TYPE_FIXED, f"med_type {asked.med_type}, said before: {visit.med_type}")
    described = msgspec.structs.replace(
        visit, med_type=asked.med_type, dise_codg=asked.dise_codg, diseinfo=encode_rows(asked.diseinfo)
    )
    return Granted(VisitChanged(), (described,))


def upload(case: Case) -> Verdict:
    """2204: take up a charge batch, whole; the same chrg_bchno a second time is refused, unless it was cancelled."""
    asked = case.arrival.body
    assert isinstance(asked, UploadFees)
    visit = _visit(case, asked.psn_no, asked.mdtrt_id)
    if isinstance(visit, Refused):
        return visit
    known = case.state.get(FeeBatch, case.home, asked.psn_no, asked.mdtrt_id, asked.chrg_bchno)
    if known and known.lines:
        return Refused(codes.LINES_SETTLED, f"chrg_bchno {asked.chrg_bchno}")
    if asked.chrg_bchno == ALL_LINES:
        return Refused(codes.VISIT_UNKNOWN, f"chrg_bchno {ALL_LINES} means all batches, it names none")
    numbers = _names(visit)
    if len(numbers) >= BATCHES_MAX:
        return Refused(codes.AMOUNT_OUT_OF_RANGE, f"a visit has at most {BATCHES_MAX} charge batches")
    total_fen = sum(line.det_item_fee_sumamt_fen for line in asked.feedetail)
    catalogue = case.world.catalogue(case.institution.city)
    cuts = cut_bill(asked.feedetail, total_fen, catalogue, case.institution, day_of(case.now_ms))
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
    if known:
        return Granted(FeesCut(cuts), (batch,))
    listed = msgspec.structs.replace(visit, batches="\n".join((*numbers, asked.chrg_bchno)))
    return Granted(FeesCut(cuts), (batch, listed))


def cancel_fees(case: Case) -> Verdict:
    """2205: take a charge batch back, or all that are not settled; what is settled stays (E3104)."""
    asked = case.arrival.body
    assert isinstance(asked, CancelFees)
    visit = _visit(case, asked.psn_no, asked.mdtrt_id)
    if isinstance(visit, Refused):
        return visit
    if asked.chrg_bchno == ALL_LINES:
        gone = [batch for batch in _batches(case, visit) if batch.lines and not batch.setl_id]
        return Granted(VisitChanged(), tuple(map(_emptied, gone)))
    batch = case.state.get(FeeBatch, case.home, asked.psn_no, asked.mdtrt_id, asked.chrg_bchno)
    if batch is None or not batch.lines:
        return Refused(codes.VISIT_UNKNOWN, f"chrg_bchno {asked.chrg_bchno}")
    if batch.setl_id:
        return Refused(codes.LINES_SETTLED, f"chrg_bchno {asked.chrg_bchno}: setl_id {batch.setl_id}")
    return Granted(VisitChanged(), (_emptied(batch),))


def outpatient_refusal(med_type: str) -> Refused | None:
    """Return why no outpatient visit is of a kind, or None: a stay is admitted (2401), a pharmacy sells (2102)."""
    return Refused(codes.NO_BENEFIT, f"med_type {med_type} of an outpatient") if med_type in NOT_OUTPATIENT else None


def batch_keys(case: Case) -> Keys:
    """Name every charge batch of a visit, once the visit is known."""
    asked = case.arrival.body
    assert isinstance(asked, CancelRegistration | CancelFees)
    visit = case.state.get(Visit, case.home, asked.psn_no, asked.mdtrt_id)
    return tuple((FeeBatch, (*visit.key, number)) for number in _names(visit)) if visit else ()


def _visit(case: Case, psn_no: str, mdtrt_id: str) -> Visit | Refused:
    """Return a visit of this institution that goes on, or why there is none."""
    visit = case.state.get(Visit, case.home, psn_no, mdtrt_id)
    if visit is None:
        return Refused(codes.VISIT_UNKNOWN, f"mdtrt_id {mdtrt_id}")
    if visit.fixmedins_code != case.institution.code:
        return Refused(codes.NOT_OWNER, f"mdtrt_id {mdtrt_id}")
    return Refused(hospital_codes.VISIT_CANCELLED, f"mdtrt_id {mdtrt_id}") if visit.cancelled else visit


def _batches(case: Case, visit: Visit) -> list[FeeBatch]:
    found = (case.state.get(FeeBatch, *visit.key, number) for number in _names(visit))
    return [batch for batch in found if batch]


def _names(visit: Visit) -> list[str]:
    return visit.batches.split("\n") if visit.batches else []


def _emptied(batch: FeeBatch) -> Record:
    return msgspec.structs.replace(batch, lines=b"", medfee_sumamt_fen=0)
