"""A request as it came in, and what is decided about it."""

from enum import StrEnum

from msgspec import Struct

from settlement.engine.state import Record, Transfer
from settlement.wire.envelope import Reply, Request
from settlement.wire.messages import Body


class Door(StrEnum):
    """By which door a request came: a terminal's (MAC, counter, pin pad) or the signed HTTP one, which has none."""

    TERMINAL = "terminal"
    HTTP = "http"


class Arrival(Struct, frozen=True):
    """An authentic request. `nonce` is chance (16 bytes), `received_ms` is time: both drawn before deciding."""

    request: Request
    body: Body
    infno: str
    digest: bytes
    door: Door
    received_ms: int
    nonce: bytes


class Decision(Struct, frozen=True):
    """What the host answers and what must be durable before the answer leaves.

    `reply_bytes` is the encoded reply, so that a repeat is answered byte for byte. `replayed` marks such a repeat: it
    uses up a counter and changes nothing else. `opter_no` is the signed-in operator, for the engine's counts.
    """

    reply: Reply
    reply_bytes: bytes
    changes: tuple[Record, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    replayed: bool = False
    opter_no: str = ""
