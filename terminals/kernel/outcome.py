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
    """Money may have moved, or a new card been issued; the intent stays open in the journal."""
    STUCK = "STUCK"
    """Money may have moved, and the host refuses to undo it: for a person, by way of reconciliation."""


class Event(StrEnum):
    """What happened on the way, in the order it happened."""

    PIN_WRONG = "PIN_WRONG"
    PIN_LOCKED = "PIN_LOCKED"
    PIN_MUST_CHANGE = "PIN_MUST_CHANGE"
    PIN_CHANGED = "PIN_CHANGED"
    PIN_RESET = "PIN_RESET"
    """The card has a new PIN and all its tries, without the old one."""
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
    WRONG_SLOT = "WRONG_SLOT"
    """The card lay in another slot than the function's; nothing of it could be read there."""
    TAPPED = "TAPPED"
    """The card was read over the antenna."""
    SCANNED = "SCANNED"
    """A telephone's token was read instead of a card."""
    KEY_VERIFIED = "KEY_VERIFIED"
    """The security module proved to the card that this terminal may use it away from home."""
    KEY_WRONG = "KEY_WRONG"
    KEY_LOCKED = "KEY_LOCKED"
    REISSUED = "REISSUED"
    BANK_PAID = "BANK_PAID"
    """The bank account paid what the settlement left."""
    BANK_DECLINED = "BANK_DECLINED"
    BANK_PIN_WRONG = "BANK_PIN_WRONG"
    BANK_PIN_LOCKED = "BANK_PIN_LOCKED"
    BANK_UNAVAILABLE = "BANK_UNAVAILABLE"
    """The card or its holder made no bank leg possible: cash."""
    BANK_REVERSED = "BANK_REVERSED"
    """A purchase was undone (0400)."""
    CASH_OWED = "CASH_OWED"
    """The purchase was undone and the settlement stands after all: its holder owes in cash what the bank had paid."""
    BANK_IN_DOUBT = "BANK_IN_DOUBT"
    """A purchase may stand that its terminal could not undo; the intent stays open in the journal."""
    BANK_STUCK = "BANK_STUCK"
    """A purchase may stand whose undo the bank refuses: for a person, by way of reconciliation."""


class Tender(StrEnum):
    """How a patient pays what the settlement leaves."""

    CASH = "cash"
    BANK = "bank"
    """The bank account on the card, over the contacts, with its PIN."""
    TAP = "tap"
    """The same account over the antenna: no PIN up to the small amount."""


APPROVED: Final = "approved"
NO_REPLY: Final = "no reply"
"""With the refusal codes, the outcomes of a single request; the engine counts by the same words."""

LOCAL: Final = "local"
REMOTE: Final = "remote"


class Outcome(Struct, frozen=True):
    """The end of one flow.

    `messages` holds (infno, outcome) of every request that was sent, in order, repeats included: the client's witness.
    `amounts` are those of the settlement (of a revoke: its negatives), zero where none was made; `infno` is the message
    that made it. `tender` is how the rest was to be paid; `bank_fen` is what the bank account paid of it and still
    does, by the purchases of `purchase_msgids`, `response_code` the DE 39 of the last attempt, "" without one.
    `generation` is the card's, 0 if none was read.
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
    generation: int = 0
    tender: Tender = Tender.CASH
    bank_fen: int = 0
    purchase_msgids: tuple[str, ...] = ()
    response_code: str = ""
