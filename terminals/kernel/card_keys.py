"""Which keys of a card a terminal has to prove before it may use it, and what becomes of them.

Away from home the key of the medical files (RK-DF04), from generation 2 on; from generation 3 on the key of the
holder's file (RKSSSE), everywhere. The first comes first: a wrong module counts down, and locks, what only the remote
route needs, and the card goes on at home. What was proven there is lost with the next SELECT, and needed no more: the
region was read.
"""

from typing import Final

from terminals.kernel.card_dialogue import INSURED_REGION, SELECT_MEDICAL, SELECT_SSSE, Issued, element
from terminals.kernel.command import SUCCESS, command, refusal
from terminals.kernel.effects import Steps
from terminals.kernel.outcome import REMOTE, Event
from terminals.kernel.sam import READ_HOLDER, READ_MEDICAL, CardKey, prove
from terminals.kernel.terminal_codes import CARD_DATA, TerminalCode
from terminals.kernel.transaction import Transaction

REMOTE_SINCE: Final = 2
"""The first generation whose cards are used away from home; the host refuses older ones."""
KEY_FOR_HOLDER_SINCE: Final = 3
TRIES_CODES: Final = frozenset(str(-(0x63C0 | left)) for left in range(16))
"""Of a card that counted a proof as wrong; whoever proves again may lock it."""


def open_card(transaction: Transaction, card: Issued) -> Steps[TerminalCode | None]:
    """Prove what this card wants on this route; None once its holder's file is open, else why it stays closed."""
    if transaction.route == REMOTE and card.generation >= REMOTE_SINCE:
        refused = yield from _medical_files(transaction, card)
        if refused:
            return refused
    if card.generation < KEY_FOR_HOLDER_SINCE:
        return None
    return (yield from proven(transaction, READ_HOLDER, card))


def _medical_files(transaction: Transaction, card: Issued) -> Steps[TerminalCode | None]:
    """Open the medical files, see that the holder is insured where the card says, and go back."""
    selected = yield from command(SELECT_MEDICAL, transaction.slot)
    if selected.status != SUCCESS:
        return refusal(selected.status)
    refused = yield from proven(transaction, READ_MEDICAL, card)
    if refused:
        return refused
    transaction.events.append(Event.KEY_VERIFIED)
    region = yield from element(INSURED_REGION, transaction.slot)
    if isinstance(region, TerminalCode):
        return region
    if region.hex() != card.city:
        return CARD_DATA
    back = yield from command(SELECT_SSSE, transaction.slot)
    return None if back.status == SUCCESS else refusal(back.status)


def proven(transaction: Transaction, key: CardKey, card: Issued) -> Steps[TerminalCode | None]:
    """Prove a key, and note what became of its tries."""
    refused = yield from prove(transaction, key, card)
    if refused is key.locked:
        transaction.events.append(Event.KEY_LOCKED)
    elif refused and refused.code in TRIES_CODES:
        transaction.events.append(Event.KEY_WRONG)
    return refused
