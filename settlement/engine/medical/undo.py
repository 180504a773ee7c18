"""Undo: revoke of a known settlement (2103, 2208, 2305) and reversal of an unknown outcome (2601).

Both book contra transfers, give the personal accounts their money back and take back what was counted of deductible and
cap, by what the settlement itself has kept, whatever policy holds by now; neither deletes. While a bank purchase stands
that paid a settlement's rest, neither undoes it: the bank leg is reversed first (0400), so that nobody has paid for
nothing, whenever the line breaks. Of a stay's settlements the last is undone first (assumed). A reversal is safe at any
time: before its original it leaves a tombstone, twice it changes nothing, of a refused original there is nothing to
undo; an admission is reversed as it is undone (2404).
"""

from typing import Final

import msgspec

from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.judge import Keys
from settlement.engine.ledger import books
from settlement.engine.ledger.identity import setl_id_of, visit_id
from settlement.engine.ledger.state import REVERSED, SETTLED, VOIDED, FeeBatch, Message, Person, Record, Settlement
from settlement.engine.ledger.stays import CANCELLED, Stay
from settlement.engine.medical import family
from settlement.engine.medical.charges import upload_keys
from settlement.engine.medical.counters import counted_keys, uncounted
from settlement.engine.medical.credits import given_back, holder_keys
from settlement.engine.medical.stay_settle import unsettled
from settlement.engine.medical.stays import cancelled
from settlement.engine.msgid import tombstone
from settlement.wire import codes
from settlement.wire.hospital import RevokeStay
from settlement.wire.messages import Amounts, Reverse, Reversed, Revocation, SettlementInfo
from settlement.wire.names import local_time

REVOKES: Final = {"2103": "2102", "2208": "2207", "2305": "2304"}
"""Which settlement a revoke undoes."""
ADMISSION: Final = "2401"

decode_info = msgspec.msgpack.Decoder(SettlementInfo).decode


def revoke(case: Case) -> Verdict:
    """2103, 2208, 2305: undo a settlement by its setl_id; answers the exact negatives (I11)."""
    asked = case.arrival.body
    assert isinstance(asked, Revocation | RevokeStay)
    settlement = case.state.get(Settlement, case.home, asked.psn_no, asked.setl_id)
    if settlement is None or settlement.mdtrt_id != asked.mdtrt_id:
        return Refused(codes.ORIGINAL_UNKNOWN, f"setl_id {asked.setl_id}")
    if settlement.fixmedins_code != case.institution.code or settlement.infno != REVOKES[case.arrival.infno]:
        return Refused(codes.NOT_OWNER, f"setl_id {asked.setl_id}")
    if settlement.state != SETTLED:
        return Refused(codes.ALREADY_UNDONE, f"setl_id {asked.setl_id} is {settlement.state}")
    granted = taken_back(case, settlement, VOIDED)
    if isinstance(granted, Refused):
        return granted
    person = next(row for row in granted.changes if isinstance(row, Person))
    return granted._replace(output=_negative_info(case, settlement, person.balance_fen))


def reverse(case: Case) -> Verdict:
    """2601: undo whatever became of a msgid, also when nothing has become of it yet."""
    asked = case.arrival.body
    assert isinstance(asked, Reverse)
    kind = codes.KINDS.get(asked.oinfno)
    if kind is None or not kind.reversible:
        return Refused(codes.NOT_REVERSIBLE, f"oinfno {asked.oinfno}")
    original = case.state.get(Message, case.institution.city, case.institution.code, asked.omsgid)
    if original is None:
        return Granted(Reversed(), (tombstone(case, asked.omsgid, asked.oinfno, asked.psn_no),))
    if original.tombstone:
        return Granted(Reversed())
    if (original.psn_no, original.insuplc) != (asked.psn_no, case.home):
        return Refused(codes.NOT_OWNER, f"omsgid {asked.omsgid}")
    if original.infno != asked.oinfno:
        return Refused(codes.ORIGINAL_UNKNOWN, f"omsgid {asked.omsgid} is a {original.infno}")
    if asked.oinfno == ADMISSION:
        return _unadmitted(case)
    settlement = case.state.get(Settlement, case.home, asked.psn_no, original.setl_id) if original.setl_id else None
    if settlement is None or settlement.state == REVERSED:
        return Granted(Reversed())
    if settlement.state == VOIDED:
        return Refused(codes.ALREADY_UNDONE, f"setl_id {settlement.setl_id} is {VOIDED}")
    return taken_back(case, settlement, REVERSED)


def undone_keys(case: Case) -> Keys:
    """Name what undoing a settlement also changes, once the settlement is known, or a stay's uploads."""
    settlement = _named(case)
    if settlement is None:
        return upload_keys(_admitted(case))
    named: Keys = (
        *counted_keys(settlement),
        *family.debit_keys(settlement),
        *holder_keys(case, settlement.psn_no),
    )
    whose = settlement.city, settlement.psn_no, settlement.mdtrt_id
    if settlement.mid_setl_flag:
        return *named, (Stay, whose)
    return (*named, (FeeBatch, (*whose, settlement.chrg_bchno))) if settlement.chrg_bchno else named


