"""One request, one decision: the order of precedence in which a request is refused, and what judges the rest.

session -> counter -> idempotency -> place -> the message's own judge. What a changing message is answered, also a
refusal, is kept under (institution, msgid) and answered again byte for byte.
"""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from settlement.engine import inquire, settle, undo, visits
from settlement.engine.arrival import Arrival, Decision, Door
from settlement.engine.books import opening
from settlement.engine.case import Case, Granted, Refused, Verdict, World
from settlement.engine.entitlement import accumulator_keys
from settlement.engine.identity import setl_id_of
from settlement.engine.sign_on import counted, signed_in
from settlement.engine.state import FeeBatch, Key, Message, Person, Record, Settlement, State, Terminal, Transfer, Visit
from settlement.wire import codes
from settlement.wire.envelope import Reply, Request, decode_reply, encode, raw
from settlement.wire.messages import (
    OutpatientSale,
    Output,
    QueryPerson,
    QuerySettlement,
    Reverse,
    Revocation,
    SettlementInfo,
    SignedIn,
    SignIn,
    UploadFees,
)
from settlement.wire.names import compact_time, local_time

JUDGES: Final[dict[str, Callable[[Case], Verdict]]] = {
    "1101": inquire.person,
    "2101": settle.try_drugs,
    "2102": settle.settle_drugs,
    "2103": undo.revoke,
    "2201": visits.register,
    "2204": visits.upload,
    "2206": settle.try_outpatient,
    "2207": settle.settle_outpatient,
    "2208": undo.revoke,
    "2601": undo.reverse,
    "5203": inquire.settlement,
}
"""Who judges a message, once its session, counter, msgid and places are in order."""


def touches(arrival: Arrival, world: World) -> Iterable[Key]:
    """Name every row that can be named from the request alone."""
    request, body = arrival.request, arrival.body
    city, home = request.mdtrtarea_admvs, home_of(request)
    yield _terminal_key(arrival)
    if codes.KINDS[arrival.infno].changes:
        yield Message, (city, request.fixmedins_code, request.msgid)
    match body:
        case SignIn():
            return
        case QueryPerson():
            if psn_no := world.register.psn_no(body.certno):
                yield Person, (home, psn_no)
            return
        case Revocation():
            yield Settlement, (home, body.psn_no, body.setl_id)
        case Reverse():
            yield Message, (city, request.fixmedins_code, body.omsgid)
            yield Settlement, (home, body.psn_no, setl_id_of(city, request.fixmedins_code, body.omsgid))
        case QuerySettlement():
            setl_id = body.setl_id or setl_id_of(city, request.fixmedins_code, body.medins_setl_id)
            yield Settlement, (home, body.psn_no, setl_id)
        case UploadFees() | OutpatientSale():
            yield Visit, (home, body.psn_no, body.mdtrt_id)
            yield FeeBatch, (home, body.psn_no, body.mdtrt_id, body.chrg_bchno)
    yield Person, (home, body.psn_no)


def follows(arrival: Arrival, state: State, world: World) -> Iterable[Key]:
    """Name the rows that only the rows named first can name: a benefit's accumulator, an undone charge batch."""
    case = _case(arrival, state, world)
    if isinstance(case, Refused):
        return ()
    return (*accumulator_keys(case, arrival.body), *undo.undone_keys(case))


def decide(arrival: Arrival, state: State, world: World) -> Decision:
    """Decide one request over the working set; pure."""
    if isinstance(arrival.body, SignIn):
        return _sign_in(arrival, arrival.body, state, world)
    terminal = state.get(Terminal, *_terminal_key(arrival)[1])
    if terminal is None or not _in_session(arrival, terminal):
        return _decision(arrival, Refused(codes.SIGN_IN_REQUIRED))
    opter_no = terminal.opter_no
    counts: tuple[Record, ...] = ()
    if arrival.door is Door.TERMINAL:
        after = counted(terminal, arrival.request.counter)
        if after is None:
            return _decision(arrival, Refused(codes.REPLAYED_COUNTER), opter_no=opter_no)
        counts = (after,)
    if codes.KINDS[arrival.infno].changes:
        answered = _answered(arrival, state)
        if isinstance(answered, Reply):
            return Decision(answered, encode(answered), counts, replayed=True, opter_no=opter_no)
        if answered is not None:
            return _decision(arrival, answered, counts, opter_no=opter_no)
    case = _case(arrival, state, world, opter_no)
    verdict = case if isinstance(case, Refused) else JUDGES[arrival.infno](case)
    decision = _decision(arrival, verdict, counts, opter_no=opter_no)
    return _kept(arrival, verdict, decision, state, world) if codes.KINDS[arrival.infno].changes else decision


def home_of(request: Request) -> str:
    """Return the place of insurance; empty means where treated (interface, envelope)."""
    return request.insuplc_admdvs or request.mdtrtarea_admvs


def _terminal_key(arrival: Arrival) -> tuple[type[Terminal], tuple[str, str]]:
    """Name the session: a terminal's own, or at the HTTP door the operator's within its institution."""
    request = arrival.request
    name = request.dev_no if arrival.door is Door.TERMINAL else f"{request.fixmedins_code}/{request.dev_no}"
    return Terminal, (request.mdtrtarea_admvs, name)


