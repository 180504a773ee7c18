"""A request as it came in, and what is decided about it."""

from enum import StrEnum

from msgspec import Struct

from settlement.engine.ledger.claims import NOTHING_OWED, Owed
from settlement.engine.ledger.state import Key, Message, Record, Terminal, Transfer
from settlement.engine.ledger.statement import StatementRow
from settlement.wire.envelope import Reply, Request
from settlement.wire.messages import Body


class Door(StrEnum):
    """By which door a request came: a terminal's (MAC, counter, pin pad), the signed HTTP one, or the operator's."""

    TERMINAL = "terminal"
    HTTP = "http"
    ADMIN = "admin"
    """Loopback and a token: an agency's own work, with no session and no institution."""


class Password(StrEnum):
    """What became of the local password in a decision."""

    NOT_ASKED = "not asked"
    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"


class Arrival(Struct, frozen=True):
    """An authentic request. `nonce` is chance (16 bytes), `received_ms` is time: both drawn before deciding.

    `statement` are its institution's rows of the days that a reconciliation asks for, `owed` what is owed when a
    month is cleared; both are empty for anything else.
    """

    request: Request
    body: Body
    infno: str
    digest: bytes
    door: Door
    received_ms: int
    nonce: bytes
    statement: tuple[StatementRow, ...] = ()
    owed: Owed = NOTHING_OWED

    @property
    def home(self) -> str:
        """Return the place of insurance; empty means where treated (interface, envelope)."""
        return self.request.insuplc_admdvs or self.request.mdtrtarea_admvs

    @property
    def message_key(self) -> Key:
        """Name what became of its msgid."""
        request = self.request
        return Message, (request.mdtrtarea_admvs, request.fixmedins_code, request.msgid)

    @property
    def terminal_key(self) -> tuple[type[Terminal], tuple[str, str]]:
        """Name the session: a terminal's own, or at the HTTP door the operator's within its institution."""
        request = self.request
        name = request.dev_no if self.door is Door.TERMINAL else f"{request.fixmedins_code}/{request.dev_no}"
        return Terminal, (request.mdtrtarea_admvs, name)


class Decision(Struct, frozen=True):
    """What the host answers and what must be durable before the answer leaves.

    `reply_bytes` is the encoded reply, so that a repeat is answered byte for byte. `replayed` marks such a repeat: it
    uses up a counter and changes nothing else. `opter_no` is the signed-in operator and `password` what became of the
    local password, both for the engine's counts.
    """

    reply: Reply
    reply_bytes: bytes
    changes: tuple[Record, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    replayed: bool = False
    opter_no: str = ""
    password: Password = Password.NOT_ASKED
