"""The remote PIN, which belongs to the chip: verified on the remote route, changed once before it may pay.

The chip compares and counts; the terminal enforces that the initial value cannot pay (-35) and cannot be the new one
(-36), by what was typed. So the initial value is presented to the chip first: typed after a change it is a wrong PIN,
and costs a try. Digits go nowhere but to the chip.
"""

from typing import Final

from terminals.kernel.card_dialogue import read_issued
from terminals.kernel.command import BLOCKED, SUCCESS, TRIES_LEFT, command, refusal
from terminals.kernel.effects import AskPin, Prompt, Slot, Steps
from terminals.kernel.outcome import Event, Outcome, Result
from terminals.kernel.site import Pace, Site
from terminals.kernel.terminal_codes import (
    PIN_ENTRY,
    PIN_IS_INITIAL,
    PIN_IS_LOCKED,
    PIN_IS_WRONG,
    PIN_TO_INITIAL,
    TerminalCode,
)
from terminals.kernel.transaction import Transaction, card_refused, pause, said

PIN_SIZE: Final = 6
VERIFY: Final = bytes.fromhex("0020000003")
TRIES: Final = bytes.fromhex("00200000")
CHANGE_PIN: Final = bytes.fromhex("805E010007")
ENTRIES_MAX: Final = 20
"""Entries in one conversation; a card blocks after 15 wrong ones at the latest, since x is one digit."""


def verify_pin(transaction: Transaction, city: str) -> Steps[Outcome | None]:
    """Have the chip of a card of `city` accept the remote PIN; None once it did, else how the conversation ends."""
    for _ in range(ENTRIES_MAX):
        digits = yield from typed(transaction, Prompt.PIN)
        if not digits:
            return transaction.ended(Result.ABANDONED)
        _, status = yield from command(VERIFY + bytes.fromhex(digits), transaction.slot)
        if status == SUCCESS and transaction.site.is_initial(digits, city, transaction.generation):
            transaction.events.append(Event.PIN_MUST_CHANGE)
            return (yield from card_refused(transaction, PIN_IS_INITIAL))
        if status == SUCCESS:
            transaction.events.append(Event.PIN_VERIFIED)
            return None
        ended = yield from _not_accepted(transaction, status)
        if ended:
            return ended
    return transaction.ended(Result.ABANDONED)


def pin_is_locked(slot: Slot) -> Steps[bool]:
    """Ask the chip whether a try of its PIN is left: VERIFY without data, which costs none (ISO 7816-4, 7.5.6)."""
    return (yield from command(TRIES, slot)).status == BLOCKED


def change_pin(site: Site, pace: Pace, *, slot: Slot = Slot.LOCAL) -> Steps[Outcome]:
    """Replace the remote PIN, as at a kiosk; the old value is an attempt like any other."""
    transaction = Transaction("change_pin", site, pace, slot)
    card = yield from read_issued(slot)
    if isinstance(card, TerminalCode):
        return (yield from card_refused(transaction, card))
    for _ in range(ENTRIES_MAX):
        old = yield from typed(transaction, Prompt.OLD_PIN)
        new = (yield from typed(transaction, Prompt.NEW_PIN)) if old else ""
        if not new:
            return transaction.ended(Result.ABANDONED)
        if site.is_initial(new, card.city, card.generation):
            return (yield from card_refused(transaction, PIN_TO_INITIAL))
        _, status = yield from command(CHANGE_PIN + bytes.fromhex(f"{old}FF{new}"), slot)
        if status == SUCCESS:
            transaction.events.append(Event.PIN_CHANGED)
            return transaction.ended(Result.DONE)
        ended = yield from _not_accepted(transaction, status)
        if ended:
            return ended
    return transaction.ended(Result.ABANDONED)


def typed(transaction: Transaction, prompt: Prompt) -> Steps[str]:
    """Return six digits, or "" once the holder gave up; anything else is asked for again and never reaches the chip."""
    for _ in range(ENTRIES_MAX):
        yield from pause(transaction.pace.entry_s, "entry")
        digits: str = yield AskPin(prompt)
        if not digits or (len(digits) == PIN_SIZE and digits.isascii() and digits.isdecimal()):
            return digits
        yield said(PIN_ENTRY)
    return ""


def _not_accepted(transaction: Transaction, status: int) -> Steps[Outcome | None]:
    """Say what the chip found wrong; None if the holder may try again."""
    if status & 0xFFF0 == TRIES_LEFT:
        transaction.events.append(Event.PIN_WRONG)
        left = status & 0x0F
        yield said(PIN_IS_WRONG, f"，剩余{left}次", f", {left} tries left")
        return None
    if status == BLOCKED:
        transaction.events.append(Event.PIN_LOCKED)
        return (yield from card_refused(transaction, PIN_IS_LOCKED))
    return (yield from card_refused(transaction, refusal(status)))
