"""The port to the pin pad, and the simulated one: it types what the patient knows.

The pad enciphers the local password and the bank's PIN itself (ISO 9564 format 4, under the session's PIN key), so that
their digits leave it for nobody; the remote PIN goes to the chip and therefore comes out in clear.
"""

from collections.abc import Callable
from typing import Protocol

from terminals.kernel.effects import Prompt
from terminals.patients import Fingers


class PinPad(Protocol):
    """Where secrets are typed."""

    async def pin(self, prompt: Prompt) -> str:
        """Have digits typed for the chip; "" if the holder gave up."""

    async def password_block(self, bank_card_no: str, *, same: bool) -> bytes:
        """Have the local password typed, or typed the same again, and encipher it; b"" if the holder gave up."""

    async def bank_pin_block(self, pan: str, *, same: bool) -> bytes:
        """Have the bank's PIN typed, likewise."""

    async def phone_block(self, password: str, number: str) -> bytes:
        """Encipher what was typed on a telephone at the scanner."""


class SimulatedPinPad:
    """A pin pad under a patient's fingers; `encipher` makes the block (digits, card number)."""

    def __init__(self, encipher: Callable[[str, str], bytes]) -> None:
        self._encipher = encipher
        self._fingers: Fingers | None = None

    def hand_to(self, fingers: Fingers | None) -> None:
        """Give the pad to a patient, or take it back."""
        self._fingers = fingers

    async def pin(self, prompt: Prompt) -> str:
        """Return what the patient types for the chip; nobody types nothing."""
        return self._fingers.pin(prompt) if self._fingers else ""

    async def password_block(self, bank_card_no: str, *, same: bool) -> bytes:
        """Return what the patient types, enciphered."""
        typed = self._fingers.password(same=same) if self._fingers else ""
        return self._encipher(typed, bank_card_no) if typed else b""

    async def phone_block(self, password: str, number: str) -> bytes:
        """Return what the telephone's holder typed there, enciphered."""
        return self._encipher(password, number)

    async def bank_pin_block(self, pan: str, *, same: bool) -> bytes:
        """Return the bank's PIN, enciphered."""
        typed = self._fingers.bank_pin(same=same) if self._fingers else ""
        return self._encipher(typed, pan) if typed else b""
