"""The numbers that a message of the bank has of its own, all of them its msgid's: date, batch and trace.

No two messages of a terminal have the same batch and trace within a year: the batch is the ten minutes in which a
message was made, the trace its second and sequence there.
"""

from typing import Final

from settlement.wire.names import SEQUENCES

DAY: Final = slice(14, 20)
"""Where a msgid has the date of 9A, YYMMDD."""
MOMENT: Final = slice(16, 26)
SEQUENCE: Final = slice(28, 30)
"""MMDDhhmmss, and the number among the messages of that second in base 36."""
DAYS_A_MONTH, TENS_A_DAY, TEN_MINUTES, MINUTE_S = 31, 144, 10, 60


def numbers_of(msgid: str) -> tuple[int, int]:
    """Return the batch (DE 60.2) and the trace (DE 11) of the message with this msgid.

    >>> numbers_of("P3701000000120261121120005010A")
    (52200, 6490)
    """
    moment = msgid[MOMENT]
    month, day, hour, minute, second = (int(moment[at : at + 2]) for at in range(0, len(moment), 2))
    tens, minutes = divmod(minute, TEN_MINUTES)
    batch = (month * DAYS_A_MONTH + day) * TENS_A_DAY + hour * 6 + tens
    return batch, (minutes * MINUTE_S + second) * SEQUENCES + int(msgid[SEQUENCE], 36)
