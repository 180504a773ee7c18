"""One request, one decision: the order of precedence in which a request is refused, and what judges the rest.

door -> session -> counter -> idempotency -> place -> the message's own judge. What a changing message is answered,
also a refusal, is kept under (institution, msgid) and answered again byte for byte.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from settlement.engine.arrival import Arrival, Decision, Door
from settlement.engine.case import Granted, Refused, Verdict, World, case_of
from settlement.engine.judges import JUDGES
from settlement.engine.ledger.books import bank_opening, opening
from settlement.engine.ledger.state import BankAccount, Message, Person, Record, State, Terminal, Transfer
from settlement.engine.msgid import answered
from settlement.engine.sign_on import counted, signed_in
from settlement.wire import codes
from settlement.wire.envelope import Reply, decode_reply, encode, raw
from settlement.wire.messages import (
    Output,
    SettlementInfo,
    SignedIn,
    SignedOut,
    SignIn,
    SignOut,
)
from settlement.wire.names import compact_time, local_time

CLOCK_AHEAD_MAX_MS: Final = 30 * 60 * 1000
"""How far a terminal's clock may run ahead when it signs in: a 9001 of the far future would be the terminal's last."""


def decide(arrival: Arrival, state: State, world: World) -> Decision:
    """Decide one request over the working set; pure."""
    if codes.KINDS[arrival.infno].admin is not (arrival.door is Door.ADMIN):
        return _decision(arrival, Refused(codes.WRONG_DOOR, arrival.infno))
    if isinstance(arrival.body, SignIn):
        return _sign_in(arrival, arrival.body, state, world)
    if arrival.door is Door.ADMIN:
        return _judged(arrival, state, world, (), opter_no="")
    terminal = state.get(Terminal, *arrival.terminal_key[1])
    if terminal is None or not terminal.sign_no or not _in_session(arrival, terminal):
        return _decision(arrival, Refused(codes.SIGN_IN_REQUIRED))
    opter_no = terminal.opter_no
    counts: tuple[Record, ...] = ()
    if arrival.door is Door.TERMINAL:
        after = counted(terminal, arrival.request.counter)
        if after is None:
            return _decision(arrival, Refused(codes.REPLAYED_COUNTER), opter_no=opter_no)
        counts = (after,)
    if isinstance(arrival.body, SignOut):
        return _sign_out(arrival, arrival.body, terminal, counts)
    return _judged(arrival, state, world, counts, opter_no)


def _judged(arrival: Arrival, state: State, world: World, counts: tuple[Record, ...], opter_no: str) -> Decision:
    """Decide what its door lets in: a repeat is answered again, anything else has its judge."""
    if codes.KINDS[arrival.infno].changes:
        known = answered(arrival, state)
        if isinstance(known, Message):
            return Decision(decode_reply(known.reply), known.reply, counts, replayed=True, opter_no=opter_no)
        if known is not None:
            return _decision(arrival, known, counts, opter_no=opter_no)
    case = case_of(arrival, state, world, opter_no)
    judge = JUDGES[arrival.infno]
    verdict = case if isinstance(case, Refused) else judge.decide(case)
    decision = _decision(arrival, verdict, counts, opter_no=opter_no)
    if codes.KINDS[arrival.infno].changes:
        return _kept(arrival, verdict, decision, state, world, judge.about(arrival, world))
    return _opened(arrival, verdict, decision, state, world) if verdict.changes else decision


def _in_session(arrival: Arrival, terminal: Terminal) -> bool:
    """Whether the request belongs to the session; the interface lets sign_no be empty, and so does the HTTP door."""
    if arrival.door is Door.HTTP and not arrival.request.sign_no:
        return True
    return arrival.request.sign_no == terminal.sign_no and arrival.request.fixmedins_code == terminal.fixmedins_code


def _sign_in(arrival: Arrival, asked: SignIn, state: State, world: World) -> Decision:
    """9001: open a session; the new sign_no replaces the old."""
    case = case_of(arrival, state, world, asked.opter_no)
    if isinstance(case, Refused):
        return _decision(arrival, case, opter_no=asked.opter_no)
    request = arrival.request
    if arrival.door is Door.TERMINAL and not world.directory.has_terminal(request.fixmedins_code, request.dev_no):
        return _decision(arrival, Refused(codes.UNKNOWN_TERMINAL, request.dev_no), opter_no=asked.opter_no)
    if arrival.door is Door.TERMINAL and request.counter > arrival.received_ms + CLOCK_AHEAD_MAX_MS:
        ahead_s = (request.counter - arrival.received_ms) // 1000
        return _decision(arrival, Refused(codes.CLOCK_SKEW, f"{ahead_s} s ahead"), opter_no=asked.opter_no)
    key = arrival.terminal_key[1]
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


def _sign_out(arrival: Arrival, asked: SignOut, terminal: Terminal, counts: tuple[Record, ...]) -> Decision:
    """9002: end the session; its counters go with it, because nothing is authentic under it any more."""
    if (asked.sign_no, asked.opter_no) != (terminal.sign_no, terminal.opter_no):
        return _decision(arrival, Refused(codes.SIGN_IN_REQUIRED, "sign_no"), counts, opter_no=terminal.opter_no)
    ended = msgspec.structs.replace(terminal, sign_no="")
    granted = Granted(SignedOut(local_time(arrival.received_ms)), (ended,))
    return _decision(arrival, granted, opter_no=terminal.opter_no)


def _kept(arrival: Arrival, verdict: Verdict, decision: Decision, state: State, world: World, psn_no: str) -> Decision:
    """Return a changing message's decision with its openings and its kept reply."""
    request = arrival.request
    message = Message(
        city=request.mdtrtarea_admvs,
        fixmedins_code=request.fixmedins_code,
        msgid=request.msgid,
        infno=arrival.infno,
        digest=arrival.digest,
        insuplc=arrival.home,
        psn_no=psn_no,
        setl_id=_setl_id(verdict),
        reply=decision.reply_bytes,
        decided_ms=arrival.received_ms,
        opter_no=decision.opter_no,
    )
    openings = _openings(verdict.changes, state, world, arrival.received_ms)
    return msgspec.structs.replace(
        decision, changes=(*decision.changes, message), transfers=(*openings, *decision.transfers)
    )


