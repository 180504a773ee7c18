"""Stays in hospital: admission (2401, 2404), deposits (0046), discharge (2402, 2405).

Who is admitted shows an own credential at the desk (RC02). A person is in one hospital at a time. An admission that is
undone was none: the next one has its number in the year, also where others followed it.
"""

from typing import Final

import msgspec

from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.credential import TOKENS, credential_refusal, spent, token_facts
from settlement.engine.judge import Keys
from settlement.engine.ledger import books
from settlement.engine.ledger.identity import deposit_id_of, visit_id_of
from settlement.engine.ledger.state import Person, Record
from settlement.engine.ledger.stays import CANCELLED, DISCHARGED, IN_HOSPITAL, Admissions, Deposit, Stay
from settlement.engine.medical.charges import going_on, stay_of, upload_keys, uploads
from settlement.engine.medical.counters import year_of
from settlement.engine.medical.entitlement import benefit_of
from settlement.engine.medical.standing import insured
from settlement.wire import codes, hospital_codes
from settlement.wire.envelope import encode_rows
from settlement.wire.hospital import (
    Admit,
    Admitted,
    CancelCharges,
    DepositHeld,
    Discharge,
    PayDeposit,
    UndoAdmission,
    UndoDischarge,
    UploadCharges,
    VisitChanged,
)
from settlement.wire.names import HOSPITAL, local_time

STAY_MED_TYPES: Final = frozenset(
    {"21", "2101", "2102", "2105", "2106", "2107", "2109", "21303", "22", "24", "28", "52"}
)
"""What is a stay: 住院 (21, in newer tables 2101) and its kinds, 外伤住院, 急诊转住院, 日间手术, 生育住院 (code table).
No outpatient message may carry it, because nobody was admitted."""


def admit(case: Case) -> Verdict:
    """2401: open a stay for the person whose own credential was shown."""
    asked = case.arrival.body
    assert isinstance(asked, Admit)
    if case.institution.kind != HOSPITAL:
        return Refused(codes.WRONG_KIND_OF_INSTITUTION, case.institution.code)
    person = insured(case, asked.psn_no)
    if isinstance(person, Refused):
        return person
    if refused := _identity_refusal(case, asked, person) or credential_refusal(case, asked, person):
        return refused
    if asked.insutype != person.insutype:
        return Refused(codes.NO_INSURED_PERSON, f"insutype {asked.insutype}, insured as {person.insutype}")
    if asked.med_type not in STAY_MED_TYPES or benefit_of(case, person, asked.med_type) is None:
        return Refused(codes.NO_BENEFIT, f"med_type {asked.med_type} in hospital")
    before = case.state.get(Admissions, case.home, asked.psn_no)
    if before and before.open_mdtrt_id:
        return Refused(hospital_codes.ALREADY_ADMITTED, f"mdtrt_id {before.open_mdtrt_id}")
    mdtrt_id, year = visit_id_of(case.arrival.request), year_of(case.now_ms)
    if before is None or before.year != year:
        before = Admissions(case.home, asked.psn_no, year, 0, "")
    changes: tuple[Record, ...] = (
        _opened(case, asked, mdtrt_id, before.next_number),
        before.with_one_more(mdtrt_id),
        *spent(case, asked, mdtrt_id),
    )
    return Granted(Admitted(mdtrt_id), changes)


def undo_admission(case: Case) -> Verdict:
    """2404: take an admission back that holds neither charges nor settlements nor a deposit."""
    asked = case.arrival.body
    assert isinstance(asked, UndoAdmission)
    stay = stay_of(case, asked.psn_no, asked.mdtrt_id)
    return stay if isinstance(stay, Refused) else cancelled(case, stay)


def cancelled(case: Case, stay: Stay) -> Refused | Granted:
    """Return a stay as if it had never been, or what it still holds."""
    if stay.state != IN_HOSPITAL:
        return Refused(hospital_codes.STAY_OVER, f"mdtrt_id {stay.mdtrt_id}: undo the discharge first")
    if stay.settled or stay.deposit_fen or any(batch.lines for batch in uploads(case, stay)):
        return Refused(hospital_codes.VISIT_NOT_EMPTY, f"mdtrt_id {stay.mdtrt_id}")
    admissions = case.state.get(Admissions, stay.city, stay.psn_no)
    assert admissions, "whoever is in hospital was admitted"
    if year_of(stay.admitted_ms) == admissions.year:
        before = admissions.without(stay.admission)
    else:
        before = msgspec.structs.replace(admissions, open_mdtrt_id="")
    return Granted(VisitChanged(), (msgspec.structs.replace(stay, state=CANCELLED), before))


def discharge(case: Case) -> Verdict:
    """2402: end a stay; its last settlement may follow."""
    asked = case.arrival.body
    assert isinstance(asked, Discharge)
    stay = stay_of(case, asked.psn_no, asked.mdtrt_id)
    if isinstance(stay, Refused):
        return stay
    if stay.state != IN_HOSPITAL:
        return Refused(hospital_codes.STAY_OVER, f"mdtrt_id {asked.mdtrt_id}")
    began = stay.begntime or local_time(stay.admitted_ms)
    if asked.endtime and asked.endtime < began:
        return Refused(hospital_codes.DISCHARGE_BEFORE_ADMISSION, f"endtime {asked.endtime}, admitted {began}")
    told = encode_rows(asked.diseinfo) if asked.diseinfo else stay.diseinfo
    left = msgspec.structs.replace(
        stay, state=DISCHARGED, discharged_ms=case.now_ms, diseinfo=told, endtime=asked.endtime
    )
    return Granted(VisitChanged(), (left, _open_stay(case, stay, "")))