def undone_more_keys(case: Case) -> Keys:
    """Name the stay's uploads and the family members who get something back, once stay and debits are known."""
    settlement = _named(case)
    if settlement is None:
        return ()
    creditors = family.creditor_keys(case, settlement)
    if not settlement.mid_setl_flag:
        return creditors
    stay = case.state.get(Stay, settlement.city, settlement.psn_no, settlement.mdtrt_id)
    return *creditors, *upload_keys(stay)


def holders_keys(case: Case) -> Keys:
    """Name who has the money of family members that were merged away, once those are known."""
    settlement = _named(case)
    return family.holders_keys(case, settlement) if settlement else ()


def reversed_stay(city: str, fixmedins_code: str, asked: Reverse) -> str:
    """Return the name of the stay that a 2601 means, "" if it means none."""
    return visit_id(city, fixmedins_code, asked.omsgid) if asked.oinfno == ADMISSION else ""


def _named(case: Case) -> Settlement | None:
    asked = case.arrival.body
    match asked:
        case Revocation() | RevokeStay():
            setl_id = asked.setl_id
        case Reverse():
            setl_id = setl_id_of(case.institution.city, case.institution.code, asked.omsgid)
        case _:
            return None
    return case.state.get(Settlement, case.home, asked.psn_no, setl_id)


def _admitted(case: Case) -> Stay | None:
    asked = case.arrival.body
    if not isinstance(asked, Reverse):
        return None
    mdtrt_id = reversed_stay(case.institution.city, case.institution.code, asked)
    return case.state.get(Stay, case.home, asked.psn_no, mdtrt_id) if mdtrt_id else None


def _unadmitted(case: Case) -> Verdict:
    """Undo an admission, unless it was refused or is undone already."""
    stay = _admitted(case)
    if stay is None or stay.state == CANCELLED:
        return Granted(Reversed())
    verdict = cancelled(case, stay)
    return verdict if isinstance(verdict, Refused) else verdict._replace(output=Reversed())


def taken_back(case: Case, settlement: Settlement, state: str) -> Granted | Refused:
    """Return a settlement undone by contra transfers, or why it cannot be: what it took goes back where it was."""
    if settlement.bank_paid_fen:
        return Refused(codes.BANK_PURCHASE_STANDS, f"{settlement.bank_paid_fen} fen of {settlement.setl_id}")
    marks = _given_free(case, settlement)
    if isinstance(marks, Refused):
        return marks
    undone = msgspec.structs.replace(
        settlement, state=state, undone_ms=case.now_ms, undone_by=case.arrival.request.msgid
    )
    paid = family.refunded(case, settlement)
    own_fen = settlement.acct_pay_fen - settlement.acct_mulaid_pay_fen
    people, passed_on = given_back(case, ((settlement.psn_no, own_fen), *reversed(paid.shares)))
    changes: tuple[Record, ...] = (undone, *people, *uncounted(case, settlement), *marks, *paid.changes)
    undoing = books.undoing(undone, decode_info(settlement.info).setldetail, paid.shares)
    return Granted(Reversed(), changes, (*undoing, *passed_on))


def _given_free(case: Case, settlement: Settlement) -> list[Record] | Refused:
    """Return what was settled, open again, or why a stay's settlement cannot be undone yet."""
    if settlement.mid_setl_flag:
        return unsettled(case, settlement)
    if not settlement.chrg_bchno:
        return []
    batch = case.state.get(FeeBatch, settlement.city, settlement.psn_no, settlement.mdtrt_id, settlement.chrg_bchno)
    assert batch is not None, "a settled charge batch is kept"
    return [msgspec.structs.replace(batch, setl_id="")]


def _negative_info(case: Case, settlement: Settlement, balance_fen: int) -> SettlementInfo:
    info, msgid = decode_info(settlement.info), case.arrival.request.msgid
    return msgspec.structs.replace(
        info,
        setl_id=setl_id_of(case.institution.city, case.institution.code, msgid),
        setl_time=local_time(case.now_ms),
        medins_setl_id=msgid,
        refd_setl_flag="1",
        amounts=_negative(info.amounts, balance_fen),
        setldetail=tuple(
            msgspec.structs.replace(
                fund, inscp_scp_amt_fen=-fund.inscp_scp_amt_fen, fund_payamt_fen=-fund.fund_payamt_fen
            )
            for fund in info.setldetail
        ),
        detlcutinfo=(),
        patient=None,
        deposit_used_fen=-info.deposit_used_fen,
        deposit_refund_fen=-info.deposit_refund_fen,
    )


def _negative(amounts: Amounts, balance_fen: int) -> Amounts:
    """Return the exact negatives; a ratio and a balance have no direction."""
    values = {
        name: -getattr(amounts, name)
        for name in amounts.__struct_fields__
        if name.endswith("_fen") and name != "balc_fen"
    }
    return msgspec.structs.replace(amounts, balc_fen=balance_fen, **values)
