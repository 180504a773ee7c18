"""The first look at a terminal's message: is it understood, is it authentic. Pure: bytes in, a value out.

The MAC is checked before the message itself is decoded, so only an authentic sender reaches the larger decoder. A reply
is MACed under the request's counter wherever the sender proved who it is; what did not is answered without a MAC.
"""

from typing import Final, NamedTuple

from settlement.wire import codes
from settlement.wire.envelope import (
    BODY_TYPES,
    MalformedError,
    Reply,
    Request,
    decode_body,
    decode_request,
    infno_of,
    refused,
)
from settlement.wire.framing import FRAME_MAX, NO_MAC
from settlement.wire.keys import REPLY, REQUEST, NetworkKey, SessionKeys
from settlement.wire.messages import Body
from settlement.wire.refusal import Refusal

NONCE_SIZE: Final = 16
"""Bytes of chance that each request is given."""
NOWHERE: Final = "000000"
"""The region in the inf_refmsgid of a reply to what names no place."""
INFNOS: Final = {kind: infno for infno, kind in BODY_TYPES.items()}
"""The infno of each message."""


class Seal(NamedTuple):
    """How a reply is MACed: the session's keys (None for a sender who is nobody) and the request's counter."""

    keys: SessionKeys | None
    counter: int

    def mac(self, reply: bytes) -> bytes:
        """Return a reply's MAC."""
        return NO_MAC if self.keys is None else self.keys.mac(REPLY, self.counter, reply)


UNSEALED = Seal(None, 0)


class Received(NamedTuple):
    """An authentic, well-formed request; whether its session and counter are good is decided later."""

    request: Request
    body: Body
    infno: str
    seal: Seal


class TurnedAway(NamedTuple):
    """A message that goes no further; `request` is None if not even its envelope is readable."""

    refusal: Refusal
    detail: str
    request: Request | None
    infno: str
    seal: Seal


def receive(message: bytes, mac: bytes, key: NetworkKey) -> Received | TurnedAway:
    """Authenticate and decode a message."""
    try:
        request = decode_request(message)
    except MalformedError as error:
        return TurnedAway(error.refusal, str(error), None, "", UNSEALED)
    keys = key.session(request.dev_no, request.sign_no)
    if not keys.authentic(REQUEST, request.counter, message, mac):
        return TurnedAway(codes.BAD_SIGNATURE, "", request, infno_of(request.body), UNSEALED)
    seal = Seal(keys, request.counter)
    if len(message) > FRAME_MAX and infno_of(request.body) not in codes.LARGE:
        return TurnedAway(codes.FRAME_TOO_LARGE, f"{FRAME_MAX} bytes", request, infno_of(request.body), seal)
    try:
        body = decode_body(request)
    except MalformedError as error:
        return TurnedAway(error.refusal, str(error), request, infno_of(request.body), seal)
    return Received(request, body, INFNOS[type(body)], seal)


def reply_to(away: TurnedAway, now_ms: int, nonce: bytes) -> Reply:
    """Return the reply to a message that goes no further."""
    return refused(
        away.refusal,
        away.detail,
        msgid=away.request.msgid if away.request else "",
        infno=away.infno,
        region=away.request.mdtrtarea_admvs if away.request else NOWHERE,
        now_ms=now_ms,
        nonce=nonce,
    )
