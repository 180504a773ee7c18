"""Undo: revoke of a known settlement (2103, 2208) and reversal of an unknown outcome (2601).

Both book contra transfers, give the personal account its money back and take back what was counted of deductible and
cap; neither deletes. While a bank purchase stands that paid a settlement's rest, neither undoes it: the bank leg is
reversed first (0400), so that nobody has paid for nothing, whenever the line breaks. A reversal is safe at any time:
before its original it leaves a tombstone, twice it changes nothing, of a refused original there is nothing to undo.
"""

from typing import Final

import msgspec

from settlement.engine.case import Case, Granted, Refused, Verdict
from settlement.engine.ledger import books
from settlement.engine.ledger.identity import setl_id_of
from settlement.engine.ledger.state import (
    REVERSED,
    SETTLED,
    VOIDED,
    Accumulator,
    FeeBatch,
    Key,
    Message,
    Record,
    Settlement,
)
from settlement.engine.msgid import tombstone
from settlement.wire import codes
from settlement.wire.messages import (
    Amounts,
    Reverse,
    Reversed,
    Revocation,
    SettlementInfo,
)
from settlement.wire.names import local_time

REVOKES: Final = {"2103": "2102", "2208": "2207"}
"""Which settlement a revoke undoes."""

decode_info = msgspec.msgpack.Decoder(SettlementInfo).decode


def revoke(case: Case) -> Verdict:
    """2103, 2208: undo a settlement by its setl_id; answers the exact negatives (I11)."""
    asked = case.arrival.body
    assert isinstance(asked, Revocation)
    settlement = case.state.get(Settlement, case.home, asked.psn_no, asked.setl_id)
    if settlement is None or settlement.mdtrt_id != asked.mdtrt_id:
        return Refused(codes.ORIGINAL_UNKNOWN, f"setl_id {asked.setl_id}")
    if settlement.fixmedins_code != case.institution.code or settlement.infno != REVOKES[case.arrival.infno]:
        return Refused(codes.NOT_OWNER, f"setl_id {asked.setl_id}")
    if settlement.state != SETTLED:
        return Refused(codes.ALREADY_UNDONE, f"setl_id {asked.setl_id} is {settlement.state}")
    if settlement.bank_paid_fen:
        return _paid_by_bank(settlement)
    msgid = case.arrival.request.msgid
    info = decode_info(settlement.info)
    balance_fen, granted = _undone(case, settlement, info, VOIDED)
    output = msgspec.structs.replace(
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
    )
    return granted._replace(output=output)


def reverse(case: Case) -> Verdict:
    """2601: undo whatever became of a msgid, also when nothing has become of it yet."""
    asked = case.arrival.body
    assert isinstance(asked, Reverse)
    kind = codes.KINDS.get(asked.oinfno)
    if kind is None or not kind.reversible:
        return Refused(codes.NOT_REVERSIBLE, f"oinfno {asked.oinfno}")
    original = case.state.get(Message, *_original_key(case)[1])
    if original is None:
        return Granted(Reversed(), (tombstone(case, asked.omsgid, asked.oinfno, asked.psn_no),))
    if (original.psn_no, original.insuplc) != (asked.psn_no, case.home):
        return Refused(codes.NOT_OWNER, f"omsgid {asked.omsgid}")
    if original.infno != asked.oinfno:
        return Refused(codes.ORIGINAL_UNKNOWN, f"omsgid {asked.omsgid} is a {original.infno}")
    settlement = case.state.get(Settlement, case.home, asked.psn_no, original.setl_id) if original.setl_id else None
    if settlement is None or settlement.state == REVERSED:
        return Granted(Reversed())
    if settlement.state == VOIDED:
        return Refused(codes.ALREADY_UNDONE, f"setl_id {settlement.setl_id} is {VOIDED}")
    if settlement.bank_paid_fen:
        return _paid_by_bank(settlement)
    return _undone(case, settlement, decode_info(settlement.info), REVERSED)[1]


def _paid_by_bank(settlement: Settlement) -> Refused:
    return Refused(codes.BANK_PURCHASE_STANDS, f"{settlement.bank_paid_fen} fen of {settlement.setl_id}")


def undone_keys(case: Case) -> tuple[Key, ...]:
    """Name what undoing a settlement also changes, once the settlement is known."""
    settlement = _named(case)
    if settlement is None:
        return ()
    counted: Key = (Accumulator, (settlement.city, settlement.psn_no, settlement.year, settlement.benefit))
    if not settlement.chrg_bchno:
        return (counted,)
    return counted, (FeeBatch, (settlement.city, settlement.psn_no, settlement.mdtrt_id, settlement.chrg_bchno))


def _named(case: Case) -> Settlement | None:
    asked = case.arrival.body
    match asked:
        case Revocation():
            setl_id = asked.setl_id
        case Reverse():
            setl_id = setl_id_of(case.institution.city, case.institution.code, asked.omsgid)
        case _:
            return None
    return case.state.get(Settlement, case.home, asked.psn_no, setl_id)


def _original_key(case: Case) -> Key:
    asked = case.arrival.body
    assert isinstance(asked, Reverse)
    return Message, (case.institution.city, case.institution.code, asked.omsgid)


def _undone(case: Case, settlement: Settlement, info: SettlementInfo, state: str) -> tuple[int, Granted]:
    undone = msgspec.structs.replace(
        settlement, state=state, undone_ms=case.now_ms, undone_by=case.arrival.request.msgid
    )
    person = case.person(settlement.psn_no)
    assert person is not None, "a settlement has its person"
    balance_fen = person.balance_fen + settlement.acct_pay_fen
    changes: list[Record] = [undone, msgspec.structs.replace(person, balance_fen=balance_fen)]
    amounts = info.amounts
    if amounts.act_pay_dedc_fen or amounts.fund_pay_sumamt_fen:
        counted = case.state.get(Accumulator, settlement.city, settlement.psn_no, settlement.year, settlement.benefit)
        assert counted is not None, "what a settlement counted is kept"
        changes.append(
            msgspec.structs.replace(
                counted,
                deductible_used_fen=counted.deductible_used_fen - amounts.act_pay_dedc_fen,
                fund_used_fen=counted.fund_used_fen - amounts.fund_pay_sumamt_fen,
            )
        )
    if settlement.chrg_bchno:
        batch = case.state.get(FeeBatch, settlement.city, settlement.psn_no, settlement.mdtrt_id, settlement.chrg_bchno)
        assert batch is not None, "a settled charge batch is kept"
        changes.append(msgspec.structs.replace(batch, setl_id=""))
    return balance_fen, Granted(Reversed(), tuple(changes), books.undoing(undone, info.setldetail))


def _negative(amounts: Amounts, balance_fen: int) -> Amounts:
    """Return the exact negatives; a ratio and a balance have no direction."""
    values = {
        name: -getattr(amounts, name)
        for name in amounts.__struct_fields__
        if name.endswith("_fen") and name != "balc_fen"
    }
    return msgspec.structs.replace(amounts, balc_fen=balance_fen, **values)
