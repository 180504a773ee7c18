"""The security module (PSAM) in a terminal's slot of its own: it makes a card's keys and proves the terminal by them.

EXTERNAL AUTHENTICATE as terminals in the field do it (LD/T 33): two challenges of the card, of the second of which the
module makes a session key, under which it enciphers the first. The module derives the card's key from that of its area
(a city, a province or the root) by the factors of the levels below. A module of the terminal's own city cannot make a
foreign card's key, and the terminal says so (-24). Another area is believed for the key of the medical files, as the
field does it: the card finds out at the price of a try, and of its remote route at worst. For a key whose lock would
cost more, the terminal asks no module whose area the card's city is not in. No proof is ever repeated here: whoever
wants another comes again.
"""

from typing import Final, NamedTuple

from terminals.kernel.card_dialogue import Cipher, Issued
from terminals.kernel.command import SILENCE, SUCCESS, case_3, command, refusal
from terminals.kernel.effects import ReadAtr, Show, Slot, Steps
from terminals.kernel.terminal_codes import (
    HOLDER_KEY_IS_LOCKED,
    KEY_IS_LOCKED,
    NO_CARD_ANSWERS,
    NO_SAM,
    PIN_KEY_IS_LOCKED,
    SAM_CIPHER,
    SAM_LACKS_KEY,
    SAM_LEVEL,
    TerminalCode,
    lacking,
    of_external_authentication,
)
from terminals.kernel.transaction import Transaction

GET_CHALLENGE: Final = bytes.fromhex("0084000008")
EXTERNAL_AUTHENTICATE: Final = bytes.fromhex("008200")
TERMINAL_NUMBER: Final = bytes.fromhex("00B0960006")
"""终端机编号: the area of the module, then its serial number."""
ENCIPHER: Final = bytes.fromhex("80FA0000")
MAC: Final = bytes.fromhex("80FA0500")
PREPARE: Final = bytes.fromhex("BFDE")
TO_ENCIPHER: Final = {Cipher.TRIPLE_DES: 0x07, Cipher.SM4: 0x17}
TO_MAC: Final = {Cipher.TRIPLE_DES: 0x08, Cipher.SM4: 0x18}
"""Low five bits of PREPARE's P1, the latter for both computations; the number of factors stands above them. Those of
SM4 are ours: none is public."""
STAND_IN: Final = Show("国密外部认证：本模拟器自定的替代算法", "SM4 authentication: our own stand-in")
TD: Final = 0x8
"""Of the interface bytes that a nibble announces, the one that announces more."""
HISTORICAL_COUNT: Final = 0x0F
FACTOR_SIZE: Final = 8
REFUSED: Final = {SILENCE: NO_SAM, 0x6A81: SAM_CIPHER, 0x6A88: SAM_LACKS_KEY, 0x6985: SAM_LEVEL}
"""What a module's status word to PREPARE means."""


class CardKey(NamedTuple):
    """A key of the card that a terminal may prove, its number in the module, and what it says once that is locked."""

    name: str
    identifier: int
    in_module: int
    locked: TerminalCode


READ_HOLDER: Final = CardKey("RKSSSE", 0x0A, 0x0A, HOLDER_KEY_IS_LOCKED)
"""Opens EF06 from generation 3 on."""
READ_MEDICAL: Final = CardKey("RK-DF04", 0x84, 0x2D, KEY_IS_LOCKED)
"""Opens the medical files: what a terminal away from home must prove."""
UNBLOCK_PIN: Final = CardKey("PUK", 0x06, 0x10, PIN_KEY_IS_LOCKED)
"""Lets a PIN be reset, and enciphers the new one."""


