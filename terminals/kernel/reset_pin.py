"""A new PIN without the old one, as at an HRSS outlet or a kiosk: the cure of a locked PIN (LD/T 32.5, RELOAD PIN).

The module proves the key for it (PUK), enciphers what the holder has typed and makes the command's MAC, under a session
key that another challenge of the card makes. Every module does so whose area the card's city is in: a province's serves
the whole province. A locked key stays locked. What the MAC covers is nowhere public: header and cryptogram, our choice.
"""

from typing import Final

from terminals.kernel.card_dialogue import Cipher, Issued, read_issued
from terminals.kernel.card_keys import proven
from terminals.kernel.command import SUCCESS, case_3, command, refusal
from terminals.kernel.effects import Prompt, Slot, Steps
from terminals.kernel.outcome import Event, Outcome, Result
from terminals.kernel.remote_pin import typed
from terminals.kernel.sam import (
    ENCIPHER,
    GET_CHALLENGE,
    MAC,
    TO_MAC,
    UNBLOCK_PIN,
    computed,
    factors_for,
    prepared,
)
from terminals.kernel.site import AT_ONCE, Pace, Site
from terminals.kernel.terminal_codes import PIN_TO_INITIAL, TerminalCode
from terminals.kernel.transaction import Transaction, card_refused, pause

RELOAD_PIN: Final = bytes.fromhex("84240001")
MAC_SIZE: Final = 4
BLOCKS: Final = {Cipher.TRIPLE_DES: 8, Cipher.SM4: 16}


def reset_pin(site: Site, pace: Pace = AT_ONCE, *, slot: Slot = Slot.LOCAL) -> Steps[Outcome]:
    """Set a new PIN and give all its tries back; the initial one is refused (-36), so that the card can pay at once."""
    transaction = Transaction("reset_pin", site, pace, slot)
    yield from pause(pace.card_s, "card")
    card = yield from read_issued(slot)
    if isinstance(card, TerminalCode):
        return (yield from card_refused(transaction, card))
    refused = yield from proven(transaction, UNBLOCK_PIN, card)
    if refused:
        return (yield from card_refused(transaction, refused))
    new = yield from typed(transaction, Prompt.NEW_PIN)
    if not new:
        return transaction.ended(Result.ABANDONED)
    initial = site.is_initial(new, card.city, card.generation)
    refused = PIN_TO_INITIAL if initial else (yield from _reloaded(transaction, card, new))
    if refused:
        return (yield from card_refused(transaction, refused))
    transaction.events.append(Event.PIN_RESET)
    return transaction.ended(Result.DONE)


def _reloaded(transaction: Transaction, card: Issued, new: str) -> Steps[TerminalCode | None]:
    """Have the card take a new PIN under the module's MAC; None once it did."""
    factors = yield from factors_for(transaction, UNBLOCK_PIN, card)
    if isinstance(factors, TerminalCode):
        return factors
    challenge, status = yield from command(GET_CHALLENGE, transaction.slot)
    if status != SUCCESS:
        return refusal(status)
    block, digits = BLOCKS[card.cipher], bytes.fromhex(new)
    refused = yield from prepared(UNBLOCK_PIN, TO_MAC[card.cipher], (*factors, challenge))
    cryptogram = refused or (yield from computed(UNBLOCK_PIN, ENCIPHER, padded(bytes((len(digits),)) + digits, block)))
    if isinstance(cryptogram, TerminalCode):
        return cryptogram
    covered = RELOAD_PIN + bytes((len(cryptogram) + MAC_SIZE,)) + cryptogram
    mac = yield from computed(UNBLOCK_PIN, MAC, padded(covered, block))
    if isinstance(mac, TerminalCode):
        return mac
    _, status = yield from command(case_3(RELOAD_PIN, cryptogram + mac), transaction.slot)
    return None if status == SUCCESS else refusal(status)


def padded(message: bytes, block: int) -> bytes:
    """Fill up with 80 00 ... (ISO/IEC 9797-1, padding method 2).

    >>> padded(bytes.fromhex("03123456"), 8).hex()
    '0312345680000000'
    """
    return (message + b"\x80").ljust((len(message) // block + 1) * block, b"\0")