def undo_discharge(case: Case) -> Verdict:
    """2405: let a stay go on, unless its last settlement stands or the person is in hospital again."""
    asked = case.arrival.body
    assert isinstance(asked, UndoDischarge)
    stay = going_on(case, asked.psn_no, asked.mdtrt_id)
    if isinstance(stay, Refused):
        return stay
    if stay.state != DISCHARGED:
        return Refused(hospital_codes.NOT_DISCHARGED, f"mdtrt_id {asked.mdtrt_id}")
    admissions = case.state.get(Admissions, stay.city, stay.psn_no)
    if admissions and admissions.open_mdtrt_id:
        return Refused(hospital_codes.ALREADY_ADMITTED, f"mdtrt_id {admissions.open_mdtrt_id}")
    back = msgspec.structs.replace(stay, state=IN_HOSPITAL, discharged_ms=0, endtime="")
    return Granted(VisitChanged(), (back, _open_stay(case, stay, stay.mdtrt_id)))


def deposit(case: Case) -> Verdict:
    """0046: take cash in advance, or give back what is held of it."""
    asked = case.arrival.body
    assert isinstance(asked, PayDeposit)
    stay = going_on(case, asked.psn_no, asked.mdtrt_id)
    if isinstance(stay, Refused):
        return stay
    if not asked.amount_fen:
        return Refused(codes.AMOUNT_OUT_OF_RANGE, "a deposit of nothing")
    held_fen = stay.deposit_fen + asked.amount_fen
    if held_fen < 0:
        return Refused(hospital_codes.DEPOSIT_SHORT, f"{stay.deposit_fen} fen held")
    request = case.arrival.request
    paid = Deposit(
        city=stay.city,
        psn_no=stay.psn_no,
        deposit_id=deposit_id_of(case.institution.city, case.institution.code, request.msgid),
        mdtrt_id=stay.mdtrt_id,
        fixmedins_code=case.institution.code,
        dev_no=request.dev_no,
        opter_no=case.opter_no,
        msgid=request.msgid,
        amount_fen=asked.amount_fen,
        paid_ms=case.now_ms,
    )
    changes = paid, msgspec.structs.replace(stay, deposit_fen=held_fen)
    return Granted(DepositHeld(paid.deposit_id, held_fen), changes, books.depositing(paid))


def stay_upload_keys(case: Case) -> Keys:
    """Name the uploads of the stay that a request names, once it is known."""
    asked = case.arrival.body
    assert isinstance(asked, UploadCharges | CancelCharges | UndoAdmission)
    return upload_keys(case.state.get(Stay, case.home, asked.psn_no, asked.mdtrt_id))


def _opened(case: Case, asked: Admit, mdtrt_id: str, number: int) -> Stay:
    return Stay(
        city=case.home,
        psn_no=asked.psn_no,
        mdtrt_id=mdtrt_id,
        treatment_city=case.institution.city,
        fixmedins_code=case.institution.code,
        insutype=asked.insutype,
        med_type=asked.med_type,
        ipt_no=asked.ipt_no,
        adm_dept_codg=asked.adm_dept_codg,
        dise_codg=asked.dise_codg,
        diseinfo=encode_rows(asked.diseinfo),
        state=IN_HOSPITAL,
        admission=number,
        admitted_ms=case.now_ms,
        discharged_ms=0,
        uploads=0,
        settled="",
        final=0,
        deductible_used_fen=0,
        base_used_fen=0,
        deposit_fen=0,
        begntime=asked.begntime,
    )


def _open_stay(case: Case, stay: Stay, mdtrt_id: str) -> Admissions:
    admissions = case.state.get(Admissions, stay.city, stay.psn_no)
    assert admissions, "whoever has a stay was admitted"
    return msgspec.structs.replace(admissions, open_mdtrt_id=mdtrt_id)


def _identity_refusal(case: Case, asked: Admit, person: Person) -> Refused | None:
    """Return that the credential is somebody else's, or the identity number is, or None (RC02)."""
    if _shown_by(case, asked) not in (None, person.psn_no):
        return Refused(hospital_codes.IDENTITY_MISMATCH, f"mdtrt_cert_type {asked.mdtrt_cert_type}")
    return Refused(hospital_codes.IDENTITY_MISMATCH, "certno") if asked.certno != person.certno else None


def _shown_by(case: Case, asked: Admit) -> str | None:
    """Return whose credential it is; None where nobody's here."""
    kind, register = asked.mdtrt_cert_type, case.world.register
    if kind == codes.CREDENTIAL_SOCIAL_SECURITY_CARD:
        return register.bearer(asked.card_sn)
    if kind == codes.CREDENTIAL_IDENTITY_CARD:
        return register.psn_no(asked.mdtrt_cert_no)
    facts = token_facts(case.world, asked.mdtrt_cert_no) if kind in TOKENS else None
    return facts.psn_no if facts else None