def _opened(arrival: Arrival, verdict: Verdict, decision: Decision, state: State, world: World) -> Decision:
    """Return the decision of a question that changes something after all: a first read may enable a card."""
    openings = _openings(verdict.changes, state, world, arrival.received_ms)
    return msgspec.structs.replace(decision, transfers=(*openings, *decision.transfers))


def _setl_id(verdict: Verdict) -> str:
    if isinstance(verdict, Granted) and isinstance(verdict.output, SettlementInfo):
        return verdict.output.setl_id
    return ""


def _openings(changes: Iterable[Record], state: State, world: World, now_ms: int) -> Iterable[Transfer]:
    """Return where the first balance comes from of each person and bank account that is stored for the first time."""
    for row in changes:
        if isinstance(row, Person) and state.get(Person, row.city, row.psn_no) is None:
            newcomer = world.register.newcomer(row.city, row.psn_no)
            assert newcomer is not None
            yield from opening(newcomer, now_ms)
        elif isinstance(row, BankAccount) and state.get(BankAccount, row.city, row.psn_no) is None:
            account = world.register.account(row.city, row.psn_no)
            assert account is not None
            yield from bank_opening(account, now_ms)


def _decision(arrival: Arrival, verdict: Verdict, counts: tuple[Record, ...] = (), *, opter_no: str = "") -> Decision:
    if isinstance(verdict, Refused):
        reply = _reply(arrival, verdict.refusal.code, verdict.refusal.text(verdict.detail), verdict.output)
        transfers: tuple[Transfer, ...] = ()
    else:
        reply = _reply(arrival, codes.APPROVED, "", verdict.output)
        transfers = verdict.transfers
    return Decision(
        reply, encode(reply), counts + verdict.changes, transfers, opter_no=opter_no, password=verdict.password
    )


def _reply(arrival: Arrival, refusal: str, err_msg: str, output: Output | None = None) -> Reply:
    request, moment = arrival.request, compact_time(arrival.received_ms)
    serial = int.from_bytes(arrival.nonce[:8], "big") % 10**10
    return Reply(
        msgid=request.msgid,
        infno=arrival.infno,
        refusal=refusal,
        err_msg=err_msg,
        inf_refmsgid=f"{request.mdtrtarea_admvs}{moment}{serial:010d}",
        respond_time=f"{moment}{arrival.received_ms % 1000:03d}",
        output=raw(output),
    )
