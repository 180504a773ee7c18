"""The try budget: what may be sent to a card that is not ours, so that no mistake of ours locks it.

A card is asked nothing that could cost it a try, except what the budget allows: so many presentations of the PIN, each
only after the card has said that at least two more tries are left than the session may still spend, and one use of each
key that somebody chose to risk, since a key's counter cannot be asked. A bank card counts its transactions for ever, so
they too want somebody's word. Whatever is not known to be harmless is refused: other classes, secure messaging,
chained, extended and malformed commands, writing, and every instruction outside the tables below. A refusal happens
here, before the card; it is an exception, because a flow that meets one was started on the wrong card.
"""

from collections.abc import Collection
from typing import Final

from terminals.readers.reader import Reader
from terminals.readers.wrapped import WrappedReader

SPARE_TRIES: Final = 2
"""How many more tries a PIN must show than the session may still spend."""
PIN_ATTEMPTS: Final = 1
"""How often a session may present a PIN unless told otherwise."""

HEADER_SIZE: Final = 4
LC_AT: Final = 4
INTERINDUSTRY, PROPRIETARY, OF_THE_READER, SECURE = 0x00, 0x80, 0xFF, 0x84
HARMLESS: Final = frozenset(
    {
        (INTERINDUSTRY, 0xA4),  # SELECT
        (INTERINDUSTRY, 0xB0),  # READ BINARY
        (INTERINDUSTRY, 0xB2),  # READ RECORD
        (INTERINDUSTRY, 0xC0),  # GET RESPONSE
        (INTERINDUSTRY, 0x84),  # GET CHALLENGE
        (INTERINDUSTRY, 0x88),  # INTERNAL AUTHENTICATE: the card proves itself, and counts nothing
        (INTERINDUSTRY, 0xCA),  # GET DATA
        (PROPRIETARY, 0xCA),  # GET DATA
        (OF_THE_READER, 0xCA),  # GET UID
    }
)
TRANSACTIONS: Final = frozenset(
    {
        (PROPRIETARY, 0xA8),  # GET PROCESSING OPTIONS: the transaction counter goes up by one (EMV Book 3, 6.5.8)
        (PROPRIETARY, 0xAE),  # GENERATE AC: the card takes down that it went online, or declined
    }
)
"""What counts for ever, and brings the card nearer to the end of its counter."""
VERIFY: Final = bytes((INTERINDUSTRY, 0x20, 0x00))
CHANGE_PIN: Final = bytes((PROPRIETARY, 0x5E, 0x01))
"""With P1 = 00 the same instruction is a RELOAD PIN of older cards."""
ASKS_ONLY: Final = frozenset({b"", b"\x00"})
"""VERIFY without data tells the tries left (ISO 7816-4, 7.5.6); T=0 writes P3 = 00."""
EXTERNAL_AUTHENTICATE: Final = (INTERINDUSTRY, 0x82)
RELOAD_PIN: Final = (SECURE, 0x24)
"""RELOAD PIN and UNBLOCK PIN: their MAC is checked under the PUK."""
PUK: Final = 0x06

SUCCESS: Final = b"\x90\x00"
TRIES_LEFT: Final = {bytes((0x63, 0xC0 | tries)): tries for tries in range(16)}


class TryBudgetError(Exception):
    """A command was not sent, because it might have cost the card a try that nobody gave."""


class BudgetedReader(WrappedReader):
    """A reader that spends at most `pin_attempts` presentations of PINs and one use of each of `risked_keys`, for good.

    A budget is never renewed, neither by a reset nor by another card. Keys are known by their identifiers (P2 of
    EXTERNAL AUTHENTICATE), whatever directory they stand in. With `risk_transaction` transactions may be counted.
    """

    def __init__(
        self,
        reader: Reader,
        *,
        pin_attempts: int = PIN_ATTEMPTS,
        risked_keys: Collection[int] = (),
        risk_transaction: bool = False,
    ) -> None:
        super().__init__(reader)
        self._harmless = HARMLESS | TRANSACTIONS if risk_transaction else HARMLESS
        self._pin_attempts_left = pin_attempts
        self._risked = {(EXTERNAL_AUTHENTICATE, key) for key in risked_keys}
        if PUK in risked_keys:
            self._risked.add((RELOAD_PIN, PUK))
        self._authenticated_puk = False

    async def transmit(self, apdu: bytes) -> bytes:
        """Exchange one APDU if the budget allows it; raise TryBudgetError if not."""
        header, kind = apdu[:HEADER_SIZE], (apdu[0], apdu[1]) if len(apdu) >= HEADER_SIZE else None
        if not _is_short(apdu):
            raise TryBudgetError(f"not a short command, so not what it seems to every card: {header.hex().upper()}")
        if kind in self._harmless or (header[:3] == VERIFY and apdu[HEADER_SIZE:] in ASKS_ONLY):
            return await self._reader.transmit(apdu)
        if header[:3] in {VERIFY, CHANGE_PIN} and _sends(apdu):
            return await self._present_pin(apdu)
        if kind == EXTERNAL_AUTHENTICATE and _sends(apdu):
            return await self._use_key(kind, header[3], apdu)
        if kind == RELOAD_PIN and _sends(apdu) and self._authenticated_puk:
            return await self._use_key(kind, PUK, apdu)
        if kind in TRANSACTIONS:
            raise TryBudgetError(f"the card would count a transaction (--risk-transaction): {header.hex().upper()}")
        raise TryBudgetError(f"not known to be harmless: {header.hex().upper()}")

    async def _present_pin(self, apdu: bytes) -> bytes:
        if not self._pin_attempts_left:
            raise TryBudgetError("this session may present no PIN any more")
        reference = apdu[3:4] if apdu[:3] == VERIFY else b"\x00"
        answer = await self._reader.transmit(VERIFY + reference)
        wanted = self._pin_attempts_left + SPARE_TRIES
        if answer not in TRIES_LEFT:
            raise TryBudgetError(f"the card does not say how many tries its PIN has left: {answer.hex().upper()}")
        if TRIES_LEFT[answer] < wanted:
            raise TryBudgetError(f"the PIN has {TRIES_LEFT[answer]} tries left; this session wants {wanted}")
        self._pin_attempts_left -= 1  # before it is sent: an unknown outcome is spent too
        return await self._reader.transmit(apdu)

    async def _use_key(self, kind: tuple[int, int], key: int, apdu: bytes) -> bytes:
        if (kind, key) not in self._risked:
            raise TryBudgetError(f"key {key:02X} is not risked (--risk-key {key:02X}), or was used once already")
        self._risked.remove((kind, key))  # as above
        self._authenticated_puk = False
        answer = await self._reader.transmit(apdu)
        self._authenticated_puk = (kind, key) == (EXTERNAL_AUTHENTICATE, PUK) and answer == SUCCESS
        return answer


def _is_short(apdu: bytes) -> bool:
    """Whether lengths are short and true (ISO 7816-3, 12.1); a byte too many may be another command to T=0."""
    after = len(apdu) - LC_AT - 1 - (apdu[LC_AT] if len(apdu) > LC_AT else 0)
    return len(apdu) in {HEADER_SIZE, HEADER_SIZE + 1} or (
        len(apdu) > LC_AT + 1 and apdu[LC_AT] > 0 and after in {0, 1}
    )


def _sends(apdu: bytes) -> bool:
    """Whether a short command carries data and expects none."""
    return len(apdu) > LC_AT + 1 and len(apdu) == LC_AT + 1 + apdu[LC_AT]
