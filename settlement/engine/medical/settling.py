"""What every settlement is made of, whatever was settled: judged, put in words, recorded and booked.

A trial ends with the words. A settlement saves the person, the counters, the settlement and its transfers together.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from settlement.engine.arrival import Door
from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger import books
from settlement.engine.ledger.identity import setl_id_of
from settlement.engine.ledger.state import SETTLED, Person, Record, Settlement
from settlement.engine.ledger.stays import Stay
from settlement.engine.medical import family
from settlement.engine.medical.bill import cut_bill
from settlement.engine.medical.counters import counted, payers_of
from settlement.engine.medical.entitlement import Entitled, Sale, entitled
from settlement.engine.medical.family import FAMILY_ACCOUNT_USED, FamilyPaid
from settlement.engine.medical.password import checked
from settlement.engine.medical.split import Split, split, sum_parts
from settlement.engine.medical.stages import Used
from settlement.engine.rules.clearing_type import clearing_type
from settlement.engine.rules.money import yuan
from settlement.engine.rules.policy import Benefit, pays_nothing
from settlement.wire import codes, hospital_codes
from settlement.wire.envelope import encode, encode_rows
from settlement.wire.hospital import SettleStay
from settlement.wire.messages import (
    Line,
    LineCut,
    Patient,
    SettleDrugSale,
    SettlementInfo,
    SettleOutpatient,
)
from settlement.wire.names import day_of, local_time

NO_ACCOUNT: Final = "0"
PARTS: Final = {
    "fulamt_ownpay_amt_fen": "全自费",
    "overlmt_selfpay_fen": "超限价自费",
    "preselfpay_amt_fen": "先行自付",
    "inscp_scp_amt_fen": "符合政策范围",
}
"""What a trial computed and a settlement may send back (I13), and what the interface calls it."""


Cuts = tuple[LineCut, ...]


class Judged(NamedTuple):
    """A sale that may be settled: who, the cuts and the split, and of a stay which."""

    entitled: Entitled
    cuts: tuple[LineCut, ...]
    split: Split
    med_type: str
    stay: Stay | None = None


def judge(case: Case, sale: Sale, med_type: str, lines: tuple[Line, ...]) -> Judged | Refused:
    """Return how a sale of these lines would be settled now, or why it cannot be."""

    def cut() -> Cuts | Refused:
        catalogue = case.world.catalogue(case.institution.city)
        return cut_bill(lines, sale.medfee_sumamt_fen, catalogue, case.institution, day_of(case.now_ms))

    return judge_cuts(case, sale, med_type, cut)


def judge_cuts(
    case: Case, sale: Sale, med_type: str, cut: Callable[[], Cuts | Refused], stay: Stay | None = None
) -> Judged | Refused:
    """Return how a sale would be settled now, whose lines are cut so once the patient is good, or why it cannot be."""
    patient = entitled(case, sale, med_type)
    if isinstance(patient, Refused):
        return patient
    cuts = cut()
    if isinstance(cuts, Refused):
        return cuts
    benefit = patient.benefit
    if benefit.bill_max_fen is not None and sale.medfee_sumamt_fen > benefit.bill_max_fen:
        return _over_limit(sale.medfee_sumamt_fen, benefit.bill_max_fen)
    by_stay = stay is not None and bool(benefit.deductible_by_admission_fen)
    result = split(
        sum_parts(cuts),
        benefit,
        _used_of_stay(stay, patient) if stay and by_stay else patient.used,
        balance_fen=patient.usable_fen,
        account_used=sale.acct_used_flag != NO_ACCOUNT,
        admission=stay.admission if stay else 1,
        payers=payers_of(case, patient.person, benefit),
        family_fen=family.available_fen(case, sale.psn_no) if sale.acct_used_flag == FAMILY_ACCOUNT_USED else 0,
    )
    return Judged(patient, cuts, result, med_type, stay)


def parts_refusal(sale: SettleOutpatient | SettleStay, judged: Judged) -> Refused | None:
    """Return why the parts that a sale sends back are not those of now (I13), or None; it may leave some out."""
    for name, zh in PARTS.items():
        sent, computed = getattr(sale, name), getattr(judged.split.amounts, name)
        if sent is not None and sent != computed:
            was, now = yuan(sent), yuan(computed)
            said = f"{zh}{name.removesuffix('_fen')} 上传 {was} 元, 现为 {now} 元 (sent {was}, now {now})"
            return Refused(codes.AMOUNT_MISMATCH, said)
    return None


def settled(
    case: Case,
    sale: SettleDrugSale | SettleOutpatient | SettleStay,
    judged: Judged,
    *,
    mdtrt_id: str,
    chrg_bchno: str = "",
) -> Verdict:
    """Return a settlement carried out, its password checked; what it settled is the caller's to mark."""
    tried = checked(case, judged.entitled.person, sale)
    if isinstance(tried, Refused):
        return tried
    setl_id = setl_id_of(case.institution.city, case.institution.code, case.arrival.request.msgid)
    info = info_of(case, sale, judged, mdtrt_id=mdtrt_id, setl_id=setl_id)
    settlement = _record(case, judged, info, chrg_bchno)
    amounts, result = info.amounts, judged.split
    pool = Used(amounts.act_pay_dedc_fen, result.pool_fen)
    mulaid_fen = amounts.acct_mulaid_pay_fen
    paid = family.debited(case, sale.psn_no, setl_id, mulaid_fen) if mulaid_fen else FamilyPaid()
    own_fen = amounts.acct_pay_fen - mulaid_fen
    changes: tuple[Record, ...] = (
        settlement,
        msgspec.structs.replace(tried.person, balance_fen=tried.person.balance_fen - own_fen),
        *counted(case, judged.entitled.accumulator, setl_id, pool, result.counted),
        *paid.changes,
    )
    return Granted(info, changes, books.settling(settlement, info.setldetail, paid.shares), tried.password)


