"""A pin pad that is the keyboard of a shell: digits are typed unseen, or come line by line from a pipe.

As at a pad, nothing but six digits leaves it: what is no PIN is said to be none (-31) and asked for again.
"""

import getpass
import sys
from collections.abc import Callable
from typing import Final

import trio

from terminals.kernel.effects import Prompt
from terminals.kernel.remote_pin import PIN_SIZE
from terminals.kernel.terminal_codes import PIN_ENTRY

PROMPTS: Final = {
    Prompt.PIN: "异地交易密码 remote PIN: ",
    Prompt.OLD_PIN: "原密码 old PIN: ",
    Prompt.NEW_PIN: "新密码 new PIN: ",
}
LOCAL_PASSWORD: Final = "本地交易密码 local password: "  # noqa: S105 - a prompt
BANK_PIN: Final = "银行卡密码 bank PIN: "


class Keyboard:
    """The port PinPad for one person in a shell; `encipher` makes the block (digits, card number)."""

    def __init__(self, encipher: Callable[[str, str], bytes]) -> None:
        self._encipher = encipher
        self._last = ""

    async def pin(self, prompt: Prompt) -> str:
        """Have digits typed for the chip."""
        return await _typed(PROMPTS[prompt])

    async def password_block(self, bank_card_no: str, *, same: bool) -> bytes:
        """Have the local password typed and encipher it."""
        return await self._block(LOCAL_PASSWORD, bank_card_no, same=same)

    async def phone_block(self, password: str, number: str) -> bytes:
        """Encipher what the simulated telephone knows."""
        return self._encipher(password, number)

    async def bank_pin_block(self, pan: str, *, same: bool) -> bytes:
        """Have the bank's PIN typed and encipher it."""
        return await self._block(BANK_PIN, pan, same=same)

    async def _block(self, prompt: str, number: str, *, same: bool) -> bytes:
        self._last = self._last if same else await _typed(prompt)
        return self._encipher(self._last, number) if self._last else b""


async def _typed(prompt: str) -> str:
    """Return six digits; "" where nothing is typed, or no more comes."""
    while True:
        digits = (await _line(prompt)).strip()
        if not digits or (len(digits) == PIN_SIZE and digits.isascii() and digits.isdecimal()):
            return digits
        print(f"{PIN_ENTRY.zh} {PIN_ENTRY.en} ({PIN_ENTRY.code})", flush=True)


async def _line(prompt: str) -> str:
    if sys.stdin.isatty():
        try:
            return await trio.to_thread.run_sync(getpass.getpass, prompt, abandon_on_cancel=True)
        except EOFError:  # Ctrl-D
            return ""
    print(prompt, flush=True)
    return await trio.to_thread.run_sync(sys.stdin.readline, abandon_on_cancel=True)
