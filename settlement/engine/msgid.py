"""Exactly once by (institution, msgid): what a repeat is answered, and the trace of a reversal that came first."""

from settlement.engine.arrival import Arrival
from settlement.engine.case import Case, Refused
from settlement.engine.ledger.state import Message, State
from settlement.wire import codes


def answered(arrival: Arrival, state: State) -> Message | Refused | None:
    """Return what is kept of a repeat, why the msgid cannot be used, or None for a new one."""
    request = arrival.request
    kept = state.get(Message, *arrival.message_key[1])
    if kept is None:
        return None
    if kept.tombstone:
        return Refused(codes.REVERSED_BEFORE_ARRIVAL, f"msgid {request.msgid}")
    if kept.digest != arrival.digest:
        return Refused(codes.DUP_MSGID_MISMATCH, f"msgid {request.msgid}")
    return kept


def tombstone(case: Case, msgid: str, infno: str, psn_no: str) -> Message:
    """Return the trace of a reversal whose original has not arrived, and will be refused."""
    return Message(
        city=case.institution.city,
        fixmedins_code=case.institution.code,
        msgid=msgid,
        infno=infno,
        digest=b"",
        insuplc=case.home,
        psn_no=psn_no,
        setl_id="",
        reply=b"",
        decided_ms=case.now_ms,
        opter_no=case.opter_no,
    )
