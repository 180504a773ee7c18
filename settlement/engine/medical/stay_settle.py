"""Settlement of a stay, tried (2303) and made (2304): in between, or at its end.

Deductible and tiers are walked over the stay, wherever the policy counts them by admission; what was settled before
stays settled. A stay is settled as the person is insured when it is settled, also where that changed since the
admission (assumed: the interface does not say). The last settlement ends the stay, also where everything was settled in
between: it is of 0.00 then. The deposit pays the patient's rest as far as it goes, and at the end what is left of it is
given back.
"""

from typing import Final

import msgspec

from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.credential import spent
from settlement.engine.judge import Keys
from settlement.engine.ledger.state import Record, Settlement
from settlement.engine.ledger.stays import DISCHARGED, IN_HOSPITAL, Stay
from settlement.engine.medical.bill import sum_refusal
from settlement.engine.medical.charges import OpenLine, cut_open, open_lines, settled_by, stay_of, upload_keys
from settlement.engine.medical.counters import counter_keys
from settlement.engine.medical.entitlement import benefit_of
from settlement.engine.medical.settling import Cuts, Judged, info_of, judge_cuts, parts_refusal, settled
from settlement.wire import codes, hospital_codes
from settlement.wire.hospital import PresettleStay, SettleStay, StaySale
from settlement.wire.messages import SettlementInfo

INTERIM: Final = "1"
"""mid_setl_flag."""


def try_stay(case: Case) -> Verdict:
    """2303: the split of the open charges."""
    sale = case.arrival.body
    assert isinstance(sale, PresettleStay)
    judged = _judged(case, sale)
    return judged if isinstance(judged, Refused) else Granted(info_of(case, sale, judged, mdtrt_id=sale.mdtrt_id))


def settle_stay(case: Case) -> Verdict:
    """2304: the open charges, settled; parts that are sent back must still be true (I13)."""
    sale = case.arrival.body
    assert isinstance(sale, SettleStay)
    judged = _judged(case, sale)
    if isinstance(judged, Refused):
        return judged
    if refused := parts_refusal(sale, judged):
        return refused
    verdict = settled(case, sale, judged, mdtrt_id=sale.mdtrt_id)
    if isinstance(verdict, Refused):
        return verdict
    assert isinstance(verdict.output, SettlementInfo)
    assert judged.stay
    changes = _after(judged.stay, verdict.output), *settled_by(case, judged.stay, "", verdict.output.setl_id)
    tokens = spent(case, sale, sale.mdtrt_id)
    return verdict._replace(changes=(*verdict.changes, *changes, *tokens))


def stay_counter_keys(case: Case) -> Keys:
    """Name the counters and the uploads that settling a stay reads, once person and stay are known."""
    asked = case.arrival.body
    assert isinstance(asked, StaySale)
    stay = case.state.get(Stay, case.home, asked.psn_no, asked.mdtrt_id)
    person = case.person(asked.psn_no)
    benefit = benefit_of(case, person, stay.med_type) if person and stay else None
    counters = counter_keys(case, person, benefit) if person and benefit else ()
    return *counters, *upload_keys(stay)


def unsettled(case: Case, settlement: Settlement) -> list[Record] | Refused:
    """Return a stay and its uploads after the undo of its last settlement, or that a later one stands."""
    stay = case.state.get(Stay, settlement.city, settlement.psn_no, settlement.mdtrt_id)
    assert stay, "a settlement of a stay has its stay"
    if stay.settlements[-1] != settlement.setl_id:
        return Refused(hospital_codes.LATER_SETTLEMENT, f"setl_id {stay.settlements[-1]}")
    before = msgspec.structs.replace(
        stay,
        settled=" ".join(stay.settlements[:-1]),
        final=0,
        deductible_used_fen=stay.deductible_used_fen - settlement.act_pay_dedc_fen,
        base_used_fen=stay.base_used_fen - settlement.base_fen,
        deposit_fen=stay.deposit_fen + settlement.deposit_used_fen + settlement.deposit_refund_fen,
    )
    return [before, *settled_by(case, stay, settlement.setl_id, "")]


def _judged(case: Case, sale: StaySale) -> Judged | Refused:
    stay = stay_of(case, sale.psn_no, sale.mdtrt_id)
    if isinstance(stay, Refused):
        return stay
    lines = tuple(each for each in open_lines(case, stay).values() if each.line.cnt_e4)
    if not lines and not _ends(stay, sale):
        last = stay.settlements[-1:]
        return Refused(codes.ALREADY_SETTLED, f"setl_id {last[0]}") if last else _nothing_charged(stay)
    if sale.mid_setl_flag == INTERIM and stay.state != IN_HOSPITAL:
        return Refused(hospital_codes.DISCHARGED, f"mdtrt_id {stay.mdtrt_id}")
    if sale.mid_setl_flag != INTERIM and stay.state != DISCHARGED and not _estimates(case, sale):
        return Refused(hospital_codes.NOT_DISCHARGED, f"mdtrt_id {stay.mdtrt_id}")
    as_settled = msgspec.structs.replace(stay, final=int(sale.mid_setl_flag != INTERIM))
    return judge_cuts(case, sale, stay.med_type, lambda: _cuts(case, sale, lines), as_settled)


def _ends(stay: Stay, sale: StaySale) -> bool:
    """Whether a sale ends a stay whose charges were all settled in between: it gives back the deposit that is left."""
    return bool(stay.settlements) and not stay.final and sale.mid_setl_flag != INTERIM


def _cuts(case: Case, sale: StaySale, lines: tuple[OpenLine, ...]) -> Cuts | Refused:
    """Return the cuts of a stay's lines, which were judged when they came and stand here without their refunds."""
    return sum_refusal((each.line for each in lines), sale.medfee_sumamt_fen) or cut_open(case, lines)


def _estimates(case: Case, sale: StaySale) -> bool:
    """Whether a trial (2303) may come before the discharge: the city of treatment says so."""
    return isinstance(sale, PresettleStay) and case.world.cities[case.institution.city].stays.estimate


def _nothing_charged(stay: Stay) -> Refused:
    return Refused(codes.VISIT_UNKNOWN, f"mdtrt_id {stay.mdtrt_id} has no open charges")


def _after(stay: Stay, info: SettlementInfo) -> Stay:
    amounts = info.amounts
    return msgspec.structs.replace(
        stay,
        settled=" ".join((*stay.settlements, info.setl_id)),
        deductible_used_fen=stay.deductible_used_fen + amounts.act_pay_dedc_fen,
        base_used_fen=stay.base_used_fen + amounts.inscp_scp_amt_fen - amounts.act_pay_dedc_fen,
        deposit_fen=stay.deposit_fen - info.deposit_used_fen - info.deposit_refund_fen,
    )