def _in_session(arrival: Arrival, terminal: Terminal) -> bool:
    """Whether the request belongs to the session; the interface lets sign_no be empty, and so does the HTTP door."""
    if arrival.door is Door.HTTP and not arrival.request.sign_no:
        return True
    return arrival.request.sign_no == terminal.sign_no and arrival.request.fixmedins_code == terminal.fixmedins_code


def _answered(arrival: Arrival, state: State) -> Reply | Refused | None:
    """Return the kept reply of a repeat, why the msgid cannot be used, or None for a new one."""
    request = arrival.request
    kept = state.get(Message, request.mdtrtarea_admvs, request.fixmedins_code, request.msgid)
    if kept is None:
        return None
    if kept.tombstone:
        return Refused(codes.REVERSED_BEFORE_ARRIVAL, f"msgid {request.msgid}")
    if kept.digest != arrival.digest:
        return Refused(codes.DUP_MSGID_MISMATCH, f"msgid {request.msgid}")
    return decode_reply(kept.reply)


def _case(arrival: Arrival, state: State, world: World, opter_no: str = "") -> Case | Refused:
    """Return the case of a request, or which of its places is unknown."""
    request = arrival.request
    home = home_of(request)
    for city in (request.mdtrtarea_admvs, home):
        if city not in world.cities:
            return Refused(codes.UNKNOWN_CITY, city)
    institution = world.directory.institution(request.fixmedins_code)
    if institution is None or institution.city != request.mdtrtarea_admvs:
        return Refused(codes.UNKNOWN_INSTITUTION, f"{request.fixmedins_code} in {request.mdtrtarea_admvs}")
    return Case(arrival, state, world, institution, home, opter_no)


def _sign_in(arrival: Arrival, asked: SignIn, state: State, world: World) -> Decision:
    """9001: open a session; the new sign_no replaces the old."""
    case = _case(arrival, state, world, asked.opter_no)
    if isinstance(case, Refused):
        return _decision(arrival, case, opter_no=asked.opter_no)
    request = arrival.request
    if arrival.door is Door.TERMINAL and not world.directory.has_terminal(request.fixmedins_code, request.dev_no):
        return _decision(arrival, Refused(codes.UNKNOWN_TERMINAL, request.dev_no), opter_no=asked.opter_no)
    key = _terminal_key(arrival)[1]
    terminal = signed_in(
        state.get(Terminal, *key) if arrival.door is Door.TERMINAL else None,
        city=key[0],
        dev_no=key[1],
        fixmedins_code=request.fixmedins_code,
        opter_no=asked.opter_no,
        counter=request.counter,
        nonce=arrival.nonce,
    )
    if terminal is None:
        return _decision(arrival, Refused(codes.REPLAYED_COUNTER, "a 9001 as late or later was seen"))
    granted = Granted(SignedIn(terminal.sign_no, local_time(arrival.received_ms)), (terminal,))
    return _decision(arrival, granted, opter_no=asked.opter_no)


def _kept(arrival: Arrival, verdict: Verdict, decision: Decision, state: State, world: World) -> Decision:
    """Return a changing message's decision with its openings and its kept reply."""
    request, body = arrival.request, arrival.body
    assert not isinstance(body, SignIn | QueryPerson)
    message = Message(
        city=request.mdtrtarea_admvs,
        fixmedins_code=request.fixmedins_code,
        msgid=request.msgid,
        infno=arrival.infno,
        digest=arrival.digest,
        insuplc=home_of(request),
        psn_no=body.psn_no,
        setl_id=_setl_id(verdict),
        reply=decision.reply_bytes,
        decided_ms=arrival.received_ms,
    )
    openings = _openings(verdict.changes, state, world, arrival.received_ms)
    return msgspec.structs.replace(
        decision, changes=(*decision.changes, message), transfers=(*openings, *decision.transfers)
    )


def _setl_id(verdict: Verdict) -> str:
    if isinstance(verdict, Granted) and isinstance(verdict.output, SettlementInfo):
        return verdict.output.setl_id
    return ""


def _openings(changes: Iterable[Record], state: State, world: World, now_ms: int) -> Iterable[Transfer]:
    """Return where the first balance of each person comes from who is stored for the first time."""
    for row in changes:
        if isinstance(row, Person) and state.get(Person, row.city, row.psn_no) is None:
            newcomer = world.register.newcomer(row.city, row.psn_no)
            assert newcomer is not None
            yield from opening(newcomer, now_ms)


def _decision(arrival: Arrival, verdict: Verdict, counts: tuple[Record, ...] = (), *, opter_no: str = "") -> Decision:
    if isinstance(verdict, Refused):
        reply = _reply(arrival, verdict.refusal.code, verdict.refusal.text(verdict.detail))
        return Decision(reply, encode(reply), counts + verdict.changes, opter_no=opter_no)
    reply = _reply(arrival, codes.APPROVED, "", verdict.output)
    return Decision(reply, encode(reply), counts + verdict.changes, verdict.transfers, opter_no=opter_no)


def _reply(arrival: Arrival, refusal: str, err_msg: str, output: Output | None = None) -> Reply:
    request = arrival.request
    serial = int.from_bytes(arrival.nonce[:8], "big") % 10**10
    return Reply(
        msgid=request.msgid,
        infno=arrival.infno,
        refusal=refusal,
        err_msg=err_msg,
        inf_refmsgid=f"{request.mdtrtarea_admvs}{compact_time(arrival.received_ms)}{serial:010d}",
        respond_time=f"{compact_time(arrival.received_ms)}{arrival.received_ms % 1000:03d}",
        output=raw(output),
    )
