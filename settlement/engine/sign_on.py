"""A terminal's session: who signs in, and which counters it has used.

9001 must carry a later clock than the last one did; every other frame a counter that was not used, at most WINDOW
behind the highest. The window rises in the same commit as the money, so a captured frame is dead once it was decided.
"""

from typing import Final

import msgspec

from settlement.engine.ledger.state import Terminal

WINDOW: Final = 64


def signed_in(
    before: Terminal | None, *, city: str, dev_no: str, fixmedins_code: str, opter_no: str, counter: int, nonce: bytes
) -> Terminal | None:
    """Return the terminal with a new session, or None for a 9001 that is not later than the last."""
    if before is not None and counter <= before.signed_in_at:
        return None
    return Terminal(
        city=city,
        dev_no=dev_no,
        fixmedins_code=fixmedins_code,
        opter_no=opter_no,
        sign_no=nonce[-15:].hex(),
        signed_in_at=counter,
        counter_top=0,
        counter_window=0,
    )


def counted(terminal: Terminal, counter: int) -> Terminal | None:
    """Return the terminal with this counter used, or None if it was used or is too old.

    Bit n - 1 of the window stands for counter_top - n (1 <= n < 64), so that it fits a signed column.
    """
    ahead = counter - terminal.counter_top
    if ahead > 0:
        window = ((terminal.counter_window << 1) | 1) << (ahead - 1) if ahead < WINDOW else 0
        return msgspec.structs.replace(terminal, counter_top=counter, counter_window=window & ((1 << (WINDOW - 1)) - 1))
    if ahead == 0 or -ahead >= WINDOW or terminal.counter_window >> (-ahead - 1) & 1:
        return None
    return msgspec.structs.replace(terminal, counter_window=terminal.counter_window | 1 << (-ahead - 1))
