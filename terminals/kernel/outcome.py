"""How a flow ends: one frozen value, from which figures, reports and gates are made.

An expected end is a value, however bad it is; an exception out of a flow is a fault of ours.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from settlement.wire.messages import Amounts


class Result(StrEnum):
    """How a flow ended."""

    DONE = "DONE"
    """What was asked was done, and it was no settlement (sign on, change PIN)."""
    SETTLED = "SETTLED"
    REVOKED = "REVOKED"
    DECLINED = "DECLINED"
    """The host refused; `refusal` is one of settlement.wire.codes.REFUSALS."""
    CARD_REFUSED = "CARD_REFUSED"
    """Card or terminal refused; `refusal` is a terminal code of terminals.kernel.terminal_codes."""
    ABANDONED = "ABANDONED"
    """The holder gave up at the pin pad; nothing moved."""
    NO_ANSWER = "NO_ANSWER"
    """The host could not be reached and no money was on its way."""
    REVERSED = "REVERSED"
    """An unknown outcome was undone (2601)."""
    IN_DOUBT = "IN_DOUBT"
    """Money may have moved; the intent stays open in the journal."""


class Event(StrEnum):
    """What happened on the way, in the order it happened."""

    PIN_WRONG = "PIN_WRONG"
    PIN_LOCKED = "PIN_LOCKED"
    PIN_MUST_CHANGE = "PIN_MUST_CHANGE"
    PIN_CHANGED = "PIN_CHANGED"
    PIN_VERIFIED = "PIN_VERIFIED"
    PASSWORD_WRONG = "PASSWORD_WRONG"  # noqa: S105 - the name of an event, no password
    PASSWORD_LOCKED = "PASSWORD_LOCKED"  # noqa: S105 - the name of an event, no password
    SIGNED_ON_AGAIN = "SIGNED_ON_AGAIN"
    BUSY_REPEATED = "BUSY_REPEATED"
    RETRIED = "RETRIED"
    """The same msgid was sent again because no reply came."""
    FOUND_BY_QUERY = "FOUND_BY_QUERY"
    """A lost reply was made good by 5203."""
    UNDONE_BY_REVERSAL = "UNDONE_BY_REVERSAL"


APPROVED: Final = "approved"
NO_REPLY: Final = "no reply"
"""With the refusal codes, the outcomes of a single request; the engine counts by the same words."""

LOCAL: Final = "local"
REMOTE: Final = "remote"


class Outcome(Struct, frozen=True):
    """The end of one flow.

    `messages` holds (infno, outcome) of every request that was sent, in order, repeats included: the client's witness.
    `amounts` are those of the settlement (of a revoke: its negatives), zero where none was made; `infno` is the message
    that made it.
    """

    flow: str
    result: Result
    refusal: str = ""
    route: str = LOCAL
    setl_ids: tuple[str, ...] = ()
    amounts: Amounts = Amounts()
    events: tuple[Event, ...] = ()
    messages: tuple[tuple[str, str], ...] = ()
    infno: str = ""