def info_of(case: Case, sale: Sale, judged: Judged, *, mdtrt_id: str, setl_id: str = "") -> SettlementInfo:
    """Return what a trial or a settlement is answered."""
    used, refund = _deposit(judged)
    return SettlementInfo(
        setl_id=setl_id,
        mdtrt_id=mdtrt_id,
        psn_no=sale.psn_no,
        insutype=sale.insutype,
        med_type=judged.med_type,
        setl_time=local_time(case.now_ms),
        medins_setl_id=case.arrival.request.msgid,
        refd_setl_flag="0",
        amounts=judged.split.amounts,
        setldetail=judged.split.setldetail,
        detlcutinfo=judged.cuts,
        patient=patient_of(case, judged.entitled.person),
        deposit_used_fen=used,
        deposit_refund_fen=refund,
        clr_type=clearing_type(judged.med_type, case.home, case.institution.city),
        mdtrt_cert_type=getattr(sale, "mdtrt_cert_type", ""),
    )


def _over_limit(bill_fen: int, limit_fen: int) -> Refused:
    bill, limit = yuan(bill_fen), yuan(limit_fen)
    return Refused(hospital_codes.BILL_OVER_LIMIT, f"{bill}, at most {limit}: settle it in parts, or ask the agency")


def _used_of_stay(stay: Stay, patient: Entitled) -> Used:
    """Return what a stay has used: deductible and tiers are its own, the cap is the year's."""
    return Used(stay.deductible_used_fen, patient.used.fund_fen, stay.base_used_fen)


def _deposit(judged: Judged) -> tuple[int, int]:
    """Return what the deposit pays of a stay's rest, and what is given back of it at the end."""
    if judged.stay is None:
        return 0, 0
    used = min(judged.stay.deposit_fen, judged.split.amounts.psn_cash_pay_fen)
    return used, judged.stay.deposit_fen - used if judged.stay.final else 0


def patient_of(case: Case, person: Person) -> Patient | None:
    """Return whom an answer names: at the HTTP door only, whose form has him."""
    if case.arrival.door is not Door.HTTP:
        return None
    return Patient(person.psn_name, person.certno, person.gend, person.brdy, person.psn_type)


def _stages(benefit: Benefit, result: Split) -> bytes:
    return b"" if pays_nothing(benefit) else encode_rows(result.stages)


def _record(case: Case, judged: Judged, info: SettlementInfo, chrg_bchno: str) -> Settlement:
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
        acct_mulaid_pay_fen=amounts.acct_mulaid_pay_fen,
        stages=_stages(patient.benefit, judged.split),
        shares=" ".join(share.name for share in judged.split.counted),
        hosp_part_fen=amounts.hosp_part_amt_fen,
        deposit_used_fen=info.deposit_used_fen,
        deposit_refund_fen=info.deposit_refund_fen,
        mid_setl_flag="" if judged.stay is None else str(1 - judged.stay.final),
        base_fen=0 if judged.stay is None else amounts.inscp_scp_amt_fen - amounts.act_pay_dedc_fen,
    )