def prove(transaction: Transaction, key: CardKey, card: Issued) -> Steps[TerminalCode | None]:
    """Have the card accept this terminal's module for a key, in one attempt; None once it did, else why not."""
    factors = yield from factors_for(transaction, key, card)
    if isinstance(factors, TerminalCode):
        return factors
    if card.cipher is Cipher.SM4:
        yield STAND_IN
    data, status = yield from command(GET_CHALLENGE, transaction.slot)
    challenge, second = yield from command(GET_CHALLENGE, transaction.slot)
    if (status, second) != (SUCCESS, SUCCESS):
        return refusal(status if status != SUCCESS else second)
    refused = yield from prepared(key, TO_ENCIPHER[card.cipher], (*factors, challenge))
    proof = refused or (yield from computed(key, ENCIPHER, data))
    if isinstance(proof, TerminalCode):
        return proof
    presented = case_3(EXTERNAL_AUTHENTICATE + bytes((key.identifier,)), proof + data)
    _, status = yield from command(presented, transaction.slot)
    if status in (SUCCESS, SILENCE):
        return None if status == SUCCESS else NO_CARD_ANSWERS
    return of_external_authentication(status, key.locked)


def factors_for(transaction: Transaction, key: CardKey, card: Issued) -> Steps[tuple[bytes, ...] | TerminalCode]:
    """Return the factors that the module wants to make a card's key, or why it cannot serve this card."""
    if card.cipher not in TO_ENCIPHER:
        return lacking(SAM_CIPHER, key.name)
    number, status = yield from command(TERMINAL_NUMBER, Slot.SAM)
    if status != SUCCESS:
        return lacking(NO_SAM, key.name)
    area, own = number[:3].hex(), transaction.site.city
    if area == own != card.city or (key is not READ_MEDICAL and not covers(area, card.city)):
        return lacking(SAM_LEVEL, key.name)
    atr: bytes = yield ReadAtr(transaction.slot)
    return (card_factor(atr), *factors_of(card.city))[: levels_below(area)] if atr else NO_CARD_ANSWERS


def prepared(key: CardKey, usage: int, parts: tuple[bytes, ...]) -> Steps[TerminalCode | None]:
    """Have the module make the session key of factors and challenge; None once it did."""
    asked = PREPARE + bytes((len(parts) - 1 << 5 | usage, key.in_module))
    _, status = yield from command(case_3(asked, b"".join(parts)), Slot.SAM)
    if status == SUCCESS:
        return None
    return lacking(REFUSED[status], key.name) if status in REFUSED else refusal(status)


def computed(key: CardKey, computation: bytes, data: bytes) -> Steps[bytes | TerminalCode]:
    """Have the module ENCIPHER or MAC data under the session key."""
    answer, status = yield from command(case_3(computation, data), Slot.SAM)
    return answer if status == SUCCESS else lacking(NO_SAM, key.name) if status == SILENCE else refusal(status)


def card_factor(atr: bytes) -> bytes:
    """Return the last eight of a card's historical bytes, whichever reader says its ATR (ISO 7816-3, 8.2).

    >>> card_factor(bytes.fromhex("3B6D000000814380318660240601000001")).hex()
    '8660240601000001'
    """
    at, announced = 2, atr[1] >> 4
    while announced:
        at += announced.bit_count()
        announced = int.from_bytes(atr[at - 1 : at], "big") >> 4 if announced & TD else 0
    return atr[at : at + (atr[1] & HISTORICAL_COUNT)][-FACTOR_SIZE:]


def factors_of(city: str) -> tuple[bytes, bytes]:
    """Return the factors of a city and its province.

    >>> factors_of("370100")
    (b'370100sx', b'370000sh')
    """
    return f"{city}sx".encode(), f"{city[:2]}0000sh".encode()


def province(city: str) -> str:
    """Return the area of the modules that a city's terminals have: with less they could serve no card from elsewhere.

    >>> province("370100")
    '37'
    """
    return city[:2]


def covers(area: str, city: str) -> bool:
    """Tell whether a module's area has a city in it.

    >>> [covers(area, "370100") for area in ("370100", "370000", "000000", "370200", "410000")]
    [True, True, True, False, False]
    """
    return area in (city, f"{city[:2]}0000", "000000")


def levels_below(area: str) -> int:
    """Return how many factors the keys of an area still want: a city's the card's, a province's the city's as well.

    >>> levels_below("370100"), levels_below("370000"), levels_below("000000")
    (1, 2, 3)
    """
    return 1 if area[2:] != "0000" else 2 if area != "000000" else 3
