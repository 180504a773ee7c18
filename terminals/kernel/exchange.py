"""One message and its reply, whatever the line does: the same msgid again, never a new one.

What a reply proves: approval and a judged refusal settle the matter; BUSY and internal errors decide nothing, so the
same msgid goes out again after a pause; a lost reply leaves the outcome unknown, and after one loss only a judgement
counts, since a refusal at the envelope says nothing about the copy that may have come through before.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from msgspec import Struct

from settlement.wire import codes
from settlement.wire.envelope import MalformedError, Reply, decode_output
from settlement.wire.hospital import RevokeStay, SettleStay
from settlement.wire.messages import Body, Revocation, SettleDrugSale, SettleOutpatient, SignIn
from terminals.kernel.effects import NextMsgid, NoReply, Pause, Request, Steps
from terminals.kernel.outcome import APPROVED, NO_REPLY, Event, Outcome, Result
from terminals.kernel.transaction import Transaction, declined

REPEAT_STEP: Final = "repeat"
"""The pause before a repeat is the network's time, not a person's."""
LOST_PAUSES_S: Final = (0.2, 1.0, 5.0)
"""Before each repeat of a request whose reply was lost; then it stays unknown."""
BUSY_PAUSES_S: Final = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Before each repeat of a request that the host was too busy for; then its refusal stands."""

UNJUDGED: Final = codes.RETRY_CODES | {code for code in codes.REFUSALS if code.startswith("E1")}
"""Refusals at the envelope or of an overloaded host: they say nothing about an earlier copy of the message."""

MOVES_MONEY: Final = (SettleDrugSale, SettleOutpatient, SettleStay, Revocation, RevokeStay)
"""What a host that does not know a repeat for one would carry out again."""

Anew = Callable[[], Steps[Body | None]]
_Output = TypeVar("_Output", bound=Struct)


def exchange(
    transaction: Transaction, body: Body, insuplc_admdvs: str, *, msgid: str = "", anew: Anew | None = None
) -> Steps[Reply | NoReply]:
    """Return the reply that decides about a message, or NoReply where none could be had.

    `anew` makes the body again where it depends on the session (a PIN block), None if the holder gave up. It is asked
    for after the one sign-on that an E1001 may cause.
    """
    msgid = msgid or (yield NextMsgid())
    once = not transaction.site.repeats and isinstance(body, MOVES_MONEY)
    lost, busy = iter(() if once else LOST_PAUSES_S), iter(BUSY_PAUSES_S)
    unknown = signed_on = False
    while True:
        reply = yield from send(transaction, body, msgid, insuplc_admdvs)
        if not isinstance(reply, NoReply) and reply.approved:
            return reply
        if isinstance(reply, NoReply) or reply.refusal == codes.REPLAYED_COUNTER.code:
            unknown = (
                True  # of a frame that the line doubled, the second copy is refused and the first may have counted
            )
            event, seconds = Event.RETRIED, next(lost, None)
        elif reply.refusal in codes.RETRY_CODES:
            event, seconds = Event.BUSY_REPEATED, next(busy, None)
        elif reply.refusal == codes.SIGN_IN_REQUIRED.code and not signed_on:
            signed_on, event = True, Event.SIGNED_ON_AGAIN
            fresh = yield from _under_a_new_session(transaction, body, anew)
            body, seconds = fresh or body, 0.0 if fresh else None
        else:
            seconds = None
        if seconds is None:
            return _what_it_proves(reply, unknown=unknown)
        transaction.events.append(event)
        yield Pause(seconds, REPEAT_STEP)


def send(transaction: Transaction, body: Body, msgid: str, insuplc_admdvs: str) -> Steps[Reply | NoReply]:
    """Send a message once and note what came of it."""
    reply: Reply | NoReply = yield Request(body, msgid, insuplc_admdvs)
    outcome = NO_REPLY if isinstance(reply, NoReply) else reply.refusal or APPROVED
    transaction.messages.append((str(body.__struct_config__.tag), outcome))
    return reply


def signed_on(transaction: Transaction) -> Steps[Reply | NoReply]:
    """Sign on, or return the reply that says why not; a 9001 may be repeated freely (its session replaces the last)."""
    msgid: str = yield NextMsgid()
    body = SignIn(transaction.site.opter_no)
    pauses = iter(LOST_PAUSES_S)
    while True:
        reply = yield from send(transaction, body, msgid, "")
        undecided = isinstance(reply, NoReply) or reply.refusal in codes.RETRY_CODES
        seconds = next(pauses, None) if undecided else None
        if seconds is None:
            return reply
        yield Pause(seconds, REPEAT_STEP)


def output_of(reply: Reply | NoReply, kind: type[_Output]) -> _Output | None:
    """Return what an approved reply carries; None for a refusal, for NoReply and for what cannot be understood."""
    if isinstance(reply, NoReply) or not reply.approved:
        return None
    try:
        output = decode_output(reply)
    except MalformedError:
        return None
    return output if isinstance(output, kind) else None


def unanswered(transaction: Transaction, reply: Reply | NoReply) -> Steps[Outcome]:
    """End a conversation in which no money is on its way: the host refused, or cannot be had or understood."""
    if isinstance(reply, NoReply) or reply.approved:
        return transaction.ended(Result.NO_ANSWER)
    return (yield from declined(transaction, reply.refusal))


def _under_a_new_session(transaction: Transaction, body: Body, anew: Anew | None) -> Steps[Body | None]:
    reply = yield from signed_on(transaction)
    if isinstance(reply, NoReply) or not reply.approved:
        return None
    return (yield from anew()) if anew else body


def _what_it_proves(reply: Reply | NoReply, *, unknown: bool) -> Reply | NoReply:
    if unknown and isinstance(reply, Reply) and reply.refusal in UNJUDGED:
        return NoReply(f"{reply.refusal} after a lost reply")
    return reply
